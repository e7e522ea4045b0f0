//! The tokens of one file with what is between them: all that a layout needs to know.
//!
//! Coarser than the grammar: a number and its unit are two words. Invariant: every character that is not blank
//! belongs to exactly one token.

/// A piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// Blanks in front of it on its line, as written.
    pub(super) blanks: usize,
    pub(super) kind: Kind,
}

/// What decides about the blanks around a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a number, a unit, a string, an operator of arithmetic, the cell of a row.
    Word,
    /// `( )` and `[ ]`.
    Open,
    Close,
    /// `{` and `}`.
    OpenBlock,
    CloseBlock,
    /// `;` and `,`.
    Separator,
    /// Comparators, `=`, `->`, `±`, `..`: blanks on both sides.
    Infix,
    /// From `#` to the end of the line.
    Comment,
    NewLine,
}

/// All tokens of a text. Inside the rows of a trace every run without blanks is a word.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut reader = Reader { rest: text.strip_prefix('\u{FEFF}').unwrap_or(text), rows: Rows::Outside };
    std::iter::from_fn(|| reader.next()).collect()
}

struct Reader<'a> {
    rest: &'a str,
    rows: Rows,
}

/// Whether the place is inside the rows of a trace: they begin at the `{` of a `trace` without `from`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    Outside,
    /// After the word `trace` at the start of a statement.
    Header,
    Inside,
    /// Not at the start of a statement.
    Elsewhere,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let trimmed = self.rest.trim_start_matches([' ', '\t', '\r']);
        let blanks =
            self.rest[..self.rest.len() - trimmed.len()].chars().filter(|blank| *blank != '\r').count();
        self.rest = trimmed;
        let (kind, length) = if self.rows == Rows::Inside { cell(trimmed)? } else { token(trimmed)? };
        let (text, rest) = trimmed.split_at(length);
        self.rest = rest;
        self.rows = self.rows.after(kind, text);
        let text = if kind == Kind::Comment { text.trim_end() } else { text };
        Some(Token { text, blanks, kind })
    }
}

impl Rows {
    fn after(self, kind: Kind, text: &str) -> Rows {
        match (self, kind) {
            (Rows::Inside, Kind::CloseBlock) => Rows::Outside,
            (Rows::Inside, _) => Rows::Inside,
            (Rows::Header, Kind::OpenBlock) => Rows::Inside,
            (_, Kind::NewLine | Kind::OpenBlock | Kind::CloseBlock) => Rows::Outside,
            (_, Kind::Separator) if text == ";" => Rows::Outside,
            (Rows::Outside, Kind::Word) if text == "trace" => Rows::Header,
            (Rows::Header, Kind::Word) if text == "from" => Rows::Elsewhere,
            (Rows::Outside, _) => Rows::Elsewhere,
            (other, _) => other,
        }
    }
}

const INFIX: &[&str] = &["==", "!=", "<=", ">=", "->", "+-", "..", "<", ">", "=", "±"];

/// Kind and length of the token a text begins with.
fn token(text: &str) -> Option<(Kind, usize)> {
    let first = text.chars().next()?;
    if let Some(infix) = INFIX.iter().find(|infix| text.starts_with(**infix)) {
        return Some((Kind::Infix, infix.len()));
    }
    Some(match first {
        '\n' => (Kind::NewLine, 1),
        '#' => (Kind::Comment, text.find('\n').unwrap_or(text.len())),
        '"' => (Kind::Word, string(text)),
        '(' | '[' => (Kind::Open, 1),
        ')' | ']' => (Kind::Close, 1),
        '{' => (Kind::OpenBlock, 1),
        '}' => (Kind::CloseBlock, 1),
        ';' | ',' => (Kind::Separator, 1),
        '+' | '-' | '*' | '/' => (Kind::Word, 1),
        _ => (Kind::Word, word(text)),
    })
}

/// The same inside rows.
fn cell(text: &str) -> Option<(Kind, usize)> {
    let first = text.chars().next()?;
    Some(match first {
        '\n' | '#' | '"' | '{' | '}' | ';' => return token(text),
        _ => {
            let ends = [' ', '\t', '\r', '\n', ';', '{', '}', '#', '"'];
            (Kind::Word, text.find(ends).unwrap_or(text.len()))
        }
    })
}

fn word(text: &str) -> usize {
    let ends = |character: char| character.is_whitespace() || "(){}[];,#\"+-*/=!<>±".contains(character);
    let first = text.chars().next().map_or(0, char::len_utf8);
    let end = text[first..].find(ends).map_or(text.len(), |at| at + first);
    text[..end].find("..").filter(|at| *at > 0).unwrap_or(end)
}

/// A string with its quotes; one that is not closed ends with its line.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return at,
            '"' if !escaped => return at + 1,
            _ => escaped = character == '\\' && !escaped,
        }
    }
    text.len()
}
