//! `routing random`: any replica, each as likely.

use super::{Entry, Router};
use crate::model::{Choice, Spec};
use crate::policy::view::{Candidates, View};
use crate::rng::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("random", "any replica with equal probability, as a stateless load balancer does"),
    build,
};

fn build(_choice: &Choice, _n: u32) -> Box<dyn Router> {
    Box::new(Random)
}

struct Random;

impl Router for Random {
    fn route(&mut self, candidates: Candidates<'_>, _view: View<'_>, stream: &mut Stream) -> Option<u32> {
        match candidates.len() {
            0 => None,
            n => Some(candidates.at(stream.below(u64::from(n)) as u32)),
        }
    }
}
