//! Sinks, which follow a run, and how several of them follow it at once.
//!
//! Invariant: a sink made of others passes on every method. `missing_trait_methods` is denied on each such
//! implementation, since a default that slips in there silences what the sink inside would have heard. All are inlined:
//! where the engine reports a transition it is known which.

use std::ops::BitOr;

use super::event::{Event, Journey, Levels, Observation};
use crate::units::SimTime;

/// Follows a run. Everything defaults to ignoring it, at no cost.
pub trait Sink {
    /// What is observed beyond transitions and levels; asked once, before a run.
    fn interests(&self) -> Interests {
        Interests::default()
    }

    /// The clock is about to move to `to`: what was last reported holds up to here.
    fn advance(&mut self, _to: SimTime) {}

    /// A request changed state.
    fn event(&mut self, _at: SimTime, _event: Event, _journey: &Journey) {}

    /// A GPU's levels changed and hold from `at` on.
    fn levels(&mut self, _at: SimTime, _gpu: u32, _levels: &Levels) {}

    /// The length of the global queue changed and holds from `at` on.
    fn global_queue(&mut self, _at: SimTime, _depth: u32) {}

    /// Something this sink has an interest in.
    fn observe(&mut self, _at: SimTime, _observation: Observation) {}

    /// Whether the run is to go on; asked before each instant.
    fn wants_more(&self) -> bool {
        true
    }
}

/// What a sink wants to observe. With `batching phases` there is nothing of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interests {
    /// [`Levels::grown`]: every block that is taken is reported when it is, which costs as much as taking each step.
    pub growth: bool,
    /// [`Observation::Gaps`]: otherwise gaps are not even counted.
    pub gaps: bool,
    /// [`Observation::Record`], when the run is over.
    pub records: bool,
}

impl BitOr for Interests {
    type Output = Interests;

    fn bitor(self, other: Interests) -> Interests {
        Interests {
            growth: self.growth || other.growth,
            gaps: self.gaps || other.gaps,
            records: self.records || other.records,
        }
    }
}

impl Sink for () {}

#[deny(clippy::missing_trait_methods)]
impl<A: Sink, B: Sink> Sink for (A, B) {
    #[inline]
    fn interests(&self) -> Interests {
        self.0.interests() | self.1.interests()
    }

    #[inline]
    fn advance(&mut self, to: SimTime) {
        self.0.advance(to);
        self.1.advance(to);
    }

    #[inline(always)]
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        self.0.event(at, event, journey);
        self.1.event(at, event, journey);
    }

    #[inline]
    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        self.0.levels(at, gpu, levels);
        self.1.levels(at, gpu, levels);
    }

    #[inline]
    fn global_queue(&mut self, at: SimTime, depth: u32) {
        self.0.global_queue(at, depth);
        self.1.global_queue(at, depth);
    }

    #[inline]
    fn observe(&mut self, at: SimTime, observation: Observation) {
        self.0.observe(at, observation);
        self.1.observe(at, observation);
    }

    #[inline]
    fn wants_more(&self) -> bool {
        self.0.wants_more() && self.1.wants_more()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: Sink> Sink for &mut S {
    #[inline]
    fn interests(&self) -> Interests {
        (**self).interests()
    }

    #[inline]
    fn advance(&mut self, to: SimTime) {
        (**self).advance(to);
    }

    #[inline(always)]
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        (**self).event(at, event, journey);
    }

    #[inline]
    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        (**self).levels(at, gpu, levels);
    }

    #[inline]
    fn global_queue(&mut self, at: SimTime, depth: u32) {
        (**self).global_queue(at, depth);
    }

    #[inline]
    fn observe(&mut self, at: SimTime, observation: Observation) {
        (**self).observe(at, observation);
    }

    #[inline]
    fn wants_more(&self) -> bool {
        (**self).wants_more()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<S: Sink> Sink for Option<S> {
    #[inline]
    fn interests(&self) -> Interests {
        self.as_ref().map_or(Interests::default(), Sink::interests)
    }

    #[inline]
    fn advance(&mut self, to: SimTime) {
        if let Some(sink) = self {
            sink.advance(to);
        }
    }

    #[inline(always)]
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        if let Some(sink) = self {
            sink.event(at, event, journey);
        }
    }

    #[inline]
    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        if let Some(sink) = self {
            sink.levels(at, gpu, levels);
        }
    }

    #[inline]
    fn global_queue(&mut self, at: SimTime, depth: u32) {
        if let Some(sink) = self {
            sink.global_queue(at, depth);
        }
    }

    #[inline]
    fn observe(&mut self, at: SimTime, observation: Observation) {
        if let Some(sink) = self {
            sink.observe(at, observation);
        }
    }

    #[inline]
    fn wants_more(&self) -> bool {
        self.as_ref().is_none_or(Sink::wants_more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::gaps::Gaps;
    use crate::units::Bytes;

    /// Wants everything, counts what it hears, and has had enough after one advance.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Probe {
        advanced: u32,
        levels: u32,
        depths: u32,
        observed: u32,
    }

    impl Sink for Probe {
        fn interests(&self) -> Interests {
            Interests { growth: true, gaps: true, records: true }
        }

        fn advance(&mut self, _to: SimTime) {
            self.advanced += 1;
        }

        fn levels(&mut self, _at: SimTime, _gpu: u32, _levels: &Levels) {
            self.levels += 1;
        }

        fn global_queue(&mut self, _at: SimTime, _depth: u32) {
            self.depths += 1;
        }

        fn observe(&mut self, _at: SimTime, _observation: Observation) {
            self.observed += 1;
        }

        fn wants_more(&self) -> bool {
            self.advanced == 0
        }
    }

    #[test]
    fn a_sink_inside_others_hears_and_decides_as_alone() {
        let mut probe = Probe::default();
        let mut sink: (Option<()>, Option<((), &mut Probe)>) = (None, Some(((), &mut probe)));
        assert_eq!(sink.interests(), Interests { growth: true, gaps: true, records: true });
        let (at, bytes) = (SimTime::ZERO, Bytes::ZERO);
        sink.levels(at, 0, &Levels::default());
        sink.global_queue(at, 1);
        sink.observe(at, Observation::Record { blocks: 6, bytes });
        sink.observe(at, Observation::Gaps { gpu: 0, gaps: Gaps::rising(0, 1, 1, 1, 0) });
        assert!(sink.wants_more());
        sink.advance(at);
        assert!(!sink.wants_more());
        assert_eq!(probe, Probe { advanced: 1, levels: 1, depths: 1, observed: 2 });
    }

    #[test]
    fn an_absent_sink_wants_nothing_and_stops_nothing() {
        let absent: Option<Probe> = None;
        assert_eq!(absent.interests(), Interests::default());
        assert!(absent.wants_more());
    }
}
