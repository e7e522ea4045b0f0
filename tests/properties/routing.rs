//! Whether requests go where the policies say, by looking at every GPU.

use kvs::units::SimDuration;

use super::Ledger;
use crate::ways::quickest;

impl Ledger<'_> {
    fn present(&self, gpu: u32) -> u32 {
        self.levels[gpu as usize].queued + self.active(gpu)
    }

    /// An arrival goes to the least loaded of the GPUs it may try, where the policy says so; called before it is there.
    pub(super) fn check_route(&self, number: u64, gpu: u32) {
        let weighs_speed = match self.scenario.policy.routing.name.as_str() {
            "least_loaded" => true,
            "least_connections" => false,
            // Draws, turns and expectations: not to be seen in the events.
            _ => return,
        };
        let load = |gpu: u32| {
            let prefill = self.throughput[gpu as usize].prefill.get();
            f64::from(self.present(gpu)) * if weighs_speed { 1000.0 / prefill } else { 1.0 }
        };
        let whole = self.whole(number);
        for other in 0..self.capacity.len() as u32 {
            if self.capacity[other as usize] >= whole {
                assert!(load(gpu) <= load(other) + 1e-6, "GPU {other} is less loaded than GPU {gpu}");
            }
        }
    }

    /// The cost of decoding on a GPU under `load_and_handoff`; `None` where another GPU than the present one cannot.
    fn decode_cost(&self, number: u64, here: u32, gpu: u32) -> Option<f64> {
        let weight = self.scenario.policy.decode_routing.number("handoff_weight")?;
        let slowness = 500.0 / self.throughput[gpu as usize].decode.get();
        if gpu == here {
            return Some(f64::from(self.present(gpu) - 1) * slowness);
        }
        let open = self.active(gpu) < self.slots[gpu as usize] && self.has_place(gpu);
        let fits = open && self.whole(number) <= self.free(gpu);
        let prompt = self.bytes(self.entries[number as usize].prompt);
        let seconds = quickest(&self.scenario.cluster, here, gpu, prompt).filter(|_| fits)?;
        Some(f64::from(self.present(gpu)) * slowness + weight * seconds * 1000.0)
    }

    /// A prompt has ended on `here` and decodes on `gpu`: no other costs less. Called before anything changes.
    pub(super) fn check_decode_route(&self, number: u64, here: u32, gpu: u32) {
        let Some(cost) = self.decode_cost(number, here, gpu) else { return };
        let more = self.whole(number) - self.entries[number as usize].held[0].1;
        let fits_here = more <= self.free(here);
        for other in 0..self.capacity.len() as u32 {
            if other == here && !fits_here {
                continue;
            }
            let Some(others) = self.decode_cost(number, here, other) else { continue };
            let tolerance = 1e-6 * (1.0 + others);
            assert!(cost <= others + tolerance, "GPU {other} costs {others}, GPU {gpu} {cost}");
        }
    }

    /// Every request in the global queue has waited no longer than allowed, the longest first.
    pub(super) fn check_waits(&self) {
        let waits = self.queue.iter().map(|number| self.in_state_for(*number));
        let waits: Vec<SimDuration> = waits.collect();
        assert!(waits.is_sorted_by(|a, b| a >= b), "the global queue is in the order of arrival");
        let limit = self.scenario.policy.queue_timeout;
        assert!(limit.is_none_or(|limit| waits.iter().all(|wait| *wait <= limit)), "some request timed out");
    }
}
