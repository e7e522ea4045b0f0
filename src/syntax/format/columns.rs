//! What is aligned in columns: keys and their values, `=`, cells of rows, blocks of one line, comments.
//!
//! Columns run over neighbouring lines of one kind at one depth; an empty line ends them. Invariant: only blanks
//! in front of pieces and comments change.

use std::ops::Range;

use super::lines::{Inside, Line};
use super::tokens::Kind;

/// Blanks between a column and the next.
const GAP: usize = 2;

/// Gives every line the blanks that put it in column with its neighbours.
pub(super) fn align(lines: &mut [Line<'_>]) {
    for run in runs(lines, |line| (Shape::of(line), block_word(line))) {
        match Shape::of(&lines[run.start]) {
            Shape::Row => match head(lines, &run) {
                Some(starts) => align_under(&mut lines[run], &starts),
                None => align_cells(&mut lines[run]),
            },
            Shape::Keyed => {
                align_at(&mut lines[run.clone()], |_| 1, GAP);
                for same in lines[run].chunk_by_mut(|a, b| key(a).is_some() && key(a) == key(b)) {
                    align_parts(same);
                }
            }
            Shape::Param => align_at(&mut lines[run], |line| position(line, Kind::Infix), 1),
            Shape::Axis => align_at(&mut lines[run], |_| 1, GAP),
            Shape::Block => align_at(&mut lines[run], |line| position(line, Kind::OpenBlock), 1),
            Shape::Other => {}
        }
    }
    for run in runs(lines, |_| ()) {
        align_comments(&mut lines[run]);
    }
}

/// What of a line is put in columns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A key and what follows.
    Keyed,
    /// `param name = value`.
    Param,
    /// `name in [values]`.
    Axis,
    /// Cells.
    Row,
    /// A block on one line.
    Block,
    Other,
}

impl Shape {
    fn of(line: &Line<'_>) -> Shape {
        let Some(first) = line.pieces.first() else { return Shape::Other };
        let has = |kind: Kind| line.pieces.iter().any(|piece| piece.token.kind == kind);
        let is_one = !line.pieces.iter().any(|piece| piece.token.text == ";") && !has(Kind::CloseBlock);
        let is_one_statement = is_one && !has(Kind::OpenBlock) || closes_itself(line);
        match line.inside {
            _ if line.goes_on || first.token.kind != Kind::Word => Shape::Other,
            Inside::Items if first.token.text == "param" && is_one => Shape::Param,
            Inside::Items if closes_itself(line) => Shape::Block,
            Inside::Statements if is_one_statement && line.pieces.len() > 1 => Shape::Keyed,
            Inside::Axes if is_one && line.pieces.len() > 1 => Shape::Axis,
            Inside::Rows if is_one => Shape::Row,
            _ => Shape::Other,
        }
    }
}

/// The word a block of one line begins with: blocks of other words are in other columns.
fn block_word<'a>(line: &Line<'a>) -> Option<&'a str> {
    let first = line.pieces.first()?;
    (Shape::of(line) == Shape::Block).then_some(first.token.text)
}

/// The first word of a statement.
fn key<'a>(line: &Line<'a>) -> Option<&'a str> {
    line.pieces.first().map(|piece| piece.token.text)
}

/// Whether every block a line opens ends on it, and there is one.
fn closes_itself(line: &Line<'_>) -> bool {
    let n = |kind: Kind| line.pieces.iter().filter(|piece| piece.token.kind == kind).count();
    let last = line.pieces.last().map(|piece| piece.token.kind);
    n(Kind::OpenBlock) > 0 && n(Kind::OpenBlock) == n(Kind::CloseBlock) && last == Some(Kind::CloseBlock)
}

/// Neighbouring lines of one kind. Lines of comments alone are in no run of code and interrupt none.
fn runs<'a, T: PartialEq>(lines: &'a [Line<'a>], kind: impl Fn(&'a Line<'a>) -> T) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.pieces.is_empty() && !line.is_parted {
            continue;
        }
        if let Some(run) = runs.last_mut() {
            let above = &lines[run.start];
            let parted = lines[run.end..=at].iter().any(|line| line.is_parted);
            if !parted && above.indent == line.indent && kind(above) == kind(line) {
                run.end = at + 1;
                continue;
            }
        }
        runs.push(at..at + 1);
    }
    runs
}

/// The first piece of a kind, or the one after the last.
fn position(line: &Line<'_>, kind: Kind) -> usize {
    let found = line.pieces.iter().position(|piece| piece.token.kind == kind);
    found.unwrap_or(line.pieces.len())
}

