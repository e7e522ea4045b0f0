//! What came of a plan: its answer, and what the answer rests on.
//!
//! Types that JSON keeps, and the texts made from them. Searching is for `check`.

mod snapshot;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use snapshot::plan_snapshot;
pub use text::{plan_sentence, plan_text, plan_why};

use super::ExpectationReport;
use super::number::Json;

/// What came of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanReport {
    /// Its name.
    pub plan: String,
    /// How the search ended.
    pub outcome: PlanOutcome,
    /// What was looked for: one aim, or the two of a frontier.
    pub aims: Vec<AimReport>,
    /// What varies, in the order written.
    pub axes: Vec<String>,
    /// The answer, or of a frontier all that no other beats.
    pub answers: Vec<CandidateReport>,
    /// The next better candidate than the answer, which does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_better: Option<CandidateReport>,
    /// Where nothing holds, the candidate that fails by least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<CandidateReport>,
    /// How far each combination goes.
    pub combinations: Vec<CombinationReport>,
    /// Combinations without a value of an aim, as where a GPU has no price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<BTreeMap<String, String>>,
    /// Pairs that are not in the order that a search assumes; where there are some, all candidates between were tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<ContradictionReport>,
    /// What is expected of the answer.
    pub expectations: Vec<ExpectationReport>,
    /// How many candidates were evaluated.
    pub evaluations: usize,
    /// How many there are.
    pub candidates: usize,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanOutcome {
    /// The answer is the best that holds.
    Answer,
    /// Those that no other beats.
    Frontier,
    /// No candidate holds.
    NothingHolds,
    /// The best candidate of the range holds: a better one may lie beyond it.
    RangeTooSmall,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AimReport {
    /// A parameter or a metric.
    pub name: String,
    /// `minimize` or `maximize`.
    pub direction: String,
}

/// A candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidateReport {
    /// The value of each axis, as written.
    pub parameters: BTreeMap<String, String>,
    /// The values of the aims, in their order.
    pub aims: Vec<AimValue>,
    /// Whether every expectation holds.
    pub holds: bool,
    /// The expectations of the scenario; empty where it cannot be built.
    pub expectations: Vec<ExpectationReport>,
    /// Which of them has the least margin, by its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<usize>,
    /// That margin as a share of the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<Json>,
    /// Why it cannot be built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfit: Option<String>,
}

/// The value of an aim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AimValue {
    /// In base units, the mean over the seeds; `None` where it has none.
    pub value: Option<Json>,
    /// For people.
    pub shown: String,
    /// With the digits of a snapshot.
    pub exact: String,
}

/// A choice of what is not bisected, and how far it goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CombinationReport {
    /// The values of the axes that are fixed in it.
    pub parameters: BTreeMap<String, String>,
    /// The best that was found in it; of a frontier those that no other beats.
    pub best: Vec<CandidateReport>,
    /// The worst candidate that does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails_at: Option<BTreeMap<String, String>>,
    /// Whether `best` is the best of it; otherwise it was left where it cannot beat the answer.
    pub is_settled: bool,
}

/// A better candidate that holds and a worse one that does not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContradictionReport {
    /// The better one.
    pub holds: BTreeMap<String, String>,
    /// The worse one.
    pub fails: BTreeMap<String, String>,
}

impl PlanReport {
    /// `card = l40s, n = 5`, in the order of the axes.
    #[must_use]
    pub fn label(&self, parameters: &BTreeMap<String, String>) -> String {
        let written = self.axes.iter().filter_map(|axis| Some(format!("{axis} = {}", parameters.get(axis)?)));
        written.collect::<Vec<_>>().join(", ")
    }
}
