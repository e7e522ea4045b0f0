//! A run in the background, which can be given up.
//!
//! A run that is given up ends within moments, at the engine's next instant; what it still tells has its number and is
//! not heard.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use super::signals::Signal;
use crate::analysis::Overrides;
use crate::check::{self, CaseResult, GoldenMode, Group, NoRecorder, Options, Suite, Watch};
use crate::engine::Stepping;
use crate::host::Host;

/// A run in progress.
pub(super) struct Job {
    pub(super) number: u64,
    stop: Arc<AtomicBool>,
}

/// What a run tells.
pub(super) struct Told {
    /// The number of the run.
    pub(super) job: u64,
    pub(super) what: What,
}

pub(super) enum What {
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
        let teller = Teller { job: order.number, signals: signals.clone(), stop };
        thread::spawn(move || {
            let options = Options {
                n_threads: order.n_threads,
                fail_fast: false,
                golden: order.golden,
                stepping: order.stepping,
                overrides: &order.overrides,
                stop: &teller.stop,
            };
            check::run(&order.host, &order.suites, &order.groups, &options, &NoRecorder, &teller);
            teller.tell(What::Ended);
        });
        job
    }

    /// Gives the run up.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

struct Teller {
    job: u64,
    signals: Sender<Signal>,
    stop: Arc<AtomicBool>,
}

impl Teller {
    fn tell(&self, what: What) {
        // Nobody listens any more when the command ends.
        let _ = self.signals.send(Signal::Told(Told { job: self.job, what }));
    }
}

impl Watch for Teller {
    fn finished(&self, _suite: &Suite, result: CaseResult) {
        self.tell(What::Finished(Box::new(result)));
    }
}
