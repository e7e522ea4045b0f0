//! Names, choices and their arguments.

use crate::analysis::language::context::Context;
use crate::analysis::language::expected::example_of;
use crate::analysis::language::suggest::{all_of, alternatives, did_you_mean, nearest};
use crate::analysis::language::value::Param;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{definitions, names, values};
use crate::dictionary;
use crate::model::{Field, Form, Spec};
use crate::source::Span;
use crate::syntax::ast::Ident;
use crate::syntax::{EXPECTATION_WORDS, RESERVED_HELP};
use crate::units::Dimension;

use super::strangers::help_for_argument;

/// `$m` where only `n` is declared
pub(in crate::analysis) fn unknown_param(name: &Ident, ctx: &Context<'_>) -> Diagnostic {
    let below = ctx.declared_below.iter().position(|below| below.name.text == name.text);
    if let Some(position) = below {
        let declaration = ctx.declared_below[position].name.span;
        return if position == 0 {
            let message = format!("parameter `{}` is declared by itself", name.text);
            Diagnostic::error(&names::UNDECLARED_PARAMETER, message, name.span, "not known yet")
                .with_help("give it a value")
        } else {
            let message = format!("parameter `${}` is used above its declaration", name.text);
            Diagnostic::error(&names::UNDECLARED_PARAMETER, message, name.span, "not known yet")
                .with_label(declaration, "declared below")
                .with_help("move the declaration up: a parameter knows those above it")
        };
    }
    let names: Vec<&str> = ctx.params.keys().map(String::as_str).collect();
    let help = did_you_mean(&nearest(&name.text, names.iter().copied()))
        .unwrap_or_else(|| format!("declare it: `param {} = …`", name.text));
    Diagnostic::error(
        &names::UNDECLARED_PARAMETER,
        format!("unknown parameter `${}`", name.text),
        name.span,
        "not declared",
    )
    .with_help(help)
}

/// `routing power_of_two`; `ranked` holds every name of the registry, the nearest first
pub(in crate::analysis) fn unknown_choice(
    what: &str,
    name: &str,
    span: Span,
    written: &str,
    ranked: &[&str],
) -> Diagnostic {
    let help = match dictionary::value(name, what) {
        Some(word) => word.help_as_value(Some(written)),
        None => {
            let near = did_you_mean(&nearest(name, ranked.iter().copied()));
            let list = format!("{} {what} is one of {}", article(what), alternatives(ranked));
            near.map_or_else(|| list.clone(), |near| format!("{near} {list}"))
        }
    };
    Diagnostic::error(
        &names::UNKNOWN_CHOICE,
        format!("unknown {what} `{name}`"),
        span,
        format!("no such {what}"),
    )
    .with_help(help)
}

/// `random choices 2`
pub(in crate::analysis) fn unknown_argument(
    word: &str,
    span: Span,
    of: &str,
    written: &str,
    offered: &[&str],
) -> Diagnostic {
    let help = help_for_argument(word, written, offered)
        .or_else(|| did_you_mean(&nearest(word, offered.iter().copied())));
    let help = help.unwrap_or_else(|| {
        if of == "serves" {
            "a cluster serves one model; give each model a scenario of its own".to_owned()
        } else if offered.is_empty() {
            format!("`{of}` takes no arguments; statements on one line are separated by `;`")
        } else {
            format!("it takes {}", alternatives(offered))
        }
    });
    Diagnostic::error(
        &names::UNKNOWN_ARGUMENT,
        format!("unknown argument `{word}` of `{of}`"),
        span,
        "not known here",
    )
    .with_help(help)
}

/// `a` or `an`
pub(in crate::analysis) fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// `pick zip 1`
pub(in crate::analysis) fn unknown_word(what: &str, word: &str, span: Span, words: &[&str]) -> Diagnostic {
    let help = match dictionary::value(word, what) {
        Some(known) => known.help_as_value(None),
        None => {
            let near = did_you_mean(&nearest(word, words.iter().copied()));
            let list = format!("`{what}` is {}", alternatives(words));
            near.map_or_else(|| list.clone(), |near| format!("{near} {list}"))
        }
    };
    Diagnostic::error(
        &names::UNKNOWN_CHOICE,
        format!("unknown value `{word}` of `{what}`"),
        span,
        "not known here",
    )
    .with_help(help)
}

