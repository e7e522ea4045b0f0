//! A run in the background, which can be given up.
//!
//! A run that is given up ends within moments, at the engine's next instant; its remaining events carry its number and
//! are ignored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use super::signals::Signal;
use crate::analysis::Overrides;
use crate::check::{self, CaseResult, GoldenMode, Group, Listener, NoRecorder, Options, Suite};
use crate::engine::Stepping;
use crate::host::Host;

/// A run in progress.
pub(super) struct Job {
    pub(super) number: u64,
    stop: Arc<AtomicBool>,
}

/// Something that happened in a run.
pub(super) struct JobEvent {
    /// The number of the run.
    pub(super) job: u64,
    pub(super) kind: JobEventKind,
}

pub(super) enum JobEventKind {
    /// A case is done; all before it are.
    Finished(Box<CaseResult>),
    /// All are.
    Ended,
}

/// What to run.
pub(super) struct Order {
    pub(super) number: u64,
    pub(super) host: Arc<Host>,
    pub(super) suites: Arc<Vec<Suite>>,
    pub(super) groups: Vec<Group>,
    pub(super) n_threads: usize,
    pub(super) golden: GoldenMode,
    pub(super) stepping: Stepping,
    pub(super) overrides: Overrides,
}

impl Job {
    pub(super) fn start(order: Order, signals: &Sender<Signal>) -> Job {
        let stop = Arc::new(AtomicBool::new(false));
        let job = Job { number: order.number, stop: Arc::clone(&stop) };
        let sender = JobListener { job: order.number, signals: signals.clone(), stop };
        thread::spawn(move || {
            let options = Options {
                n_threads: order.n_threads,
                fail_fast: false,
                golden: order.golden,
                stepping: order.stepping,
                explain: true,
                overrides: &order.overrides,
                stop: &sender.stop,
            };
            check::run(&order.host, &order.suites, &order.groups, &options, &NoRecorder, &sender);
            sender.send(JobEventKind::Ended);
        });
        job
    }

    /// Gives the run up.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

struct JobListener {
    job: u64,
    signals: Sender<Signal>,
    stop: Arc<AtomicBool>,
}

impl JobListener {
    fn send(&self, kind: JobEventKind) {
        // The receiver is gone when the command ends.
        let _ = self.signals.send(Signal::Job(JobEvent { job: self.job, kind }));
    }
}

impl Listener for JobListener {
    fn finished(&self, _suite: &Suite, result: CaseResult) {
        self.send(JobEventKind::Finished(Box::new(result)));
    }
}
