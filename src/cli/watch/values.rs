//! The values of expectations before and after an edit.

use crate::check::CaseResult;
use crate::cli::output::{BAD, FAINT, GOOD};
use crate::expect::Status;
use crate::report::number::{signed, significant};
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
    /// Whether it is shown in per cent.
    is_share: bool,
    status: Status,
}

/// Enough to see a change of a thousandth.
const DIGITS: usize = 5;

impl Values {
    pub(super) fn of(result: &CaseResult, texts: &[String]) -> Values {
        let value = |(text, judged): (&String, &crate::expect::Judgement)| Value {
            text: text.clone(),
            measured: judged.deciding.value.zip(value_in(&judged.deciding, DIGITS)),
            is_share: judged.deciding.share,
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

/// The change relative to the value before; of shares in points of a hundred, as a share of a share is easily misread.
fn change(before: &Value, after: &Value) -> String {
    let change = match (&before.measured, &after.measured) {
        (Some((old, _)), Some((new, _))) if after.is_share => {
            format!("{} points", signed(&significant((new - old) * 100.0, DIGITS - 1), new - old))
        }
        (Some((old, _)), Some((new, _))) if *old != 0.0 => {
            format!("{:+.1}%", (new - old) / old.abs() * 100.0)
        }
        _ => return String::new(),
    };
    format!(" {FAINT}({change}){FAINT:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is_share: bool, old: f64, new: f64, expected: &str) {
        let value = |value: f64| Value {
            text: "x".to_owned(),
            measured: Some((value, value.to_string())),
            is_share,
            status: Status::Pass,
        };
        let change = change(&value(old), &value(new));
        assert_eq!(anstream::adapter::strip_str(&change).to_string(), expected);
    }

    #[test]
    fn shares_change_by_points_and_other_values_by_a_share() {
        check(true, 0.98825, 0.9993, " (+1.105 points)");
        check(true, 0.0, 0.5, " (+50 points)");
        check(false, 312.0, 298.0, " (-4.5%)");
        check(false, 0.0, 1.0, "");
    }
}
