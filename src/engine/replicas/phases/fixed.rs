//! `timing fixed`: the original simulator's rule, kept for comparison with its runs.
//!
//! A prefill takes its prompt over the prefill rate whatever else runs. A decode takes its output over
//! `decode × decode_efficiency / min(active, decode_sharing_cap)`, with the decodes active when it starts, itself
//! included, or over `decode_per_request` where that is less; what comes and goes later changes nothing.
//!
//! Error: deliberate. A GPU may do more work a second than its rates say.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::executor::{Costs, Ended, Executor, Ticket, Work};
use super::progress::Stage;
use crate::engine::agenda::NEVER;
use crate::units::{SimDuration, SimTime};

#[derive(Debug)]
pub(super) struct Fixed {
    costs: Costs,
    ends: BinaryHeap<Reverse<(SimTime, Ticket, Stage)>>,
    n_decodes: u32,
}

impl Executor for Fixed {
    fn new(costs: Costs) -> Fixed {
        Fixed { costs, ends: BinaryHeap::new(), n_decodes: 0 }
    }

    fn costs(&self) -> &Costs {
        &self.costs
    }

    fn begin(&mut self, stage: Stage, tokens: u32, ticket: Ticket, now: SimTime) {
        let work = match stage {
            Stage::Prefill => self.costs.prefill_work(tokens),
            Stage::Decode => {
                self.n_decodes += 1;
                let slowed_by = Work::from(self.n_decodes.min(self.costs.decode_sharing_cap));
                let shared = self.costs.decode_work(tokens).saturating_mul(slowed_by);
                shared.max(self.costs.least_decode(tokens))
            }
        };
        let picoseconds = u64::try_from(work.saturating_add(1 << 31) >> 32).unwrap_or(u64::MAX);
        let end = now.checked_add(SimDuration::from_ps(picoseconds)).unwrap_or(NEVER);
        self.ends.push(Reverse((end, ticket, stage)));
    }

    fn next_end(&self) -> SimTime {
        self.ends.peek().map_or(NEVER, |Reverse((end, ..))| *end)
    }

    fn take_ended(&mut self, now: SimTime) -> Option<Ended> {
        if self.next_end() > now {
            return None;
        }
        let Reverse((_, ticket, stage)) = self.ends.pop()?;
        self.n_decodes -= u32::from(stage == Stage::Decode);
        Some(Ended { ticket, stage })
    }

    fn n_in(&self, stage: Stage) -> usize {
        self.ends.iter().filter(|Reverse((_, _, other))| *other == stage).count()
    }

    fn cancel(&mut self, stage: Stage, ticket: Ticket, _now: SimTime) {
        let before = self.ends.len();
        self.ends.retain(|Reverse((_, other, _))| *other != ticket);
        if self.ends.len() < before {
            self.n_decodes -= u32::from(stage == Stage::Decode);
        }
    }
}
