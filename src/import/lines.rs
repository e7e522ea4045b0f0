//! The shape both files share: cells separated by blanks, `#` to the end of the line.

use crate::source::{SourceId, Sources, Span};

/// A cell and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
}

/// The cells of every line that has any.
pub(super) fn lines(source: SourceId, sources: &Sources) -> impl Iterator<Item = Vec<Cell<'_>>> {
    let text = &*sources.get(source).text;
    let mut start = 0;
    text.split('\n').filter_map(move |line| {
        let cells = cells(line, start, source);
        start += line.len() + 1;
        (!cells.is_empty()).then_some(cells)
    })
}

fn cells(line: &str, start: usize, source: SourceId) -> Vec<Cell<'_>> {
    let content = line.split('#').next().unwrap_or_default();
    let words = content.split_ascii_whitespace();
    words
        .map(|text| {
            let offset = start + (text.as_ptr() as usize - line.as_ptr() as usize);
            let span = Span { source, start: offset as u32, end: (offset + text.len()) as u32 };
            Cell { text, span }
        })
        .collect()
}
