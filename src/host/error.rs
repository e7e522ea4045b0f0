//! Why a file could not be read or written, with its path as the user knows it.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::disk::not_regular;
use super::display;

/// A file and what is wrong with it.
#[derive(Debug)]
pub struct HostError {
    /// As typed or as written in the scenario, with forward slashes.
    pub path: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a file.
#[derive(Debug)]
pub enum Problem {
    /// The system said no.
    Io(io::Error),
    /// Outside the root, symbolic links resolved.
    Outside {
        /// The root.
        root: PathBuf,
    },
    /// Over the limit for scenarios.
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// A pipe, a socket or a device, as it is called.
    Special(&'static str),
    /// Not text.
    NotUtf8 {
        /// The first byte that is not UTF-8.
        offset: usize,
        /// The text with replacement characters; the same as the file up to `offset`.
        readable: String,
    },
}

impl HostError {
    pub(super) fn new(path: &Path, problem: Problem) -> HostError {
        HostError { path: display(path), problem }
    }

    /// The system's refusal of a path.
    #[must_use]
    pub fn io(path: &Path, error: io::Error) -> HostError {
        HostError::new(path, Problem::Io(error))
    }

    /// What the user can do, where there is something.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match &self.problem {
            Problem::Outside { .. } => {
                Some("move the file below the project, or pass `--allow-outside`".to_owned())
            }
            Problem::TooLarge { .. } => Some(
                "split it with `use`, or keep the rows in a file and name it with `trace … from`".to_owned(),
            ),
            Problem::NotUtf8 { .. } => Some("save the file as UTF-8".to_owned()),
            Problem::Special(_) => Some(
                "save its content in a file and name that; kvs may read a file more than once".to_owned(),
            ),
            Problem::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                Some("check the spelling; paths count from the folder where `kvs` was started".to_owned())
            }
            Problem::Io(_) => None,
        }
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.problem {
            Problem::Io(error) => write!(formatter, "`{path}`: {}", sentence(error)),
            Problem::Special(what) => write!(formatter, "`{path}`: {}", not_regular(what)),
            Problem::Outside { root } => {
                write!(formatter, "`{path}` lies outside the project at `{}`", display(root))
            }
            Problem::TooLarge { limit } => {
                write!(
                    formatter,
                    "`{path}` is larger than {} MiB, the limit for scenarios",
                    limit / (1024 * 1024)
                )
            }
            Problem::NotUtf8 { offset, .. } => {
                write!(formatter, "`{path}` is not UTF-8: invalid byte at offset {offset}")
            }
        }
    }
}

impl Error for HostError {}

impl From<HostError> for io::Error {
    /// For readers that only know I/O errors; the sentence is kept.
    fn from(error: HostError) -> io::Error {
        match error.problem {
            Problem::Io(error) => io::Error::new(error.kind(), sentence(&error)),
            Problem::Special(what) => io::Error::other(not_regular(what)),
            Problem::Outside { .. } | Problem::TooLarge { .. } | Problem::NotUtf8 { .. } => {
                io::Error::other(error.to_string())
            }
        }
    }
}

/// The system's message in our form: lower case, without its number.
fn sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let mut characters = text.chars();
            let first = characters.next().into_iter().flat_map(char::to_lowercase);
            first.chain(characters).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_any_alphabet_or_none_are_shown() {
        for (message, shown) in [
            ("Is a directory (os error 21)", "is a directory"),
            ("Устройство занято (os error 16)", "устройство занято"),
            ("", ""),
        ] {
            let error = HostError::io(Path::new("a"), io::Error::other(message));
            assert_eq!(error.to_string(), format!("`a`: {shown}"));
        }
    }
}
