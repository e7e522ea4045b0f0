//! What reports need of runs beside their results: the metrics of the first seed, and its picture.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use crate::check::{FinishedRun, Reads, Recorder, Suite};
use crate::host::HostError;
use crate::report::number::Json;
use crate::report::{Plot, Sketch, figures};

/// Collects while cases run.
pub(in crate::cli) struct Collect {
    has_pictures: bool,
    /// By the name of the file and the index of the case in it: ids are unique below one root only.
    runs: Mutex<BTreeMap<(String, usize), Collected>>,
}

/// Of one case.
#[derive(Default)]
pub(in crate::cli) struct Collected {
    pub(in crate::cli) metrics: BTreeMap<String, Json>,
    pub(in crate::cli) plot: Option<Plot>,
}

impl Collect {
    pub(in crate::cli) fn new(has_pictures: bool) -> Collect {
        Collect { has_pictures, runs: Mutex::default() }
    }

    /// What was collected of a case; nothing where it did not run to its end.
    pub(in crate::cli) fn take(&self, suite: &Suite, case: usize) -> Collected {
        self.lock().remove(&(suite.name.clone(), case)).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, usize), Collected>> {
        self.runs.lock().expect("no panic while the lock is held")
    }
}

impl Recorder for Collect {
    type Sink = Option<Sketch>;

    fn reads(&self) -> Reads<'_> {
        Reads::EverythingRecorded
    }

    fn begin(&self, suite: &Suite, case: usize, seed: u64) -> Result<Option<Sketch>, HostError> {
        let scenario = &suite.cases[case].scenario;
        let is_drawn = self.has_pictures && seed == scenario.run.seed;
        Ok(is_drawn.then(|| Sketch::new(scenario)))
    }

    fn end(&self, sketch: Option<Sketch>, run: &FinishedRun<'_>) -> Result<(), HostError> {
        let scenario = &run.suite.cases[run.case].scenario;
        if run.seed == scenario.run.seed {
            let metrics = figures(run.outcome);
            let plot = sketch.map(|sketch| sketch.finish(run.end));
            let place = (run.suite.name.clone(), run.case);
            self.lock().insert(place, Collected { metrics, plot });
        }
        Ok(())
    }
}
