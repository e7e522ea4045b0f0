//! Laws without chance: they hold in every run, to the last picosecond.

use kvs::engine::{Event, Journey, Levels, Sink};
use kvs::model::Choice;
use kvs::units::SimTime;

use crate::support::{compile, run};

/// Both sides of Little's law, in picoseconds.
#[derive(Default)]
pub(crate) struct Little {
    /// Sum over those who left of the time they were here.
    pub(crate) stays: u128,
    /// Arrivals of those who are here: a sum.
    pub(crate) arrivals: u128,
    pub(crate) n_present: u128,
    /// Number present, integrated, from the reported levels: a moving cache holds two slots.
    pub(crate) twice_present: u128,
    levels: Vec<Levels>,
    depth: u32,
    now: u64,
    n_finished: u64,
    n_handoffs: u64,
    n_global: u64,
}

impl Sink for Little {
    fn advance(&mut self, to: SimTime) {
        let twice = |levels: &Levels| {
            2 * u128::from(levels.queued + levels.prefill + levels.decode) + u128::from(levels.transferring)
        };
        let on_gpus: u128 = self.levels.iter().map(twice).sum();
        self.twice_present += (on_gpus + 2 * u128::from(self.depth)) * u128::from(to.as_ps() - self.now);
        self.now = to.as_ps();
    }

    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        self.n_handoffs += u64::from(matches!(event, Event::HandoffStarted { .. }));
        self.n_global += u64::from(matches!(event, Event::QueuedGlobally));
        self.n_finished += u64::from(matches!(event, Event::Finished { .. }));
        if matches!(event, Event::Finished { .. } | Event::Rejected { .. } | Event::Evicted { .. }) {
            self.stays += u128::from(at.since(journey.request.arrival).as_ps());
            self.arrivals -= u128::from(journey.request.arrival.as_ps());
            self.n_present -= 1;
        }
        if matches!(event, Event::Arrived) {
            self.arrivals += u128::from(journey.request.arrival.as_ps());
            self.n_present += 1;
        }
    }

    fn levels(&mut self, _at: SimTime, gpu: u32, levels: &Levels) {
        let n = self.levels.len().max(gpu as usize + 1);
        self.levels.resize(n, Levels::default());
        self.levels[gpu as usize] = *levels;
    }

    fn global_queue(&mut self, _at: SimTime, depth: u32) {
        self.depth = depth;
    }
}

/// A cluster in which everything happens: handoffs, a global queue, retries.
pub(crate) const BUSY: &str = "
gpu quick { vram 3 MB; max_concurrent 4; prefill 3000 tok/s; decode 900 tok/s; decode_sharing_cap 3 }
gpu slow  { vram 2 MB; max_concurrent 3; prefill 1000 tok/s; decode 400 tok/s }
model tiny { kv_bytes_per_token 1 KB }
cluster { serves tiny; gpus quick x 2; gpus slow x 2; link default bandwidth 20 MB/s latency 3 ms }
policy { routing p2c; decode_routing load_and_handoff handoff_weight 0.05; max_queue 6; max_retries 1 }
workload chat {
  arrivals gamma cv 2; rate 13 req/s; requests 20_000
  prompt lognormal median 200 p95 800 max 1500; output exponential mean 70 max 500
}
";

#[test]
fn littles_law_holds_exactly() {
    for change in ["", "memory_pressure evict; reservation lazy", "max_global_queue 40; queue_timeout 2 s"] {
        let text = BUSY.replace("max_retries 1", &format!("max_retries 1; {change}"));
        let mut little = Little::default();
        let end = run(&compile(&text), 5, &mut little);
        assert_eq!(end.unfinished, 0);
        assert_eq!(2 * little.stays, little.twice_present, "under `{change}`");
        assert!(little.n_finished > 10_000 && little.n_handoffs > 1000 && little.n_global > 300);
    }
}

