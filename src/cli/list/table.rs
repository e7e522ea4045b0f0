//! Aligned columns under a title.

use crate::cli::output::{FAINT, STRONG};

/// Rows of text; the last column is as long as it likes.
pub(super) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(title: impl Into<String>) -> Table {
        Table { title: title.into(), rows: Vec::new() }
    }

    pub(super) fn untitled() -> Table {
        Table::new("")
    }

    /// Adds a row; every row of a table has the same number of cells.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// As printed: the first column stands out, the title above it.
    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        if !self.title.is_empty() {
            text.push_str(&format!("{STRONG}{}{STRONG:#}\n", self.title));
        }
        let n_columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).filter(|width| *width <= MAX_WIDTH).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..n_columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (column, cell) in row.iter().enumerate() {
                let padding = widths[column].saturating_sub(cell.chars().count());
                let padding = if column + 1 == row.len() { 0 } else { padding };
                let (start, end) = if column == 0 || cell.is_empty() {
                    (String::new(), String::new())
                } else if column + 1 == row.len() {
                    (format!("{FAINT}"), format!("{FAINT:#}"))
                } else {
                    (String::new(), String::new())
                };
                line.push_str(&format!(" {start}{cell}{end}{} ", " ".repeat(padding)));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// A longer cell pushes the rest of its row aside instead of the whole column.
const MAX_WIDTH: usize = 44;
