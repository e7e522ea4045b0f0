//! Cases side by side: what differs between them, how each fares, and which is best.
//!
//! One model, [`Sweep`], and a file for each way to write it. Knows numbers and names, not how runs came about. Invariant:
//! everything follows from the rows and their order, so that the bytes are the same whatever ran at once.

mod column;
mod csv;
mod figure;
mod grid;
mod json;
mod layout;
mod markdown;
mod page;
mod sentence;
mod table;
mod versus;

pub use column::{ExpectationColumn, ParamColumn, Setting};
pub use csv::csv;
pub use figure::{COST_PER_HOUR, Figure, GPUS, Meaning};
pub use grid::square;
pub use json::json;
pub use page::{Shape, markdown, text};
pub use sentence::sentence;

use std::collections::BTreeSet;

use super::notes::uncalibrated_in;
use super::number::Scale;
use super::suite::Status;
use crate::expect::{self, Judgement, Verdict};
use crate::metrics::Saturation;
use crate::statistics::Spread;

/// Cases side by side.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The file, as typed.
    pub file: String,
    /// Whether the scenario differs between the cases.
    pub scenario_varies: bool,
    /// The parameters of the file, those that vary first.
    pub params: Vec<ParamColumn>,
    /// Every expectation of any case, in the order written.
    pub expectations: Vec<ExpectationColumn>,
    /// What else is known of each case.
    pub figures: Vec<Figure>,
    /// What makes a case better than another.
    pub objective: Objective,
    /// The cases, in the order of the file.
    pub rows: Vec<Row>,
    /// GPU types without a price, where the price of others is shown.
    pub unpriced: Vec<String>,
    /// How many cases have not been run, since the sweep was interrupted.
    pub n_left: usize,
}

/// What makes a case better than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// Index of the figure.
    pub figure: usize,
    /// Whether more is better.
    pub maximize: bool,
    /// Whether it was asked for.
    pub is_asked: bool,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Row {
    /// How it is called everywhere.
    pub id: String,
    /// Its scenario; `None` where the file is the scenario.
    pub scenario: Option<String>,
    /// A setting for each parameter; `None` where its scenario has no such parameter.
    pub settings: Vec<Option<Setting>>,
    /// How it ended.
    pub status: Status,
    /// Whether its backlog was growing, under the worst seed.
    pub saturation: Option<Saturation>,
    /// GPU types whose times rest on figures measured on others.
    pub uncalibrated: Vec<String>,
    /// A judgement over all seeds for each expectation; `None` where it has no such expectation or did not run.
    pub judged: Vec<Option<Judgement>>,
    /// Its runs, by seed; none where it did not run to its end.
    pub points: Vec<Point>,
}

/// A case under one seed.
#[derive(Clone, Debug)]
pub struct Point {
    /// The seed.
    pub seed: u64,
    /// A verdict for each expectation.
    pub verdicts: Vec<Option<Verdict>>,
    /// A number for each figure, in base units.
    pub figures: Vec<Option<f64>>,
}

