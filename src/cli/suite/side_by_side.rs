//! Keeps the results of a file's cases until all are there, and shows them in one table.

use std::sync::{Mutex, MutexGuard};

use crate::check::{CaseResult, Ending, Listener, Points, Suite, Tally};
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::live::Live;
use crate::cli::output::Output;
use crate::cli::progress::{Printed, print_failures};
use crate::report::sweep::Sweep;

/// The cases of a file, to be shown side by side.
pub(in crate::cli) struct SideBySide<'a> {
    pub(in crate::cli) output: &'a Output,
    pub(in crate::cli) suite: &'a Suite,
    pub(in crate::cli) points: &'a Points,
    pub(in crate::cli) live: Option<Live>,
    /// Whether what failed in a case is drawn at its lines.
    pub(in crate::cli) is_drawn: fn(&Ending, &Output) -> bool,
    /// The exit code of a case.
    pub(in crate::cli) exit_of: fn(&Ending) -> Exit,
    /// The table.
    pub(in crate::cli) show: &'a (dyn Fn(&Sweep) -> String + Sync),
    /// Prints the last line; the number is that of the cases that Ctrl-C left.
    pub(in crate::cli) last_line: &'a (dyn Fn(&Done, Option<usize>) + Sync),
    pub(in crate::cli) state: Mutex<Done>,
}

/// The cases that are done.
#[derive(Default)]
pub(in crate::cli) struct Done {
    pub(in crate::cli) results: Vec<CaseResult>,
    pub(in crate::cli) tally: Tally,
    printed: Printed,
    exit: Exit,
}

impl SideBySide<'_> {
    /// Prints what is done; Ctrl-C left `n_left` cases.
    pub(in crate::cli) fn close(&self, n_left: Option<usize>) -> Exit {
        self.output.clear_bar();
        let done = self.lock();
        if !done.results.is_empty() {
            let sweep = self.points.sweep(self.suite, &done.results, n_left.unwrap_or(0));
            self.output.result(&(self.show)(&sweep));
        }
        (self.last_line)(&done, n_left);
        done.exit
    }

    fn lock(&self) -> MutexGuard<'_, Done> {
        self.state.lock().expect("no panic while the lock is held")
    }
}

impl Listener for SideBySide<'_> {
    fn started(&self, suite: &Suite, case: usize) {
        if let Some(live) = &self.live {
            live.started(&suite.id(case));
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
        let done = &mut *self.lock();
        if (self.is_drawn)(&result.ending, self.output) {
            print_failures(self.output, suite, &result, &mut done.printed);
        }
        done.exit = done.exit.and((self.exit_of)(&result.ending));
        done.tally.add(&result.ending);
        done.results.push(result);
    }

    fn interrupted(&self, n_left: usize) {
        self.close(Some(n_left));
        interrupt::exit(self.output)
    }
}
