//! Files compressed with gzip, known by their first two bytes and not by their names.

use std::io::{self, BufRead as _, BufReader};

use flate2::bufread::MultiGzDecoder;

use super::Reader;

/// What every gzip file begins with (RFC 1952, 2.3.1); no text does.
const MAGIC: &[u8] = &[0x1f, 0x8b];

/// The text of a file, unpacked as it is read where it is compressed.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn plain(mut reader: Reader) -> io::Result<Reader> {
    if reader.fill_buf()?.starts_with(MAGIC) {
        // Files that were joined are read to the end of the last one.
        return Ok(Box::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(reader))));
    }
    Ok(reader)
}
