//! Values and units.

use crate::analysis::language::context::Context;
use crate::analysis::language::expected::{
    Bare, Expected, display, example_of, number_text, usual_units, wanted,
};
use crate::analysis::language::suggest::{alternatives, nearest};
use crate::analysis::language::value::{Evaluated, Param, ParamValue, Written};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::values;
use crate::model::Bound;
use crate::source::Span;
use crate::syntax::ast::{Ident, Literal, Operator};
use crate::units::{Dimension, UNITS, unit, unit_elsewhere};

/// `80 GBs`
pub(in crate::analysis) fn unknown_unit(
    literal: &Literal,
    spelt: &Ident,
    hint: Option<Dimension>,
) -> Diagnostic {
    let wanted = |dimension: Dimension| {
        hint.is_none_or(|hint| hint == dimension || (hint.is_count() && dimension.is_count()))
    };
    let number = number_text(literal.value);
    let mut help = Vec::new();
    if let Some(factor) = thousands(&spelt.text).filter(|_| hint.is_none_or(Dimension::is_count)) {
        let written = number_text(literal.value * factor);
        let message = format!("unknown unit `{}`", spelt.text);
        return Diagnostic::error(&values::UNKNOWN_UNIT, message, spelt.span, "no such unit")
            .with_help(format!("write the number out: `{written}`"));
    }
    // A lone `m` after a time is Prometheus's minute.
    let likely = match spelt.text.as_str() {
        "m" if hint == Some(Dimension::TIME) => Some("min"),
        spelt => likely_unit(spelt, wanted),
    };
    if let Some(minutes) = clock_time(literal.value, &spelt.text) {
        help.push(format!("a time has one unit: write `{minutes}`"));
    }
    match (likely, hint) {
        _ if !help.is_empty() => {}
        (Some(likely), _) => help.push(format!("did you mean `{number} {likely}`?")),
        (None, Some(hint)) if hint.is_count() => help.push(format!("write `{number}`")),
        (None, Some(hint)) => {
            let units = UNITS.iter().filter(|unit| unit.dimension == hint).map(|unit| unit.name);
            help.push(format!("{hint} is written in {}", alternatives(&units.collect::<Vec<_>>())));
        }
        (None, None) => {}
    }
    let diagnostic = Diagnostic::error(
        &values::UNKNOWN_UNIT,
        format!("unknown unit `{}`", spelt.text),
        spelt.span,
        "no such unit",
    );
    if help.is_empty() { diagnostic } else { diagnostic.with_help(help.join(" ")) }
}

/// `1h30m` and `2m30s` in the smaller of their units.
fn clock_time(first: f64, spelt: &str) -> Option<String> {
    let digits = spelt.find(|letter: char| letter.is_ascii_digit())?;
    let (larger, rest) = spelt.split_at(digits);
    let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
    let second: f64 = rest[..end].parse().ok()?;
    let smaller = match (larger, &rest[end..]) {
        ("h", "m" | "min") => "min",
        ("m" | "min", "s" | "sec") => "s",
        _ => return None,
    };
    Some(format!("{} {smaller}", number_text(first * 60.0 + second)))
}

/// What `k` and `M` multiply by.
fn thousands(spelt: &str) -> Option<f64> {
    match spelt {
        "k" | "K" => Some(1e3),
        "m" | "M" => Some(1e6),
        _ => None,
    }
}

/// The unit that a wrong spelling stands for, if one is likely.
fn likely_unit(spelt: &str, wanted: impl Fn(Dimension) -> bool) -> Option<&'static str> {
    if let Some(unit) = unit_elsewhere(spelt) {
        return Some(unit.name);
    }
    let candidates = || UNITS.iter().filter(|unit| wanted(unit.dimension)).map(|unit| unit.name);
    // `gb`, then `GBs`: capitals and a plural are the usual slips. Bits are never guessed.
    let bare = spelt.strip_suffix('s').unwrap_or(spelt);
    let by_letters = candidates().find(|name| {
        !name.contains("b/s") && (name.eq_ignore_ascii_case(spelt) || name.eq_ignore_ascii_case(bare))
    });
    by_letters.or_else(|| nearest(spelt, candidates()).first().copied())
}

