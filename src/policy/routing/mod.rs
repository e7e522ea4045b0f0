//! Which replica a request goes to.
//!
//! A router is asked again, with the replicas tried so far left out, when the first has no room. It sees loads and
//! candidates, never the requests of others; what it draws comes from the stream `policy.routing` alone.

mod least_connections;
mod least_loaded;
mod p2c;
mod predictive;
mod prefix_aware;
mod random;
mod round_robin;

use super::view::{Candidates, View};
use crate::model::{Choice, Spec};
use crate::rng::Stream;

/// Chooses replicas.
pub trait Router {
    /// The replica to try next; `None` only without candidates.
    fn route(&mut self, candidates: Candidates<'_>, view: View<'_>, stream: &mut Stream) -> Option<u32>;

    /// Whether it looks at `View::expected_work`, which is kept only then. Such a router follows changes.
    fn compares_expected_work(&self) -> bool {
        false
    }

    /// Whether it looks at `View::prefixes`, which is found out only then.
    fn compares_prefixes(&self) -> bool {
        false
    }

    /// Whether it keeps something of each replica, so that it must follow what [changes](Router::changed).
    fn follows_changes(&self) -> bool {
        false
    }

    /// A replica's entry in the view has changed.
    fn changed(&mut self, _replica: u32, _view: View<'_>) {}
}

/// For a cluster of that many replicas, all idle.
type Build = fn(&Choice, u32) -> Box<dyn Router>;

struct Entry {
    spec: Spec,
    build: Build,
}

static ROUTING: &[&Entry] = &[
    &p2c::ENTRY,
    &round_robin::ENTRY,
    &least_loaded::ENTRY,
    &least_connections::ENTRY,
    &random::ENTRY,
    &predictive::ENTRY,
    &prefix_aware::ENTRY,
];

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ROUTING.iter().map(|entry| &entry.spec)
}

/// The router a choice names, for `n` idle replicas.
#[must_use]
pub fn build(choice: &Choice, n: u32) -> Box<dyn Router> {
    let entry = ROUTING.iter().find(|entry| entry.spec.name == choice.name);
    (entry.expect("analysis admits only registered routing policies").build)(choice, n)
}
