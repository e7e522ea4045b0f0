//! Comparisons, their combinations, and conditions about every instant.

use super::term::{self, Operand};
use super::{During, Lowering, Scope, Temporal, error, place, selectors};
use crate::analysis::language::{suggest, values};
use crate::metrics::Equality;
use crate::model::{Bound, Comparison, Condition, Term, Tolerance};
use crate::source::Span;
use crate::syntax::ast;
use crate::units::SimTime;

impl Lowering<'_, '_> {
    /// Lowers a condition under the scope in force.
    pub(super) fn condition(&mut self, condition: &ast::Condition) -> Option<Condition> {
        match condition {
            ast::Condition::Compare { left, operator, operator_span, right, tolerance } => {
                self.compare(left, (*operator, *operator_span), right, tolerance.as_ref())
            }
            ast::Condition::Within { left, low, high } => self.within(left, low, high),
            ast::Condition::And(left, right) => {
                let (left, right) = (self.condition(left), self.condition(right));
                Some(Condition::And(Box::new(left?), Box::new(right?)))
            }
            ast::Condition::Or(left, right) => {
                let (left, right) = (self.condition(left), self.condition(right));
                Some(Condition::Or(Box::new(left?), Box::new(right?)))
            }
            ast::Condition::Not(inner, _) => Some(Condition::Not(Box::new(self.condition(inner)?))),
            ast::Condition::Always(inner, span) => {
                let (condition, during) = self.instants(inner, Temporal { word: "always", span: *span })?;
                let during = during.map(|during| (during.from, during.to));
                Some(Condition::Always { condition: Box::new(condition), during })
            }
            ast::Condition::Eventually { condition, within, span } => {
                self.eventually(condition, within.as_ref(), *span)
            }
            ast::Condition::Sustained { condition, duration, span } => {
                let duration = values::duration(duration, "for", Bound::Positive, self.ctx);
                let (condition, during) = self.instants(condition, Temporal { word: "for", span: *span })?;
                let during = during.map(|during| (during.from, during.to));
                Some(Condition::Sustained { condition: Box::new(condition), duration: duration?, during })
            }
            ast::Condition::Selected(inner, _) => {
                let outer = self.scope;
                let selected = self.selected(condition);
                let lowered = self.condition(unselected(inner));
                self.scope = outer;
                selected?;
                lowered
            }
        }
    }

    fn compare(
        &mut self,
        left: &ast::Expr,
        (operator, operator_span): (ast::Comparison, Span),
        right: &ast::Expr,
        tolerance: Option<&ast::Expr>,
    ) -> Option<Condition> {
        self.windows = None;
        let (left, right) = (self.operand(left), self.operand(right));
        let (left, right) = self.alike(left?, right?)?;
        // What varies in a plan is known before the run.
        let may_be_constant = self.around.varied.is_some();
        if !may_be_constant && left.constant().is_some() && right.constant().is_some() {
            let whole = left.span.to(right.span);
            self.report(error::no_metric(&self.text(whole), whole));
            return None;
        }
        let operator = comparison(operator);
        let tolerance = match tolerance {
            Some(written) => self.tolerance(written, operator, operator_span, &left)?,
            None => unwritten_tolerance(operator, &left, &right),
        };
        Some(Condition::Compare { left: left.term, operator, right: right.term, tolerance })
    }

    /// `± 3%`, `+- 5 ms`.
    fn tolerance(
        &mut self,
        written: &ast::Expr,
        operator: Comparison,
        operator_span: Span,
        beside: &Operand,
    ) -> Option<Tolerance> {
        let span = written.span();
        if !matches!(operator, Comparison::Equal | Comparison::NotEqual) {
            self.report(error::tolerance_without_equality(&self.text(operator_span), operator_span, span));
            return None;
        }
        let tolerance = self.operand(written)?;
        let Some(value) = tolerance.constant() else {
            self.report(error::tolerance_not_constant(&self.text(span), span));
            return None;
        };
        if value < 0.0 {
            self.report(error::negative_tolerance(&self.text(span), span));
            return None;
        }
        if matches!(tolerance.scale, term::Scale::Share) {
            return Some(Tolerance::Relative(value));
        }
        let (_, tolerance) = self.alike(beside.clone(), tolerance)?;
        tolerance.constant().map(Tolerance::Absolute)
    }

