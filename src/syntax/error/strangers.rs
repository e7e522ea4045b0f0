//! What the parser says to people from elsewhere, where the text alone does not word it.

use super::quoted;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::text;
use crate::source::Span;

/// A file in YAML, TOML or JSON.
pub(in crate::syntax) fn other_language(place: Span, language: &str, example: &str) -> Diagnostic {
    let message = format!("this looks like {language}, which a scenario is not written in");
    Diagnostic::error(&text::OTHER_LANGUAGE, message, place, "nothing is read from here on").with_help(
        format!("a block is a word, a name where it has one, and statements in braces: `{example}`"),
    )
}

/// `assert p99_ttft_ms < 2 s`, `import "gpus.kvs"`.
pub(in crate::syntax) fn word_of_another_language(place: Span, word: &str, help: &str) -> Diagnostic {
    let message = format!("there is no item {}", quoted(word));
    Diagnostic::error(&text::UNKNOWN_ITEM, message, place, "unknown item").with_help(help)
}

/// Help for a mistake that was found again in the same file.
pub(in crate::syntax) fn found_again(help: &str, again: usize) -> String {
    const FOUND_AGAIN: &str = "; found in ";
    let first = help.split(FOUND_AGAIN).next().unwrap_or(help);
    let statements = if again == 1 { "statement" } else { "statements" };
    format!("{first}{FOUND_AGAIN}{again} more {statements} of this file")
}
