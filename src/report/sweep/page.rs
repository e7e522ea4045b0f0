//! A sweep for people: the sentence, the table or the square, differences, notes; on a terminal or in Markdown.

use super::layout::{Column, lay_out};
use super::markdown::markdown_of;
use super::{Sweep, grid, sentence, table, versus};
use crate::report::markdown::prose;

/// What is shown of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Margins in a square instead of a row a case; only where [`square`](super::square) finds two things that vary.
    pub is_grid: bool,
    /// The case that all others are compared with, by the index of its row.
    pub versus: Option<usize>,
}

/// For a terminal of that width, with ANSI colours.
#[must_use]
pub fn text(sweep: &Sweep, shape: Shape, width: usize) -> String {
    let paragraph = |words: &str| format!("{}\n", folded(words, width));
    let mut text = paragraph(&sentence(sweep));
    for part in parts(sweep, shape) {
        text.push('\n');
        if let Some(title) = &part.title {
            text.push_str(&paragraph(title));
            text.push('\n');
        }
        text.push_str(&lay_out(&part.columns, width));
        part.notes.iter().for_each(|note| text.push_str(&paragraph(note)));
    }
    let notes = sweep.notes();
    if !notes.is_empty() {
        text.push('\n');
        notes.iter().for_each(|note| text.push_str(&paragraph(note)));
    }
    text
}

/// In Markdown.
#[must_use]
pub fn markdown(sweep: &Sweep, shape: Shape) -> String {
    let paragraph = |words: &str| format!("{}\n", prose(words));
    let mut paragraphs = vec![paragraph(&sentence(sweep))];
    for part in parts(sweep, shape) {
        paragraphs.extend(part.title.as_deref().map(paragraph));
        paragraphs.push(markdown_of(&part.columns));
        paragraphs.extend(part.notes.iter().map(|note| paragraph(note)));
    }
    paragraphs.extend(sweep.notes().iter().map(|note| paragraph(note)));
    paragraphs.join("\n")
}

/// A table with what is said about it.
struct Part {
    title: Option<String>,
    columns: Vec<Column>,
    notes: Vec<String>,
}

fn parts(sweep: &Sweep, shape: Shape) -> Vec<Part> {
    let first = match shape.is_grid {
        true => {
            let best = if sweep.best().is_some() { ", * the best case" } else { "" };
            let note = format!("the tightest margin of each case, as a share of its limit{best}");
            Part { title: None, columns: grid::columns(sweep), notes: vec![note] }
        }
        false => Part { title: None, columns: table::columns(sweep), notes: Vec::new() },
    };
    let second = shape.versus.map(|against| {
        let (title, notes) = versus::caption(sweep, against);
        Part { title: Some(title), columns: versus::columns(sweep, against), notes }
    });
    std::iter::once(first).chain(second).collect()
}

/// Words in lines of at most that width.
fn folded(words: &str, width: usize) -> String {
    let mut text = String::new();
    let mut used = 0;
    for word in words.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            text.push('\n');
            used = 0;
        } else if used > 0 {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += length;
    }
    text
}
