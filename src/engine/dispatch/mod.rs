//! The dispatcher: from an arrival to a replica, whatever kind of replicas a cluster has.
//!
//! A request arrives ([`arrivals`]), is placed on a replica of the router's choice ([`placing`]) or waits in the
//! [`global_queue`] for one, and is the replica's from then on. Replicas are known by one trait, [`Replicas`]; they act
//! on the rest of the simulation through a [`Context`], which counts what is held where ([`signals`]) and how requests
//! leave. The loop over instants and the order within one are [`instant`]'s.
//!
//! Invariant: every request that has arrived is on its way in, in the global queue or held by the replicas, until it
//! leaves through [`Context::end`]; [`invariants`] checks it.

mod arrivals;
mod context;
mod global_queue;
mod instant;
mod invariants;
mod limits;
mod placing;
mod replicas;
mod requests;
mod signals;

pub(super) use self::context::Context;
pub(super) use self::replicas::Replicas;
pub(super) use self::requests::{InFlight, Requests};
pub(super) use self::signals::Charge;

use std::collections::VecDeque;

use self::arrivals::Entering;
use self::limits::Limits;
use crate::engine::end::End;
use crate::engine::sink::Sink;
use crate::model::Scenario;
use crate::rng::{Stream, Streams};
use crate::workload::Traffic;

/// Runs a scenario on its replicas.
pub(super) fn run<R: Replicas, S: Sink>(
    scenario: &Scenario,
    traffic: &mut Traffic,
    seed: u64,
    sink: &mut S,
    replicas: R,
) -> End {
    let context = Context::new(scenario, traffic, sink, |replica| replicas.load_of_one(replica));
    let limits = Limits::of(scenario, replicas.before_queue());
    let routing_stream = Streams::new(seed).stream("policy.routing");
    let entering = VecDeque::new();
    Dispatcher { replicas, context, limits, entering, routing_stream, tried: Vec::new() }.run()
}

struct Dispatcher<'a, R: Replicas, S> {
    replicas: R,
    context: Context<'a, R::Own, S>,
    limits: Limits,
    /// Arrived and not yet ready to be routed, in the order of arrival.
    entering: VecDeque<Entering>,
    routing_stream: Stream,
    /// Replicas tried for the request being placed, rising.
    tried: Vec<u32>,
}
