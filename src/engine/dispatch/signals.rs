//! What routers see of replicas, and the three moments at which it may change: a request is dispatched, its first token
//! is there, a replica no longer holds it.
//!
//! A signal is a field of [`View`], a column here, and what one request adds to it a field of [`Charge`]. Invariant: a
//! replica's signals are the sums over the requests that it holds.

use super::Context;
use crate::engine::event::Event;
use crate::engine::sink::Sink;
use crate::policy::routing::Router;
use crate::policy::scheduling::Waiting;
use crate::policy::view::{Candidates, Prefixes, View};
use crate::rng::Stream;

/// What a request adds to the signals of the replica that holds it.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::engine) struct Charge {
    /// To the expected work, in microseconds.
    pub(in crate::engine) expected_work: u64,
}

/// The signals, by cluster-wide replica index, and the router that reads them.
pub(in crate::engine) struct Signals {
    router: Box<dyn Router>,
    asks: Asks,
    columns: Columns,
    /// Tokens and requests finished, by workload, where the router asks for expected work.
    finished: Vec<(u64, u64)>,
}

/// What the router asks for, which is the same throughout a run.
#[derive(Clone, Copy, Debug)]
struct Asks {
    /// To hear of each change.
    changes: bool,
    /// Expected work.
    expected_work: bool,
    /// What prefix caches hold.
    prefixes: bool,
}

/// A column a signal.
struct Columns {
    held: Vec<u32>,
    load_of_one: Vec<f64>,
    expected_work: Vec<u64>,
}

impl Columns {
    #[inline]
    fn view(&self) -> View<'_> {
        let Columns { held, load_of_one, expected_work } = self;
        View { held, load_of_one, expected_work, prefixes: None }
    }
}

impl Signals {
    /// Of `n` replicas that hold nothing.
    pub(super) fn new(
        router: Box<dyn Router>,
        n: usize,
        n_workloads: usize,
        load_of_one: impl Fn(u32) -> f64,
    ) -> Signals {
        let asks = Asks {
            changes: router.follows_changes(),
            expected_work: router.compares_expected_work(),
            prefixes: router.compares_prefixes(),
        };
        debug_assert!(
            asks.changes || !asks.expected_work,
            "a router that compares expected work follows changes"
        );
        let columns = Columns {
            held: vec![0; n],
            load_of_one: (0..n as u32).map(|replica| load_of_one(replica) * 4_294_967_296.0).collect(),
            expected_work: vec![0; n],
        };
        Signals { router, asks, columns, finished: vec![(0, 0); n_workloads] }
    }

    /// Whether the router looks at what prefix caches hold.
    #[inline]
    pub(super) fn compares_prefixes(&self) -> bool {
        self.asks.prefixes
    }

    /// The replica the router proposes.
    #[inline]
    pub(super) fn route(&mut self, candidates: Candidates<'_>, stream: &mut Stream) -> Option<u32> {
        self.router.route(candidates, self.columns.view(), stream)
    }

    /// The same for a router that compares prefixes.
    pub(super) fn route_by_prefixes(
        &mut self,
        candidates: Candidates<'_>,
        prefixes: Option<&dyn Prefixes>,
        stream: &mut Stream,
    ) -> Option<u32> {
        self.router.route(candidates, View { prefixes, ..self.columns.view() }, stream)
    }

    /// How many replicas there are.
    #[cfg(debug_assertions)]
    pub(super) fn n_replicas(&self) -> usize {
        self.columns.held.len()
    }

    /// Requests a replica holds.
    #[inline]
    pub(in crate::engine) fn held(&self, replica: u32) -> u32 {
        self.columns.held[replica as usize]
    }

    /// Requests all replicas hold, those on two of them twice.
    pub(in crate::engine) fn n_held(&self) -> u64 {
        self.columns.held.iter().map(|n| u64::from(*n)).sum()
    }

    /// Work expected of a replica, in microseconds.
    pub(in crate::engine) fn expected_work(&self, replica: u32) -> u64 {
        self.columns.expected_work[replica as usize]
    }

    /// The mean output of a workload's requests so far, in whole tokens; 0 before the first has finished.
    #[inline]
    fn mean_output(&self, workload: u16) -> u64 {
        let (tokens, requests) = self.finished[usize::from(workload)];
        tokens.checked_div(requests).unwrap_or(0)
    }

    #[inline]
    fn learn(&mut self, workload: u16, output: u32) {
        if self.asks.expected_work {
            let (tokens, requests) = &mut self.finished[usize::from(workload)];
            *tokens += u64::from(output);
            *requests += 1;
        }
    }

    #[inline]
    fn dispatched(&mut self, replica: u32, charge: Charge) {
        self.columns.held[replica as usize] += 1;
        if self.asks.changes {
            self.columns.expected_work[replica as usize] += charge.expected_work;
            self.router.changed(replica, self.columns.view());
        }
    }

    #[inline]
    fn given_back(&mut self, replica: u32, charge: Charge) {
        self.columns.held[replica as usize] -= 1;
        if self.asks.changes {
            self.columns.expected_work[replica as usize] -= charge.expected_work;
            self.router.changed(replica, self.columns.view());
        }
    }
}

impl<O, S: Sink> Context<'_, O, S> {
    /// A request is dispatched to a replica, where it is served in the order of the key; `expected_work` says what it takes
    /// there, by its prompt and the output that is expected of it.
    #[inline]
    pub(super) fn dispatch(
        &mut self,
        slot: u32,
        replica: u32,
        expected_work: impl FnOnce(u32, u64) -> u64,
    ) -> u64 {
        let request = self.requests.get_mut(slot);
        let workload = request.journey.request.workload;
        request.journey.go_to(replica);
        if self.signals.asks.expected_work {
            let output = self.signals.mean_output(workload);
            request.charge.expected_work = expected_work(request.prompt(), output);
        }
        let charge = request.charge;
        let remaining = u64::from(request.prompt()) + u64::from(request.output());
        self.hold(replica, charge);
        self.scheduler.as_mut().map_or(0, |scheduler| scheduler.key(Waiting { replica, workload, remaining }))
    }

    /// A request with this key has started on a replica.
    #[inline]
    pub(in crate::engine) fn started(&mut self, replica: u32, key: u64) {
        if let Some(scheduler) = &mut self.scheduler {
            scheduler.started(replica, key);
        }
    }

    /// A replica, or a further one, keeps a place for a request.
    #[inline]
    pub(in crate::engine) fn hold(&mut self, replica: u32, charge: Charge) {
        self.signals.dispatched(replica, charge);
    }

    /// A request's prompt is computed: its first token is there, unless it was before.
    #[inline]
    pub(in crate::engine) fn prefill_finished(&mut self, slot: u32, gpu: u32) {
        let now = self.now;
        self.change(slot, Event::PrefillFinished { gpu }, |request| request.journey.finish_prefill(now));
    }

    /// A request has all its tokens; what it held is given back next.
    #[inline]
    pub(in crate::engine) fn finished(&mut self, slot: u32, gpu: u32) {
        let signals = &mut self.signals;
        let request = self.requests.get(slot);
        signals.learn(request.journey.request.workload, request.output());
        self.emit(slot, Event::Finished { gpu });
    }

    /// A replica holds a request less; requests in the global queue are offered its place within this instant.
    #[inline]
    pub(in crate::engine) fn give_back(&mut self, replica: u32, charge: Charge) {
        self.signals.given_back(replica, charge);
        self.global_queue.released(replica);
    }
}
