//! An example with the value that was written in the place of its own: `max_batch 256` for 128 is `max_batch 128`.
//!
//! Only what surely means the same is carried over; otherwise the example is left as it is.

use super::Word;
use crate::units::{Dimension, unit, unit_elsewhere};

/// The example with `written` in the place of its first number, or of its `on` or `off`.
pub(super) fn fitted(word: &Word, example: &str, written: Option<&str>) -> String {
    let value = written.map(|written| written.trim().trim_matches(['"', '\'', ',', ';']));
    value
        .and_then(|value| switched(word, example, value).or_else(|| counted(example, value)))
        .unwrap_or_else(|| example.to_owned())
}

/// `enable_prefix_caching True` is `prefix_cache on`; `disable_radix_cache` says the opposite of its example.
fn switched(word: &Word, example: &str, value: &str) -> Option<String> {
    let (key, shown) = example.split_once(' ')?;
    if !matches!(shown, "on" | "off") {
        return None;
    }
    let says_yes = match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "enabled" => true,
        "false" | "no" | "off" | "0" | "disabled" => false,
        _ => return None,
    };
    let negative = ["disable", "no_"].iter().any(|start| word.name.starts_with(start));
    Some(format!("{key} {}", if says_yes == negative { "off" } else { "on" }))
}

fn counted(example: &str, value: &str) -> Option<String> {
    let start = example.find(|letter: char| letter.is_ascii_digit())?;
    let digits = example[start..].find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (shown, rest) = example[start..].split_at(digits.unwrap_or(example.len() - start));
    // Names that contain digits are not numbers.
    if example[..start].ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_') {
        return None;
    }
    let before = &example[..start];
    if let Some(rest) = rest.strip_prefix('%') {
        return Some(format!("{before}{}%{rest}", percent(value)?));
    }
    if !is_number(value) {
        return with_unit(value, rest).map(|(amount, rest)| format!("{before}{amount}{rest}"));
    }
    let whole = |number: &str| !number.contains('.');
    let has_unit = rest.starts_with(' ') && first_unit(rest).is_some();
    (has_unit || whole(value) == whole(shown) || !whole(shown)).then(|| format!("{before}{value}{rest}"))
}

/// `0.9` and `90%` are both 90 per cent.
fn percent(value: &str) -> Option<String> {
    let (number, of_one) = match value.strip_suffix('%') {
        Some(number) => (number, false),
        None => (value, true),
    };
    let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0)?;
    let percent = if of_one && number <= 1.0 { number * 100.0 } else { number };
    (percent <= 100.0).then(|| format!("{}", libm::round(percent * 1e6) / 1e6))
}

fn is_number(value: &str) -> bool {
    value.starts_with(|first: char| first.is_ascii_digit())
        && value.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        && value.parse::<f64>().is_ok()
}

/// `30s` and `30 sec` where the example has a unit of the same kind; with what follows that unit.
fn with_unit<'a>(value: &str, rest: &'a str) -> Option<(String, &'a str)> {
    let end = value.find(|letter: char| !letter.is_ascii_digit() && letter != '.').filter(|&end| end > 0)?;
    let (number, spelt) = value.split_at(end);
    let (dimension, after) = first_unit(rest)?;
    // `5m` is five minutes to a load test.
    let spelt = if dimension == Dimension::TIME && spelt.trim() == "m" { "min" } else { spelt.trim() };
    let known = unit(spelt).or_else(|| unit_elsewhere(spelt))?;
    (is_number(number) && known.dimension == dimension).then(|| (format!("{number} {}", known.name), after))
}

/// The unit a text begins with, after a blank, and what follows it.
fn first_unit(rest: &str) -> Option<(Dimension, &str)> {
    let spelt = rest.strip_prefix(' ')?;
    let end = spelt.find(' ').unwrap_or(spelt.len());
    unit(&spelt[..end]).map(|unit| (unit.dimension, &spelt[end..]))
}

#[cfg(test)]
mod tests {
    use crate::dictionary::{item, key};

    #[track_caller]
    fn check(name: &str, written: &str, expected: &str) {
        let word = key(name, "").or_else(|| item(name)).expect("a word of the table");
        assert_eq!(word.suggestion(Some(written)).as_deref(), Some(expected));
    }

    #[test]
    fn values_move_into_the_example() {
        check("max_num_seqs", "128", "max_batch 128");
        check("gpu_memory_utilization", "0.85", "kv_memory 85%");
        check("gpu_memory_utilization", "95%", "kv_memory 95%");
        check("qps", "3.5", "rate 3.5 req/s");
        check("num_prompts", "1000", "requests 1000");
        check("run_time", "5m", "duration 5 min");
        check("startTime", "10s", "start 10 s");
    }

    #[test]
    fn switches_are_turned_as_they_are_meant() {
        check("enable_prefix_caching", "True", "prefix_cache on");
        check("enable_prefix_caching", "false", "prefix_cache off");
        check("disable_radix_cache", "true", "prefix_cache off");
        check("disable_radix_cache", "false", "prefix_cache on");
    }

    #[test]
    fn what_may_mean_something_else_stays_out() {
        check("max_num_seqs", "auto", "max_batch 256");
        check("max_num_seqs", "1.5", "max_batch 256");
        check("gpu_memory_utilization", "-3", "kv_memory 90%");
    }
}
