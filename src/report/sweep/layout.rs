//! Columns of text within a width: headers wrap, and columns that find no room follow below.
//!
//! Knows nothing of what the columns hold. Invariant: no line is wider than the width unless a single column is.

use anstyle::Style;

/// A column.
pub(super) struct Column {
    pub(super) header: String,
    /// Whether it names the rows, and is repeated where columns follow below.
    pub(super) is_key: bool,
    pub(super) is_right_aligned: bool,
    /// As many as there are rows.
    pub(super) cells: Vec<Cell>,
}

/// A cell.
#[derive(Clone, Default)]
pub(super) struct Cell {
    /// At the left edge of the column, whatever the alignment.
    pub(super) mark: &'static str,
    pub(super) text: String,
    pub(super) style: Style,
}

/// Blanks between two columns.
const GAP: usize = 2;

/// Wider headers are wrapped: the numbers below are narrow.
const WIDEST_HEADER: usize = 18;

/// The columns with their headers, a line a row, in blocks of which each fits into `width`.
pub(super) fn lay_out(columns: &[Column], width: usize) -> String {
    let columns: Vec<Wrapped<'_>> = columns.iter().map(Wrapped::of).collect();
    let is_key = |column: &&Wrapped<'_>| column.column.is_key;
    let keys: Vec<&Wrapped<'_>> = columns.iter().filter(is_key).collect();
    let room = width.saturating_sub(keys.iter().map(|key| key.width + GAP).sum());
    let mut blocks: Vec<Vec<&Wrapped<'_>>> = vec![Vec::new()];
    let mut used = 0;
    for column in columns.iter().filter(|column| !is_key(column)) {
        let block = blocks.last_mut().expect("there is a first block");
        if used + column.width > room && !block.is_empty() {
            blocks.push(vec![column]);
            used = column.width + GAP;
        } else {
            block.push(column);
            used += column.width + GAP;
        }
    }
    let text = |block: Vec<&Wrapped<'_>>| block_of(&keys.iter().copied().chain(block).collect::<Vec<_>>());
    blocks.into_iter().map(text).collect::<Vec<_>>().join("\n")
}

/// A column with its header in lines.
struct Wrapped<'a> {
    column: &'a Column,
    header: Vec<String>,
    /// Of the marks, with the blank after them.
    mark_width: usize,
    width: usize,
}

impl<'a> Wrapped<'a> {
    fn of(column: &'a Column) -> Wrapped<'a> {
        let mark_width = column.cells.iter().map(|cell| cell.mark.chars().count()).max().unwrap_or(0);
        let mark_width = if mark_width > 0 { mark_width + 1 } else { 0 };
        let text_width = column.cells.iter().map(|cell| cell.text.chars().count()).max().unwrap_or(0);
        let cells = mark_width + text_width;
        let header = wrapped(&column.header, cells.max(WIDEST_HEADER));
        let header_width = header.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        Wrapped { column, header, mark_width, width: cells.max(header_width) }
    }

    fn aligned(&self, text: &str, width: usize) -> String {
        if self.column.is_right_aligned { format!("{text:>width$}") } else { format!("{text:<width$}") }
    }

    fn cell(&self, row: usize) -> String {
        let Cell { mark, text, style } = &self.column.cells[row];
        let mark = match self.mark_width {
            0 => String::new(),
            width => format!("{mark:<width$}"),
        };
        let text = self.aligned(text, self.width - self.mark_width);
        if *style == Style::new() { format!("{mark}{text}") } else { format!("{style}{mark}{text}{style:#}") }
    }
}

fn block_of(columns: &[&Wrapped<'_>]) -> String {
    let n_rows = columns.iter().map(|column| column.column.cells.len()).max().unwrap_or(0);
    let height = columns.iter().map(|column| column.header.len()).max().unwrap_or(0);
    let gap = " ".repeat(GAP);
    let mut text = String::new();
    let mut line = |cells: Vec<String>| {
        text.push_str(cells.join(&gap).trim_end());
        text.push('\n');
    };
    for from_top in 0..height {
        let cells = columns.iter().map(|column| {
            // Headers end on the same line, next to what they are about.
            let at = (from_top + column.header.len()).checked_sub(height);
            let words = at.and_then(|at| column.header.get(at)).map_or("", String::as_str);
            column.aligned(words, column.width)
        });
        line(cells.collect());
    }
    for row in 0..n_rows {
        line(columns.iter().map(|column| column.cell(row)).collect());
    }
    text
}

/// Lines of a header: a limit has lines of its own, and no word is broken.
fn wrapped(header: &str, width: usize) -> Vec<String> {
    const OPERATORS: [&str; 7] = [" <= ", " >= ", " == ", " != ", " < ", " > ", " in "];
    if header.chars().count() <= width {
        return vec![header.to_owned()];
    }
    let limit = OPERATORS.iter().filter_map(|operator| header.rfind(operator)).max();
    let (words, limit) = limit.map_or((header, ""), |at| header.split_at(at));
    [words, limit].into_iter().flat_map(|part| folded(part, width)).collect()
}

/// Words in lines; a number stays with what follows it, as in `1 min`.
fn folded(words: &str, width: usize) -> Vec<String> {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let mut chunks: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match chunks.last_mut() {
            Some(number) if is_number(number) => *number = format!("{number} {word}"),
            _ => chunks.push(word.to_owned()),
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for chunk in chunks {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + chunk.chars().count() <= width => {
                *line = format!("{line} {chunk}");
            }
            _ => lines.push(chunk),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(header: &str, is_key: bool, cells: [&str; 2]) -> Column {
        let cell = |text: &str| Cell { text: text.to_owned(), ..Cell::default() };
        Column {
            header: header.to_owned(),
            is_key,
            is_right_aligned: !is_key,
            cells: cells.map(cell).to_vec(),
        }
    }

    #[test]
    fn headers_wrap_at_words_and_end_on_one_line() {
        let text = lay_out(
            &[
                column("n", true, ["1", "16"]),
                column("p99_ttft_ms over 1 min windows < 2 s", false, ["1.2 s", "0.8 s"]),
                column("saturation == 0", false, ["0", "1"]),
            ],
            100,
        );
        let expected = "    p99_ttft_ms over
       1 min windows
n              < 2 s  saturation == 0
1              1.2 s                0
16             0.8 s                1
";
        assert_eq!(text, expected);
    }

    #[test]
    fn columns_without_room_follow_below_the_names_of_the_rows() {
        let text = lay_out(
            &[
                column("n", true, ["1", "16"]),
                column("first", false, ["a", "b"]),
                column("second", false, ["c", "d"]),
            ],
            12,
        );
        assert_eq!(text, "n   first\n1       a\n16      b\n\nn   second\n1        c\n16       d\n");
    }

    #[test]
    fn a_limit_begins_with_its_operator() {
        assert_eq!(wrapped("p95_tpot_ms < 40 ms", 12), ["p95_tpot_ms", "< 40 ms"]);
        assert_eq!(wrapped("a <= 2", 12), ["a <= 2"]);
        let long = "finished < 3 * finished of \"another one\"";
        assert_eq!(wrapped(long, 12), ["finished", "< 3 *", "finished of", "\"another", "one\""]);
    }
}
