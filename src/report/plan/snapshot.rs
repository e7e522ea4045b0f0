//! The text of a plan in a golden snapshot: the answer, what it is worth, and what binds it.

use std::fmt::Write as _;

use super::{CandidateReport, PlanOutcome, PlanReport};
use crate::report::number::percent_in;

const DIGITS: usize = 6;

/// The text of a golden snapshot. How the answer was found is not in it.
#[must_use]
pub fn plan_snapshot(report: &PlanReport) -> String {
    let mut text = String::new();
    match report.outcome {
        PlanOutcome::NothingHolds => {
            text.push_str("answer   nothing holds\n");
            if let Some(nearest) = &report.nearest {
                writeln!(text, "nearest  {}", report.label(&nearest.parameters))
                    .expect("a string takes all that is written");
                push_binding(&mut text, nearest);
            }
        }
        PlanOutcome::Answer | PlanOutcome::RangeTooSmall | PlanOutcome::Frontier => {
            for answer in &report.answers {
                push_answer(&mut text, report, answer);
            }
            if report.outcome == PlanOutcome::RangeTooSmall {
                text.push_str("range    too small\n");
            }
        }
    }
    for judged in &report.expectations {
        let value = judged.shown.as_ref().map(|shown| format!("  ({})", shown.value));
        writeln!(text, "{:<7}  {}{}", judged.status.name(), judged.expect, value.unwrap_or_default())
            .expect("a string takes all that is written");
    }
    text
}

fn push_answer(text: &mut String, report: &PlanReport, answer: &CandidateReport) {
    writeln!(text, "answer   {}", report.label(&answer.parameters))
        .expect("a string takes all that is written");
    for (aim, value) in report.aims.iter().zip(&answer.aims) {
        writeln!(text, "{}  {}", aim.name, value.exact).expect("a string takes all that is written");
    }
    push_binding(text, answer);
}

fn push_binding(text: &mut String, candidate: &CandidateReport) {
    if let Some(unfit) = &candidate.unfit {
        writeln!(text, "unfit    {unfit}").expect("a string takes all that is written");
    }
    let Some(binding) = candidate.binding.and_then(|place| candidate.expectations.get(place)) else { return };
    writeln!(text, "binding  {}", binding.expect).expect("a string takes all that is written");
    if let Some(margin) = &candidate.margin {
        writeln!(text, "margin   {}", percent_in(margin.get(), DIGITS))
            .expect("a string takes all that is written");
    }
}
