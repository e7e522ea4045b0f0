//! Statements: separators and comparisons of other languages, names with other characters, thousands, money.

use super::{Meant, Refusal, first_line, gpus_statement, unquoted};
use crate::diagnostics::codes::{text, values};
use crate::dictionary::{self, Measure, as_name, measure};
use crate::syntax::token::{Token, tokens};

/// What a refused statement was meant as.
pub(super) fn meant(refusal: &Refusal<'_>) -> Option<Meant> {
    gpus(refusal)
        .or_else(|| quoted_value(refusal))
        .or_else(|| per(refusal))
        .or_else(|| quoted_key(refusal))
        .or_else(|| flag(refusal))
        .or_else(|| separated(refusal))
        .or_else(|| compared(refusal))
        .or_else(|| thousands(refusal))
        .or_else(|| refusal.found.and_then(|found| amount(refusal.slice, found)))
        .or_else(|| name(refusal))
}

/// `gpus h100_sxm * 2`.
fn gpus(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|_| refusal.slice.starts_with("gpus"))?;
    let meant = gpus_statement(first_line(refusal.slice))?;
    Some(Meant {
        info: &text::UNEXPECTED,
        start: found.start,
        end: found.end(),
        message: "the number of GPUs follows an `x`".to_owned(),
        label: "not expected here",
        help: format!("write `{meant}`"),
        habit: false,
    })
}

/// `--max-num-seqs 128`, `max-num-seqs: 128`: the flag of another tool, or a key with other characters.
fn flag(refusal: &Refusal<'_>) -> Option<Meant> {
    let line = refusal.slice;
    let length = line
        .find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter))
        .unwrap_or(line.len());
    let written = &line[..length];
    if !written.contains('-') {
        return None;
    }
    let value = unquoted(first_line(&line[length..]).trim_start_matches(['=', ':', ' ']));
    let plain = written.trim_matches('-').replace('-', "_");
    let help = match dictionary::key(&plain, "") {
        Some(word) => word.help(None, Some(value)),
        None if plain.is_empty() => return None,
        None => format!("write `{}`", format!("{plain} {value}").trim_end()),
    };
    Some(Meant {
        info: &text::UNEXPECTED,
        start: 0,
        end: length,
        message: format!("a key is letters, digits and `_`, found `{written}`"),
        label: "not a key",
        help,
        habit: false,
    })
}

/// `duration '30s'`.
fn quoted_value(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|found| matches!(found.text, "'" | "`") && found.start > 0)?;
    let value = first_line(&refusal.slice[found.end()..]).split(found.text).next()?;
    Some(Meant {
        info: &text::UNEXPECTED,
        start: found.start,
        end: found.end(),
        message: format!("a value is written without quotes, found `{}`", found.text),
        label: "a quote",
        help: format!("write `{} {value}`; a path is in double quotes", refusal.before()),
        habit: false,
    })
}

/// `5 dollars per hour`.
pub(super) fn per(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|found| found.text == "per")?;
    Some(Meant {
        info: &values::UNKNOWN_UNIT,
        start: found.start,
        end: found.end(),
        message: "a unit per time is written with `/`, found `per`".to_owned(),
        label: "part of a unit",
        help: "write it as in `3 req/s`, `2000 tok/s` or `2.50 $/h`".to_owned(),
        habit: false,
    })
}

/// `"vram": "24 GB"`.
fn quoted_key(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|found| found.start == 0 && found.is_closed_string())?;
    let value = first_line(&refusal.slice[found.end()..]).strip_prefix(':')?.trim();
    let value = value.split_once(", \"").map_or(value, |(value, _)| value);
    let (key, value) = (unquoted(found.text), unquoted(value));
    let help = if value.starts_with(['{', '[']) {
        format!("write `{key}`, a blank and its values: `vram 80 GB`")
    } else {
        format!("write `{}`", format!("{key} {value}").trim_end())
    };
    Some(Meant {
        info: &text::EXPECTED_NAME,
        start: 0,
        end: found.end(),
        message: format!("a key is written without quotes, found `{}`", found.text),
        label: "a key in quotes",
        help,
        habit: true,
    })
}

/// `vram = 24 GB`, `vram: 24 GB`.
fn separated(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|found| matches!(found.text, "=" | ":" | ":=" | "=>" | "+="))?;
    let (key, value) = (refusal.before(), unquoted(refusal.rest()));
    if key.is_empty() || key.contains(['\n', '{']) {
        return None;
    }
    let known = key.split(' ').next().and_then(|word| dictionary::key(word, ""));
    let help = if let Some(word) = known {
        word.help(None, Some(value))
    } else if value.is_empty() || value.starts_with(['{', '[']) {
        format!(
            "leave out the `{}`: a key and its values are separated by spaces, as in `vram 80 GB`",
            found.text
        )
    } else {
        format!("write `{key} {value}`: a key and its values are separated by spaces")
    };
    Some(Meant {
        info: &text::FOREIGN_OPERATOR,
        start: found.start,
        end: found.end(),
        message: format!("a statement takes no `{}`", found.text),
        label: "not of this language",
        help,
        habit: known.is_none(),
    })
}

