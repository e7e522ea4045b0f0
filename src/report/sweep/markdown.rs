//! Columns in Markdown, for issues, pull requests and documents.

use std::fmt::Write as _;

use super::layout::Column;
use super::table::BEST;
use crate::report::markdown::{cell, code, prose};

/// The columns as a table; a row whose name is emphasised is so here.
pub(super) fn markdown_of(columns: &[Column]) -> String {
    let mut text = String::new();
    let header = |column: &Column| match column.header.as_str() {
        "" => String::new(),
        name if column.is_key => cell(&prose(name)),
        name => cell(&code(name)),
    };
    let rule = |column: &Column| if column.is_right_aligned { "--:" } else { "---" };
    line(&mut text, columns.iter().map(header));
    line(&mut text, columns.iter().map(|column| rule(column).to_owned()));
    let n_rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    for row in 0..n_rows {
        let words = |column: &Column| {
            let of = &column.cells[row];
            let gap = if of.mark.is_empty() || of.text.is_empty() { "" } else { " " };
            let words = cell(&prose(&format!("{}{gap}{}", of.mark, of.text)));
            if of.style == BEST { format!("**{words}**") } else { words }
        };
        line(&mut text, columns.iter().map(words));
    }
    text
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    writeln!(text, "| {} |", cells.join(" | ")).expect("a string takes all that is written");
}
