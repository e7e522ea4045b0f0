//! What lies around the text of a file: gzip, known by its first two bytes and not by the file's name, and the byte
//! order mark that some programs put in front of a text.

use std::io::{self, BufRead, BufReader};

use flate2::bufread::MultiGzDecoder;

/// What every gzip file begins with (RFC 1952, 2.3.1); no text does.
const MAGIC: &[u8] = &[0x1f, 0x8b];

const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// The text of a file, unpacked as it is read where it is compressed.
///
/// # Errors
/// When the file cannot be read.
pub fn plain(mut reader: Box<dyn BufRead + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    if reader.fill_buf()?.starts_with(MAGIC) {
        // Files that were joined are read to the end of the last one.
        reader = Box::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(reader)));
    }
    if reader.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    Ok(reader)
}
