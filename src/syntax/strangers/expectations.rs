//! Expectations: metrics as calls and with dots, comparisons in words, `=`, `$5`.

use super::{Meant, Refusal, first_line};
use crate::diagnostics::codes::text;
use crate::dictionary::{self, Measure, measure};
use crate::syntax::token::Token;

/// What a refused expectation was meant as.
pub(super) fn meant(refusal: &Refusal<'_>) -> Option<Meant> {
    call(refusal)
        .or_else(|| quoted(refusal))
        .or_else(|| of_metric(refusal))
        .or_else(|| dotted(refusal))
        .or_else(|| equals(refusal))
        .or_else(|| in_words(refusal))
        .or_else(|| dollars(refusal))
        .or_else(|| super::statements::per(refusal))
}

/// `p99(ttft)`, `avg(latency)`, `histogram_quantile(0.99, …)`.
fn call(refusal: &Refusal<'_>) -> Option<Meant> {
    let (found, function) = (refusal.found?, refusal.previous?);
    if !matches!(found.text, "(" | "{") || !function.is_word() || function.end() != found.start {
        return None;
    }
    let inside = &refusal.slice[found.end()..];
    let length = if found.text == "{" { inside.find(['}', '\n'])? } else { closing(inside)? };
    let end = found.end() + length + 1;
    let written = &refusal.slice[function.start..end];
    let help = match called(function.text, &inside[..length]) {
        Some(help) => help,
        None => "a statistic is part of a metric's name: `p99_ttft_ms`, `mean_queue_ms`".to_owned(),
    };
    Some(Meant {
        info: &text::EXPECTED_COMPARISON,
        start: function.start,
        end,
        message: format!("a metric is one name, found `{}`", shortened(written)),
        label: "written as a call",
        help,
        habit: false,
    })
}

/// Where the parenthesis that is open at the start of a text closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (position, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(position),
            ')' => depth -= 1,
            '\n' => return None,
            _ => {}
        }
    }
    None
}

/// The metric that a call stands for: its statistic is the function, or a number among the arguments.
fn called(function: &str, arguments: &str) -> Option<String> {
    let parts = || {
        let parted =
            arguments.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '.');
        parted.filter(|part| !part.is_empty())
    };
    let statistics = parts().filter_map(|part| part.parse::<f64>().ok()).map(|number| {
        let percent = if number <= 1.0 { number * 100.0 } else { number };
        format!("p{}", libm::round(percent * 10.0) / 10.0)
    });
    let statistics: Vec<String> = std::iter::once(function.to_owned()).chain(statistics).collect();
    let tried = parts()
        .chain([function])
        .flat_map(|name| statistics.iter().map(move |statistic| format!("{statistic}_{name}")));
    let metric = tried.filter_map(|name| measure(&name)).find_map(|measure| match measure {
        Measure::Is(metric) => Some(metric),
        Measure::OneOf(_) => None,
    });
    match metric {
        Some(metric) => Some(format!("write `{metric}`")),
        None => std::iter::once(function)
            .chain(parts())
            .find_map(dictionary::metric)
            .map(|word| word.help(None, None))
            .or_else(|| {
                let statistic =
                    statistics.iter().find(|statistic| measure(&format!("{statistic}_latency")).is_some())?;
                let percentile = statistic.starts_with('p').then_some(statistic)?;
                let named = measure(&format!("{percentile}_latency"));
                let Some(Measure::Is(metric)) = named else { return None };
                Some(format!("a percentile is part of a metric's name: `{metric}`"))
            }),
    }
}

/// `p99.9_ttft_ms`, `ttft.p99`, `vllm:num_requests_waiting`, `p99-ttft`.
fn dotted(refusal: &Refusal<'_>) -> Option<Meant> {
    let (start, written) = refusal.run(|letter| letter.is_ascii_alphanumeric() || "_.:-".contains(letter))?;
    let begins = written.starts_with(|first: char| first.is_ascii_alphabetic());
    if !begins || !written.contains(['.', ':', '-']) {
        return None;
    }
    let name = written.rsplit(':').next().unwrap_or(written);
    let help = match (dictionary::metric(name), measure(name)) {
        (Some(word), _) => word.help(None, None),
        (None, Some(Measure::Is(metric))) => format!("write `{metric}`"),
        (None, Some(Measure::OneOf(some))) => format!("write the statistic too: `{}`", some.join("` or `")),
        (None, None) => return None,
    };
    Some(Meant {
        info: &text::EXPECTED_COMPARISON,
        start,
        end: start + written.len(),
        message: format!("a metric is one name, found `{written}`"),
        label: "letters, digits and `_` only",
        help,
        habit: false,
    })
}

/// `finished = arrived`.
fn equals(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|found| matches!(found.text, "=" | ":" | ":=" | "==="))?;
    if refusal.before() == "expect" {
        return None;
    }
    let (before, rest) = (one_line(refusal.before()), refusal.rest());
    Some(Meant {
        info: &text::FOREIGN_OPERATOR,
        start: found.start,
        end: found.end(),
        message: format!("`{}` is not a comparison", found.text),
        label: "not of this language",
        help: if rest.is_empty() {
            "equality is `==`".to_owned()
        } else {
            format!("write `{before} == {rest}`")
        },
        habit: false,
    })
}

