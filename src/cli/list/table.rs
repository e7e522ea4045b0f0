//! Aligned columns under a title.

use crate::cli::output::{FAINT, STRONG};

/// Rows of text; the last column is as long as it likes.
pub(in crate::cli) struct Table {
    pub(in crate::cli) title: String,
    pub(in crate::cli) rows: Vec<Vec<String>>,
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

    /// As printed: the title above, the last column fainter than the others.
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
                let padding = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
                if column + 1 < row.len() {
                    line.push_str(&format!(" {cell}{padding} "));
                } else if column > 0 {
                    line.push_str(&format!(" {FAINT}{cell}{FAINT:#}"));
                } else {
                    line.push_str(&format!(" {cell}"));
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// A longer cell pushes the rest of its row aside instead of the whole column.
const MAX_WIDTH: usize = 44;
