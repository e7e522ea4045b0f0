//! What a scenario asks of the engine, compiled once.

use std::ops::Range;

use crate::model::Scenario;
use crate::policy::memory_pressure::MemoryPressure;
use crate::policy::reservation::Reservation;
use crate::units::Bytes;

#[derive(Debug)]
pub(super) struct Settings {
    kv_bytes_per_token: u64,
    reservation: Reservation,
    pub(super) evicts: bool,
    /// For each distinct capacity, rising: the replicas with at least that much memory.
    roomy: Vec<(Bytes, Vec<Range<u32>>)>,
}

/// Memory that a request needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Need {
    /// On the GPU it finishes on.
    pub(super) whole: Bytes,
    /// From admission on.
    pub(super) at_admission: Bytes,
}

impl Settings {
    pub(super) fn of(scenario: &Scenario) -> Settings {
        Settings {
            kv_bytes_per_token: scenario.model.kv_bytes_per_token,
            reservation: Reservation::of(&scenario.policy.reservation),
            evicts: MemoryPressure::of(&scenario.policy.memory_pressure) == MemoryPressure::Evict,
            roomy: by_capacity(scenario),
        }
    }

    /// What a request of these lengths needs.
    #[inline]
    pub(super) fn need(&self, prompt: u32, output: u32) -> Need {
        let whole = self.bytes(u64::from(prompt) + u64::from(output));
        let at_admission = match self.reservation {
            Reservation::Safe => whole,
            Reservation::Lazy => self.bytes(u64::from(prompt)),
        };
        Need { whole, at_admission }
    }

    /// Cache of that many tokens; saturates, and what saturates fits nowhere.
    #[inline]
    pub(super) fn bytes(&self, tokens: u64) -> Bytes {
        Bytes::new(self.kv_bytes_per_token.saturating_mul(tokens))
    }

    /// The replicas that hold this much when empty; none when it fits nowhere.
    #[inline]
    pub(super) fn large_enough(&self, bytes: Bytes) -> &[Range<u32>] {
        self.roomy.iter().find(|(capacity, _)| *capacity >= bytes).map_or(&[], |(_, ranges)| ranges)
    }
}

fn by_capacity(scenario: &Scenario) -> Vec<(Bytes, Vec<Range<u32>>)> {
    let cluster = &scenario.cluster;
    let mut capacities: Vec<Bytes> = cluster.groups.iter().map(|group| group.gpu.vram).collect();
    capacities.sort_unstable();
    capacities.dedup();
    let ranges = |least: Bytes| {
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for (index, group) in cluster.groups.iter().enumerate().filter(|(_, group)| group.gpu.vram >= least) {
            let replicas = cluster.replicas(index);
            let replicas = replicas.start as u32..replicas.end as u32;
            match ranges.last_mut() {
                Some(last) if last.end == replicas.start => last.end = replicas.end,
                _ if group.n_replicas() > 0 => ranges.push(replicas),
                _ => {}
            }
        }
        ranges
    };
    capacities.into_iter().map(|capacity| (capacity, ranges(capacity))).collect()
}
