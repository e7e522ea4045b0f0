//! `routing least_connections`: the replica with the fewest requests, whatever its speed.

use super::Router;
use crate::model::{Choice, Spec};
use crate::policy::least::Least;
use crate::policy::view::{Candidates, View};
use crate::rng::Stream;

pub(super) static SPEC: Spec = Spec {
    name: "least_connections",
    summary: "the replica with the fewest requests held, whatever its speed; ties in turn",
    params: &[],
    simulated: true,
};

pub(super) fn build(_choice: &Choice, n: u32) -> Box<dyn Router> {
    Box::new(LeastConnections { least: Least::new(n) })
}

struct LeastConnections {
    least: Least,
}

impl Router for LeastConnections {
    fn route(&mut self, candidates: Candidates<'_>, _view: View<'_>, _stream: &mut Stream) -> Option<u32> {
        self.least.take(candidates)
    }

    fn load_changed(&mut self, replica: u32, view: View<'_>) {
        self.least.set(replica, u64::from(view.held[replica as usize]));
    }
}
