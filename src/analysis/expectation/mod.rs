//! `expect` to [`Expectation`]: metrics exist, dimensions agree, selectors fit and point at something.
//!
//! Not for judging: nothing is known of a run here. Invariant: what leaves this module can be evaluated by any run
//! of its case, and can fail.

mod condition;
mod error;
mod gpus;
mod metric;
mod place;
mod scale;
mod selectors;
mod term;

use std::collections::BTreeMap;

use crate::analysis::language::context::Context;
use crate::analysis::language::mode::Mode;
use crate::analysis::language::text::one_line;
use crate::analysis::language::value::Written;
use crate::analysis::language::values;
use crate::diagnostics::Diagnostic;
use crate::model::{Cluster, Expectation, Metric, Term};
use crate::source::Span;
use crate::syntax::ast;
use crate::units::{SimDuration, SimTime};

/// What an expectation may refer to.
pub(super) struct Surroundings<'a> {
    /// Its own case.
    pub(super) own: CaseContext<'a>,
    /// Its matrix values: other scenarios are compared under the same.
    pub(super) args: &'a [(String, String)],
    /// Every case of the file.
    pub(super) cases: &'a Cases<'a>,
    /// Every scenario of the file.
    pub(super) scenarios: &'a [String],
    /// The scenario the expectation is written in; `None` at file level.
    pub(super) scenario: Option<&'a str>,
    /// The parameters that vary, where it is about the answer of a plan, which has values of them.
    pub(super) varied: Option<&'a [&'a str]>,
}

/// The cases of a file by scenario and matrix values.
pub(super) type Cases<'a> = BTreeMap<(Option<&'a str>, &'a [(String, String)]), CaseContext<'a>>;

/// What metrics of one case select from.
#[derive(Clone, Copy)]
pub(super) struct CaseContext<'a> {
    /// The scenario that the case is of, for messages; `None` where the file is the scenario.
    pub(super) scenario: Option<&'a str>,
    /// Workloads and traces of the case, in the model's order.
    pub(super) workloads: &'a [String],
    /// How its replicas execute; `None` where that is unknown, and then no metric is refused for it.
    pub(super) mode: Option<&'a Mode>,
    /// What is built; `None` where it has mistakes of its own, and then no GPU is looked up.
    pub(super) cluster: Option<&'a Cluster>,
}

/// Lowers one expectation; `None` when something in it was reported.
pub(super) fn lower(
    expect: &ast::Expect,
    around: &Surroundings<'_>,
    ctx: &mut Context<'_>,
) -> Option<Expectation> {
    let mut lowering = Lowering { ctx, around, scope: Scope::default(), windows: None };
    let condition = lowering.condition(&expect.condition);
    let in_runs = match &expect.in_runs {
        Some(share) => lowering.share_of_runs(share).map(Some),
        None => Some(None),
    };
    let text = lowering.text(Span { start: expect.keyword.end, ..expect.span });
    Some(Expectation { text, condition: condition?, in_runs: in_runs? })
}

/// The metric that a plan aims at; `None` when something in it was reported.
pub(super) fn aim(metric: &ast::Metric, around: &Surroundings<'_>, ctx: &mut Context<'_>) -> Option<Metric> {
    let mut lowering = Lowering { ctx, around, scope: Scope::default(), windows: None };
    match lowering.metric(metric)?.term {
        Term::Metric(metric) if metric.windows.is_none() => Some(metric),
        _ => {
            lowering.report(error::aim_without_number(metric));
            None
        }
    }
}

/// The state of one lowering.
struct Lowering<'a, 'c> {
    ctx: &'a mut Context<'c>,
    around: &'a Surroundings<'a>,
    scope: Scope,
    /// The windows of the comparison being lowered, where its metrics have some.
    windows: Option<(SimDuration, Span)>,
}

/// What is written around a comparison and applies to all its metrics.
#[derive(Clone, Copy, Default)]
struct Scope {
    /// `during` or `after` at the end of the condition.
    during: Option<During>,
    /// `always`, `eventually` or `for 30 s`.
    temporal: Option<Temporal>,
}

/// A span of time and where it is written.
#[derive(Clone, Copy)]
struct During {
    word: &'static str,
    from: SimTime,
    to: SimTime,
    span: Span,
}

/// The word that makes a condition one about every instant.
#[derive(Clone, Copy)]
struct Temporal {
    word: &'static str,
    span: Span,
}

impl Lowering<'_, '_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.ctx.report(diagnostic);
    }

    /// What was written, on one line.
    fn text(&self, span: Span) -> String {
        one_line(self.ctx.sources, span)
    }

    /// `in 60% of runs`: above none, at most all.
    fn share_of_runs(&mut self, expr: &ast::Expr) -> Option<f64> {
        let found = values::evaluate(expr, None, self.ctx)?;
        let value = found.quantity.value;
        if found.written != Written::Percent || !(value > 0.0 && value <= 1.0) {
            self.report(error::share_of_runs(&self.text(found.span), found.written, value, found.span));
            return None;
        }
        Some(value)
    }
}
