//! `routing least_connections`: the replica with the fewest requests, whatever its speed.

use super::Router;
use crate::model::{Choice, Spec};
use crate::policy::least::Least;

pub(super) static SPEC: Spec = Spec {
    name: "least_connections",
    summary: "the replica with the fewest requests held, whatever its speed; ties in turn",
    params: &[],
    simulated: true,
};

pub(super) fn build(_choice: &Choice, n: u32) -> Box<dyn Router> {
    Box::new(Least::new(n, |view, replica| u64::from(view.held[replica])))
}