/// `"p99_ttft_ms < 500"`, `'p99_ttft_ms' < 500`.
fn quoted(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|found| found.text.starts_with(['"', '\'', '`']))?;
    let inside = refusal.slice[found.start..].trim_start_matches(['"', '\'', '`']);
    if refusal.before() != "expect" || inside.is_empty() {
        return None;
    }
    let plain: String =
        first_line(inside).chars().filter(|letter| !matches!(letter, '"' | '\'' | '`')).collect();
    Some(Meant {
        info: &text::EXPECTED_VALUE,
        start: found.start,
        end: found.end(),
        message: "a condition is written without quotes".to_owned(),
        label: "begins with a quote",
        help: if plain.contains('(') {
            "write it without quotes and with the name of a metric: `expect p99_ttft_ms < 800 ms`".to_owned()
        } else {
            format!("write `expect {plain}`")
        },
        habit: false,
    })
}

/// `p99 of ttft`, `never queue_depth > 10`, `chat p99_ttft_ms < 2 s`.
fn of_metric(refusal: &Refusal<'_>) -> Option<Meant> {
    let (found, previous) = (refusal.found.filter(Token::is_word)?, refusal.previous?);
    let rest = one_line(first_line(&refusal.slice[found.start..]));
    let before = refusal.before().strip_prefix("expect")?.trim();
    let words = rest.split(['<', '>', '=', '!']).next().unwrap_or_default().trim();
    let together = measure(&format!("{before} {words}"));
    let (message, help) = if let Some(Measure::Is(metric)) =
        together.filter(|_| words != found.text || !before.ends_with("of"))
    {
        (format!("a metric is one name, found `{before} {words}`"), format!("write `{metric}`"))
    } else if let Some(statistic) = before.strip_suffix("of").map(str::trim) {
        let Some(Measure::Is(metric)) = measure(&format!("{statistic}_{}", found.text)) else { return None };
        (format!("a metric is one name, found `{before} {}`", found.text), format!("write `{metric}`"))
    } else if before == "never" {
        ("there is no `never`".to_owned(), format!("write `expect not eventually {rest}`"))
    } else if before == previous.text && found.text.contains('_') {
        let (name, compared) = rest.split_once(' ').unwrap_or((&rest, ""));
        let help = format!("a workload comes after the metric: `expect {name} for {before} {compared}`");
        (format!("two names one after the other, found `{before} {}`", found.text), help)
    } else {
        return None;
    };
    Some(Meant {
        info: &text::EXPECTED_COMPARISON,
        start: previous.start.min(found.start),
        end: found.end(),
        message,
        label: "not a metric",
        help: help.trim_end_matches([' ', '`']).to_owned() + "`",
        habit: false,
    })
}

/// Comparisons in words, the longer first where one begins another.
static IN_WORDS: &[(&str, &str)] = &[
    ("at least", ">="),
    ("at most", "<="),
    ("no more than", "<="),
    ("no less than", ">="),
    ("less than", "<"),
    ("lower than", "<"),
    ("smaller than", "<"),
    ("below", "<"),
    ("under", "<"),
    ("greater than", ">"),
    ("more than", ">"),
    ("higher than", ">"),
    ("larger than", ">"),
    ("above", ">"),
    ("exceeds", ">"),
    ("equal to", "=="),
    ("equals", "=="),
    ("eq", "=="),
    ("lt", "<"),
    ("lte", "<="),
    ("gt", ">"),
    ("gte", ">="),
    ("between", "in"),
];

/// The comparisons as they are written, a longer one before one that it begins with.
const OPERATORS: &[&str] = &["==", "!=", "<=", ">=", "<", ">"];

/// What may come before a comparison in words and says nothing: `should be less than`.
const FILLERS: &[&str] =
    &["is", "be", "should", "must", "to", "stays", "stay", "shall", "has", "have", "remains"];

/// `finished at least 10`, `p99_ttft_ms should be below 500 ms`, `x between 1 and 2`, `finished is 10`.
fn in_words(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(Token::is_word)?;
    let line = first_line(&refusal.slice[found.start..]);
    let mut said = line;
    while let Some(rest) =
        FILLERS.iter().find_map(|filler| after_phrase(said, filler)).filter(|rest| !rest.is_empty())
    {
        said = rest;
    }
    let compared = IN_WORDS
        .iter()
        .find_map(|(phrase, operator)| after_phrase(said, phrase).map(|rest| (*operator, rest)));
    let symbol =
        || OPERATORS.iter().find_map(|operator| Some((*operator, said.strip_prefix(operator)?.trim_start())));
    let (operator, rest) = match compared.or_else(symbol) {
        Some((operator, rest)) => (operator, rest),
        None if said.len() < line.len() => ("==", said),
        None => return None,
    };
    let length = line.len() - rest.len();
    let words = line[..length].trim_end();
    let rest = if operator == "in" { rest.replacen(" and ", " .. ", 1) } else { rest.to_owned() };
    let written = format!("{} {operator} {rest}", one_line(refusal.before()));
    Some(Meant {
        info: &text::EXPECTED_COMPARISON,
        start: found.start,
        end: found.start + words.len(),
        message: format!("a comparison is written as an operator, found `{words}`"),
        label: "in words",
        help: format!("write `{}`", written.trim_end()),
        habit: false,
    })
}

/// What follows a phrase that a text begins with.
fn after_phrase<'a>(text: &'a str, phrase: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(phrase)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim_start())
}

/// `cost_usd < $5`.
fn dollars(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found?;
    super::statements::amount(refusal.slice, found)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(SHOWN).collect::<String>())
    }
}
