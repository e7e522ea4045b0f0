//! Tells each case when it is done, and at the end what came of all.
//!
//! Invariant: what is printed depends on the results and their order, never on which was done first; the live view
//! alone shows that, and leaves nothing behind.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use super::exit_of;
use crate::check::{CaseResult, Ending, Remembered, Suite, Tally, Watch};
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::live::Live;
use crate::cli::output::Output;
use crate::cli::progress::{AlreadySaid, case_line, print_failures, summary_line};
use crate::host::Root;

/// Hears of cases.
pub(super) struct Printer<'a> {
    pub(super) output: &'a Output,
    pub(super) live: Option<Live>,
    /// Files that could not be run.
    pub(super) n_broken: usize,
    pub(super) begun: Instant,
    pub(super) state: Mutex<State>,
}

/// What the cases told so far come to.
#[derive(Default)]
pub(super) struct State {
    pub(super) tally: Tally,
    pub(super) exit: Exit,
    pub(super) said: AlreadySaid,
    /// Which cases failed when they last ran; empty where nothing is remembered.
    pub(super) remembered: BTreeMap<Root, Remembered>,
}

impl Printer<'_> {
    /// Ends the output: keeps which cases failed, and prints the last line. `n_left` cases were left by Ctrl-C.
    pub(super) fn close(&self, n_left: usize) -> Exit {
        self.output.clear_bar();
        let mut state = self.lock();
        for list in std::mem::take(&mut state.remembered).into_values() {
            // No reason to fail: the next `--failed` runs more or less than it could.
            if let Err(problem) = list.store() {
                self.output.progress(&format!("note: which cases failed is not remembered: {problem}"));
            }
        }
        let seconds = self.begun.elapsed().as_secs_f64();
        self.output.result(&summary_line(&state.tally, self.n_broken, n_left, seconds));
        state.exit
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the lock is held")
    }
}

impl Watch for Printer<'_> {
    fn started(&self, suite: &Suite, case: usize) {
        if let Some(live) = &self.live {
            live.started(&suite.cases[case].scenario.case.to_string());
        }
    }

    fn run_ended(&self) {
        if let Some(live) = &self.live {
            live.run_ended();
        }
    }

    fn ended(&self, result: &CaseResult) {
        if let Some(live) = &self.live {
            live.ended(result);
        }
    }

    fn finished(&self, suite: &Suite, result: CaseResult) {
        self.output.progress(&case_line(&result));
        let state = &mut *self.lock();
        print_failures(self.output, suite, &result, &mut state.said);
        state.tally.add(&result.ending);
        state.exit = state.exit.and(exit_of(&result.ending));
        if result.ending != Ending::Skipped
            && let Some(remembered) = state.remembered.get_mut(&suite.root)
        {
            remembered.case(&suite.cases[result.case].scenario.case, result.ending != Ending::Passed);
        }
    }

    fn interrupted(&self, n_left: usize) {
        self.close(n_left);
        interrupt::exit(self.output)
    }
}
