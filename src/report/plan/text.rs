//! A plan for people: a sentence, and the evidence below it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{AimReport, CandidateReport, CombinationReport, PlanOutcome, PlanReport};
use crate::expect::Status;
use crate::report::number::percent_in;

/// What was found, in a sentence.
#[must_use]
pub fn plan_sentence(report: &PlanReport) -> String {
    let n = report.candidates;
    match (report.outcome, report.answers.first()) {
        (PlanOutcome::NothingHolds, _) | (_, None) => format!("none of {n} candidates holds"),
        (PlanOutcome::Frontier, Some(_)) => {
            let aims: Vec<&str> = report.aims.iter().map(|aim| aim.name.as_str()).collect();
            format!(
                "{} of {n} candidates hold and are beaten in {} by no other",
                report.answers.len(),
                aims.join(" and ")
            )
        }
        (PlanOutcome::Answer, Some(answer)) => {
            format!("{} is the {} {}", best_of(report, answer), superlative(report), aim_of(report))
        }
        (PlanOutcome::RangeTooSmall, Some(answer)) => {
            format!(
                "{} holds, and nothing better is in the range: the range is too small",
                best_of(report, answer)
            )
        }
    }
}

fn best_of(report: &PlanReport, answer: &CandidateReport) -> String {
    let values: Vec<&str> = answer.aims.iter().map(|value| value.shown.as_str()).collect();
    format!("{} with {}", values.join(", "), report.label(&answer.parameters))
}

fn superlative(report: &PlanReport) -> &'static str {
    match report.aims.first().map(|aim| aim.direction.as_str()) {
        Some("maximize") => "highest",
        _ => "lowest",
    }
}

fn aim_of(report: &PlanReport) -> &str {
    report.aims.first().map_or("", |aim| aim.name.as_str())
}

/// The sentence and the evidence.
#[must_use]
pub fn plan_text(report: &PlanReport) -> String {
    let mut text = format!("  {}\n", plan_sentence(report));
    if report.outcome != PlanOutcome::Frontier {
        for candidate in report.answers.iter().chain(&report.nearest) {
            text.push('\n');
            push_margins(&mut text, report, candidate);
        }
    }
    if let Some(next_better) = &report.next_better {
        write!(text, "\n  {}\n", plan_why(report, next_better)).expect("a string takes all that is written");
    }
    if report.combinations.len() > 1 || report.outcome == PlanOutcome::Frontier {
        text.push('\n');
        push_table(&mut text, report);
    }
    if !report.left_out.is_empty() {
        let aims: Vec<&str> = report.aims.iter().map(|aim| aim.name.as_str()).collect();
        let left_out: Vec<String> = report.left_out.iter().map(|fixed| report.label(fixed)).collect();
        writeln!(text, "\n  not tried, without a {}: {}", aims.join(" or "), left_out.join("; "))
            .expect("a string takes all that is written");
    }
    for contradiction in &report.contradictions {
        writeln!(
            text,
            "\n  not in order: {} holds, though {} does not; all candidates that could be better were tried",
            report.label(&contradiction.holds),
            report.label(&contradiction.fails)
        )
        .expect("a string takes all that is written");
    }
    writeln!(text, "\n  {} of {} candidates were evaluated", report.evaluations, report.candidates)
        .expect("a string takes all that is written");
    text
}

/// The expectations of a candidate, a line each.
fn push_margins(text: &mut String, report: &PlanReport, candidate: &CandidateReport) {
    writeln!(text, "  {}", report.label(&candidate.parameters)).expect("a string takes all that is written");
    if let Some(unfit) = &candidate.unfit {
        writeln!(text, "    {unfit}").expect("a string takes all that is written");
    }
    let width = candidate.expectations.iter().map(|judged| judged.expect.chars().count()).max().unwrap_or(0);
    for (place, judged) in candidate.expectations.iter().enumerate() {
        let mark = if judged.status == Status::Pass { "holds" } else { "FAILS" };
        let numbers = judged.shown.as_ref().map_or_else(String::new, |shown| {
            let share = shown.share.as_ref().map_or_else(String::new, |share| format!(" ({share})"));
            format!("  {}, margin {}{share}", shown.value, shown.margin)
        });
        let binds = if candidate.binding == Some(place) { "  <- binds" } else { "" };
        writeln!(text, "    {mark}  {:<width$}{numbers}{binds}", judged.expect)
            .expect("a string takes all that is written");
    }
}

/// Why a candidate is not the answer.
#[must_use]
pub fn plan_why(report: &PlanReport, candidate: &CandidateReport) -> String {
    let label = report.label(&candidate.parameters);
    if let Some(unfit) = &candidate.unfit {
        return format!("{label} cannot be built: {unfit}");
    }
    let failed = candidate.binding.and_then(|place| candidate.expectations.get(place));
    match failed {
        Some(failed) => {
            let numbers = failed.shown.as_ref().map_or_else(String::new, |shown| {
                let share = shown.share.as_ref().map_or_else(|| shown.margin.clone(), Clone::clone);
                format!(" is {}, margin {share}", shown.value)
            });
            format!("{label} fails: `{}`{numbers}", failed.expect)
        }
        None => format!("{label} fails"),
    }
}

/// A row for each combination, or for each answer of a frontier.
fn push_table(text: &mut String, report: &PlanReport) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut head: Vec<String> = report.axes.clone();
    head.extend(report.aims.iter().map(|aim: &AimReport| aim.name.clone()));
    head.push("margin".to_owned());
    rows.push(head);
    if report.outcome == PlanOutcome::Frontier {
        rows.extend(report.answers.iter().map(|answer| row(report, answer)));
    } else {
        rows.extend(report.combinations.iter().map(|combination| match combination.best.first() {
            Some(best) => row(report, best),
            None => failed_row(report, combination),
        }));
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(text, "  {}", cells.join("  ").trim_end()).expect("a string takes all that is written");
    }
}

fn row(report: &PlanReport, candidate: &CandidateReport) -> Vec<String> {
    let mut cells: Vec<String> = cells_of(report, &candidate.parameters);
    cells.extend(candidate.aims.iter().map(|value| value.shown.clone()));
    let margin = candidate.margin.as_ref().map(|margin| percent_in(margin.get(), 3));
    cells.push(margin.unwrap_or_else(|| "-".to_owned()));
    cells
}

/// A combination in which nothing was found: as far as it was tried.
fn failed_row(report: &PlanReport, combination: &CombinationReport) -> Vec<String> {
    let tried = combination.fails_at.as_ref().unwrap_or(&combination.parameters);
    let mut cells = cells_of(report, tried);
    let words = match (&combination.fails_at, combination.is_settled) {
        (Some(_), true) => "nothing holds",
        (Some(_), false) => "fails; what is left cannot beat the answer",
        (None, _) => "cannot beat the answer",
    };
    cells.push(words.to_owned());
    cells
}

fn cells_of(report: &PlanReport, parameters: &BTreeMap<String, String>) -> Vec<String> {
    report.axes.iter().map(|axis| parameters.get(axis).cloned().unwrap_or_else(|| "-".to_owned())).collect()
}
