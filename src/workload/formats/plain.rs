//! Rows of CSV as programs write them: no quotes, no empty lines, all lines ended alike.
//!
//! To split such a row is to find its commas, where it lies in the buffer. Not for anything else: the first other row
//! and all after it are left to a parser that knows the whole of CSV. Invariant: what is left to it is everything from
//! the beginning of a line on.

use std::io::{self, Cursor, Read};

use super::Reader;

/// Bytes that are held; a longer line is another row.
const BUFFER_BYTES: usize = 32 * 1024;

pub(super) struct Plain {
    reader: Reader,
    buffer: Vec<u8>,
    /// Where what is not read yet begins in the buffer, and where it ends.
    begin: usize,
    end: usize,
    /// Whether the reader has no more.
    is_at_end: bool,
    /// The row that was read, in the buffer, without what ends its line.
    row: std::ops::Range<usize>,
    /// Where its cells end in it, all but the last.
    ends: Vec<usize>,
    /// Lines read.
    lines: u64,
    /// Whether lines end with CR LF, known from the first one.
    crlf: Option<bool>,
}

/// What was found where a row begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Row,
    End,
    /// Another row, which is still to be read.
    Other,
}

/// How a line goes on.
enum Line {
    /// It ends: its length, and the length of what ends it.
    Ends(usize, usize),
    /// Its end is not in the buffer.
    GoesOn,
    /// It holds a quote, or ends unlike others.
    Other,
}

impl Plain {
    pub(super) fn new(reader: Reader) -> Plain {
        Plain {
            reader,
            buffer: vec![0; BUFFER_BYTES],
            begin: 0,
            end: 0,
            is_at_end: false,
            row: 0..0,
            ends: Vec::new(),
            lines: 0,
            crlf: None,
        }
    }

    /// Looks for the next row.
    pub(super) fn next(&mut self) -> io::Result<Found> {
        let (length, ending) = loop {
            let text = &self.buffer[self.begin..self.end];
            match split(text, &mut self.ends) {
                Line::Ends(length, ending) => break (length, ending),
                Line::Other => return Ok(Found::Other),
                Line::GoesOn if !self.is_at_end => {
                    if self.begin == 0 && self.end == self.buffer.len() {
                        return Ok(Found::Other);
                    }
                    self.fill()?;
                }
                Line::GoesOn if text.is_empty() => return Ok(Found::End),
                // The last line may have no end, but not half of one.
                Line::GoesOn if text.ends_with(b"\r") => return Ok(Found::Other),
                Line::GoesOn => break (text.len(), 0),
            }
        };
        let crlf = ending == 2;
        let is_like_others = ending == 0 || self.crlf.is_none_or(|others| others == crlf);
        let row = self.begin..self.begin + length;
        if length == 0 || !is_like_others || std::str::from_utf8(&self.buffer[row.clone()]).is_err() {
            return Ok(Found::Other);
        }
        self.crlf.get_or_insert(crlf);
        self.lines += 1;
        self.begin = row.end + ending;
        self.row = row;
        Ok(Found::Row)
    }

    /// The row that was found, and where its cells end in it, all but the last.
    pub(super) fn row(&self) -> (&str, &[usize]) {
        let text = std::str::from_utf8(&self.buffer[self.row.clone()]);
        (text.expect("rows that are found are text"), &self.ends)
    }

    /// How many lines were read.
    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether lines end with CR LF; as if they did where no line has ended yet.
    pub(super) fn crlf(&self) -> bool {
        self.crlf.unwrap_or(true)
    }

    /// All that was not read, with `before` in front of it.
    pub(super) fn into_rest(self, before: &[u8]) -> Reader {
        let mut held = before.to_vec();
        held.extend_from_slice(&self.buffer[self.begin..self.end]);
        Box::new(Cursor::new(held).chain(self.reader))
    }

    /// Moves what is left to the front and reads more.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.begin..self.end, 0);
        (self.begin, self.end) = (0, self.end - self.begin);
        let count = loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.end += count;
        self.is_at_end = count == 0;
        Ok(())
    }
}

/// Finds the end of the line that begins a text, and of its cells.
fn split(text: &[u8], ends: &mut Vec<usize>) -> Line {
    ends.clear();
    for (place, &byte) in text.iter().enumerate() {
        // The comma is the greatest of those that mean something, and digits lie above it.
        if byte > b',' {
            continue;
        }
        match byte {
            b',' => ends.push(place),
            b'\n' => return Line::Ends(place, 1),
            b'\r' => {
                return match text.get(place + 1) {
                    Some(b'\n') => Line::Ends(place, 2),
                    Some(_) => Line::Other,
                    None => Line::GoesOn,
                };
            }
            b'"' => return Line::Other,
            _ => {}
        }
    }
    Line::GoesOn
}
