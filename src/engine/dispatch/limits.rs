//! What a scenario asks of the dispatcher, compiled once.

use crate::model::Scenario;
use crate::units::{SimDuration, SimTime};

/// Limits of waiting, retrying and running.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Replicas that are tried for a request, the first included.
    pub(super) max_attempts: u64,
    pub(super) max_global_queue: Option<u32>,
    pub(super) queue_timeout: Option<SimDuration>,
    pub(super) until: Option<SimTime>,
    /// From an arrival until it is routed.
    pub(super) before_queue: SimDuration,
}

impl Limits {
    pub(super) fn of(scenario: &Scenario, before_queue: SimDuration) -> Limits {
        let policy = &scenario.policy;
        Limits {
            max_attempts: 1 + u64::from(policy.max_retries),
            max_global_queue: policy.max_global_queue,
            queue_timeout: policy.queue_timeout,
            until: scenario.run.until,
            before_queue,
        }
    }
}
