//! `plan`: what varies, what is looked for, and what must hold of the answer.
//!
//! A candidate is a case like any other, with the values that a plan gives its parameters; it is compiled when the search
//! asks for it. Here the plan is checked on the first candidate, and every value it names on one.

use std::rc::Rc;

use super::cases::{Wanted, compile, compile_with};
use super::expectation::{self, CaseContext, Cases, Surroundings};
use super::language::context::Context;
use super::layers::File;
use super::matrix::{Known, MAX_CASES, Point, note_repeated, settings_of};
use super::params::{self, Override};
use super::scenario::case_name;
use super::{Compilation, CompiledCase, error};
use crate::diagnostics::codes::definitions;
use crate::diagnostics::{CodeInfo, Diagnostic, Diagnostics, Severity};
use crate::metrics::{self, Better};
use crate::model::{Aim, Axis, AxisValue, Case, Direction, Expectation, Objective, Plan};
use crate::source::Span;
use crate::syntax::ast::{self, PlanLine, Values};

/// A plan with the places its report points at.
pub struct CompiledPlan {
    /// What is searched.
    pub plan: Plan,
    /// The case whose candidates are tried: a scenario of the file and the values of axes that the plan leaves alone.
    pub case: Case,
    /// Where its name is written.
    pub name: Span,
    /// Where each axis is written.
    pub axes: Vec<Span>,
    /// Where each expectation about the answer is written.
    pub expectations: Vec<Span>,
    /// Which of the file's plans it is, counting those of scenarios.
    written: usize,
    /// The values of axes that the plan leaves alone.
    fixed: Point,
    /// The values of each axis of the plan.
    settings: Vec<Vec<Override>>,
}

/// A candidate of a plan, compiled.
pub struct Candidate {
    /// Its case, and those of other scenarios that its expectations speak of; empty where it cannot be run.
    pub cases: Vec<CompiledCase>,
    /// Which of them it is.
    pub case: usize,
    /// What must hold of it as the answer.
    pub expectations: Vec<Expectation>,
    /// Why it cannot be run: a model that does not fit, a replica that is not complete.
    pub diagnostics: Vec<Diagnostic>,
}

/// What keeps a candidate from running without being a mistake of the plan: the candidate does not hold.
static UNFIT: &[&CodeInfo] = &[
    &definitions::MODEL_DOES_NOT_FIT,
    &definitions::HEADS_NOT_DIVISIBLE,
    &definitions::INCOMPLETE_REPLICA,
    &definitions::TOO_MANY_GPUS,
    &definitions::INDEX_OUT_OF_RANGE,
];

/// A plan as it is written, with the scenario that it is for.
#[derive(Clone, Copy)]
pub(super) struct Written<'s> {
    pub(super) plan: &'s ast::Plan,
    pub(super) scenario: Option<&'s ast::Scenario>,
}