    fn within(&mut self, left: &ast::Expr, low: &ast::Expr, high: &ast::Expr) -> Option<Condition> {
        self.windows = None;
        let (left, low, high) = (self.operand(left), self.operand(low), self.operand(high));
        let (left, low, high) = (left?, low?, high?);
        self.same_unit(&low, &high)?;
        let range = low.span.to(high.span);
        let may_be_constant = self.around.varied.is_some();
        if !may_be_constant && [&left, &low, &high].into_iter().all(|operand| operand.constant().is_some()) {
            let whole = left.span.to(range);
            self.report(error::no_metric(&self.text(whole), whole));
            return None;
        }
        // The side that is measured may be any of the three: the first pass reads the middle, the others follow.
        let (left, low) = self.alike(left, low)?;
        let (left, high) = self.alike(left, high)?;
        let (left, low) = self.alike(left, low)?;
        if let (Some(lowest), Some(highest)) = (low.constant(), high.constant())
            && lowest > highest
        {
            self.report(error::reversed(&self.text(range), range));
            return None;
        }
        Some(Condition::Within { left: left.term, low: low.term, high: high.term })
    }

    /// Of the ends of a range both carry a unit or none does: `1 .. $limit` may be a millisecond or a second.
    fn same_unit(&mut self, low: &Operand, high: &Operand) -> Option<()> {
        let (bare, beside) = match (low.scale, high.scale) {
            (term::Scale::Bare, term::Scale::Bare) => return Some(()),
            (term::Scale::Bare, _) if high.constant().is_some() => (low, high),
            (_, term::Scale::Bare) if low.constant().is_some() => (high, low),
            _ => return Some(()),
        };
        // A count is a count with or without a word after it.
        if beside.dimension.is_count() && !matches!(beside.scale, term::Scale::Share) {
            return Some(());
        }
        self.report(error::unit_missing(
            &self.text(bare.span),
            bare.span,
            &self.text(beside.span),
            &beside.describe(),
            None,
        ));
        None
    }

    fn eventually(
        &mut self,
        condition: &ast::Condition,
        within: Option<&ast::Expr>,
        span: Span,
    ) -> Option<Condition> {
        let limit = within.map(|within| values::duration(within, "within", Bound::Positive, self.ctx));
        let (condition, during) = self.instants(condition, Temporal { word: "eventually", span })?;
        let limit = match limit {
            Some(limit) => Some(limit?),
            None => None,
        };
        let after = during.map_or(SimTime::ZERO, |during| during.from);
        let span_of_time =
            during.filter(|during| during.to < SimTime::MAX).map(|during| during.to.since(during.from));
        let within = [limit, span_of_time].into_iter().flatten().min();
        Some(Condition::Eventually { condition: Box::new(condition), after, within })
    }

    /// The condition under `always`, `eventually` or `for 30 s`, and the span of time they look at.
    fn instants(
        &mut self,
        condition: &ast::Condition,
        temporal: Temporal,
    ) -> Option<(Condition, Option<During>)> {
        let outer = self.scope;
        if let Some(around) = outer.temporal {
            self.report(error::nested(around, temporal));
            return None;
        }
        let selected = self.selected(condition);
        let during = self.scope.during;
        self.scope = Scope { during: None, temporal: Some(temporal) };
        let lowered = self.condition(unselected(condition));
        self.scope = outer;
        selected?;
        Some((lowered?, during))
    }

