//! Plans: candidates are evaluated until the best that holds is known; then the answer is judged.
//!
//! `search` decides which candidates are evaluated, here they are compiled and run: under all seeds in parallel, each run
//! only up to where an expectation is lost. Of several seeds the first one that fails decides, and those after it do
//! not count, whichever thread was faster. Invariant: the result depends on the plan alone, never on the number of
//! threads.

mod aims;
mod arrivals;
mod evaluate;
mod evidence;
mod one_run;

use std::ops::Range;

use super::{Options, RunError, Suite};
use crate::analysis::CompiledPlan;
use crate::expect::Judgement;
use crate::host::Host;
use crate::report::PlanReport;
use crate::search::{self, Effort, Problem};
use aims::Aims;
use evaluate::Evaluator;

/// What a plan is solved with.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) host: &'a Host,
    pub(super) suite: &'a Suite,
    pub(super) plan: &'a CompiledPlan,
    pub(super) seeds: &'a Range<u64>,
    pub(super) options: &'a Options<'a>,
}

/// What came of a plan.
pub(super) struct Solved {
    pub(super) report: PlanReport,
    /// Of what is expected of the answer, in the order written.
    pub(super) judgements: Vec<Judgement>,
}

/// Why a plan has no result.
#[derive(Clone, Debug)]
pub(super) enum Unsolved {
    /// Requests cannot be drawn, or a run has no end.
    Failed(RunError),
    /// A bug of ours.
    Crashed(String),
    /// The run was interrupted.
    Stopped,
}

/// Searches, and judges the answer.
pub(super) fn solve(question: Question<'_>) -> Result<Solved, Unsolved> {
    let evaluator = Evaluator::new(question);
    let aims = Aims::of(question.plan);
    let known: Vec<_> = (0..aims.len()).map(|aim| aims.known(aim, &evaluator)).collect();
    let space = aims::space(question.plan);
    let effort = if question.plan.plan.every { Effort::Everything } else { Effort::Answer };
    let problem = Problem { space, aims: aims.of_search(&known), effort };
    let found = search::search(&problem, |batch| evaluator.evaluate(batch));
    match found {
        Some(found) => evidence::gather(question, &aims, &evaluator, &found),
        None => Err(evaluator.problem()),
    }
}