/// How long a GPU executed, and whether it ever waited although there was work.
#[derive(Default)]
struct Busy {
    levels: Levels,
    now: u64,
    busy: u64,
    work: u64,
}

impl Sink for Busy {
    fn advance(&mut self, to: SimTime) {
        let executes = self.levels.prefill > 0;
        assert!(executes || self.levels.queued == 0, "the GPU is idle and a request waits");
        self.busy += if executes { to.as_ps() - self.now } else { 0 };
        self.now = to.as_ps();
    }

    fn event(&mut self, _at: SimTime, event: Event, journey: &Journey) {
        if matches!(event, Event::Arrived) {
            // A microsecond a token.
            self.work += u64::from(journey.request.prompt.get()) * 1_000_000;
        }
    }

    fn levels(&mut self, _at: SimTime, _gpu: u32, levels: &Levels) {
        self.levels = *levels;
    }
}

#[test]
fn every_discipline_does_the_same_work_in_the_same_time() {
    let text = "
gpu server { vram 1 TB; max_concurrent 1; prefill 1_000_000 tok/s; decode 1_000_000 tok/s }
model tiny { kv_bytes_per_token 1 B }
cluster { serves tiny; gpus server x 1 }
workload often { arrivals poisson; rate 6 req/s; requests 9000; prompt exponential mean 100_000; output constant 0 }
workload long  { arrivals poisson; rate 1 req/s; requests 1500; prompt lognormal mean 300_000 cv 2; output constant 0
                 priority 1; weight 2 }
";
    let one_at_a_time = compile(text);
    for scheduling in ["fifo", "shortest_remaining", "priority", "fair"] {
        let mut scenario = one_at_a_time.clone();
        scenario.policy.scheduling = Choice::named(scheduling);
        let mut busy = Busy::default();
        let end = run(&scenario, 1, &mut busy);
        assert_eq!(end.unfinished, 0);
        assert_eq!(busy.busy, busy.work, "{scheduling}: busy exactly as long as there is work");
    }
    for slots in [2, 5, 100_000] {
        let mut scenario = one_at_a_time.clone();
        scenario.cluster.groups[0].gpu.max_concurrent = slots;
        let mut busy = Busy::default();
        run(&scenario, 1, &mut busy);
        // An end is rounded up to the picosecond, and others are served meanwhile.
        assert!(busy.busy >= busy.work && busy.busy <= busy.work + 2 * 10_500, "{slots} at once");
    }
}

#[test]
fn no_gpu_is_idle_while_the_global_queue_is_not_empty() {
    let scenario = compile(
        "
gpu server { vram 1 TB; max_concurrent 1; prefill 1_000_000 tok/s; decode 1_000_000 tok/s }
model tiny { kv_bytes_per_token 1 B }
cluster { serves tiny; gpus server x 5 }
policy { routing least_loaded; decode_routing stay; max_queue 1; max_retries 4 }
workload customers {
  arrivals bursty on 2 s off 3 s; rate 40 req/s; requests 20_000; prompt exponential mean 100_000; output constant 0
}
",
    );
    struct Watch(Little);
    impl Sink for Watch {
        fn advance(&mut self, to: SimTime) {
            let n_busy = self.0.levels.iter().filter(|levels| levels.prefill == 1).count();
            assert!(self.0.depth == 0 || n_busy == 5, "{n_busy} busy and {} wait", self.0.depth);
            self.0.advance(to);
        }
        fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
            self.0.event(at, event, journey);
        }
        fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
            self.0.levels(at, gpu, levels);
        }
        fn global_queue(&mut self, at: SimTime, depth: u32) {
            self.0.global_queue(at, depth);
        }
    }
    let mut watch = Watch(Little::default());
    run(&scenario, 1, &mut watch);
    assert_eq!(2 * watch.0.stays, watch.0.twice_present);
    assert!(watch.0.n_global > 5000, "the queue is used");
}
