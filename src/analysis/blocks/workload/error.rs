//! E04xx: mistakes in workloads.

use crate::analysis::language::suggest::{alternatives, did_you_mean, nearest};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{limits, workloads};
use crate::source::Span;
use crate::workload::Misfit;

/// `rate 1e9 req/s` for an hour
pub(super) fn too_many_requests(rate: Span, expected: f64, limit: f64) -> Diagnostic {
    let message = format!("this rate brings {expected:.1e} requests, a workload may have {limit:e}");
    Diagnostic::error(&limits::TOO_MANY_REQUESTS, message, rate, "too many requests")
        .with_help("lower the rate or the `duration`, or add `requests 100_000`")
}

/// Neither `duration` nor `requests`
pub(super) fn no_end(name: &str, header: Span) -> Diagnostic {
    let message = format!("workload `{name}` never ends: neither `duration` nor `requests`");
    Diagnostic::error(&workloads::ENDLESS_WORKLOAD, message, header, "no end in this block")
        .with_help("add `duration 10 min`, `requests 1000`, or a rate that ends (`rate stages { … }`)")
}

/// `prompt lognormal median 900`
pub(super) fn misfit(misfit: Misfit, span: Span) -> Diagnostic {
    Diagnostic::error(
        &workloads::INCONSISTENT_ARGUMENTS,
        misfit.message,
        span,
        "these arguments do not add up",
    )
    .with_help(misfit.help)
}

/// `arrivals users 20 think …` and `rate 5 req/s`
pub(super) fn rate_of_closed_loop(rate: Span, users: Span) -> Diagnostic {
    let message = "a closed loop takes no `rate`: its users send as fast as they are answered";
    Diagnostic::error(&workloads::CONFLICTING_KEYS, message, rate, "no rate here")
        .with_label(users, "a closed loop")
        .with_help("leave out `rate`, or let requests come by themselves: `arrivals poisson`")
}

/// `arrivals users 20 think …` and `session { … }`
pub(super) fn session_of_closed_loop(session: Span, users: Span) -> Diagnostic {
    let message = "a closed loop takes no `session`: each of its users already waits for its answers";
    Diagnostic::error(&workloads::CONFLICTING_KEYS, message, session, "no session here")
        .with_label(users, "a closed loop")
        .with_help("leave out `session`, or let sessions come by themselves: `arrivals poisson`")
}

/// `lengths joint …` and `prompt …`
pub(super) fn beside_lengths(key: &str, span: Span, lengths: Span) -> Diagnostic {
    let message = format!("`{key}` beside `lengths`: the pairs hold both lengths");
    Diagnostic::error(&workloads::CONFLICTING_KEYS, message, span, "says it again")
        .with_label(lengths, "draws prompt and output together")
        .with_help(format!("leave out `{key}`, or `lengths`"))
}

/// `prompt constant 1.5`
pub(super) fn broken_token(key: &str, value: f64, span: Span) -> Diagnostic {
    let message = format!("`{key}` is in whole tokens, found `{value}`");
    Diagnostic::error(&workloads::INVALID_TOKENS, message, span, "not whole")
        .with_help(format!("write `{}`", libm::round(value)))
}

/// `prompt constant 5e9`
pub(super) fn too_many_tokens(key: &str, value: f64, span: Span) -> Diagnostic {
    let message = format!("`{key}` must stay below 2^31 tokens, found `{value}`");
    Diagnostic::error(&workloads::INVALID_TOKENS, message, span, "too large")
        .with_help("write at most `2147483647`")
}

/// `priority urgent`
pub(super) fn unknown_priority(word: &str, span: Span, names: &[&str]) -> Diagnostic {
    let list = format!("a priority is {} or a whole number, higher first", alternatives(names));
    let help = match did_you_mean(&nearest(word, names.iter().copied())) {
        Some(near) => format!("{near} {list}"),
        None => list,
    };
    Diagnostic::error(
        &workloads::INVALID_PRIORITY,
        format!("unknown priority `{word}`"),
        span,
        "not a priority",
    )
    .with_help(help)
}

/// `priority 1.5`
pub(super) fn broken_priority(text: &str, value: f64, span: Span) -> Diagnostic {
    let message = format!("a priority is a whole number, found `{text}`");
    Diagnostic::error(&workloads::INVALID_PRIORITY, message, span, "not whole")
        .with_help(format!("write `{}`; only the order of priorities matters", libm::round(value)))
}

/// `slo` and nothing after it
pub(super) fn empty_slo(span: Span) -> Diagnostic {
    Diagnostic::error(&workloads::EMPTY_SLO, "`slo` bounds nothing", span, "no bound after it")
        .with_help("write `slo ttft 500 ms`, `tpot 50 ms` or `latency 10 s` after it")
}