/// Whether a word after a number is a unit in another spelling.
pub(in crate::analysis) fn resembles_unit(word: &str) -> bool {
    likely_unit(word, |_| true).is_some()
}

/// `decode 2400 ms`
pub(in crate::analysis) fn wrong_dimension(
    found: Evaluated,
    expected: Expected<'_>,
    ctx: &Context<'_>,
) -> Diagnostic {
    let wanted = wanted(expected);
    let measured = if found.written == Written::Percent {
        "a percentage".to_owned()
    } else {
        found.quantity.dimension.to_string()
    };
    let text = spelling(found, ctx);
    let diagnostic = Diagnostic::error(
        &values::WRONG_DIMENSION,
        format!("`{}` expects {wanted}, found {measured} (`{text}`)", expected.what),
        found.span,
        format!("this is {measured}"),
    );
    let diagnostic = with_origin(diagnostic, found, ctx);
    let per_second = text.rsplit_once(' ').and_then(|(_, spelt)| unit(&format!("{spelt}/s")));
    diagnostic.with_help(match per_second.filter(|unit| unit.dimension == expected.dimension) {
        Some(_) => format!("write `{} {text}/s`", expected.what),
        None => format!("write it as in `{} {}`", expected.what, example(expected)),
    })
}

/// `vram 80`
pub(in crate::analysis) fn missing_unit(
    found: Evaluated,
    expected: Expected<'_>,
    ctx: &Context<'_>,
) -> Diagnostic {
    let text = spelling(found, ctx);
    let simple = text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '.' || letter == '_');
    let shown = if simple { text.clone() } else { format!("({text})") };
    let help = if expected.dimension == Dimension::NUMBER {
        let percent = found.quantity.value * if found.quantity.value <= 1.0 { 100.0 } else { 1.0 };
        format!("write `{}%`: a share is written as a percentage", number_text(percent))
    } else {
        let names = usual_units(expected);
        let first = names.first().copied().unwrap_or("s");
        let others: Vec<&str> = names.iter().skip(1).copied().collect();
        let multiply = if simple { "" } else { "* 1 " };
        let rest = if others.is_empty() {
            String::new()
        } else {
            format!(", or another unit: {}", alternatives(&others))
        };
        format!("write `{shown} {multiply}{first}`{rest}")
    };
    let message = format!("`{}` is missing its unit: found `{text}`", expected.what);
    let diagnostic = Diagnostic::error(&values::MISSING_UNIT, message, found.span, "which unit?");
    with_origin(diagnostic, found, ctx).with_help(help)
}

/// `max_concurrent 0`
pub(in crate::analysis) fn out_of_bound(
    found: Evaluated,
    expected: Expected<'_>,
    ctx: &Context<'_>,
) -> Diagnostic {
    let rule = broken_rule(found, expected);
    let message = format!("`{}` must {rule}, found `{}`", expected.what, spelling(found, ctx));
    let diagnostic = Diagnostic::error(&values::OUT_OF_RANGE, message, found.span, format!("must {rule}"));
    let diagnostic = with_origin(diagnostic, found, ctx);
    let example = example(expected);
    let fits = unit_value(example).is_some_and(|value| expected.bound.holds(value));
    if fits {
        diagnostic.with_help(format!("write it as in `{} {example}`", expected.what))
    } else {
        diagnostic
    }
}

/// An example of [`example_of`] in base units.
fn unit_value(example: &str) -> Option<f64> {
    let digits =
        example.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(example.len());
    let value: f64 = example[..digits].parse().ok()?;
    match example[digits..].trim() {
        "" => Some(value),
        spelt => unit(spelt).map(|unit| unit.to_base(value)),
    }
}

/// What a value breaks: of a rate below zero it is enough to say that it must be positive, whatever its range.
fn broken_rule(found: Evaluated, expected: Expected<'_>) -> String {
    match expected.bound {
        Bound::Between(low, _)
            if low > 0.0 && found.quantity.value <= 0.0 && !expected.dimension.is_count() =>
        {
            bound_text(Expected { bound: Bound::Positive, ..expected })
        }
        _ => bound_text(expected),
    }
}

