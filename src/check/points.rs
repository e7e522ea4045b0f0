//! Every run of a file as a point of a sweep: its verdicts and a few figures, put side by side at the end.
//!
//! Invariant: the columns follow from the cases that are looked at and from what is asked for, never from which of them
//! ran or how they ended.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use super::case_report::status;
use super::{CaseResult, FinishedRun, Reads, Recorder, Suite};
use crate::analysis::CompiledCase;
use crate::expect::{Judgement, Verdict};
use crate::host::HostError;
use crate::model::Metric;
use crate::report::sweep::{
    self, COST_PER_HOUR, ExpectationColumn, Figure, GPUS, Meaning, ParamColumn, Point, Row, Setting, Sweep,
};

/// What makes a case better than another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// A figure or a parameter.
    pub name: String,
    /// Whether more is better.
    pub maximize: bool,
}

/// Records the runs of the cases of one file.
pub struct Points {
    /// Cases of the file that make the columns.
    cases: Vec<usize>,
    params: Vec<ParamColumn>,
    expectations: Vec<ExpectationColumn>,
    figures: Vec<Figure>,
    metrics: Vec<Metric>,
    objective: Option<Objective>,
    /// By case, then by seed: a verdict for each of its own expectations, a number for each figure.
    runs: Mutex<BTreeMap<usize, BTreeMap<u64, Recorded>>>,
}

struct Recorded {
    verdicts: Vec<Verdict>,
    figures: Vec<Option<f64>>,
}

impl Points {
    /// For some cases of a file, with figures beside what every sweep has.
    ///
    /// # Errors
    /// When the objective is neither a figure nor a parameter that is a quantity in every case.
    pub fn new(
        suite: &Suite,
        cases: impl IntoIterator<Item = usize>,
        asked: Vec<Figure>,
        objective: Option<Objective>,
    ) -> Result<Points, Objective> {
        let cases: Vec<usize> = cases.into_iter().collect();
        let compiled: Vec<&CompiledCase> = cases.iter().map(|case| &suite.cases[*case]).collect();
        let params = params(&compiled);
        let known = [COST_PER_HOUR, GPUS].into_iter().filter_map(Figure::named);
        let mut figures: Vec<Figure> = known.map(|figure| Figure { is_shown: false, ..figure }).collect();
        for figure in asked {
            match figures.iter_mut().find(|known| known.name == figure.name) {
                Some(known) => known.is_shown = true,
                None => figures.push(figure),
            }
        }
        if let Some(objective) = &objective
            && !figures.iter().any(|figure| figure.name == objective.name)
        {
            let param = params.iter().find(|param| param.name == objective.name);
            let of_param = param.and_then(|param| Some(Figure::of_param(&param.name, param.dimension?)));
            let figure = of_param.or_else(|| Figure::named(&objective.name));
            figures.push(figure.ok_or_else(|| objective.clone())?);
        }
        let metrics = figures.iter().filter_map(|figure| figure.metric().cloned()).collect();
        let expectations = expectations(&compiled);
        Ok(Points { cases, params, expectations, figures, metrics, objective, runs: Mutex::default() })
    }

    /// The runs side by side: a row for each result that is one of the cases; `n_left` have been left.
    ///
    /// # Panics
    /// When a result is not of the file that this was made for.
    #[must_use]
    pub fn sweep(&self, suite: &Suite, results: &[CaseResult], n_left: usize) -> Sweep {
        let rows: Vec<Row> = results.iter().map(|result| self.row(suite, result)).collect();
        let mut figures = self.figures.clone();
        let prices: Vec<Option<f64>> =
            self.cases.iter().map(|case| suite.cases[*case].scenario.cluster.usd_per_hour()).collect();
        let is_priced = prices.iter().any(Option::is_some);
        let place = |name: &str| figures.iter().position(|figure| figure.name == name);
        let cost = place(COST_PER_HOUR).expect("every sweep has it");
        let of = |figure, maximize, is_asked| sweep::Objective { figure, maximize, is_asked };
        let asked = self.objective.as_ref();
        let asked = asked.and_then(|asked| Some(of(place(&asked.name)?, asked.maximize, true)));
        let objective = asked.unwrap_or_else(|| {
            // Cases without a price are not the cheapest, as far as is known.
            let mut holding = rows.iter().filter(|row| row.holds()).peekable();
            let comparable = holding.peek().is_none() || holding.any(|row| row.figure(cost).is_some());
            let by_cost = is_priced && comparable;
            of(if by_cost { cost } else { place(GPUS).expect("every sweep has it") }, false, false)
        });
        figures[cost].is_shown |= is_priced;
        let mut sweep = Sweep {
            file: suite.name.clone(),
            scenario_varies: distinct(
                self.cases.iter().map(|case| &suite.cases[*case].scenario.case.scenario),
            ) > 1,
            params: self.params.clone(),
            expectations: self.expectations.clone(),
            unpriced: if figures[cost].is_shown { self.unpriced(suite) } else { Vec::new() },
            figures,
            objective,
            rows,
            n_left,
        };
        // A parameter that varies is in the table already.
        let is_param = sweep.figures[objective.figure].meaning == Meaning::Param;
        sweep.figures[objective.figure].is_shown |= sweep.best().is_some() && !is_param;
        sweep
    }