/// `routing` and nothing after it
pub(in crate::analysis) fn missing_choice(what: &str, span: Span, names: &[&str]) -> Diagnostic {
    let message = format!("expected {} {what}, found nothing", article(what));
    Diagnostic::error(&definitions::MISSING_VALUE, message, span, "expected here")
        .with_help(format!("write one of {}", alternatives(names)))
}

/// `prompt 1500`
pub(in crate::analysis) fn not_a_choice(
    what: &str,
    span: Span,
    text: &str,
    constant: Option<&str>,
    names: &[&str],
) -> Diagnostic {
    let unquoted = text.trim_matches('"');
    let help = match constant {
        _ if unquoted.len() + 2 == text.len() && names.contains(&unquoted) => {
            format!("a name is written without quotes: `{unquoted}`")
        }
        Some(constant) => format!("for a value that never changes write `{constant}`"),
        None => format!("write one of {}", alternatives(names)),
    };
    let message = format!("expected {} {what}, found `{text}`", article(what));
    Diagnostic::error(&values::WRONG_FORM, message, span, format!("not {} {what}", article(what)))
        .with_help(help)
}

/// `routing $n` where `n` is a number
pub(in crate::analysis) fn param_is_not_a_choice(
    what: &str,
    name: &Ident,
    param: &Param,
    names: &[&str],
) -> Diagnostic {
    let message =
        format!("expected {} {what}, found `{}`, the value of `${}`", article(what), param.text, name.text);
    Diagnostic::error(&values::WRONG_FORM, message, name.span, format!("not {} {what}", article(what)))
        .with_label(param.origin, "set here")
        .with_help(format!("give `{}` one of {}", name.text, alternatives(names)))
}

/// `arrivals poisson 3`
pub(in crate::analysis) fn leftover(
    span: Span,
    text: &str,
    next: &str,
    of: &str,
    offered: &[&str],
) -> Diagnostic {
    let help = if offered.contains(&next) {
        format!("a value comes after its name: `{next} {text}`")
    } else if offered.is_empty() {
        format!("nothing is allowed after `{of}` here")
    } else {
        format!("a value follows its name: {}", alternatives(offered))
    };
    Diagnostic::error(
        &definitions::EXTRA_INPUT,
        format!("unexpected `{text}` after `{of}`"),
        span,
        "not expected here",
    )
    .with_help(help)
}

/// `routing p2c { … }`
pub(in crate::analysis) fn leftover_block(span: Span, of: &str) -> Diagnostic {
    let opening = Span { end: span.start + 1, ..span };
    Diagnostic::error(
        &definitions::EXTRA_INPUT,
        format!("`{of}` takes no block"),
        opening,
        "not expected here",
    )
    .with_help("write the arguments on the line of the statement")
}

/// `gamma cv 2 cv 3`
pub(in crate::analysis) fn repeated_argument(name: &str, of: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(
        &definitions::DUPLICATE_ARGUMENT,
        format!("`{name}` of `{of}` is given twice"),
        again,
        "given again",
    )
    .with_label(first, "first given here")
    .with_help("remove one of the two")
}

/// `gamma` without `cv`
pub(in crate::analysis) fn missing_arguments(
    of: &str,
    missing: &[&Field],
    place: Dimension,
    at: Span,
    ctx: &Context<'_>,
) -> Diagnostic {
    let named: Vec<&str> = missing.iter().filter(|field| !field.positional).map(|field| field.name).collect();
    // The name of a positional argument is never written.
    let list = if named.is_empty() { "a value".to_owned() } else { all_of(&named) };
    let are = if named.len() > 1 { "are" } else { "is" };
    let shown = |positional: bool| -> String {
        let fields = missing.iter().filter(|field| field.positional == positional);
        fields.map(|field| format!(" {}", usage(field, place))).collect()
    };
    // Positional arguments come first, whatever is there already.
    let written = written_so_far(of, at, ctx);
    let rest = written.strip_prefix(of).unwrap_or_default();
    Diagnostic::error(
        &definitions::MISSING_VALUE,
        format!("`{of}` needs {list}"),
        at,
        format!("{list} {are} missing"),
    )
    .with_help(format!("write `{of}{}{rest}{}`", shown(true), shown(false)))
}

