//! What the dispatcher asks of replicas: all it knows of how they work.

use std::ops::Range;

use super::Context;
use crate::engine::sink::Sink;
use crate::policy::view::Prefixes;
use crate::units::{SimDuration, SimTime};
use crate::workload::Request;

/// The replicas of a cluster, by cluster-wide index.
///
/// What they do to requests they report to the [`Context`]: every transition, what they hold, and which requests leave.
pub(in crate::engine) trait Replicas {
    /// What they keep of each request in the system.
    type Own: Default;

    /// What a request takes of a replica; cheap to compute again.
    type Need: Copy;

    /// How much one request counts in the load of a replica.
    fn load_of_one(&self, replica: u32) -> f64;

    /// What is spent on a request from its arrival until it can be routed, whatever the replica.
    fn before_queue(&self) -> SimDuration;

    /// What a request takes.
    fn need(&self, request: &Request) -> Self::Need;

    /// The replicas that could take a request in when empty, in rising ranges; none where it fits nowhere.
    fn candidates(&self, need: Self::Need) -> &[Range<u32>];

    /// Whether a candidate has room for a request now, beside the limit of requests that it holds.
    fn has_room(&self, need: Self::Need, replica: u32) -> bool;

    /// Makes room for a request by taking it from others; whether that was possible.
    fn make_room<S: Sink>(
        &mut self,
        slot: u32,
        need: Self::Need,
        replica: u32,
        context: &mut Context<'_, Self::Own, S>,
    ) -> bool;

    /// How long a request would keep an idle replica busy, in microseconds, if its output had that many tokens.
    fn expected_work(&self, replica: u32, prompt: u32, output: u64) -> u64;

    /// Calls `route` with the candidates and with what their prefix caches have of a request; `None` where nothing is cached
    /// or the request shares nothing.
    fn with_prefixes<T>(
        &mut self,
        need: Self::Need,
        request: &Request,
        now: SimTime,
        route: impl FnOnce(&[Range<u32>], Option<&dyn Prefixes>) -> T,
    ) -> T;

    /// Takes a request in, to be served in the order of `key`.
    fn admit<S: Sink>(
        &mut self,
        slot: u32,
        key: u64,
        need: Self::Need,
        replica: u32,
        context: &mut Context<'_, Self::Own, S>,
    );

    /// When something ends next.
    fn next_time(&self) -> SimTime;

    /// Time has come to an instant in which nothing has ended yet.
    fn enter_instant<S: Sink>(&mut self, context: &mut Context<'_, Self::Own, S>);

    /// Carries out what ends now, and what goes on because of it.
    fn end<S: Sink>(&mut self, context: &mut Context<'_, Self::Own, S>);

    /// Starts what can start where something happened in this instant.
    fn start<S: Sink>(&mut self, context: &mut Context<'_, Self::Own, S>);

    /// Reports what replicas hold from now on.
    fn report<S: Sink>(&mut self, context: &mut Context<'_, Self::Own, S>);

    /// The run is over; gives the steps that have ended.
    fn stop<S: Sink>(&mut self, context: &mut Context<'_, Self::Own, S>) -> u64;

    /// Panics with a sentence where the books do not balance; gives the number of requests that are held, each once.
    fn check<S: Sink>(&self, context: &Context<'_, Self::Own, S>) -> u64;
}
