//! Verdicts before a run is over: a sink that ends a run once one expectation can no longer pass.
//!
//! For searches, which spend most of their time on overloaded systems and ask only whether all expectations hold. A
//! percentile is lost when more samples are above its bound than all requests of the run allow, a count when it is
//! exceeded, `always` when it is broken. Never changes a verdict: what is not understood here is not judged early, and
//! what is lost would have failed at the end. Requests are counted by drawing the traffic once more, and only once an
//! expectation would fail if the run ended now.

mod arrivals;
mod limit;

mod build;
mod level_watch;
mod request_watch;

pub use arrivals::{Arrivals, count_arrivals};

use crate::engine::{Event, Interests, Journey, Levels, Observation, Sink};
use crate::model::Scenario;
use crate::units::SimTime;
use level_watch::LevelWatch;
use request_watch::{Moment, RequestWatch};

/// Counts the requests of the run that are among each of some arrivals: exactly or more; `None` where that is not known
/// before the run.
pub type CountArrivals<'a> = &'a dyn Fn(&[Arrivals]) -> Vec<Option<u64>>;

/// Follows a run until an expectation is lost.
pub struct Early<'a> {
    warmup: SimTime,
    requests: Vec<RequestWatch<'a>>,
    /// Indices of those that listen to each moment.
    listeners: [Vec<usize>; Moment::ALL.len()],
    levels: Vec<LevelWatch>,
    count: CountArrivals<'a>,
    lost: Option<Lost>,
}

/// An expectation that can no longer pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lost {
    /// Its index.
    pub expectation: usize,
    /// When that was known.
    pub at: SimTime,
    /// How much of the run it took, from 0 to 1, where requests were counted: near 1 it was lost by little.
    pub share_of_run: Option<f64>,
}

impl<'a> Early<'a> {
    /// For one run of a scenario. Expectations that need not hold in every run are not judged.
    #[must_use]
    pub fn new(scenario: &'a Scenario, count: CountArrivals<'a>) -> Early<'a> {
        let mut watches = build::Watches::default();
        for (index, expectation) in scenario.expectations.iter().enumerate() {
            if expectation.in_runs.is_none() {
                build::watch(scenario, index, &expectation.condition, &mut watches);
            }
        }
        let build::Watches { requests, levels } = watches;
        let listeners = Moment::ALL.map(|moment| {
            let listening = requests.iter().enumerate().filter(|(_, watch)| watch.listens_to(moment));
            listening.map(|(index, _)| index).collect()
        });
        Early { warmup: scenario.run.warmup, requests, listeners, levels, count, lost: None }
    }

    /// Which expectation was lost, if one was.
    #[must_use]
    pub fn lost(&self) -> Option<Lost> {
        self.lost
    }

    fn hear(&mut self, at: SimTime, moment: Moment, journey: &Journey) {
        if journey.request.arrival < self.warmup {
            return;
        }
        for place in 0..self.listeners[moment as usize].len() {
            let index = self.listeners[moment as usize][place];
            let watch = &mut self.requests[index];
            watch.hear(at, moment, journey);
            if watch.wants_total() {
                self.count_all();
            }
            let watch = &self.requests[index];
            if watch.is_lost() {
                let (expectation, share_of_run) = (watch.expectation, watch.share_of_run());
                self.lose(Lost { expectation, at, share_of_run });
            }
        }
    }

    #[cold]
    fn count_all(&mut self) {
        let arrivals: Vec<Arrivals> = self.requests.iter().map(|watch| watch.arrivals.clone()).collect();
        let totals = (self.count)(&arrivals);
        for (watch, total) in self.requests.iter_mut().zip(totals) {
            watch.set_total(total);
        }
    }

    #[cold]
    fn lose(&mut self, lost: Lost) {
        self.lost.get_or_insert(lost);
    }

    fn follow_levels(&mut self, follow: impl Fn(&mut LevelWatch) -> Option<SimTime>) {
        let lost = self.levels.iter_mut().find_map(|watch| Some((watch.expectation, follow(watch)?)));
        if let Some((expectation, at)) = lost {
            self.lose(Lost { expectation, at, share_of_run: None });
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl Sink for Early<'_> {
    fn interests(&self) -> Interests {
        Interests::default()
    }

    #[inline]
    fn advance(&mut self, to: SimTime) {
        if !self.levels.is_empty() {
            self.follow_levels(|watch| watch.settle(to));
        }
    }

    #[inline(always)]
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        let moment = match event {
            Event::PrefillStarted { gpu: _ } if journey.started() == Some(at) => Moment::Started,
            Event::PrefillFinished { gpu: _ } if journey.first_token() == Some(at) => Moment::FirstToken,
            Event::Finished { gpu: _ } => Moment::Finished,
            Event::Rejected { reason: _ } => Moment::Rejected,
            Event::Evicted { gpu: _ } => Moment::Evicted,
            Event::Preempted { gpu: _ } => Moment::Preempted,
            Event::Retried { gpu: _ } => Moment::Retried,
            Event::Arrived
            | Event::QueuedGlobally
            | Event::Admitted { gpu: _ }
            | Event::PrefillStarted { gpu: _ }
            | Event::PrefillFinished { gpu: _ }
            | Event::HandoffStarted { .. }
            | Event::HandoffFinished { .. }
            | Event::DecodeStarted { gpu: _ } => return,
        };
        if !self.listeners[moment as usize].is_empty() {
            self.hear(at, moment, journey);
        }
    }

    #[inline]
    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        if !self.levels.is_empty() {
            self.follow_levels(|watch| watch.of_gpu(at, gpu, levels));
        }
    }

    #[inline]
    fn global_queue(&mut self, at: SimTime, depth: u32) {
        if !self.levels.is_empty() {
            self.follow_levels(|watch| watch.of_global_queue(at, depth));
        }
    }

    #[inline]
    fn observe(&mut self, _at: SimTime, _observation: Observation) {}

    #[inline]
    fn wants_more(&self) -> bool {
        self.lost.is_none()
    }
}
