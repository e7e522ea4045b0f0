//! Items: the first words of other languages, names in quotes, `param n: 3`, `n = [1, 2]`.

use super::{Meant, Refusal, first_line, unquoted};
use crate::diagnostics::codes::text;
use crate::dictionary::{self, Instead, Met, as_name};

/// Help for a line of the file that begins with a word of another language or tool: what to type for the whole line.
pub(in crate::syntax) fn item(word: &str, slice: &str) -> Option<String> {
    let rest = first_line(slice.strip_prefix(word)?);
    let Some(known) = dictionary::item(word) else {
        let value = rest
            .strip_prefix('=')
            .map(str::trim)
            .filter(|value| !value.is_empty() && !value.starts_with(['=', '{']))?;
        return Some(format!("a value with a name is a parameter: `param {word} = {value}`"));
    };
    let written = match known.instead {
        _ if known.met == Met::Key => {
            return Some(known.help(None, Some(unquoted(rest.trim_start_matches([':', '=', ' '])))));
        }
        Instead::Item(example) => rewritten(example, rest),
        _ => None,
    };
    Some(match written {
        Some(line) => format!("write `{line}`"),
        None => known.help(None, None),
    })
}

/// The line as an item here, where what follows its first word can be kept.
fn rewritten(example: &str, rest: &str) -> Option<String> {
    if example.starts_with("expect") {
        let inside = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
        let compares = ["==", "!=", "<", ">"].iter().any(|operator| inside.contains(operator));
        return (compares && !inside.contains(['{', '"'])).then(|| format!("expect {}", inside.trim()));
    }
    if example.starts_with("use") {
        let path =
            rest.split_whitespace().next().map(|path| path.trim_matches(['"', '\'', '(', ')', '<', '>']))?;
        return path.ends_with(".kvs").then(|| format!("use \"{path}\""));
    }
    if example.starts_with("matrix") {
        let (name, list) = rest.split_once(" in ")?;
        let list = &list[list.find('[')?..=list.find(']')?];
        return Some(format!("matrix {{ {} in {list} }}", name.trim()));
    }
    if example.starts_with("param") {
        let rest = rest.split_once(" { default").map_or_else(
            || rest.to_owned(),
            |(name, value)| format!("{} {}", unquoted(name), value.trim_end_matches(['}', ' '])),
        );
        let (name, value) = rest.split_once(['=', ':'])?;
        let (name, value) = (name.trim(), unquoted(value.trim_start_matches('=')));
        let is_name =
            !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        return (is_name && !value.is_empty() && !value.contains(['{', '(', '[']))
            .then(|| format!("param {name} = {value}"));
    }
    None
}

/// What a refused item was meant as.
pub(super) fn meant(refusal: &Refusal<'_>) -> Option<Meant> {
    quoted_name(refusal).or_else(|| parameter(refusal)).or_else(|| header(refusal))
}

/// `workload "chat" {`.
fn quoted_name(refusal: &Refusal<'_>) -> Option<Meant> {
    let (found, keyword) = (refusal.found?, refusal.previous?);
    let named = matches!(keyword.text, "gpu" | "model" | "workload" | "trace" | "extends");
    if !named
        || !found.text.starts_with(['"', '\''])
        || (found.text.starts_with('"') && !found.is_closed_string())
    {
        return None;
    }
    let end = match found.text {
        "'" => found.end() + refusal.slice[found.end()..].find('\'')? + 1,
        _ => found.end(),
    };
    let name = as_name(unquoted(&refusal.slice[found.start..end]))?;
    Some(Meant {
        info: &text::EXPECTED_NAME,
        start: found.start,
        end,
        message: format!("names are written without quotes, found `{}`", &refusal.slice[found.start..end]),
        label: "a name in quotes",
        help: format!("write `{} {name} {{`", keyword.text),
        habit: false,
    })
}

