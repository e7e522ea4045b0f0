//! `routing least_loaded`: the replica with the fewest requests for its speed.

use super::{Entry, Router};
use crate::model::{Choice, Spec};
use crate::policy::least::Least;
use crate::policy::view::View;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "least_loaded",
        "the replica with the fewest requests held, weighted by prefill speed; ties in turn",
    ),
    build,
};

fn build(_choice: &Choice, n: u32) -> Box<dyn Router> {
    Box::new(Least::new(n, load))
}

fn load(view: &View<'_>, replica: u32) -> u64 {
    view.load(replica)
}
