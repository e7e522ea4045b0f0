//! `routing least_connections`: the replica with the fewest requests, whatever its speed.

use super::{Entry, Router};
use crate::model::{Choice, Spec};
use crate::policy::least::Least;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "least_connections",
        "the replica with the fewest requests held, whatever its speed; ties in turn",
    ),
    build,
};

fn build(_choice: &Choice, n: u32) -> Box<dyn Router> {
    Box::new(Least::new(n, |view, replica| u64::from(view.held[replica as usize])))
}