/// `param n: 3`, `param n 3`.
fn parameter(refusal: &Refusal<'_>) -> Option<Meant> {
    let found = refusal.found.filter(|_| refusal.slice.starts_with("param"))?;
    if found.text == "{" {
        let inside = first_line(&refusal.slice[found.end()..]).trim_end_matches('}').trim();
        let (name, value) = inside.split_once([' ', '=', ':']).unwrap_or(("n", "4"));
        let line = format!("param {name} = {}", value.trim_start_matches(['=', ':', ' ']));
        return Some(Meant {
            info: &text::EXPECTED_NAME,
            start: found.start,
            end: found.end(),
            message: "`param` takes no block, found `{`".to_owned(),
            label: "expected a name here",
            help: format!("one parameter on a line: `{line}`"),
            habit: false,
        });
    }
    let name = refusal.before().strip_prefix("param")?.trim();
    if !matches!(found.text, ":" | ":=" | "==") || name.is_empty() {
        return None;
    }
    let value = refusal.rest();
    Some(Meant {
        info: &text::FOREIGN_OPERATOR,
        start: found.start,
        end: found.end(),
        message: format!("a parameter is given its value with `=`, found `{}`", found.text),
        label: "not of this language",
        help: format!("write `{}`", format!("param {name} = {value}").trim_end()),
        habit: false,
    })
}

/// `workload chat = {`, `cluster ( … )`, `cluster serves …`, `scenario fast {`.
fn header(refusal: &Refusal<'_>) -> Option<Meant> {
    const BLOCKS: &[&str] = &["gpu", "model", "cluster", "engine", "policy", "workload", "run"];
    let found = refusal.found?;
    let before = refusal.before();
    let keyword = before.split_whitespace().next()?;
    let (message, help) = if keyword == "scenario" && before == keyword && found.is_word() {
        let name = found.text;
        (
            format!("the name of a scenario is in quotes, found `{name}`"),
            format!("write `scenario \"{name}\" {{`"),
        )
    } else if keyword == "scenario" && found.text == "extends" {
        let message = "a scenario extends nothing, found `extends`".to_owned();
        (message, "leave it out: every scenario starts from the file and says what it changes".to_owned())
    } else if !BLOCKS.contains(&keyword) {
        return None;
    } else if matches!(found.text, "=" | ":" | "(" | "[") {
        (format!("a block is in braces, found `{}`", found.text), format!("write `{before} {{ … }}`"))
    } else if before.split_whitespace().count() == 2 && !matches!(keyword, "gpu" | "model" | "workload") {
        let statement = first_line(&refusal.slice[keyword.len()..]);
        let message = format!("the block of `{keyword}` has no `{{`");
        (message, format!("write `{keyword} {{ {statement}; … }}`"))
    } else {
        return None;
    };
    Some(Meant {
        info: if keyword == "scenario" { &text::EXPECTED_WORD } else { &text::EXPECTED_BLOCK },
        start: found.start,
        end: found.end(),
        message,
        label: "not expected here",
        help,
        habit: false,
    })
}

/// `n = [1, 2]`, `n: [1, 2]`; in a plan after `vary`.
pub(super) fn axis(refusal: &Refusal<'_>, word: &str) -> Option<Meant> {
    if refusal.found.is_none() {
        return one_value(refusal);
    }
    let found = refusal.found.filter(|found| matches!(found.text, "=" | ":" | ":=" | "["))?;
    let name = refusal.before().strip_prefix(word)?.trim();
    let values = if found.text == "[" { first_line(&refusal.slice[found.start..]) } else { refusal.rest() };
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    let values = if values.starts_with('[') { values.to_owned() } else { format!("[{values}]") };
    Some(Meant {
        info: &text::FOREIGN_OPERATOR,
        start: found.start,
        end: found.end(),
        message: format!("an axis lists its values after `in`, found `{}`", found.text),
        label: "expected `in` here",
        help: format!("write `{word}{name} in {values}`"),
        habit: false,
    })
}

/// `n in 3`, `card in h100_sxm`.
fn one_value(refusal: &Refusal<'_>) -> Option<Meant> {
    let line = first_line(refusal.slice);
    let (axis, value) = line.split_once(" in ")?;
    let value = value.trim();
    if value.is_empty() || value.contains(['[', '.', '"']) {
        return None;
    }
    let start = refusal.slice.find(value)?;
    Some(Meant {
        info: &text::EXPECTED_WORD,
        start,
        end: start + value.len(),
        message: format!("an axis takes a list or a range after `in`, found `{value}`"),
        label: "expected a list or a range here",
        help: format!("write `{axis} in [{value}]`, or a range such as `1 .. 8`"),
        habit: false,
    })
}
