//! Diagnostic codes: what each means, with a wrong and a right example.

use std::cmp::Reverse;

use super::wrapped;
use crate::analysis::suggest::did_you_mean;
use crate::cli::output::{BAD, GOOD, STRONG};
use crate::diagnostics::{CodeInfo, codes};

/// The page of a code.
pub(super) fn page(info: &CodeInfo) -> String {
    let mut text =
        format!("{STRONG}{}: {}{STRONG:#}\n\n{}\n", info.code, info.summary, wrapped(info.explanation));
    for (style, title, example) in [(BAD, "Wrong:", info.wrong), (GOOD, "Right:", info.right)] {
        if !example.trim().is_empty() {
            text.push_str(&format!("\n{style}{title}{style:#}\n"));
            for line in example.trim_matches('\n').lines() {
                text.push_str(&format!("    {line}\n").replace("    \n", "\n"));
            }
        }
    }
    text
}

/// Whether a name is meant as a code: a letter and digits.
pub(super) fn looks_like_one(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.eq_ignore_ascii_case(&'e'))
        && characters.all(|character| character.is_ascii_digit())
}

/// The codes nearest to one that does not exist.
pub(super) fn near(name: &str) -> Option<String> {
    let wanted = name.to_ascii_uppercase();
    let common =
        |code: &str| code.chars().zip(wanted.chars()).take_while(|(one, other)| one == other).count();
    let mut near: Vec<&str> =
        codes().map(|info| info.code).filter(|code| strsim::levenshtein(code, &wanted) <= 2).collect();
    near.sort_by_key(|code| (Reverse(common(code)), strsim::levenshtein(code, &wanted)));
    near.truncate(3);
    did_you_mean(&near)
}
