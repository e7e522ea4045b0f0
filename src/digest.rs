//! Fingerprints: of inputs and settings in `run_meta.json`, and in file names that would else be alike.
//!
//! Not for random streams, whose keys are derived in `rng`. Invariant: the same bytes always give the same text.

use std::fmt::Write as _;
use std::io::{self, BufRead};

use sha2::{Digest, Sha256};

/// The SHA-256 of everything a reader gives, in hexadecimal.
///
/// # Errors
/// When reading fails.
pub fn sha256(mut reader: impl BufRead) -> io::Result<String> {
    let mut hasher = Sha256::new();
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        hasher.update(bytes);
        let n_bytes = bytes.len();
        reader.consume(n_bytes);
    }
    let mut text = String::new();
    for byte in hasher.finalize() {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_digest_of_the_standard() {
        let digest = sha256(&b"abc"[..]).expect("memory");
        assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
