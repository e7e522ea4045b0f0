//! `routing predictive`: the replica whose requests are expected to take the least.

use super::Router;
use crate::model::{Choice, Spec};
use crate::policy::least::Least;
use crate::policy::view::{Candidates, View};
use crate::rng::Stream;

pub(super) static SPEC: Spec = Spec {
    name: "predictive",
    summary: "the replica with the least expected work, from prompts and the outputs seen so far; ties in turn",
    params: &[],
    simulated: true,
};

pub(super) fn build(_choice: &Choice, n: u32) -> Box<dyn Router> {
    Box::new(Predictive { least: Least::new(n) })
}

struct Predictive {
    least: Least,
}

impl Router for Predictive {
    fn route(&mut self, candidates: Candidates<'_>, _view: View<'_>, _stream: &mut Stream) -> Option<u32> {
        self.least.take(candidates)
    }

    fn compares_expected_work(&self) -> bool {
        true
    }

    fn load_changed(&mut self, replica: u32, view: View<'_>) {
        self.least.set(replica, view.expected_work[replica as usize]);
    }
}
