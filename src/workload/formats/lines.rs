//! Lines of a text, one at a time.
//!
//! Invariant: no more than one line is held, and none of more than [`MAX_LINE_BYTES`].

use std::io::{BufRead as _, Read as _};

use super::{BadRow, Reader};

/// The longest line of a trace: 16 MiB, a prompt of a million blocks.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// A byte order mark, which some programs put in front of a text.
const BOM: char = '\u{feff}';

pub(super) struct Lines {
    reader: Reader,
    line: u64,
    text: Vec<u8>,
}

impl Lines {
    pub(super) fn new(reader: Reader) -> Lines {
        Lines { reader, line: 0, text: Vec::new() }
    }

    /// The next line with its number, from 1; what ends it may still be there.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, BadRow> {
        self.text.clear();
        let line = self.line + 1;
        let count = (&mut self.reader)
            .take(MAX_LINE_BYTES + 1)
            .read_until(b'\n', &mut self.text)
            .map_err(|error| BadRow { line: Some(line), ..BadRow::unreadable(&error) })?;
        if count == 0 {
            return Ok(None);
        }
        self.line = line;
        let bad = |message: &str| BadRow {
            line: Some(line),
            column: None,
            message: message.to_owned(),
            unreadable: false,
        };
        if self.text.len() as u64 > MAX_LINE_BYTES {
            return Err(bad("expected lines of at most 16 MiB, found a longer one"));
        }
        let text =
            std::str::from_utf8(&self.text).map_err(|_| bad("expected UTF-8 text, found other bytes"))?;
        let text = if line == 1 { text.strip_prefix(BOM).unwrap_or(text) } else { text };
        Ok(Some((line, text)))
    }
}
