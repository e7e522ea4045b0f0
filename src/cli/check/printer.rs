//! Prints each case when it is done, and at the end what came of all.
//!
//! Invariant: what is printed depends on the results and their order, never on which was done first; the live view
//! alone shows that, and leaves nothing on the screen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use crate::check::{CaseResult, Ending, Listener, Remembered, Suite, Tally, case_report};
use crate::cli::diff::Baseline;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::live::Live;
use crate::cli::output::Output;
use crate::cli::progress::{Printed, case_line, print_failures, summary_line};
use crate::cli::reports::{ReportArgs, annotate_actions};
use crate::cli::suite::{Collect, Loaded, inputs};
use crate::diagnostics::Located;
use crate::host::{Host, Root};
use crate::report::{CaseReport, Pictures, Results, uncalibrated_in};

/// Prints what becomes of cases.
pub(super) struct Printer<'a> {
    pub(super) output: &'a Output,
    pub(super) host: &'a Host,
    pub(super) live: Option<Live>,
    pub(super) loaded: &'a Loaded,
    pub(super) reports: &'a ReportArgs,
    /// What reports need of runs; `None` where there are none.
    pub(super) collect: Option<&'a Collect>,
    /// What the results are compared with.
    pub(super) baseline: Option<&'a Baseline>,
    pub(super) begun: Instant,
    pub(super) state: Mutex<State>,
}

/// What the cases printed so far come to.
#[derive(Default)]
pub(super) struct State {
    pub(super) tally: Tally,
    pub(super) exit: Exit,
    pub(super) printed: Printed,
    /// Cases on GPUs that no figure was fitted to, and those.
    pub(super) uncalibrated: (usize, BTreeSet<String>),
    /// Which cases failed when they last ran; empty where nothing is remembered.
    pub(super) remembered: BTreeMap<Root, Remembered>,
    /// For reports.
    pub(super) cases: Vec<CaseReport>,
    pub(super) pictures: Pictures,
}

impl Printer<'_> {
    /// Ends the output: keeps which cases failed, and prints the last line. `n_left` cases were left by Ctrl-C.
    pub(super) fn close(&self, n_left: Option<usize>) -> Exit {
        self.output.clear_bar();
        let mut state = self.lock();
        for list in std::mem::take(&mut state.remembered).into_values() {
            // No reason to fail: the next `--failed` runs more or less than it could.
            if let Err(problem) = list.store() {
                self.output.progress(&format!("note: which cases failed is not remembered: {problem}"));
            }
        }
        let cases = std::mem::take(&mut state.cases);
        let exit = state.exit.and(self.report(cases, std::mem::take(&mut state.pictures)));
        let (n_cases, names) = std::mem::take(&mut state.uncalibrated);
        if let Some(note) = uncalibrated_in(n_cases, &Vec::from_iter(names)) {
            self.output.result(&format!("{note}\n"));
        }
        if let Some(note) = new_cases(state.tally.of(&Ending::New), &self.loaded.suites) {
            self.output.result(&note);
        }
        let seconds = self.begun.elapsed().as_secs_f64();
        self.output.result(&summary_line(&state.tally, self.loaded.n_broken(), n_left, seconds));
        exit
    }

    /// Writes what `--report` asks for, and what a job of GitHub Actions gets anyway.
    fn report(&self, cases: Vec<CaseReport>, mut pictures: Pictures) -> Exit {
        if self.collect.is_none() {
            return Exit::PASSED;
        }
        let every_suite = self.loaded.suites.iter().chain(&self.loaded.broken);
        let of_files = every_suite.flat_map(|suite| {
            suite.diagnostics.iter().map(|diagnostic| Located::of(diagnostic, &suite.sources))
        });
        let inputs = inputs(self.host, self.loaded.suites.iter().chain(&self.loaded.broken));
        let results =
            Results::new(cases, of_files.collect(), self.loaded.problems.clone()).with_inputs(inputs);
        if self.reports.has_pictures() {
            let texts =
                self.loaded.broken.iter().map(|suite| (&suite.name, &suite.sources.get(suite.source).text));
            pictures.sources.extend(texts.map(|(name, text)| (name.clone(), text.to_string())));
        }
        let (more, exit) = match self.baseline {
            Some(baseline) => baseline.compare(&results, self.output),
            None => (String::new(), Exit::PASSED),
        };
        annotate_actions(&results, &more, self.output);
        exit.and(self.reports.write(&results, &pictures, self.output))
    }

    /// Keeps a case for the reports.
    fn keep(&self, suite: &Suite, result: &CaseResult, state: &mut State) {
        let Some(collect) = self.collect else { return };
        let collected = collect.take(suite, result.case);
        let case = case_report(suite, result, collected.metrics);
        if self.reports.has_pictures() {
            let text = &suite.sources.get(suite.source).text;
            state.pictures.sources.entry(case.file.clone()).or_insert_with(|| text.to_string());
            state.pictures.plots.extend(collected.plot.map(|plot| (case.id.clone(), plot)));
        }
        state.cases.push(case);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the lock is held")
    }
}

impl Listener for Printer<'_> {
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
        self.output.progress(&case_line(&result));
        let state = &mut *self.lock();
        print_failures(self.output, suite, &result, &mut state.printed);
        self.keep(suite, &result, state);
        state.tally.add(&result.ending);
        if !result.uncalibrated.is_empty() {
            state.uncalibrated.0 += 1;
            state.uncalibrated.1.extend(result.uncalibrated.iter().cloned());
        }
        state.exit = state.exit.and(Exit::of(&result.ending));
        if result.ending != Ending::Skipped
            && let Some(remembered) = state.remembered.get_mut(&suite.root)
        {
            remembered.case(&suite.cases[result.case].scenario.case, result.ending.is_failure());
        }
    }

    fn interrupted(&self, n_left: usize) {
        self.close(Some(n_left));
        interrupt::exit(self.output)
    }
}

/// How to take the first numbers of new cases.
fn new_cases(n_new: usize, suites: &[Suite]) -> Option<String> {
    let (pending, them) = match n_new {
        0 => return None,
        1 => ("1 new snapshot is".to_owned(), "it"),
        _ => (format!("{n_new} new snapshots are"), "all of them"),
    };
    let file = match suites {
        [suite] if !suite.name.contains(char::is_whitespace) => format!(" {}", suite.name),
        _ => String::new(),
    };
    Some(format!("{pending} pending: look with `kvs review{file}`, or take {them} with `kvs accept{file}`\n"))
}