    /// Takes the selectors after a condition into the scope.
    fn selected(&mut self, condition: &ast::Condition) -> Option<()> {
        let ast::Condition::Selected(inner, written) = condition else { return Some(()) };
        let mut sound = self.selected(inner);
        for selector in written {
            let (word, span) = (selectors::word_of(selector), selector.span());
            if !matches!(word, "during" | "after") {
                let misspelt = self.misspelt_workload(selector);
                let moved =
                    self.with_selector_moved(inner, word, span, misspelt.as_ref().map(|(_, near)| *near));
                self.report(error::selector_after_literal(word, span, &moved, misspelt));
                sound = None;
            } else if let Some(earlier) = self.scope.during {
                self.report(error::selected_twice(earlier.word, word, earlier.span, span));
                sound = None;
            } else if let Some(temporal) = self.scope.temporal {
                self.report(error::selector_inside(temporal, word, span));
                sound = None;
            } else {
                match self.during(selector) {
                    Some(during) => self.scope.during = Some(during),
                    None => sound = None,
                }
            }
        }
        sound
    }

    /// The workload of a `for` that does not exist, and the one it is like: said together with where it belongs.
    fn misspelt_workload<'n>(&self, selector: &'n ast::Selector) -> Option<(&'n str, &'_ str)>
    where
        Self: 'n,
    {
        let ast::Selector::For(name) = selector else { return None };
        let known = || self.around.own.workloads.iter().map(String::as_str);
        if known().any(|workload| workload == name.text) {
            return None;
        }
        suggest::nearest(&name.text, known()).first().map(|near| (name.text.as_str(), *near))
    }

    /// What should have been written: the selector after the metric, or, where it could be meant for several,
    /// after the first of them.
    fn with_selector_moved(
        &self,
        condition: &ast::Condition,
        word: &'static str,
        selector: Span,
        workload: Option<&str>,
    ) -> String {
        let written = workload.map_or_else(|| self.text(selector), str::to_owned);
        let written = if written.starts_with(word) { written } else { format!("{word} {written}") };
        let whole = place::of_condition(condition);
        match place::metrics(condition).as_slice() {
            [] => written,
            [only] => {
                let metric = only.span();
                let before = self.text(Span { end: metric.end, ..whole });
                let after = self.text(Span { start: metric.end, ..whole });
                format!("{before} {written} {after}")
            }
            [first, ..] => format!("{} {written}", self.text(first.span())),
        }
    }
}

/// The condition without the selectors after it.
fn unselected(condition: &ast::Condition) -> &ast::Condition {
    match condition {
        ast::Condition::Selected(inner, _) => unselected(inner),
        other => other,
    }
}

/// What one computation may differ from another by, as a share: far below a picosecond's worth of any limit.
const ROUNDING: f64 = 1e-9;

/// Where no tolerance is written: a time or a rate equals a single literal at the digits it is written with;
/// arithmetic and means differ from each other by roundings, all else not at all.
fn unwritten_tolerance(operator: Comparison, left: &Operand, right: &Operand) -> Tolerance {
    if !matches!(operator, Comparison::Equal | Comparison::NotEqual) {
        return Tolerance::Exact;
    }
    let computed = |operand: &Operand| match operand.term {
        Term::Metric(_) => false,
        Term::Number(..) | Term::Negated(_) | Term::Binary(..) => true,
    };
    match (term::loosest(left.equality, right.equality), left.digits.or(right.digits)) {
        (Equality::Exact, _) => Tolerance::Exact,
        (Equality::Digits, Some(digits)) => Tolerance::Digits(digits),
        (Equality::Digits, None) if !computed(left) && !computed(right) => Tolerance::Exact,
        (Equality::Digits, None) | (Equality::Rounded, _) => Tolerance::Relative(ROUNDING),
    }
}

fn comparison(operator: ast::Comparison) -> Comparison {
    match operator {
        ast::Comparison::Equal => Comparison::Equal,
        ast::Comparison::NotEqual => Comparison::NotEqual,
        ast::Comparison::Less => Comparison::Less,
        ast::Comparison::LessOrEqual => Comparison::LessOrEqual,
        ast::Comparison::Greater => Comparison::Greater,
        ast::Comparison::GreaterOrEqual => Comparison::GreaterOrEqual,
    }
}
