//! `routing round_robin`: the replicas in turn.

use super::{Entry, Router};
use crate::model::{Choice, Spec};
use crate::policy::view::{Candidates, View};
use crate::rng::Stream;

pub(super) static ENTRY: Entry =
    Entry { spec: Spec::new("round_robin", "the replicas in turn, by index"), build };

fn build(_choice: &Choice, _n: u32) -> Box<dyn Router> {
    Box::new(RoundRobin { next: 0 })
}

/// A retry moves the turn on as well: the next request starts after the replica chosen last.
struct RoundRobin {
    next: u32,
}

impl Router for RoundRobin {
    fn route(&mut self, candidates: Candidates<'_>, _view: View<'_>, _stream: &mut Stream) -> Option<u32> {
        let after = candidates.spans().map(|span| span.start.max(self.next)..span.end);
        let chosen = after.chain(candidates.spans()).find(|span| !span.is_empty())?.start;
        self.next = chosen + 1;
        Some(chosen)
    }
}