/// `slo ttft < 500 ms`, `queue_timeout < 5 s`.
fn compared(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|found| matches!(found.text, "<" | "<=" | ">" | ">=" | "==" | "!="))?;
    let (before, value) = (refusal.before(), refusal.rest());
    let bound = before.strip_prefix("slo").map(str::trim);
    let help = match bound.map(|bound| (bound, measure(bound))) {
        Some((bound, Some(Measure::Is(metric)))) => format!(
            "a bound of `slo` holds for each request: `slo {} {value}`; a percentile belongs in an expectation: \
             `expect {metric} {} {value}`",
            of_each_request(bound),
            found.text
        ),
        Some((bound, _)) => {
            format!("write `slo {} {value}`: its bounds are upper ones already", of_each_request(bound))
        }
        None => format!(
            "write `{before} {value}`; a condition belongs in an expectation: `expect p99_ttft_ms < 800 ms`"
        ),
    };
    Some(Meant {
        info: &text::UNEXPECTED,
        start: found.start,
        end: found.end(),
        message: format!("a statement sets a value and takes no `{}`", found.text),
        label: "compares",
        help,
        habit: false,
    })
}

/// The bound of `slo` that a name speaks of.
fn of_each_request(name: &str) -> &'static str {
    match name.to_ascii_lowercase() {
        name if name.contains("tpot") || name.contains("itl") || name.contains("output") => "tpot",
        name if name.contains("ttft") || name.contains("first") => "ttft",
        _ => "latency",
    }
}

/// `8k tok/s`.
fn thousands(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found?;
    let short = tokens(&refusal.slice[..found.start])
        .filter_map(|token| shortened(token).map(|number| (token, number)));
    let (token, number) = short.last()?;
    let unit = &refusal.slice[token.end()..];
    let unit =
        unit.trim_start().split(|letter: char| letter.is_whitespace() || ";}#".contains(letter)).next()?;
    Some(Meant {
        info: &values::UNKNOWN_UNIT,
        start: token.start,
        end: token.end(),
        message: format!("`{}` is not a number", token.text),
        label: "thousands have no letter",
        help: format!("write the number out: `{}`", format!("{number} {unit}").trim_end()),
        habit: false,
    })
}

/// The number that `8k` or `2M` is short for.
fn shortened(token: Token<'_>) -> Option<u64> {
    let (digits, factor) = match token.text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1_000),
        None => (token.text.strip_suffix(['m', 'M'])?, 1_000_000),
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

/// `$5`, `$2.50/h`: the sign comes after the number here.
pub(super) fn amount(slice: &str, found: Token<'_>) -> Option<Meant> {
    let written = &slice[found.start..];
    let length = written
        .find(|letter: char| letter.is_whitespace() || ";})#,".contains(letter))
        .unwrap_or(written.len());
    let written = &written[..length];
    let (number, per) = written.strip_prefix('$').map(|rest| rest.split_once('/').unwrap_or((rest, "")))?;
    number.parse::<f64>().ok().filter(|_| number.starts_with(|first: char| first.is_ascii_digit()))?;
    let per = match per {
        "" => "",
        _ if per.starts_with('h') => "/h",
        _ => return None,
    };
    Some(Meant {
        info: &text::EXPECTED_VALUE,
        start: found.start,
        end: found.start + length,
        message: format!("the unit of an amount comes after it, found `{written}`"),
        label: "a parameter begins like this",
        help: format!("write `{number} ${per}`"),
        habit: false,
    })
}

/// `meta-llama/Llama-3.1-8B`, `my-gpu`, `gpus.kvs`: a name with other characters, or a path without quotes.
pub(super) fn name(refusal: &Refusal<'_>) -> Option<Meant> {
    let (start, written) = refusal.run(|letter| letter.is_ascii_alphanumeric() || "_-./".contains(letter))?;
    if !written.contains(['-', '.', '/']) || !written.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let is_file =
        [".kvs", ".csv", ".json", ".jsonl", ".gz", ".txt", ".yaml"].iter().any(|end| written.ends_with(end));
    let (message, help) = if is_file {
        let before = refusal.slice[..start].trim();
        let line = format!("{before} \"{written}\"");
        (format!("a path is written in quotes, found `{written}`"), format!("write `{}`", line.trim_start()))
    } else {
        let message = format!("a name holds only letters, digits and `_`, found `{written}`");
        let help = match as_name(written)?.as_str() {
            "gpu" => "`kvs list gpus` prints the names of GPUs".to_owned(),
            name => format!("write `{name}`"),
        };
        (message, help)
    };
    Some(Meant {
        info: if is_file { &text::EXPECTED_WORD } else { &text::UNEXPECTED },
        start,
        end: start + written.len(),
        message,
        label: if is_file { "a path" } else { "not a name" },
        help,
        habit: false,
    })
}
