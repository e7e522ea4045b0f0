//! A condition over time: the changes of all its levels merged into stretches where none of them changes.
//!
//! Exact: a stretch begins at a change, never at a sample. What has one value a run is constant over all of them.
//! Invariant: a system that drained stays as it is, so that a time named beyond its run is answered by its last
//! state, whatever the form; a run that was cut short says nothing about later times.

use std::ops::ControlFlow;

use super::forms;
use super::verdict::Verdict;
use super::view::{Known, Moment, Run, View};
use crate::metrics::{Outcome, Piece, Series};
use crate::model::{Condition, Mention};
use crate::units::{SimDuration, SimTime};

/// A condition over time.
pub(super) struct Timeline<'c, 'o> {
    condition: &'c Condition,
    metrics: Vec<Known<'c>>,
    lines: Vec<Line<'o>>,
    /// From when on all runs are measured.
    measured_from: SimTime,
    /// The end of the run itself.
    end: SimTime,
    /// Up to when all states are known: the end of the shortest run that was cut short.
    reach: SimTime,
}

enum Line<'o> {
    Constant(f64),
    Series { series: &'o Series, end: SimTime },
}

/// A stretch of time with one verdict.
pub(super) struct Stretch {
    pub(super) from: SimTime,
    pub(super) to: SimTime,
    pub(super) verdict: Verdict,
}

impl<'c, 'o> Timeline<'c, 'o> {
    /// Why there is none: a metric with one value a run has no data.
    pub(super) fn new(condition: &'c Condition, run: Run<'_, 'o>) -> Result<Timeline<'c, 'o>, String> {
        let (mut metrics, mut lines) = (Vec::new(), Vec::new());
        let known_up_to = |outcome: &Outcome| if outcome.drained() { SimTime::MAX } else { outcome.end() };
        let mut reach = known_up_to(run.outcome);
        let mut measured_from = run.outcome.measured_from();
        for Mention { metric, over_time: _ } in condition.metrics() {
            let outcome = run.outcome(metric)?;
            reach = reach.min(known_up_to(outcome));
            measured_from = measured_from.max(outcome.measured_from());
            lines.push(match outcome.series(metric) {
                Some(series) => Line::Series { series, end: outcome.end() },
                None => Line::Constant(run.value(metric)?),
            });
            metrics.push(Known::new(metric));
        }
        Ok(Timeline { condition, metrics, lines, measured_from, end: run.outcome.end(), reach })
    }

    /// Up to when all states are known.
    pub(super) fn reach(&self) -> SimTime {
        self.reach
    }

    /// A time, or the end of the warm-up where that is later: what was before is not looked at.
    pub(super) fn measured(&self, from: SimTime) -> SimTime {
        from.max(self.measured_from)
    }

    /// The measured part of the span that `during` names; without it of the run itself. A span without an end goes on for
    /// `further` after the run.
    pub(super) fn span(
        &self,
        during: Option<(SimTime, SimTime)>,
        further: SimDuration,
    ) -> (SimTime, SimTime) {
        match during {
            None => (self.measured_from, self.end),
            Some((from, SimTime::MAX)) => {
                let from = self.measured(from);
                let last = self.end.max(from);
                (from, last.checked_add(further).unwrap_or(SimTime::MAX))
            }
            Some((from, to)) => (self.measured(from), to),
        }
    }

    /// Judges the condition on each stretch between two times, both inclusive, as far as states are known, until
    /// `visit` breaks. Stretches share their ends: the later one begins where its change takes effect.
    pub(super) fn walk(&self, from: SimTime, to: SimTime, mut visit: impl FnMut(Stretch) -> ControlFlow<()>) {
        let to = to.min(self.reach);
        if from > to {
            return;
        }
        let (mut cursors, mut values): (Vec<Cursor<'_>>, Vec<f64>) =
            self.lines.iter().map(|line| line.between(from, to)).unzip();
        let mut at = from;
        loop {
            let until = cursors.iter().map(|cursor| cursor.until).min().unwrap_or(to);
            let moment = Moment { metrics: &self.metrics, values: &values };
            let verdict = forms::judge(self.condition, View::Moment(&moment));
            if visit(Stretch { from: at, to: until, verdict }).is_break() {
                return;
            }
            let mut moved = false;
            for (cursor, value) in cursors.iter_mut().zip(&mut values) {
                if cursor.until == until
                    && let Some(next) = cursor.next.take()
                {
                    *value = next.value as f64;
                    cursor.move_to(next, to);
                    moved = true;
                }
            }
            if !moved {
                return;
            }
            at = until;
        }
    }
}

impl Line<'_> {
    /// A cursor at the earlier of two times, and the value there.
    fn between(&self, from: SimTime, to: SimTime) -> (Cursor<'_>, f64) {
        match *self {
            Line::Constant(value) => {
                (Cursor { until: to, next: None, rest: Box::new(std::iter::empty()) }, value)
            }
            Line::Series { series, end } => {
                let mut rest = series.pieces(from.min(end), to);
                let first = rest.next().expect("a series reaches from 0 to the end of its run");
                let mut cursor = Cursor { until: first.to, next: None, rest: Box::new(rest) };
                cursor.move_to(first, to);
                (cursor, first.value as f64)
            }
        }
    }
}

/// A series while it is walked along.
struct Cursor<'o> {
    until: SimTime,
    next: Option<Piece>,
    rest: Box<dyn Iterator<Item = Piece> + 'o>,
}

impl Cursor<'_> {
    /// The last piece goes on to the end of the walk.
    fn move_to(&mut self, piece: Piece, to: SimTime) {
        self.next = self.rest.next();
        self.until = if self.next.is_some() { piece.to } else { to };
    }
}