impl<'s> Compilation<'s> {
    /// The plans of a file, a scenario's own after those of the file.
    pub(super) fn written_plans(&self) -> Vec<Written<'s>> {
        let of_file = |scenario| self.items.plans.iter().map(move |plan| Written { plan, scenario });
        if self.items.scenarios.is_empty() {
            return of_file(None).collect();
        }
        let scenarios = self.items.scenarios.iter().copied();
        scenarios
            .flat_map(|scenario| {
                let own = scenario.items.iter().filter_map(move |item| match item {
                    ast::Item::Plan(plan) => Some(Written { plan, scenario: Some(scenario) }),
                    _ => None,
                });
                of_file(Some(scenario)).chain(own)
            })
            .collect()
    }

    /// Compiles every plan; those with mistakes are reported and left out.
    pub(super) fn plans(&self, file: &File<'_, 's>, diagnostics: &mut Diagnostics) -> Vec<CompiledPlan> {
        let written = self.written_plans();
        let plans = written.iter().enumerate();
        plans.flat_map(|(index, written)| self.plan(file, index, *written, diagnostics)).collect()
    }

    /// One plan, for each point of the axes that it leaves alone.
    fn plan(
        &self,
        file: &File<'_, 's>,
        index: usize,
        written: Written<'s>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<CompiledPlan> {
        let axes: Vec<&ast::Axis> = written.plan.lines.iter().filter_map(axis).collect();
        if axes.is_empty() {
            diagnostics.extend(written.plan.is_complete.then(|| error::nothing_varies(written.plan)));
            return Vec::new();
        }
        let declarations = self.declarations(written.scenario);
        let declared: Vec<&str> = declarations.iter().map(|param| param.name.text.as_str()).collect();
        let params =
            params::evaluate(&declarations, self.overrides, self.sources, true, &mut Diagnostics::default());
        let known = Known { params: &params, overrides: self.overrides, sources: self.sources };
        let settings = settings_of(&axes, "plan", &declared, &known, diagnostics);
        if settings.len() < axes.len() {
            return Vec::new();
        }
        let mut lists = axes.iter().zip(&settings).filter(|(axis, _)| !is_range(axis));
        let n_combinations =
            lists.try_fold(1_usize, |product, (_, settings)| product.checked_mul(settings.len()));
        if n_combinations.is_none_or(|product| product > MAX_CASES) {
            diagnostics.push(error::too_many_combinations(written.plan.keyword, MAX_CASES));
            return Vec::new();
        }
        note_repeated(&axes, "plan", &known, diagnostics);
        let left: Vec<&ast::Axis> = self
            .axes()
            .into_iter()
            .filter(|of_matrix| !axes.iter().any(|axis| axis.name.text == of_matrix.name.text))
            .collect();
        let points = self.points(&left, written.scenario, &mut Diagnostics::default());
        let plans = points.into_iter().map(|fixed| {
            let first: Vec<Override> = settings.iter().map(|settings| settings[0].clone()).collect();
            let plan = self.lowered(file, written, &axes, &settings, (&fixed, &first), diagnostics);
            self.check_values(file, &settings, &fixed, diagnostics);
            Some(CompiledPlan {
                plan: plan?,
                case: self.case(written.scenario, &fixed, &[]),
                name: written.plan.name.span,
                axes: axes.iter().map(|axis| axis.span).collect(),
                expectations: expects(written.plan).map(|expect| expect.span).collect(),
                written: index,
                fixed,
                settings: settings.clone(),
            })
        });
        plans.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// The plan of a point, checked on its first candidate.
    fn lowered(
        &self,
        file: &File<'_, 's>,
        written: Written<'s>,
        axes: &[&ast::Axis],
        settings: &[Vec<Override>],
        (fixed, first): (&Point, &[Override]),
        diagnostics: &mut Diagnostics,
    ) -> Option<Plan> {
        let wanted = self.wanted(fixed, first);
        let own = self.index_of(written.scenario);
        let values: Vec<Axis> =
            axes.iter().zip(settings).map(|(axis, settings)| self.axis(axis, settings)).collect();
        let mut objective = None;
        let mut of_case = Diagnostics::default();
        compile_with(file, &wanted, &mut of_case, |cases, contexts| {
            let ctx = &mut contexts[own];
            let lowering = Lowering::new(file, axes, &wanted[own].case, cases);
            objective = lowering.objective(written.plan, &values, ctx);
            let expectations = lowering.expectations(written.plan, ctx);
            objective = objective.take().filter(|_| expectations.is_some());
        });
        diagnostics.extend(of_case.into_sorted().into_iter().filter(|found| !is_unfit(found)));
        Some(Plan {
            name: written.plan.name.value.clone(),
            axes: values,
            objective: objective?,
            every: written.plan.lines.iter().any(|line| matches!(line, PlanLine::Every(_))),
        })
    }

    fn axis(&self, axis: &ast::Axis, settings: &[Override]) -> Axis {
        let values = settings.iter().map(|setting| AxisValue {
            text: setting.text.clone(),
            number: params::number_of(&setting.value, self.sources),
        });
        Axis { name: axis.name.text.clone(), values: values.collect(), is_range: is_range(axis) }
    }

    /// Reports what is wrong with a value that a list names, or with an end of a range, in a candidate with it.
    fn check_values(
        &self,
        file: &File<'_, 's>,
        settings: &[Vec<Override>],
        fixed: &Point,
        diagnostics: &mut Diagnostics,
    ) {
        /// Of a long list or range the ends say enough.
        const FEW: usize = 64;
        for (index, values) in settings.iter().enumerate() {
            let few = values.len() <= FEW;
            for (position, value) in values.iter().enumerate().skip(1) {
                if !few && position + 1 < values.len() {
                    continue;
                }
                let mut chosen: Vec<Override> = settings.iter().map(|settings| settings[0].clone()).collect();
                chosen[index] = value.clone();
                let mut found = Diagnostics::default();
                compile(file, &self.wanted(fixed, &chosen), &mut found);
                let errors = found.into_sorted().into_iter();
                let errors = errors.filter(|found| found.severity == Severity::Error && !is_unfit(found));
                diagnostics.extend(errors);
            }
        }
    }

    /// The cases of all scenarios under the values of a candidate.
    fn wanted(&self, fixed: &Point, chosen: &[Override]) -> Vec<Wanted<'s>> {
        let scenarios: Vec<Option<&'s ast::Scenario>> = match self.items.scenarios.as_slice() {
            [] => vec![None],
            scenarios => scenarios.iter().copied().map(Some).collect(),
        };
        scenarios
            .into_iter()
            .map(|scenario| {
                let settings: Vec<Override> =
                    self.overrides.iter().chain(&fixed.settings).chain(chosen).cloned().collect();
                // What is wrong with a parameter is reported with the cases of the file.
                let mut quiet = Diagnostics::default();
                let declarations = self.declarations(scenario);
                let params =
                    params::evaluate(&declarations, &settings, self.sources, self.unreadable, &mut quiet);
                let merged = Rc::new(self.merged(scenario));
                Wanted { merged, case: self.case(scenario, fixed, chosen), params }
            })
            .collect()
    }

    /// The place of a scenario among those of the file.
    fn index_of(&self, scenario: Option<&ast::Scenario>) -> usize {
        let is_it = |other: &&ast::Scenario| scenario.is_some_and(|own| own.keyword == other.keyword);
        self.items.scenarios.iter().position(is_it).unwrap_or(0)
    }

    /// A candidate of a plan that was compiled from the same file: the value of each axis by its index.
    pub(super) fn candidate(&self, file: &File<'_, 's>, of: &CompiledPlan, choice: &[usize]) -> Candidate {
        let written = self.written_plans()[of.written];
        let chosen: Vec<Override> =
            of.settings.iter().zip(choice).map(|(settings, index)| settings[*index].clone()).collect();
        let wanted = self.wanted(&of.fixed, &chosen);
        let axes: Vec<&ast::Axis> = written.plan.lines.iter().filter_map(axis).collect();
        let case = self.index_of(written.scenario);
        let mut found = Diagnostics::default();
        let mut expectations = None;
        let cases = compile_with(file, &wanted, &mut found, |cases, contexts| {
            let lowering = Lowering::new(file, &axes, &wanted[case].case, cases);
            expectations = lowering.expectations(written.plan, &mut contexts[case]);
        });
        let diagnostics = found.into_sorted();
        let errors = diagnostics.into_iter().filter(|found| found.severity == Severity::Error);
        let diagnostics: Vec<Diagnostic> = errors.collect();
        let cases = if diagnostics.is_empty() { cases } else { Vec::new() };
        Candidate { cases, case, expectations: expectations.unwrap_or_default(), diagnostics }
    }
}