fn bound_text(expected: Expected<'_>) -> String {
    let share = expected.dimension == Dimension::NUMBER && matches!(expected.bare, Bare::Refused);
    let per_second = UNITS.iter().find(|unit| {
        unit.dimension == expected.dimension && matches!(unit.name, "req/s" | "tok/s") && !share
    });
    let show = |value: f64| match per_second {
        // Both ends in one unit.
        Some(unit) if value >= 1e9 => format!("{value:e} {}", unit.name),
        Some(unit) => format!("{} {}", number_text(value), unit.name),
        None if share => format!("{}%", value * 100.0),
        None => display(value, expected.dimension),
    };
    match expected.bound {
        Bound::Any => "be finite".to_owned(),
        Bound::Positive => "be positive".to_owned(),
        Bound::NotNegative => "not be negative".to_owned(),
        Bound::Between(low, high) => format!("be between {} and {}", show(low), show(high)),
        Bound::AtLeast(low) => format!("be at least {}", show(low)),
    }
}

/// `max_queue 2.5`
pub(in crate::analysis) fn not_whole(
    found: Evaluated,
    expected: Expected<'_>,
    ctx: &Context<'_>,
) -> Diagnostic {
    let text = spelling(found, ctx);
    let message = format!("`{}` must be a whole number, found `{text}`", expected.what);
    let diagnostic = Diagnostic::error(&values::NOT_WHOLE, message, found.span, "not a whole number");
    let (below, above) = (libm::floor(found.quantity.value), libm::ceil(found.quantity.value));
    let diagnostic = with_origin(diagnostic, found, ctx);
    if below < above && found.bare() {
        return diagnostic.with_help(format!("write `{}` or `{}`", number_text(below), number_text(above)));
    }
    diagnostic
}

/// `max_batch 5e9`
pub(in crate::analysis) fn above(span: Span, what: &str, limit: &str, text: &str) -> Diagnostic {
    let message = format!("`{what}` must be below {limit}, found `{}`", brief(text));
    Diagnostic::error(&values::OUT_OF_RANGE, message, span, "too large")
}

/// `kv_bytes_per_token 0.5 B`
pub(in crate::analysis) fn broken_byte(span: Span, what: &str, value: f64) -> Diagnostic {
    let message = format!("`{what}` must be a whole number of bytes, found {} bytes", number_text(value));
    Diagnostic::error(&values::NOT_WHOLE, message, span, "not a whole number of bytes")
}

/// `duration 400 d`
pub(in crate::analysis) fn off_the_clock(span: Span, what: &str, text: &str, seconds: f64) -> Diagnostic {
    if seconds < 0.0 {
        let message = format!("`{what}` must not be negative, found `{}`", brief(text));
        return Diagnostic::error(&values::OUT_OF_RANGE, message, span, "must not be negative");
    }
    let message = format!("`{what}` must be below 213 days, found `{}`", brief(text));
    Diagnostic::error(&values::OUT_OF_RANGE, message, span, "beyond the simulation's clock")
        .with_help("the clock counts picoseconds in 64 bits: 213 days")
}

/// `duration 1e-15 s`
pub(in crate::analysis) fn below_a_picosecond(span: Span, what: &str, text: &str) -> Diagnostic {
    let message = format!("`{what}` must be at least 1 ps, found `{text}`");
    Diagnostic::error(&values::OUT_OF_RANGE, message, span, "below the simulation's clock")
        .with_help("the clock counts whole picoseconds: write `1 ps` or more")
}

/// `2 / 0`
pub(in crate::analysis) fn division_by_zero(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(
        &values::ARITHMETIC_ERROR,
        format!("division by zero: `{text}` is 0"),
        span,
        "this is 0",
    )
}

/// `1e308 * 10`
pub(in crate::analysis) fn too_large(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(
        &values::ARITHMETIC_ERROR,
        format!("`{}` is too large to compute with", brief(text)),
        span,
        "too large",
    )
}