/// A choice with what was written of its arguments, up to where something is missing.
fn written_so_far(of: &str, at: Span, ctx: &Context<'_>) -> String {
    let before = &ctx.sources.get(at.source).text[..at.end as usize];
    let start = before.rfind(['\n', ';', '{', '[', ',']).map_or(0, |separator| separator + 1);
    let line = &before[start..];
    let begins = line.match_indices(of).map(|(position, _)| position).find(|position| {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        !line[..*position].ends_with(is_part) && !line[position + of.len()..].starts_with(is_part)
    });
    begins.map_or_else(|| of.to_owned(), |position| line[position..].trim_end().to_owned())
}

/// A choice with the arguments it cannot do without, as it is written: `constant 512`.
fn choice_usage(spec: &Spec, place: Dimension) -> String {
    let required = spec.arguments.iter().filter(|field| field.required).map(|field| usage(field, place));
    std::iter::once(spec.name.to_owned()).chain(required).collect::<Vec<_>>().join(" ")
}

/// A field as it is written, for help: `cv 2`, `vram 80 GB`, `[weight distribution, …]`.
pub(in crate::analysis) fn usage(field: &Field, place: Dimension) -> String {
    let value = match field.form {
        Form::Quantity(dimension) => example_of(field.name, dimension).to_owned(),
        Form::OfPlace | Form::QuantilesOfPlace => example_of(field.name, place).to_owned(),
        Form::RangeOfPlace => "low .. high".to_owned(),
        Form::Count => "4".to_owned(),
        Form::Share => "90%".to_owned(),
        Form::Factor => "0.8".to_owned(),
        Form::Choice(_, registry) => {
            registry().first().map(|spec| choice_usage(spec, place)).unwrap_or_default()
        }
        Form::Distribution(Dimension::TOKENS) => "constant 512".to_owned(),
        Form::Distribution(dimension) => format!("exponential mean {}", example_of(field.name, dimension)),
        Form::Weighted => "[weight distribution, …]".to_owned(),
        Form::List(_) => "[a, b, …]".to_owned(),
        Form::File => "\"file\"".to_owned(),
        Form::Text => "\"text\"".to_owned(),
        Form::Word(words) => words.first().copied().unwrap_or_default().to_owned(),
        Form::Stages => "{ 5 min -> 20 req/s }".to_owned(),
        Form::Shape(shape) => shape.to_owned(),
    };
    if field.positional { value } else { format!("{} {value}", field.name) }
}

/// `cv` and nothing after it
pub(in crate::analysis) fn missing_value(name: &str, wanted: &str, at: Span) -> Diagnostic {
    Diagnostic::error(
        &definitions::MISSING_VALUE,
        format!("`{name}` needs {wanted}, found nothing"),
        at,
        "expected here",
    )
}

/// `cv fast`
pub(in crate::analysis) fn wrong_form(name: &str, wanted: &str, span: Span, text: &str) -> Diagnostic {
    const MEASURED: &[Dimension] = &[
        Dimension::TIME,
        Dimension::DATA,
        Dimension::BANDWIDTH,
        Dimension::TOKEN_RATE,
        Dimension::REQUEST_RATE,
        Dimension::COMPUTE,
        Dimension::PRICE,
    ];
    let measured = MEASURED.iter().find(|dimension| dimension.to_string() == wanted);
    let diagnostic = Diagnostic::error(
        &values::WRONG_FORM,
        format!("`{name}` expects {wanted}, found `{text}`"),
        span,
        format!("not {wanted}"),
    );
    let unquoted = text.trim_matches('"');
    match measured {
        _ if wanted == "a string"
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') =>
        {
            diagnostic.with_help(format!("put it in quotes: `{name} \"{text}\"`"))
        }
        _ if wanted.starts_with("the name") && unquoted.len() + 2 == text.len() => {
            diagnostic.with_help(format!("a name is written without quotes: `{name} {unquoted}`"))
        }
        _ if matches!(text, "None" | "none" | "null" | "nil" | "unlimited" | "inf" | "infinity") => {
            diagnostic.with_help(format!("leave `{name}` out to have its default"))
        }
        Some(_) if unquoted.starts_with(|first: char| first.is_ascii_digit()) && unquoted != text => {
            diagnostic.with_help(format!("a value is written without quotes: `{name} {unquoted}`"))
        }
        Some(dimension) => {
            diagnostic.with_help(format!("write it as in `{name} {}`", example_of(name, *dimension)))
        }
        None => diagnostic,
    }
}