/// Puts one piece of every line in a column.
fn align_at(lines: &mut [Line<'_>], piece: impl Fn(&Line<'_>) -> usize, gap: usize) {
    let width = |line: &Line<'_>, piece: usize| -> usize {
        let before = line.pieces.iter().take(piece);
        before.map(|piece| piece.blanks + piece.token.text.chars().count()).sum()
    };
    let column =
        lines.iter().filter(|line| !line.pieces.is_empty()).map(|line| width(line, piece(line))).max();
    for line in lines.iter_mut().filter(|line| !line.pieces.is_empty()) {
        let at = piece(line);
        let blanks = column.unwrap_or(0) + gap - width(line, at);
        if let Some(piece) = line.pieces.get_mut(at) {
            piece.blanks = blanks;
        }
    }
}

/// Puts the parts of statements of one key in columns: those that the author set off by more than a blank.
fn align_parts(lines: &mut [Line<'_>]) {
    if lines.len() == 1 {
        return;
    }
    let starts = |line: &Line<'_>| -> Vec<usize> {
        let parts = line.pieces.iter().enumerate().skip(2);
        parts.filter(|(_, piece)| piece.blanks >= GAP).map(|(at, _)| at).collect()
    };
    let n_parts = lines.iter().map(|line| starts(line).len()).min().unwrap_or(0);
    for part in 0..n_parts {
        align_at(lines, |line| starts(line)[part], GAP);
    }
}

/// Where the words of a comment right above a table begin, if they name its columns and leave them room.
fn head(lines: &[Line<'_>], run: &Range<usize>) -> Option<Vec<usize>> {
    let above = lines.get(run.start.checked_sub(1)?)?;
    let is_head = above.pieces.is_empty() && above.indent == lines[run.start].indent;
    let comment = above.comment.filter(|_| is_head && !lines[run.start].is_parted)?;
    let words = comment.trim_start_matches('#').split_whitespace();
    let starts: Vec<usize> = words.map(|word| word.as_ptr() as usize - comment.as_ptr() as usize).collect();
    let fits = |line: &Line<'_>| {
        let ends = line.pieces.iter().map(|piece| piece.token.text.chars().count()).zip(&starts);
        let ends = ends.enumerate().map(|(at, (width, start))| if at == 0 { width } else { start + width });
        line.pieces.len() == starts.len()
            && ends.zip(starts.iter().skip(1)).all(|(end, next)| end + GAP <= *next)
    };
    let has_rows = |line: &&Line<'_>| !line.pieces.is_empty();
    (comment.is_ascii() && lines[run.clone()].iter().filter(has_rows).all(fits)).then_some(starts)
}

/// Puts cells below the words that name them.
fn align_under(lines: &mut [Line<'_>], starts: &[usize]) {
    for line in lines {
        let mut end = 0;
        for (at, piece) in line.pieces.iter_mut().enumerate() {
            piece.blanks = if at == 0 { 0 } else { starts[at] - end };
            end += piece.blanks + piece.token.text.chars().count();
        }
    }
}

/// Puts all cells in columns, numbers to the right.
fn align_cells(lines: &mut [Line<'_>]) {
    let n_columns = lines.iter().map(|line| line.pieces.len()).max().unwrap_or(0);
    // What a cell's predecessors leave unfilled to their right.
    let mut owed = vec![0; lines.len()];
    for column in 0..n_columns {
        let cell = |line: &Line<'_>| line.pieces.get(column).map(|piece| piece.token.text.chars().count());
        let width = lines.iter().filter_map(cell).max().unwrap_or(0);
        let is_number = |line: &Line<'_>| {
            line.pieces.get(column).is_none_or(|piece| piece.token.text.parse::<f64>().is_ok())
        };
        let to_the_right = column > 0 && lines.iter().all(is_number);
        for (line, owed) in lines.iter_mut().zip(&mut owed) {
            let Some(piece) = line.pieces.get_mut(column) else { continue };
            let short = width - piece.token.text.chars().count();
            let gap = if column == 0 { 0 } else { GAP };
            piece.blanks = *owed + gap + if to_the_right { short } else { 0 };
            *owed = if to_the_right { 0 } else { short };
        }
    }
}

/// Puts the comments after code in one column.
fn align_comments(lines: &mut [Line<'_>]) {
    let widths =
        lines.iter().filter(|line| line.comment.is_some() && !line.pieces.is_empty()).map(Line::width);
    let Some(column) = widths.max() else { return };
    for line in lines.iter_mut().filter(|line| !line.pieces.is_empty()) {
        line.comment_column = Some(column + GAP);
    }
}
