//! Where tokens begin and end, for messages about text the grammar refused.
//!
//! Not for parsing: the grammar does that. Works on any text, and takes every character that starts no token as
//! one by itself.

/// A piece of text between blanks, as the reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// First byte.
    pub(super) start: usize,
    /// As written.
    pub(super) text: &'a str,
}

impl Token<'_> {
    /// One past the last byte.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is a string that ends on its line.
    pub(super) fn is_closed_string(&self) -> bool {
        let inside = self.text.trim_start_matches('"');
        let escapes =
            inside.strip_suffix('"').map(|inside| inside.len() - inside.trim_end_matches('\\').len());
        self.text == "\"\"" || self.text.len() > 1 && escapes.is_some_and(|backslashes| backslashes % 2 == 0)
    }

    /// Whether it begins like a name.
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
    }
}

/// The tokens of a text in order, without blanks and comments.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut position = 0;
    std::iter::from_fn(move || {
        position += blanks(&text[position..]);
        let rest = &text[position..];
        let length = token_length(rest)?;
        let token = Token { start: position, text: &rest[..length] };
        position += length;
        Some(token)
    })
}

/// How many bytes of blanks, newlines and comments a text begins with.
fn blanks(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{FEFF}']);
        if !rest.starts_with('#') {
            return text.len() - rest.len();
        }
        rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
    }
}

/// How many bytes the token at the start of a text has; `None` at the end.
fn token_length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let run = |belongs: fn(char) -> bool| text.find(|next: char| !belongs(next)).unwrap_or(text.len());
    Some(match first {
        '"' => string_length(text),
        '$' => 1 + text[1..].find(|next: char| !is_name_character(next)).unwrap_or(text.len() - 1),
        _ if is_name_character(first) => run(is_name_character),
        _ if OPERATOR.contains(first) => run(|next| OPERATOR.contains(next)),
        _ => first.len_utf8(),
    })
}

/// How many bytes a string has, its quotes included; one that is not closed ends with its line.
pub(super) fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (position, next) in text.char_indices().skip(1) {
        match next {
            '\n' => return position,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return position + 1,
            _ => {}
        }
    }
    text.len()
}

/// Characters that make one token where they touch each other: `==`, `&&`, `->`.
const OPERATOR: &str = "=<>!&|+-*/:.";

fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