/// `uniform 100 1000`, `uniform 100-1000`
pub(in crate::analysis) fn not_a_range(of: &str, span: Span, text: &str, next: &str) -> Diagnostic {
    let is_number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let ends = text.split_once('-').unwrap_or((text, next));
    let help = match ends {
        (low, high) if is_number(low) && is_number(high.trim()) => {
            format!("write `{of} {} .. {}`", low.trim(), high.trim())
        }
        _ => format!("a range is two values with `..` between them: `{of} 100 .. 1000`"),
    };
    let message = format!("`{of}` expects a range `low .. high`, found `{text}`");
    Diagnostic::error(&values::WRONG_FORM, message, span, "not a range").with_help(help)
}

/// `vram n` where `n` is a parameter
pub(in crate::analysis) fn parameter_without_dollar(
    of: &str,
    wanted: &str,
    span: Span,
    name: &str,
) -> Diagnostic {
    let message = format!("`{of}` expects {wanted}, found `{name}`");
    Diagnostic::error(&values::WRONG_FORM, message, span, format!("not {wanted}"))
        .with_help(format!("the value of a parameter is written with `$`: `{of} ${name}`"))
}

/// `uniform 9 .. 3`
pub(in crate::analysis) fn range_backwards(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(
        &values::REVERSED_RANGE,
        format!("the ends of the range `{text}` are reversed"),
        span,
        "the lower end comes first",
    )
    .with_help("swap the two")
}

/// `serves llama_3_1_80b`
pub(in crate::analysis) fn unknown_definition(
    what: &str,
    keyword: &str,
    name: &str,
    span: Span,
    names: &[&str],
    own: &[&str],
) -> Diagnostic {
    let code = if keyword == "gpu" { &names::UNKNOWN_GPU } else { &names::UNKNOWN_MODEL };
    let near = did_you_mean(&nearest_definition(name, names));
    let help = near.unwrap_or_else(|| {
        let defined =
            if own.is_empty() { String::new() } else { format!("; this file defines {}", alternatives(own)) };
        format!("define it: `{keyword} {name} {{ … }}`, or see `kvs list {keyword}s`{defined}")
    });
    Diagnostic::error(code, format!("unknown {what} `{name}`"), span, format!("no such {what}"))
        .with_help(help)
}

/// The definitions whose names are like this one, or contain it: `llama_3_1_8b_instruct` is `llama_3_1_8b`.
fn nearest_definition<'n>(name: &str, names: &[&'n str]) -> Vec<&'n str> {
    if let Some(known) = dictionary::as_name(name).and_then(|name| names.iter().find(|known| **known == name))
    {
        return vec![known];
    }
    let begins: Option<&&str> =
        names.iter().filter(|known| name.starts_with(*known)).max_by_key(|known| known.len());
    begins.map_or_else(|| nearest(name, names.iter().copied()), |known| vec![*known])
}

/// `param for = 4`, `workload for { … }`
pub(in crate::analysis) fn reserved_name(name: &Ident) -> Option<Diagnostic> {
    reserved(&name.text, name.span)
}

/// A name that is a word of expectations. Units may be names: no name follows a number.
pub(in crate::analysis) fn reserved(name: &str, span: Span) -> Option<Diagnostic> {
    if !EXPECTATION_WORDS.contains(&name) {
        return None;
    }
    let message = format!("`{name}` is a word of the language and cannot be a name");
    Some(Diagnostic::error(&names::RESERVED_NAME, message, span, "not a name").with_help(RESERVED_HELP))
}
