//! Lines of a text, one at a time.
//!
//! Invariant: no more than one line is held, and none of more than [`MAX_LINE_BYTES`].

use std::io::{self, BufRead as _, Read};

use super::{BadRow, Reader};

/// The longest line or row of a trace: 16 MiB, a prompt of a million blocks.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

const TOO_LONG: &str = "expected lines of at most 16 MiB, found a longer one";

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
            return Err(bad(TOO_LONG));
        }
        let text =
            std::str::from_utf8(&self.text).map_err(|_| bad("expected UTF-8 text, found other bytes"))?;
        Ok(Some((line, text)))
    }
}

/// A reader that gives no more than [`MAX_LINE_BYTES`] until it is notified that a row was read: a quote that is never
/// closed would else take the whole file for one row.
pub(super) struct Bounded {
    reader: Reader,
    left: u64,
}

impl Bounded {
    pub(super) fn new(reader: Reader) -> Bounded {
        Bounded { reader, left: MAX_LINE_BYTES }
    }

    /// The next row begins about here: the parser may have read a little ahead.
    pub(super) fn begin_row(&mut self) {
        self.left = MAX_LINE_BYTES;
    }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TOO_LONG));
        }
        let length = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = self.reader.read(&mut buffer[..length])?;
        self.left -= count as u64;
        Ok(count)
    }
}
