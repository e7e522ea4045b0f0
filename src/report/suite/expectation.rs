//! An expectation over all its runs, as results keep it.

use super::{ExpectationReport, Shown};
use crate::expect::Judgement;
use crate::model::Expectation;
use crate::report::json::scaled;
use crate::report::verdicts::{numbers, over_runs};

impl ExpectationReport {
    /// As it was judged; `line` is where it is written.
    #[must_use]
    pub fn of(expectation: &Expectation, judgement: &Judgement, line: usize) -> ExpectationReport {
        let Judgement { status, deciding, deciding_seed, worst_seed, held, runs, .. } = judgement;
        let scaled = scaled(deciding);
        ExpectationReport {
            expect: expectation.text.clone(),
            line,
            status: *status,
            unit: scaled.unit.to_owned(),
            value: scaled.value,
            limit: scaled.limit,
            margin: scaled.margin,
            shown: numbers(&expectation.condition, deciding).map(|numbers| Shown {
                value: numbers.value,
                limit: numbers.limit,
                margin: numbers.margin,
                share: numbers.relative_margin,
            }),
            held: *held,
            runs: *runs,
            worst_seed: *worst_seed,
            deciding_seed: Some(*deciding_seed),
            over_runs: over_runs(expectation, judgement),
            detail: deciding.detail.clone(),
        }
    }
}