/// What the lines of a plan are lowered with.
struct Lowering<'a> {
    own: CaseContext<'a>,
    args: &'a [(String, String)],
    cases: &'a Cases<'a>,
    scenarios: &'a [String],
    varied: Vec<&'a str>,
    scenario: Option<&'a str>,
}

impl<'a> Lowering<'a> {
    fn new(
        file: &'a File<'_, '_>,
        axes: &[&'a ast::Axis],
        case: &'a Case,
        cases: &'a Cases<'a>,
    ) -> Lowering<'a> {
        let (scenario, args) = case_name(case);
        Lowering {
            own: CaseContext { scenario, ..cases[&(scenario, args)] },
            args,
            cases,
            scenarios: file.scenarios,
            varied: axes.iter().map(|axis| axis.name.text.as_str()).collect(),
            scenario,
        }
    }

    fn around(&self) -> Surroundings<'_> {
        let Lowering { own, args, cases, scenarios, ref varied, scenario } = *self;
        Surroundings { own, args, cases, scenarios, scenario, varied: Some(varied) }
    }

    /// What the answer must be; `None` when something in it was reported.
    fn expectations(&self, plan: &ast::Plan, ctx: &mut Context<'_>) -> Option<Vec<Expectation>> {
        let around = self.around();
        let lowered = expects(plan).map(|expect| expectation::lower(expect, &around, ctx));
        lowered.collect::<Vec<_>>().into_iter().collect()
    }

    fn objective(&self, plan: &ast::Plan, axes: &[Axis], ctx: &mut Context<'_>) -> Option<Objective> {
        let lines = plan.lines.iter().filter_map(|line| match line {
            PlanLine::Objective(_, _, keyword) | PlanLine::Frontier(_, _, keyword) => Some((line, *keyword)),
            PlanLine::Vary(_) | PlanLine::Every(_) | PlanLine::Expect(_) => None,
        });
        let lines: Vec<(&PlanLine, Span)> = lines.collect();
        let line = match lines.as_slice() {
            [] => {
                if plan.is_complete {
                    ctx.report(error::no_objective(plan));
                }
                return None;
            }
            [(line, _)] => *line,
            [(_, first), (_, second), ..] => {
                ctx.report(error::two_objectives(*second, *first));
                return None;
            }
        };
        match line {
            PlanLine::Objective(direction, metric, _) => {
                let direction = match direction {
                    ast::Direction::Minimize => Direction::Minimize,
                    ast::Direction::Maximize => Direction::Maximize,
                };
                Some(Objective::Best(direction, self.aim(metric, axes, ctx)?))
            }
            PlanLine::Frontier(one, other, _) => {
                let (one, other) = (self.better(one, axes, ctx), self.better(other, axes, ctx));
                Some(Objective::Frontier([one?, other?]))
            }
            PlanLine::Vary(_) | PlanLine::Every(_) | PlanLine::Expect(_) => None,
        }
    }

    /// A parameter that varies, or a metric.
    fn aim(&self, metric: &ast::Metric, axes: &[Axis], ctx: &mut Context<'_>) -> Option<Aim> {
        let name = &metric.name.text;
        let Some(index) = axes.iter().position(|axis| axis.name == *name) else {
            return expectation::aim(metric, &self.around(), ctx).map(Aim::Metric);
        };
        if axes[index].values.iter().any(|value| value.number.is_none()) {
            ctx.report(error::objective_of_names(&metric.name));
            return None;
        }
        Some(Aim::Axis(index))
    }

    /// The same with the direction that is better.
    fn better(&self, metric: &ast::Metric, axes: &[Axis], ctx: &mut Context<'_>) -> Option<(Direction, Aim)> {
        let aim = self.aim(metric, axes, ctx)?;
        let better = match &aim {
            Aim::Axis(_) => Better::Lower,
            Aim::Metric(metric) => metrics::lookup(&metric.name).map_or(Better::Neither, |info| info.better),
        };
        match better {
            Better::Lower => Some((Direction::Minimize, aim)),
            Better::Higher => Some((Direction::Maximize, aim)),
            Better::Neither => {
                ctx.report(error::neither_is_better(&metric.name));
                None
            }
        }
    }
}

fn axis(line: &PlanLine) -> Option<&ast::Axis> {
    match line {
        PlanLine::Vary(axis) => Some(axis),
        _ => None,
    }
}

fn expects(plan: &ast::Plan) -> impl Iterator<Item = &ast::Expect> {
    plan.lines.iter().filter_map(|line| match line {
        PlanLine::Expect(expect) => Some(&**expect),
        _ => None,
    })
}

fn is_range(axis: &ast::Axis) -> bool {
    matches!(axis.values, Values::Ladder(_))
}

fn is_unfit(found: &Diagnostic) -> bool {
    UNFIT.contains(&found.info)
}
