//! `routing predictive`: the replica whose requests are expected to take the least.

use super::{Entry, Router};
use crate::model::{Choice, Spec};
use crate::policy::least::Least;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "predictive",
        "the replica with the least expected work, from prompts and the outputs seen so far; ties in turn",
    ),
    build,
};

fn build(_choice: &Choice, n: u32) -> Box<dyn Router> {
    Box::new(Least::of_expected_work(n, |view, replica| view.expected_work[replica as usize]))
}
