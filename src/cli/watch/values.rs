//! The values of expectations before and after an edit.

use crate::check::CaseResult;
use crate::cli::output::{BAD, FAINT, GOOD};
use crate::expect::Status;
use crate::report::verdicts::value_in;

/// What a case's expectations gave, in the order written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Values(Vec<Value>);

#[derive(Clone, Debug, PartialEq)]
struct Value {
    /// The expectation.
    text: String,
    /// Base units, and as shown.
    measured: Option<(f64, String)>,
    status: Status,
}

/// Enough to see a change of a thousandth.
const DIGITS: usize = 5;

impl Values {
    pub(super) fn of(result: &CaseResult, texts: &[String]) -> Values {
        let value = |(text, judged): (&String, &crate::expect::Judgement)| Value {
            text: text.clone(),
            measured: judged.worst.value.zip(value_in(&judged.worst, DIGITS)),
            status: judged.status,
        };
        Values(texts.iter().zip(&result.expectations).map(value).collect())
    }

    /// A line for each value that moved: `p99_ttft_ms < 500: 312 ms → 298 ms (-4.5%)`.
    pub(super) fn moved_since(&self, before: &Values) -> String {
        let mut text = String::new();
        for after in &self.0 {
            let Some(before) = before.0.iter().find(|before| before.text == after.text) else { continue };
            if before.measured == after.measured {
                continue;
            }
            let shown = |value: &Value| {
                value.measured.as_ref().map_or_else(|| "no data".to_owned(), |(_, shown)| shown.clone())
            };
            let style = if after.status == Status::Pass { GOOD } else { BAD };
            text.push_str(&format!(
                "         {}: {FAINT}{} →{FAINT:#} {style}{}{style:#}{}\n",
                after.text,
                shown(before),
                shown(after),
                change(before, after),
            ));
        }
        text
    }
}

/// The change relative to the value before.
fn change(before: &Value, after: &Value) -> String {
    match (&before.measured, &after.measured) {
        (Some((old, _)), Some((new, _))) if *old != 0.0 => {
            format!(" {FAINT}({:+.1}%){FAINT:#}", (new - old) / old.abs() * 100.0)
        }
        _ => String::new(),
    }
}
