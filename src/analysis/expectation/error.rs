//! E05xx: mistakes in expectations.

use super::Temporal;
use super::selectors::selectors_of;
use crate::analysis::language::error::help_for_metric;
use crate::analysis::language::expected::number_text;
use crate::analysis::language::mode::Mode;
use crate::analysis::language::suggest::{alternatives, did_you_mean};
use crate::analysis::language::value::{Param, ParamValue, Written};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{expectations, plans};
use crate::metrics::Kind;
use crate::source::Span;
use crate::syntax::ast::{Ident, Metric, Text};

/// `p99_latencyms`
pub(super) fn unknown_metric(name: &Ident, near: &[&str]) -> Diagnostic {
    let help = help_for_metric(&name.text, near);
    Diagnostic::error(
        &expectations::UNKNOWN_METRIC,
        format!("unknown metric `{}`", name.text),
        name.span,
        "no such metric",
    )
    .with_help(help)
}

/// `p99_latency_ms < 24 GB`: what each side is, and where.
pub(super) struct Sides<'a> {
    pub(super) expected: &'a str,
    pub(super) expected_text: &'a str,
    pub(super) expected_span: Span,
    /// Something that would fit.
    pub(super) example: &'a str,
    pub(super) found: &'a str,
    pub(super) found_text: &'a str,
    pub(super) found_span: Span,
}

/// `p99_latency_ms < 24 GB`
pub(super) fn other_dimension(sides: &Sides<'_>) -> Diagnostic {
    let Sides { expected, expected_text, expected_span, example, found, found_text, found_span } = *sides;
    let message = format!("expected {expected}, found {found} `{found_text}`");
    let diagnostic =
        Diagnostic::error(&expectations::INCOMPARABLE_SIDES, message, found_span, format!("this is {found}"))
            .with_label(expected_span, format!("this is {expected}"));
    diagnostic.with_help(format!("`{expected_text}` is {expected}: compare it with one, as `{example}`"))
}

/// `reject_rate < 0.1`
pub(super) fn unit_missing(
    text: &str,
    span: Span,
    beside: &str,
    measured: &str,
    suggestion: Option<&str>,
) -> Diagnostic {
    let message = format!("`{text}` needs a unit: `{beside}` is {measured}");
    let diagnostic = Diagnostic::error(&expectations::LIMIT_WITHOUT_UNIT, message, span, "which unit?");
    match suggestion {
        Some(suggestion) => diagnostic.with_help(format!("write `{suggestion}`")),
        None => diagnostic.with_help("give it a unit of the same kind"),
    }
}

/// `max_queue_depth for chat`
pub(super) fn selector_does_not_fit(word: &str, span: Span, metric: &Ident, kind: Kind) -> Diagnostic {
    let name = &metric.text;
    let what = match kind {
        Kind::Requests => "is measured on requests",
        Kind::Gaps => "is counted in a histogram of the whole run",
        Kind::Level => "is a level over time, not measured on requests",
        Kind::Run => "is one number for the whole run",
    };
    let message = format!("`{word}` cannot select from `{name}`");
    Diagnostic::error(&expectations::MISMATCHED_SELECTOR, message, span, "does not fit this metric")
        .with_label(metric.span, what)
        .with_help(format!("`{name}` takes {}", alternatives(selectors_of(kind))))
}

/// `always queue_depth over 10 s windows < 64`
pub(super) fn selector_inside(temporal: Temporal, word: &str, span: Span) -> Diagnostic {
    let message = format!("`{word}` is not allowed inside `{}`", temporal.word);
    let diagnostic = Diagnostic::error(&expectations::MISMATCHED_SELECTOR, message, span, "not here")
        .with_label(temporal.span, "every instant is looked at");
    match word {
        "during" | "after" => {
            diagnostic.with_help(format!("write it after the condition: `… < 64 {word} …`"))
        }
        _ => diagnostic.with_help("a level at an instant takes `on` and `of`"),
    }
}

/// `p99_ttft_ms for chatt`
pub(super) fn unknown_workload(name: &Ident, of: Option<&str>, near: &[&str], known: &[&str]) -> Diagnostic {
    let scenario = of.map_or_else(|| "this scenario".to_owned(), |of| format!("`{of}`"));
    let message = format!("no such workload: `{}`", name.text);
    let label = format!("not a workload of {scenario}");
    let diagnostic = Diagnostic::error(&expectations::UNKNOWN_WORKLOAD, message, name.span, label);
    let none = format!("{scenario} has no workload");
    diagnostic.with_help(near_or_all(near, known, "the workloads are", &none))
}

/// `p99_ttft_ms of "randm"`
pub(super) fn unknown_scenario(name: &Text, near: &[&str], known: &[&str]) -> Diagnostic {
    let message = format!("no such scenario: `{}`", name.value);
    let diagnostic =
        Diagnostic::error(&expectations::UNKNOWN_SCENARIO, message, name.span, "not a scenario of this file");
    diagnostic.with_help(near_or_all(
        near,
        known,
        "the scenarios are",
        "this file has no `scenario` to compare with",
    ))
}

