//! What lies around the text of a file: gzip, known by its first two bytes and not by the file's name, and the byte
//! order mark that some programs put in front of a text.

use std::io::{self, BufRead, BufReader, Read};

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
        reader = Box::new(BufReader::with_capacity(64 * 1024, Unpacked(MultiGzDecoder::new(reader))));
    }
    if reader.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    Ok(reader)
}

/// A packed file whose damage is reported as such.
struct Unpacked<R>(R);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| {
            let message = if error.kind() == io::ErrorKind::UnexpectedEof {
                "the compressed file ends too early, it was cut short".to_owned()
            } else {
                format!("the compressed file is damaged: {error}")
            };
            io::Error::new(io::ErrorKind::InvalidData, message)
        })
    }
}
