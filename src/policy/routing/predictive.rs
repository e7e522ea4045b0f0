//! `routing predictive`: the replica whose requests are expected to take the least.

use super::Router;
use crate::model::{Choice, Spec};
use crate::policy::least::Least;

pub(super) static SPEC: Spec = Spec {
    name: "predictive",
    summary: "the replica with the least expected work, from prompts and the outputs seen so far; ties in turn",
    params: &[],
    simulated: true,
};

pub(super) fn build(_choice: &Choice, n: u32) -> Box<dyn Router> {
    Box::new(Least::of_expected_work(n, |view, replica| view.expected_work[replica]))
}
