//! What a scenario asks of the dispatcher, compiled once.

use crate::engine::hardware::attained::Attained;
use crate::model::Scenario;
use crate::units::{SimDuration, SimTime};

/// Limits of waiting, retrying and running.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) max_retries: u32,
    pub(super) max_global_queue: Option<u32>,
    pub(super) queue_timeout: Option<SimDuration>,
    pub(super) until: Option<SimTime>,
    /// From an arrival until it is routed.
    pub(super) before_queue: SimDuration,
}

impl Limits {
    pub(super) fn of(scenario: &Scenario) -> Limits {
        let policy = &scenario.policy;
        Limits {
            max_retries: policy.max_retries,
            max_global_queue: policy.max_global_queue,
            queue_timeout: policy.queue_timeout,
            until: scenario.run.until,
            before_queue: before_queue(scenario),
        }
    }
}

/// What engines spend on a request before it is queued, common to all GPUs.
fn before_queue(scenario: &Scenario) -> SimDuration {
    let timing = &scenario.engine.timing;
    let hardware = scenario.cluster.groups.first().and_then(|group| group.gpu.hardware);
    let hardware = hardware.filter(|_| timing.name == "roofline");
    let seconds = hardware.map_or(0.0, |hardware| Attained::of(timing, &hardware).before_queue);
    SimDuration::from_secs_f64(seconds).unwrap_or(SimDuration::MAX)
}