/// `of` with the scenario it is written in
pub(super) fn own_scenario(name: &Text) -> Diagnostic {
    let message = format!("scenario `{}` is compared with itself", name.value);
    Diagnostic::error(&expectations::UNKNOWN_SCENARIO, message, name.span, "this scenario")
        .with_help("name another scenario, or leave out `of`")
}

/// `p99_ttft_ms for chat for code`
pub(super) fn selected_twice(earlier: &str, word: &str, first: Span, second: Span) -> Diagnostic {
    let message = if earlier == word {
        format!("`{word}` selects twice")
    } else {
        format!("`{word}` selects what `{earlier}` already did")
    };
    Diagnostic::error(&expectations::DUPLICATE_SELECTOR, message, second, "second time")
        .with_label(first, "first time")
        .with_help("leave out one of the two")
}

/// `p99_ttft_ms < 1 s for chat`
pub(super) fn selector_after_literal(
    word: &str,
    span: Span,
    moved: &str,
    misspelt: Option<(&str, &str)>,
) -> Diagnostic {
    let message = format!("`{word}` belongs after the metric it selects from");
    Diagnostic::error(&expectations::SELECTOR_AFTER_LIMIT, message, span, "selects nothing here").with_help(
        match misspelt {
            Some((name, _)) => format!("write `{moved}`: there is no workload `{name}`"),
            None => format!("write `{moved}`"),
        },
    )
}

/// `peak_vram_bytes on slow`
pub(super) fn unknown_group(
    name: &Ident,
    near: &[&str],
    known: &[&str],
    scenario: Option<&str>,
) -> Diagnostic {
    let message = format!("no such group of GPUs{}: `{}`", in_scenario(scenario), name.text);
    let diagnostic =
        Diagnostic::error(&expectations::NO_SUCH_GPU, message, name.span, "not a group of the cluster");
    diagnostic.with_help(near_or_all(near, known, "the groups are", "the cluster has no GPUs"))
}

/// `peak_vram_bytes on fast[7]`
pub(super) fn index_outside(
    text: &str,
    owner: &str,
    thing: &str,
    count: usize,
    scenario: Option<&str>,
    span: Span,
) -> Diagnostic {
    let plural = if count == 1 { "" } else { "s" };
    let scenario = in_scenario(scenario);
    let message = format!("`{text}` does not exist: {owner} has {count} {thing}{plural}{scenario}");
    let help = match count {
        0 | 1 => "the only index is 0".to_owned(),
        _ => format!("indices run from 0 to {}", count - 1),
    };
    Diagnostic::error(&expectations::NO_SUCH_GPU, message, span, "out of range").with_help(help)
}

/// `in 9 .. 5`, `during 2 min .. 1 min`, `on fast[3..1]`
pub(super) fn reversed(text: &str, span: Span) -> Diagnostic {
    let message = format!("the ends of `{text}` are reversed");
    Diagnostic::error(&expectations::REVERSED_RANGE, message, span, "the first is above the last")
        .with_help("swap the two")
}

/// `always p99_ttft_ms < 1 s`
pub(super) fn not_a_level(temporal: Temporal, metric: &Ident, levels: &[&str]) -> Diagnostic {
    let message = format!("`{}` has no value at each instant, as `{}` needs", metric.text, temporal.word);
    Diagnostic::error(&expectations::NOT_A_LEVEL, message, metric.span, "one number for the whole run")
        .with_label(temporal.span, "looks at every instant")
        .with_help(format!("use a level over time: {}", alternatives(levels)))
}

/// `queue_depth < 64`
pub(super) fn level_of_no_instant(metric: &Metric) -> Diagnostic {
    let name = &metric.name.text;
    let message = format!("`{name}` has a value at every instant: which one is meant?");
    Diagnostic::error(&expectations::LEVEL_WITHOUT_TIME, message, metric.name.span, "at which instant?")
        .with_help(format!("write `always {name} …` or `eventually {name} …`, or compare `max_{name}`"))
}

/// `p99_itl_ms` with `batching phases`
pub(super) fn metric_of_other_batching(metric: &Metric, mode: &Mode, every_scenario: bool) -> Diagnostic {
    let name = &metric.name.text;
    let (here, there) = (mode.batching.name(), mode.batching.other().name());
    let message = format!("`{name}` is not measured with `batching {here}`");
    let help = match every_scenario {
        true => format!("write it in the scenarios with `batching {there}`, or remove it"),
        false => format!("remove it, or write `batching {there}`"),
    };
    let label = format!("known to `batching {there}` only");
    Diagnostic::error(&expectations::METRIC_OF_OTHER_BATCHING, message, metric.name.span, label)
        .with_label(mode.span, format!("`batching {here}`: {}", mode.why))
        .with_help(help)
}

/// `always (eventually queue_depth == 0)`
pub(super) fn nested(outer: Temporal, inner: Temporal) -> Diagnostic {
    let message = format!("`{}` is not allowed inside `{}`", inner.word, outer.word);
    Diagnostic::error(&expectations::NESTED_TEMPORAL_FORMS, message, inner.span, "inside another")
        .with_label(outer.span, "this one looks at every instant")
        .with_help("keep one of the two, or write two expectations")
}

