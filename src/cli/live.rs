//! What is seen on a terminal while cases run: how many passed and failed, which run, and about how long it takes.
//!
//! Drawn on stderr below everything else, and gone at the end. Invariant: nothing else depends on it.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output::{BAD, FAINT, GOOD, Output};
use crate::check::{CaseResult, Ending};
use crate::report::one_line;

/// The view of one suite.
pub(super) struct Live {
    bar: ProgressBar,
    width: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// In the order begun.
    running: Vec<String>,
    passed: usize,
    failed: usize,
    runs_done: usize,
    n_runs: usize,
}

impl Live {
    /// A view over `n_cases` cases with `n_runs` runs in all, where stderr is a terminal.
    pub(super) fn begin(output: &Output, quiet: bool, n_cases: usize, n_runs: usize) -> Option<Live> {
        if quiet || !std::io::stderr().is_terminal() || n_runs < 2 {
            return None;
        }
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} cases, {elapsed}{msg}")
            .expect("the template is well-formed")
            .progress_chars("━╸ ");
        let bar = ProgressBar::new(n_cases as u64).with_style(style);
        // Time goes on before the first case is done.
        bar.enable_steady_tick(Duration::from_millis(100));
        output.set_bar(bar.clone());
        Some(Live { bar, width: output.width(), state: Mutex::new(State { n_runs, ..State::default() }) })
    }

    /// A case begins.
    pub(super) fn started(&self, id: &str) {
        let mut state = self.lock();
        state.running.push(one_line(id).into_owned());
        self.draw(&state);
    }

    /// One of all runs is over.
    pub(super) fn run_ended(&self) {
        let mut state = self.lock();
        state.runs_done += 1;
        self.draw(&state);
    }

    /// A case is done.
    pub(super) fn ended(&self, result: &CaseResult) {
        let mut state = self.lock();
        let ended = one_line(&result.id);
        state.running.retain(|id| *id != ended);
        match result.ending {
            Ending::Passed | Ending::New => state.passed += 1,
            Ending::Skipped => {}
            Ending::NoData | Ending::Failed | Ending::Wrong | Ending::Unreadable | Ending::Crashed(_) => {
                state.failed += 1;
            }
        }
        self.bar.inc(1);
        self.draw(&state);
    }

    fn draw(&self, state: &State) {
        self.bar.set_message(message(state, self.bar.elapsed(), self.width));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the lock is held")
    }
}

/// The text after the count, and the line below it.
fn message(state: &State, elapsed: Duration, width: usize) -> String {
    let mut text = format!(": {GOOD}{} passed{GOOD:#}", state.passed);
    if state.failed > 0 {
        write!(text, ", {BAD}{} failed{BAD:#}", state.failed).expect("writing to a string cannot fail");
    }
    if let Some(left) = time_left(state, elapsed) {
        write!(text, ", about {} s left", left.as_secs() + 1).expect("writing to a string cannot fail");
    }
    if !state.running.is_empty() {
        let running = format!("running {}", state.running.join(", "));
        let cut: String = running.chars().take(width.saturating_sub(1)).collect();
        write!(text, "\n{FAINT}{cut}{FAINT:#}").expect("writing to a string cannot fail");
    }
    text
}

/// As if the runs to come took as long as those that are over; nothing is said before there are a few.
fn time_left(state: &State, elapsed: Duration) -> Option<Duration> {
    const ENOUGH: usize = 3;
    let left = state.n_runs.saturating_sub(state.runs_done);
    (state.runs_done >= ENOUGH && left > 0).then(|| elapsed.mul_f64(left as f64 / state.runs_done as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_runs_that_are_over() {
        let state = |runs_done| State { runs_done, n_runs: 12, ..State::default() };
        let left = |runs_done| time_left(&state(runs_done), Duration::from_secs(6));
        assert_eq!(left(2), None);
        assert_eq!(left(4), Some(Duration::from_secs(12)));
        assert_eq!(left(12), None);
    }

    #[test]
    fn the_running_cases_fit_into_one_line() {
        let running = (0..9).map(|index| format!("scenarios/case_{index}.kvs")).collect();
        let state = State { running, passed: 3, failed: 1, ..State::default() };
        let text = anstream::adapter::strip_str(&message(&state, Duration::ZERO, 40)).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], ": 3 passed, 1 failed");
        assert_eq!(lines[1].chars().count(), 39);
        assert_eq!(lines.len(), 2);
    }
}
