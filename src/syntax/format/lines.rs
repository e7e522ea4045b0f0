//! The lines of a file: their depth, their tokens, and the blanks between these.
//!
//! Knows no columns. Invariant: a line's code holds all its tokens but semicolons that end nothing.

use super::tokens::{Kind, Token, tokens};

/// Blanks a level of nesting is worth.
const INDENT: usize = 2;

/// One line of the result.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) indent: usize,
    /// Whether there is an empty line above.
    pub(super) is_parted: bool,
    /// Whether it goes on with brackets opened above.
    pub(super) goes_on: bool,
    /// What it is in.
    pub(super) inside: Inside,
    /// Tokens and the blanks in front of each.
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) comment: Option<&'a str>,
    /// Where the comment begins, counted in characters of the whole line.
    pub(super) comment_column: Option<usize>,
}

/// A token in its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) blanks: usize,
    pub(super) token: Token<'a>,
}

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// A file or a scenario.
    Items,
    Statements,
    Axes,
    Rows,
}

impl Line<'_> {
    /// The line without indentation and comment.
    pub(super) fn code(&self) -> String {
        let mut code = String::new();
        for piece in &self.pieces {
            code.extend(std::iter::repeat_n(' ', piece.blanks));
            code.push_str(piece.token.text);
        }
        code
    }

    /// The length of indentation and code in characters.
    pub(super) fn width(&self) -> usize {
        self.indent + self.code().chars().count()
    }
}

/// The lines of a text; empty ones are notes on those below.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let tokens = tokens(text);
    let mut nesting = Nesting { blocks: Vec::new(), brackets: 0 };
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut is_parted = false;
    for raw in tokens.split(|token| token.kind == Kind::NewLine) {
        if raw.is_empty() {
            is_parted = true;
            continue;
        }
        let mut line = line(raw, &mut nesting);
        if line.pieces.is_empty() && line.comment.is_none() {
            continue;
        }
        // No empty line begins or ends a block or a file.
        let opens = lines.last().is_none_or(|above: &Line<'_>| ends_with(above, Kind::OpenBlock));
        let closes = line.pieces.first().is_some_and(|piece| piece.token.kind == Kind::CloseBlock);
        line.is_parted = std::mem::take(&mut is_parted) && !opens && !closes;
        lines.push(line);
    }
    lines
}

fn ends_with(line: &Line<'_>, kind: Kind) -> bool {
    line.pieces.last().is_some_and(|piece| piece.token.kind == kind)
}

/// Blocks and brackets open at a place.
struct Nesting {
    blocks: Vec<Inside>,
    brackets: usize,
}

impl Nesting {
    fn inside(&self) -> Inside {
        self.blocks.last().copied().unwrap_or(Inside::Items)
    }
}

fn line<'a>(raw: &[Token<'a>], nesting: &mut Nesting) -> Line<'a> {
    let goes_on = nesting.brackets > 0;
    let inside = nesting.inside();
    let n_closing = raw.iter().take_while(|token| token.kind == Kind::CloseBlock).count();
    let closes_brackets = usize::from(raw[0].kind == Kind::Close);
    let depth = nesting.blocks.len().saturating_sub(n_closing)
        + nesting.brackets.min(1).saturating_sub(closes_brackets);
    let mut comment = None;
    let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(raw.len());
    for (at, token) in raw.iter().enumerate() {
        if token.kind == Kind::Comment {
            comment = Some(token.text);
            continue;
        }
        follow(nesting, &raw[..at], *token);
        let next = raw[at + 1..].first().map(|token| token.kind);
        // A comment at the start of a line might become the documentation of what follows.
        let hides_a_comment = at == 0 && next == Some(Kind::Comment);
        let ends_nothing = matches!(next, None | Some(Kind::Comment | Kind::CloseBlock));
        if token.text == ";" && ends_nothing && !hides_a_comment {
            continue;
        }
        let blanks = pieces.last().map_or(0, |before| blanks_between(before.token, *token));
        pieces.push(Piece { blanks, token: *token });
    }
    let indent = INDENT * depth;
    Line { indent, is_parted: false, goes_on, inside, pieces, comment, comment_column: None }
}

/// Opens and closes what the token does.
fn follow(nesting: &mut Nesting, before: &[Token<'_>], token: Token<'_>) {
    match token.kind {
        Kind::Open => nesting.brackets += 1,
        Kind::Close => nesting.brackets = nesting.brackets.saturating_sub(1),
        Kind::CloseBlock => {
            nesting.blocks.pop();
        }
        Kind::OpenBlock => {
            let header = before.rsplit(|token| {
                matches!(token.kind, Kind::OpenBlock | Kind::CloseBlock) || token.text == ";"
            });
            let header = header.into_iter().next().unwrap_or_default();
            let says = |word: &str| header.iter().any(|token| token.text == word);
            nesting.blocks.push(match header.first().map(|token| token.text) {
                Some("scenario") => Inside::Items,
                Some("matrix") => Inside::Axes,
                Some("trace") if !says("from") => Inside::Rows,
                _ => Inside::Statements,
            });
        }
        _ => {}
    }
}

/// How many spaces are between two tokens of a line: one or none where that is settled, otherwise as many as the author
/// wrote, of which two say as much as more.
fn blanks_between(before: Token<'_>, next: Token<'_>) -> usize {
    use Kind::{Close, CloseBlock, Infix, Open, OpenBlock, Separator};
    let written = next.blanks.min(2);
    match (before.kind, next.kind) {
        (OpenBlock, CloseBlock) | (_, Separator) => 0,
        (Separator | OpenBlock, _) | (_, OpenBlock | CloseBlock) => 1,
        (Infix, _) | (_, Infix) if before.text == ".." || next.text == ".." => written.min(1),
        (Infix, _) | (_, Infix) => 1,
        (Open, _) | (_, Close) => written.min(1),
        _ => written,
    }
}