/// `1 s + 2 GB`
pub(in crate::analysis) fn operands_do_not_fit(
    left: Evaluated,
    operator: Operator,
    right: Evaluated,
    ctx: &Context<'_>,
) -> Diagnostic {
    let (a, b) = (left.quantity.dimension, right.quantity.dimension);
    let message = match operator {
        Operator::Add => format!("cannot add {b} to {a}"),
        Operator::Subtract => format!("cannot subtract {b} from {a}"),
        Operator::Multiply | Operator::Divide => format!("no unit measures the result of {a} and {b}"),
    };
    let diagnostic = Diagnostic::error(&values::MISMATCHED_OPERANDS, message, right.span, format!("{b}"))
        .with_label(left.span, format!("{a}"));
    let bare = if right.bare() { Some((right, a)) } else { left.bare().then_some((left, b)) };
    match bare.and_then(|(bare, dimension)| {
        let unit = UNITS.iter().find(|unit| unit.dimension == dimension)?;
        Some(format!("if `{0}` is meant in {1}, write `{0} {1}`", ctx.text(bare.span), unit.name))
    }) {
        Some(help) => diagnostic.with_help(help),
        None if matches!(operator, Operator::Add | Operator::Subtract) => {
            diagnostic.with_help(format!("write both sides as {a}, or both as {b}"))
        }
        None => diagnostic
            .with_help("split the expression: a product of more than two units is hardly ever meant"),
    }
}

/// `max_queue $kv` where `kv` is a name
pub(in crate::analysis) fn param_is_not_a_number(name: &Ident, param: &Param) -> Diagnostic {
    let kind = match param.value {
        Some(ParamValue::Text(_)) => "a string",
        _ => "a name",
    };
    let message = format!("expected a number, found {kind}: `${}` is `{}`", name.text, param.text);
    Diagnostic::error(&values::WRONG_FORM, message, name.span, format!("this is {kind}"))
        .with_label(param.origin, "set here")
}

/// `vram p99_ttft_ms`
pub(in crate::analysis) fn metric_in_statement(name: &Ident) -> Diagnostic {
    let message = format!("expected a number, found the name `{}`", name.text);
    Diagnostic::error(&values::WRONG_FORM, message, name.span, "not a number")
        .with_help(format!("only expectations know metrics; for a parameter write `${}`", name.text))
}

/// `link a b bandwidth 400 Gb/s`
pub(in crate::analysis) fn bits_not_bytes(span: Span, value: f64, prefix: &str) -> Diagnostic {
    let number = number_text(value);
    Diagnostic::note(
        &values::BANDWIDTH_IN_BITS,
        format!("`{number} {prefix}b/s` is in bits: {} {prefix}B/s", number_text(value / 8.0)),
        span,
        "bits, not bytes",
    )
    .with_help(format!("data sheets of GPUs and links are mostly in bytes: `{number} {prefix}B/s`"))
}

/// What was written; for a parameter also what it stands for.
fn spelling(found: Evaluated, ctx: &Context<'_>) -> String {
    brief(ctx.text(found.origin.unwrap_or(found.span)))
}

/// What was written, where it is not too long to be read; a number of hundreds of digits by its size.
fn brief(text: &str) -> String {
    const SHOWN: usize = 40;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    match text.replace('_', "").parse::<f64>() {
        Ok(number) => format!("{number:e}"),
        Err(_) => format!("{}…", text.chars().take(SHOWN).collect::<String>()),
    }
}

fn with_origin(diagnostic: Diagnostic, found: Evaluated, ctx: &Context<'_>) -> Diagnostic {
    match found.origin {
        Some(origin) => {
            let text = format!("`{}` is set here", ctx.text(found.span));
            diagnostic.with_label(origin, text)
        }
        None => diagnostic,
    }
}

fn example(expected: Expected<'_>) -> &'static str {
    match expected.dimension {
        Dimension::NUMBER if matches!(expected.bare, Bare::Refused) => "90%",
        dimension => example_of(expected.what, dimension),
    }
}