    /// GPU types of the cases that have no price.
    fn unpriced(&self, suite: &Suite) -> Vec<String> {
        let groups = self.cases.iter().flat_map(|case| &suite.cases[*case].scenario.cluster.groups);
        let unpriced = groups.filter(|group| group.gpu.price.is_none()).map(|group| group.gpu.name.clone());
        unpriced.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn row(&self, suite: &Suite, result: &CaseResult) -> Row {
        let compiled = &suite.cases[result.case];
        let scenario = &compiled.scenario;
        let own = |column: &ExpectationColumn| {
            scenario.expectations.iter().position(|expectation| expectation.text == column.text)
        };
        let places: Vec<Option<usize>> = self.expectations.iter().map(own).collect();
        let judged =
            |place: &Option<usize>| -> Option<Judgement> { result.expectations.get((*place)?).cloned() };
        let runs = self.runs.lock().expect("no panic while the lock is held");
        // A case that has not run to its end under every seed has no judgement either.
        let is_over = result.expectations.len() == scenario.expectations.len();
        let of_case = runs.get(&result.case).filter(|_| is_over && result.ending.has_numbers());
        let point = |(seed, recorded): (&u64, &Recorded)| Point {
            seed: *seed,
            verdicts: places.iter().map(|place| recorded.verdicts.get((*place)?).cloned()).collect(),
            figures: recorded.figures.clone(),
        };
        Row {
            id: result.id.clone(),
            scenario: scenario.case.scenario.clone(),
            settings: self.params.iter().map(|param| setting(compiled, &param.name)).collect(),
            status: status(&result.ending),
            saturation: result.saturation,
            uncalibrated: result.uncalibrated.clone(),
            judged: places.iter().map(judged).collect(),
            points: of_case.into_iter().flatten().map(point).collect(),
        }
    }
}

impl Recorder for Points {
    type Sink = ();

    fn reads(&self) -> Reads<'_> {
        Reads::Metrics(&self.metrics)
    }

    fn begin(&self, _suite: &Suite, _case: usize, _seed: u64) -> Result<(), HostError> {
        Ok(())
    }

    fn end(&self, _sink: (), run: &FinishedRun<'_>) -> Result<(), HostError> {
        let compiled = &run.suite.cases[run.case];
        let figure = |figure: &Figure| {
            let param = compiled.quantities.get(&figure.name).copied();
            figure.value(&compiled.scenario, param, run.outcome)
        };
        let recorded =
            Recorded { verdicts: run.verdicts.to_vec(), figures: self.figures.iter().map(figure).collect() };
        let mut runs = self.runs.lock().expect("no panic while the lock is held");
        runs.entry(run.case).or_default().insert(run.seed, recorded);
        Ok(())
    }
}

/// The parameters of cases: those of the matrix in its order, then the others.
fn params(cases: &[&CompiledCase]) -> Vec<ParamColumn> {
    let args = cases.iter().flat_map(|case| case.scenario.case.args.iter().map(|(name, _)| name));
    let others = cases.iter().flat_map(|case| case.scenario.params.iter().map(|(name, _)| name));
    let mut names: Vec<&String> = Vec::new();
    for name in args.chain(others) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let column = |name: &String| {
        let settings: Vec<Option<Setting>> = cases.iter().map(|case| setting(case, name)).collect();
        let of_matrix = cases.iter().map(|case| case.scenario.case.args.iter().find(|(of, _)| of == name));
        ParamColumn::of(
            name,
            distinct(of_matrix) > 1,
            &settings.iter().map(Option::as_ref).collect::<Vec<_>>(),
        )
    };
    names.into_iter().map(column).collect()
}

/// A parameter's value in a case.
fn setting(case: &CompiledCase, name: &str) -> Option<Setting> {
    let (_, text) = case.scenario.params.iter().find(|(of, _)| of == name)?;
    Some(Setting { text: text.clone(), quantity: case.quantities.get(name).copied() })
}

/// The expectations of cases in the order written, those of one text once.
fn expectations(cases: &[&CompiledCase]) -> Vec<ExpectationColumn> {
    let mut columns: Vec<ExpectationColumn> = Vec::new();
    for expectation in cases.iter().flat_map(|case| &case.scenario.expectations) {
        if !columns.iter().any(|column| column.text == expectation.text) {
            columns.push(ExpectationColumn::of(expectation));
        }
    }
    columns
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    values.collect::<BTreeSet<_>>().len()
}
