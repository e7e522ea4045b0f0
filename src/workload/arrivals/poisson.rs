//! `poisson`: independent arrivals, exponential gaps.

use super::{Entry, Gaps, Renewal};
use crate::model::Spec;
use crate::rng::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("poisson", "independent arrivals: exponential gaps, cv 1"),
    build: |_| Ok(Renewal::open(Exponential)),
};

struct Exponential;

impl Gaps for Exponential {
    /// What is left of an exponential gap is as long as a whole one.
    fn first(&self, stream: &mut Stream) -> f64 {
        stream.exponential()
    }

    fn next(&self, stream: &mut Stream) -> f64 {
        stream.exponential()
    }
}
