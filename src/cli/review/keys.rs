//! The keys of a review, as cargo-insta has them: `a`, `r`, `s`, and in upper case for all that follow too.
//!
//! On a terminal a key is enough; from a pipe each answer is a line, and where the lines end the rest is skipped.

use std::io::{self, BufRead as _, IsTerminal as _};

use console::{Key, Term};

use crate::cli::output::{BAD, DOUBTFUL, FAINT, GOOD, Output};

/// What is answered; `all` for those that follow as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accept { all: bool },
    Reject { all: bool },
    Skip { all: bool },
}

/// Ctrl-C.
#[derive(Debug)]
pub(super) struct Interrupted;

/// Where answers come from.
pub(super) enum Keys {
    Terminal(Term),
    Lines(io::Lines<io::StdinLock<'static>>),
}

impl Keys {
    /// A terminal if stdin is one.
    pub(super) fn begin() -> Keys {
        // Keys are read from the terminal that differences are shown on.
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            Keys::Terminal(Term::stdout())
        } else {
            Keys::Lines(io::stdin().lock().lines())
        }
    }

    /// Asks until an answer is one.
    pub(super) fn ask(&mut self, output: &Output) -> Result<Answer, Interrupted> {
        output.result(&format!(
            "  {GOOD}a{GOOD:#} accept  {BAD}r{BAD:#} reject  {DOUBTFUL}s{DOUBTFUL:#} skip  {FAINT}A R S for all that follow{FAINT:#}\n"
        ));
        loop {
            match self.next()? {
                None => return Ok(Answer::Skip { all: true }),
                Some(key) => {
                    if let Some(answer) = answer(key) {
                        return Ok(answer);
                    }
                }
            }
        }
    }

    /// The next key; `None` where no more will come.
    fn next(&mut self) -> Result<Option<char>, Interrupted> {
        match self {
            Keys::Terminal(terminal) => match terminal.read_key_raw() {
                Ok(Key::Char(key)) => Ok(Some(key)),
                Ok(Key::Escape) => Ok(None),
                Ok(Key::CtrlC) => Err(Interrupted),
                Ok(_) => Ok(Some(' ')),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Interrupted),
                Err(_) => Ok(None),
            },
            Keys::Lines(lines) => Ok(match lines.next() {
                Some(Ok(line)) => Some(line.trim().chars().next().unwrap_or(' ')),
                Some(Err(_)) | None => None,
            }),
        }
    }
}

fn answer(key: char) -> Option<Answer> {
    let all = key.is_ascii_uppercase();
    match key.to_ascii_lowercase() {
        'a' => Some(Answer::Accept { all }),
        'r' => Some(Answer::Reject { all }),
        's' => Some(Answer::Skip { all }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_cargo_insta() {
        assert_eq!(answer('a'), Some(Answer::Accept { all: false }));
        assert_eq!(answer('R'), Some(Answer::Reject { all: true }));
        assert_eq!(answer('S'), Some(Answer::Skip { all: true }));
        assert_eq!(answer('x'), None);
    }
}
