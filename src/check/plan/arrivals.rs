//! How many requests runs have, counted once for all candidates with the same traffic.

use std::sync::Mutex;

use crate::expect::{Arrivals, count_arrivals};
use crate::model::{Run, Scenario, Workload};
use crate::workload::{OpenTrace, Traffic};

/// What was counted last.
#[derive(Default)]
pub(super) struct Counted(Mutex<Vec<Entry>>);

struct Entry {
    workloads: Vec<Workload>,
    run: Run,
    seed: u64,
    of: Vec<Arrivals>,
    totals: Vec<Option<u64>>,
}

/// How many counts are kept: a plan that varies the traffic has one for each candidate and seed.
const MOST: usize = 64;

impl Counted {
    /// The totals of a scenario under a seed. One thread counts, the others wait: they would count the same.
    pub(super) fn totals(
        &self,
        scenario: &Scenario,
        seed: u64,
        open: OpenTrace<'_>,
        of: &[Arrivals],
    ) -> Vec<Option<u64>> {
        let mut entries = self.0.lock().expect("no panic while the lock is held");
        let is_it = |entry: &&Entry| {
            entry.seed == seed
                && entry.of == of
                && entry.run == scenario.run
                && entry.workloads == scenario.workloads
        };
        if let Some(entry) = entries.iter().find(is_it) {
            return entry.totals.clone();
        }
        let totals = match Traffic::new(scenario, seed, open) {
            Ok(traffic) => count_arrivals(scenario, traffic, of),
            Err(_) => vec![None; of.len()],
        };
        if entries.len() == MOST {
            entries.remove(0);
        }
        entries.push(Entry {
            workloads: scenario.workloads.clone(),
            run: scenario.run.clone(),
            seed,
            of: of.to_vec(),
            totals: totals.clone(),
        });
        totals
    }
}