impl Sweep {
    /// What a reader of any number should know, a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let affected = self.rows.iter().filter(|row| !row.uncalibrated.is_empty());
        let names: BTreeSet<&String> = affected.clone().flat_map(|row| &row.uncalibrated).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        let unpriced = self.unpriced.join(", ");
        let unpriced = (!unpriced.is_empty()).then(|| {
            format!("no price for {unpriced}: `gpu NAME extends GPU {{ price 2.50 $/h }}` gives one")
        });
        unpriced.into_iter().chain(uncalibrated_in(affected.count(), &names)).collect()
    }

    /// The parameters that differ between the cases, by their index.
    pub fn varying(&self) -> impl Iterator<Item = (usize, &ParamColumn)> {
        self.params.iter().enumerate().filter(|(_, param)| param.varies)
    }

    /// What says which case a row is: what varies, or the case itself where nothing does.
    fn keys(&self) -> Vec<Key<'_>> {
        let mut keys: Vec<Key<'_>> = self.scenario_varies.then_some(Key::Scenario).into_iter().collect();
        keys.extend(self.varying().map(|(index, param)| Key::Param(index, &param.name)));
        if keys.is_empty() { vec![Key::Case] } else { keys }
    }

    /// How a row is called among the others: `two choices, n=2`; its id where nothing differs.
    #[must_use]
    pub fn label(&self, row: &Row) -> String {
        let part = |key: Key<'_>| match key {
            Key::Param(_, name) => format!("{name}={}", key.of(row)),
            Key::Scenario | Key::Case => key.of(row).to_owned(),
        };
        self.keys().into_iter().map(part).collect::<Vec<_>>().join(", ")
    }

    /// The best of the rows in which everything holds; of equal ones the first. `None` also where no objective was
    /// given and all rows are equally good.
    #[must_use]
    pub fn best(&self) -> Option<usize> {
        let is_asked = self.objective.is_asked;
        if !is_asked && (self.expectations.is_empty() || !self.differs(self.objective.figure)) {
            return None;
        }
        let candidates = self.rows.iter().enumerate().filter(|(_, row)| row.holds());
        let valued = candidates.filter_map(|(index, row)| Some((index, self.objective_of(row)?)));
        let better = |new: f64, old: f64| if self.objective.maximize { new > old } else { new < old };
        let best = valued.reduce(|best, row| if better(row.1, best.1) { row } else { best });
        best.map(|(index, _)| index)
    }

    /// Whether a figure is not the same in all rows.
    fn differs(&self, figure: usize) -> bool {
        let mut values = self.rows.iter().map(|row| row.figure(figure).map(|spread| spread.mean));
        let first = values.next();
        values.any(|value| Some(value) != first)
    }

    /// The objective of a row, on average over its runs.
    fn objective_of(&self, row: &Row) -> Option<f64> {
        row.figure(self.objective.figure).map(|spread| spread.mean)
    }

    /// The expectation with the least relative margin in a row, and that margin; `None` where none has any. Equalities
    /// that hold have none worth the name.
    #[must_use]
    pub fn tightest(&self, row: &Row) -> Option<(usize, f64)> {
        let margins =
            row.judged.iter().zip(&self.expectations).enumerate().filter_map(|(index, (judged, column))| {
                let judged = judged.as_ref()?;
                let says_nothing = column.is_equality && judged.status == expect::Status::Pass;
                let margin = judged.deciding.relative_margin().filter(|_| !says_nothing)?;
                Some((index, margin))
            });
        margins.reduce(|least, other| if other.1 < least.1 { other } else { least })
    }

    /// The unit of an expectation's column: that of its limit, or one that suits the values.
    fn scale_of_expectation(&self, column: usize) -> Scale {
        let verdicts =
            || self.rows.iter().filter_map(|row| row.judged[column].as_ref()).map(|judged| &judged.deciding);
        let values = verdicts().filter_map(|verdict| verdict.value);
        let limit = verdicts().filter_map(|verdict| verdict.limit).find(|limit| *limit != 0.0);
        let of = verdicts().find(|verdict| verdict.value.is_some());
        let size = limit.unwrap_or_else(|| usual_size(values));
        of.map_or(Scale::new(size, crate::units::Dimension::NUMBER, false), |verdict| {
            Scale::new(size, verdict.dimension, verdict.share)
        })
    }

    /// The unit of a figure's column.
    fn scale_of_figure(&self, column: usize) -> Scale {
        let values = self.rows.iter().filter_map(|row| row.figure(column)).map(|spread| spread.mean);
        self.figures[column].scale(usual_size(values))
    }
}

/// Something that tells cases apart.
#[derive(Clone, Copy, Debug)]
enum Key<'a> {
    Scenario,
    /// By index, with its name.
    Param(usize, &'a str),
    Case,
}

impl<'a> Key<'a> {
    const fn name(self) -> &'a str {
        match self {
            Key::Scenario => "scenario",
            Key::Param(_, name) => name,
            Key::Case => "case",
        }
    }

    fn of(self, row: &Row) -> &str {
        match self {
            Key::Scenario => row.scenario.as_deref().unwrap_or_default(),
            Key::Param(index, _) => row.settings[index].as_ref().map_or("", |setting| setting.text.as_str()),
            Key::Case => &row.id,
        }
    }
}

impl Row {
    /// Whether every expectation holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.status == Status::Passed
    }

    /// Whether there is anything to be read of it.
    #[must_use]
    pub fn has_run(&self) -> bool {
        !self.points.is_empty()
    }

    /// An expectation's value over the runs in which it has one.
    #[must_use]
    pub fn value(&self, expectation: usize) -> Option<Spread> {
        let values = self.points.iter().filter_map(|point| point.verdicts[expectation].as_ref()?.value);
        Spread::of(&values.collect::<Vec<_>>())
    }

    /// A figure over the runs in which it has a value.
    #[must_use]
    pub fn figure(&self, figure: usize) -> Option<Spread> {
        let values = self.points.iter().filter_map(|point| point.figures[figure]);
        Spread::of(&values.collect::<Vec<_>>())
    }
}

impl Point {
    /// Over all expectations: one that fails decides, then one without data.
    #[must_use]
    pub fn status(&self) -> expect::Status {
        let of = |status| self.verdicts.iter().flatten().any(|verdict| verdict.status == status);
        if of(expect::Status::Fail) {
            expect::Status::Fail
        } else if of(expect::Status::NoData) {
            expect::Status::NoData
        } else {
            expect::Status::Pass
        }
    }
}

/// The size in the middle of those of some numbers, zeros aside.
fn usual_size(values: impl Iterator<Item = f64>) -> f64 {
    let mut sizes: Vec<f64> = values.map(f64::abs).filter(|size| *size > 0.0).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(0.0)
}
