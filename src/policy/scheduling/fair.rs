//! `scheduling fair`: weighted fair queuing over workloads, by tokens.
//!
//! Start-time fair queuing (Goyal, Vin and Cheng, "Start-Time Fair Queueing", IEEE/ACM ToN 5(5), 1997): a request
//! is tagged with the virtual time at which its workload's earlier requests have been served, and the lowest tag starts.
//! The virtual time of a replica is the tag of the request it started last, so an idle workload saves nothing up.

use std::collections::BTreeMap;

use super::{Entry, Scheduler, Waiting};
use crate::model::{Choice, Spec, Workload};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("fair", "weighted fair queuing over workloads by tokens: `weight` is a workload's share"),
    build: Some(build),
};

fn build(_choice: &Choice, workloads: &[Workload]) -> Box<dyn Scheduler> {
    let token_tags = workloads.iter().map(|workload| libm::round(SCALE / workload.weight) as u64).collect();
    Box::new(Fair { token_tags, clocks: BTreeMap::new(), served: BTreeMap::new() })
}

/// Virtual time a token takes at weight 1: fine enough for weights up to a million, coarse enough for 10^13 tokens.
const SCALE: f64 = 1_048_576.0;

struct Fair {
    /// Virtual time a token takes, by workload.
    token_tags: Vec<u64>,
    /// The virtual time of each replica.
    clocks: BTreeMap<u32, u64>,
    /// When a workload's requests on a replica have been served.
    served: BTreeMap<(u32, u16), u64>,
}

impl Scheduler for Fair {
    fn key(&mut self, waiting: Waiting) -> u64 {
        let clock = self.clocks.get(&waiting.replica).copied().unwrap_or(0);
        let served = self.served.entry((waiting.replica, waiting.workload)).or_insert(0);
        let tag = clock.max(*served);
        let service = waiting.remaining.saturating_mul(self.token_tags[waiting.workload as usize]);
        *served = tag.saturating_add(service);
        tag
    }

    fn started(&mut self, replica: u32, key: u64) {
        let clock = self.clocks.entry(replica).or_insert(0);
        *clock = key.max(*clock);
    }
}
