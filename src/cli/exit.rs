//! Exit codes: part of the interface, never changed by a flag.

use std::process::ExitCode;

use crate::check::Ending;

/// How a command ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exit(u8);

impl Exit {
    /// Everything holds.
    pub(super) const PASSED: Exit = Exit(0);
    /// An expectation has failed or has no data, or a snapshot differs, or is missing in CI.
    pub(super) const FAILED: Exit = Exit(1);
    /// The command line is wrong.
    pub(super) const USAGE: Exit = Exit(2);
    /// A scenario is wrong, or asks for what is not simulated yet.
    pub(super) const WRONG_SCENARIO: Exit = Exit(3);
    /// No case was selected.
    pub(super) const NOTHING_SELECTED: Exit = Exit(4);
    /// A file could not be read or written.
    pub(super) const IO: Exit = Exit(5);
    /// A bug in kvs.
    pub(super) const BUG: Exit = Exit(70);
    /// Stopped by Ctrl-C.
    pub(super) const INTERRUPTED: Exit = Exit(130);

    /// For ending the process from another thread.
    pub(super) const fn code(self) -> i32 {
        self.0 as i32
    }

    /// That of a case.
    pub(super) fn of(ending: &Ending) -> Exit {
        match ending {
            Ending::Passed | Ending::New | Ending::Skipped => Exit::PASSED,
            Ending::NoData | Ending::Failed => Exit::FAILED,
            Ending::Wrong => Exit::WRONG_SCENARIO,
            Ending::Unreadable => Exit::IO,
            Ending::Crashed(_) => Exit::BUG,
        }
    }

    /// The graver of two.
    pub(super) fn and(self, other: Exit) -> Exit {
        if self.gravity() >= other.gravity() { self } else { other }
    }

    fn gravity(self) -> usize {
        let order =
            [Exit::PASSED, Exit::NOTHING_SELECTED, Exit::FAILED, Exit::WRONG_SCENARIO, Exit::IO, Exit::USAGE];
        let order = order.into_iter().chain([Exit::INTERRUPTED, Exit::BUG]);
        order.into_iter().position(|exit| exit == self).expect("every code is in the list")
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graver_code_wins() {
        let rising = [0, 4, 1, 3, 5, 130, 70].map(Exit);
        for pair in rising.windows(2) {
            assert_eq!(pair[0].and(pair[1]), pair[1]);
            assert_eq!(pair[1].and(pair[0]), pair[1]);
        }
    }
}