/// `1 < 2`
pub(super) fn no_metric(text: &str, span: Span) -> Diagnostic {
    let message = format!("`{text}` compares constants: no run can change it");
    Diagnostic::error(&expectations::COMPARISON_OF_CONSTANTS, message, span, "no metric in it")
        .with_help("name a metric, as in `p99_ttft_ms < 500`")
}

/// `p99_ttft_ms < 500 ± 3%`
pub(super) fn tolerance_without_equality(operator: &str, operator_span: Span, span: Span) -> Diagnostic {
    let message = format!("a tolerance goes with `==` or `!=`, found `{operator}`");
    Diagnostic::error(&expectations::INVALID_TOLERANCE, message, span, "a tolerance")
        .with_label(operator_span, "not an equality")
        .with_help("write `==`, or put the slack into the limit")
}

/// `p99_ttft_ms == 500 ± p50_ttft_ms`
pub(super) fn tolerance_not_constant(text: &str, span: Span) -> Diagnostic {
    let message = format!("a tolerance is known before the run, found `{text}`");
    Diagnostic::error(&expectations::INVALID_TOLERANCE, message, span, "measured by the run")
        .with_help("write a share, as `± 3%`, or an amount, as `± 5 ms`")
}

/// `p99_ttft_ms == 500 ± -3%`
pub(super) fn negative_tolerance(text: &str, span: Span) -> Diagnostic {
    let message = format!("a tolerance must not be negative, found `{text}`");
    Diagnostic::error(&expectations::INVALID_TOLERANCE, message, span, "negative")
}

/// `in 120% of runs`
pub(super) fn share_of_runs(text: &str, written: Written, value: f64, span: Span) -> Diagnostic {
    let message = format!("`in … of runs` expects a share above 0% and up to 100%, found `{text}`");
    let diagnostic =
        Diagnostic::error(&expectations::INVALID_SHARE_OF_RUNS, message, span, "not such a share");
    let percent = match written {
        Written::Bare if value > 0.0 && value <= 1.0 => value * 100.0,
        Written::Bare if value > 1.0 && value <= 100.0 => value,
        _ => return diagnostic.with_help("for every run, leave `in … of runs` out"),
    };
    diagnostic.with_help(format!("write `in {}% of runs`", number_text(percent)))
}

/// `p99_ttft_ms over 10 s windows < p99_ttft_ms over 1 s windows`
pub(super) fn windows_differ(first: Span, second: Span) -> Diagnostic {
    Diagnostic::error(
        &expectations::MIXED_WINDOWS,
        "windows of two widths in one comparison",
        second,
        "another width",
    )
    .with_label(first, "first width")
    .with_help("give both metrics windows of the same width")
}

/// Says which of a file's scenarios is meant.
fn in_scenario(scenario: Option<&str>) -> String {
    scenario.map(|scenario| format!(" in scenario `{scenario}`")).unwrap_or_default()
}

fn near_or_all(near: &[&str], known: &[&str], are: &str, none: &str) -> String {
    match (did_you_mean(near), known) {
        (Some(help), _) => help,
        (None, []) => none.to_owned(),
        (None, known) => {
            let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("{are} {}", quoted.join(", "))
        }
    }
}

/// `minimize p95_ttft_ms over 10 s windows`
pub(super) fn aim_without_number(metric: &Metric) -> Diagnostic {
    let message = format!("`{}` over windows is not one number a run", metric.name.text);
    Diagnostic::error(&plans::NOT_AN_OBJECTIVE, message, metric.span(), "several numbers")
        .with_help("leave the windows out, or let an `expect` of the scenario bound them")
}

/// `expect rate > 30 req/s` in a plan that does not vary `rate`
pub(super) fn param_not_varied(name: &Ident, param: &Param) -> Diagnostic {
    let values = match param.value {
        Some(ParamValue::Quantity(_)) => format!("{} .. …", param.text),
        _ => format!("[{}, …]", param.text),
    };
    let message = format!("this plan does not vary `{}`: it is the same for every candidate", name.text);
    Diagnostic::error(&plans::NOT_OF_THE_ANSWER, message, name.span, "not a part of the answer")
        .with_help(format!("vary it, as `vary {} in {values}`, or leave this out", name.text))
}

/// `expect n for chat < 3`
pub(super) fn selected_parameter(name: &Ident, selector: Span) -> Diagnostic {
    let message = format!("`{}` is one value: nothing can be selected of it", name.text);
    Diagnostic::error(&plans::NOT_OF_THE_ANSWER, message, selector, "selects from a metric")
        .with_label(name.span, "a parameter that varies")
        .with_help("remove the selector")
}

/// `expect card == h100_sxm`
pub(super) fn varied_name(name: &Ident) -> Diagnostic {
    let message = format!("the values of `{}` are names, and only numbers compare", name.text);
    Diagnostic::error(&plans::NOT_OF_THE_ANSWER, message, name.span, "a name in each candidate").with_help(
        "the snapshot of the plan holds the answer, names included; an `expect` bounds numbers of it",
    )
}
