//! What could have followed where the grammar stopped, in words.
//!
//! Not for choosing among them: `parser::recovery` does that from the rules that could have matched.

use super::{Found, quoted};
use crate::diagnostics::codes::text;
use crate::diagnostics::{CodeInfo, Diagnostic};
use crate::source::Span;

/// What was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Wanted {
    ArrowOrHold,
    Block,
    CloseBracket,
    CloseParen,
    Comparison,
    Condition,
    Element,
    Equals,
    Every,
    FromOrBlock,
    Gpu,
    In,
    List,
    Name,
    Objective,
    OfRuns,
    Range,
    Text,
    Value,
    Values,
    Windows,
    Workload,
}

impl Wanted {
    fn describe(self) -> &'static str {
        match self {
            Wanted::ArrowOrHold => "`->` or `hold`",
            Wanted::Block => "`{`",
            Wanted::CloseBracket => "`,` or `]`",
            Wanted::CloseParen => "`)`",
            Wanted::Comparison => "a comparison",
            Wanted::Condition => "a condition",
            Wanted::Element => "an element or `]`",
            Wanted::Equals => "`=`",
            Wanted::Every => "`every`",
            Wanted::FromOrBlock => "`from` or `{`",
            Wanted::Gpu => "a group of GPUs",
            Wanted::In => "`in`",
            Wanted::List => "a list",
            Wanted::Name => "a name",
            Wanted::Objective => "a metric or a parameter",
            Wanted::OfRuns => "`of runs`",
            Wanted::Range => "`..`",
            Wanted::Text => "a string",
            Wanted::Value => "a value",
            Wanted::Values => "a list or a range",
            Wanted::Windows => "`windows`",
            Wanted::Workload => "the name of a workload",
        }
    }

    fn code(self) -> &'static CodeInfo {
        match self {
            Wanted::Value | Wanted::Condition => &text::EXPECTED_VALUE,
            Wanted::Name | Wanted::Objective | Wanted::Workload | Wanted::Gpu => &text::EXPECTED_NAME,
            Wanted::CloseParen | Wanted::CloseBracket | Wanted::Element => &text::UNCLOSED_BRACKET,
            Wanted::Comparison => &text::EXPECTED_COMPARISON,
            Wanted::Block | Wanted::FromOrBlock => &text::EXPECTED_BLOCK,
            Wanted::ArrowOrHold
            | Wanted::Equals
            | Wanted::Every
            | Wanted::In
            | Wanted::List
            | Wanted::OfRuns
            | Wanted::Range
            | Wanted::Text
            | Wanted::Values
            | Wanted::Windows => &text::EXPECTED_WORD,
        }
    }

    fn help(self) -> &'static str {
        match self {
            Wanted::ArrowOrHold => "a stage is `5 min -> 20 req/s` or `10 min hold`",
            Wanted::Block => "a block follows on the same line: `{ … }`",
            Wanted::CloseBracket | Wanted::Element => "elements are separated by commas: `[1, 2]`",
            Wanted::CloseParen => "close the parenthesis on this line or a later one",
            Wanted::Comparison => {
                "compare with `==`, `!=`, `<`, `<=`, `>`, `>=` or `in 1 .. 2`: `p99_latency_ms < 800`"
            }
            Wanted::Condition => "a condition is a comparison: `p99_latency_ms < 800`",
            Wanted::Equals => "a parameter is given its value with `=`: `param n = 4`",
            Wanted::FromOrBlock => {
                "a trace is `trace chat from \"chat.csv\"`, or `trace chat { … }` with its rows"
            }
            Wanted::Gpu => {
                "name a group, one of its GPUs, or a GPU by its index: `on fast`, `on fast[0]`, `on gpu 3`"
            }
            Wanted::Every => "`search every` runs all candidates, also those that need not be run",
            Wanted::In => "say which values: `n in [1, 2, 4]` or `n in 1 .. 8`",
            Wanted::List => "values are written in brackets: `[1, 2, 4]`",
            Wanted::Name => "names are letters, digits and `_`, and do not begin with a digit",
            Wanted::Objective => "say what is best: `minimize cost_per_hour`, `maximize rate`",
            Wanted::OfRuns => "say in which share of the seeds it must hold: `in 60% of runs`",
            Wanted::Range => "a range is two values with `..` between them: `1 min .. 2 min`",
            Wanted::Text => "put it in quotes: `\"text\"`",
            Wanted::Value => "write a number with its unit, a parameter as `$n`, or arithmetic on them",
            Wanted::Values => "a list is `[1, 2, 4]`, a range `1 .. 8` or `5 .. 50 step 5 req/s`",
            Wanted::Windows => "windows are written `over 10 s windows`",
            Wanted::Workload => "say which requests count: `p99_ttft_ms for chat < 1 s`",
        }
    }
}

/// Something else was expected.
pub(in crate::syntax) fn expected(
    place: Span,
    wanted: Wanted,
    found: &Found<'_>,
    after: Option<&str>,
    open: Option<Span>,
) -> Diagnostic {
    let what = wanted.describe();
    let after = after.map_or_else(String::new, |token| format!(" after {}", quoted(token)));
    let message = format!("expected {what}{after}, found {}", found.describe());
    let label = match found {
        Found::End => format!("{what} is missing here"),
        Found::Token(_) => format!("expected {what} here"),
    };
    let diagnostic = Diagnostic::error(wanted.code(), message, place, label).with_help(wanted.help());
    match (wanted, open) {
        (Wanted::CloseParen | Wanted::CloseBracket | Wanted::Element, Some(open)) => {
            diagnostic.with_label(open, "opened here")
        }
        _ => diagnostic,
    }
}
