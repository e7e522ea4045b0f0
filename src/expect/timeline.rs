//! A condition over time: the changes of all its levels merged into stretches where none of them changes.
//!
//! Exact: a stretch begins at a change, never at a sample. What has one value a run is constant over all of them.

use std::ops::ControlFlow;

use super::forms;
use super::verdict::Verdict;
use super::view::{Known, Moment, Run, View};
use crate::metrics::{Piece, Series};
use crate::model::{Condition, Mention};
use crate::units::SimTime;

/// A condition over time.
pub(super) struct Timeline<'c, 'o> {
    condition: &'c Condition,
    metrics: Vec<Known<'c>>,
    lines: Vec<Line<'o>>,
    /// The end of the shortest run looked at.
    end: SimTime,
}

enum Line<'o> {
    Constant(f64),
    Series(&'o Series),
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
        let mut end = run.outcome.end();
        for Mention { metric, over_time: _ } in condition.metrics() {
            let outcome = run.outcome(metric)?;
            end = end.min(outcome.end());
            lines.push(match outcome.series(metric) {
                Some(series) => Line::Series(series),
                None => Line::Constant(run.value(metric)?),
            });
            metrics.push(Known::new(metric));
        }
        Ok(Timeline { condition, metrics, lines, end })
    }

    /// Judges the condition on each stretch between two times, both inclusive, as far as the runs reach, until
    /// `visit` breaks. Stretches share their ends: the later one begins where its change takes effect.
    pub(super) fn walk(&self, from: SimTime, to: SimTime, mut visit: impl FnMut(Stretch) -> ControlFlow<()>) {
        let to = to.min(self.end);
        if from > to {
            return;
        }
        let constant = |value| Piece { from, to, value };
        let mut cursors: Vec<Cursor<'_>> = Vec::with_capacity(self.lines.len());
        let mut values = Vec::with_capacity(self.lines.len());
        for line in &self.lines {
            match line {
                Line::Constant(value) => {
                    values.push(*value);
                    cursors.push(Cursor {
                        current: constant(0),
                        rest: Box::new(std::iter::empty()),
                        next: None,
                    });
                }
                Line::Series(series) => {
                    let mut rest: Box<dyn Iterator<Item = Piece>> = Box::new(series.pieces(from, to));
                    let current = rest.next().expect("a series reaches from 0 to the end of its run");
                    values.push(current.value as f64);
                    cursors.push(Cursor { current, next: rest.next(), rest });
                }
            }
        }
        let mut at = from;
        loop {
            let until = cursors.iter().map(|cursor| cursor.current.to).min().unwrap_or(to);
            let moment = Moment { metrics: &self.metrics, values: &values };
            let verdict = forms::judge(self.condition, View::Moment(&moment));
            if visit(Stretch { from: at, to: until, verdict }).is_break() {
                return;
            }
            let mut moved = false;
            for (cursor, value) in cursors.iter_mut().zip(&mut values) {
                if cursor.current.to == until
                    && let Some(next) = cursor.next.take()
                {
                    *value = next.value as f64;
                    cursor.current = next;
                    cursor.next = cursor.rest.next();
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

/// A series while it is walked along.
struct Cursor<'o> {
    current: Piece,
    next: Option<Piece>,
    rest: Box<dyn Iterator<Item = Piece> + 'o>,
}
