//! Names that may hold anything, as file names do, in one line.

use std::borrow::Cow;

/// A name in one line: line ends and other control characters are escaped, as `\\n`.
#[must_use]
pub fn one_line(name: &str) -> Cow<'_, str> {
    if !name.chars().any(char::is_control) {
        return Cow::Borrowed(name);
    }
    let escaped = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    Cow::Owned(name.chars().map(escaped).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped_and_nothing_else_is() {
        assert_eq!(one_line("a\nb\u{1b}[1m é.kvs"), "a\\nb\\u{1b}[1m é.kvs");
        assert!(matches!(one_line("a b\\n.kvs"), Cow::Borrowed(_)));
    }
}
