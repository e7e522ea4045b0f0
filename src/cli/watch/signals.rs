//! What wakes the watch: keys, saves, results.
//!
//! Folders are watched, never files: an editor that replaces a file leaves a watch of its old one deaf. Reading is not a
//! change. Whether a change matters is for the fingerprints to decide.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use console::Key;
use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::job::JobEvent;

/// What wakes the watch.
pub(super) enum Signal {
    Key(Key),
    /// Something was written, made, renamed or removed.
    Changed,
    /// From the run in progress, or one before it.
    Job(JobEvent),
}

/// Saves come in bursts: a change counts when nothing more has come for this long.
const QUIET: Duration = Duration::from_millis(80);

/// The watched folders.
pub(super) struct Folders {
    watcher: RecommendedWatcher,
    watched: Arc<Mutex<Watched>>,
}

/// Each with whether it is watched recursively.
type Watched = BTreeMap<PathBuf, bool>;

impl Folders {
    /// Without a folder yet; events go to `signals`.
    pub(super) fn new(signals: Sender<Signal>) -> notify::Result<Folders> {
        let watched: Arc<Mutex<Watched>> = Arc::default();
        let known = Arc::clone(&watched);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if let Ok(event) = &event {
                forget_what_is_gone(event, &known);
            }
            // An error means that events were lost: look at everything.
            if event.as_ref().map_or(true, is_change) {
                // The receiver is gone when the command ends.
                let _ = signals.send(Signal::Changed);
            }
        })?;
        Ok(Folders { watcher, watched })
    }

    /// Watches one more folder, with or without those below it; one that is missing is left out, and tried again the
    /// next time.
    pub(super) fn watch(&mut self, folder: &Path, with_those_below: bool) {
        match lock(&self.watched).get(folder) {
            Some(has_those_below) if *has_those_below || !with_those_below => return,
            Some(_) | None => {}
        }
        // The lock is not held: the watcher answers only after it has delivered its events.
        let _ = self.watcher.unwatch(folder);
        let mode = if with_those_below { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        if self.watcher.watch(folder, mode).is_ok() {
            lock(&self.watched).insert(folder.to_path_buf(), with_those_below);
        }
    }
}

fn lock(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().expect("no panic while the lock is held")
}

/// The system stops watching a folder that is removed or renamed, and those below it; one that is made again under its
/// name must be watched anew.
fn forget_what_is_gone(event: &notify::Event, watched: &Mutex<Watched>) {
    if matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
        lock(watched).retain(|folder, _| !event.paths.iter().any(|path| folder.starts_with(path)));
    }
}

/// Whether contents may be others: reading is not, nor is what kvs writes and never reads.
fn is_change(event: &notify::Event) -> bool {
    let kind = matches!(
        event.kind,
        EventKind::Any
            | EventKind::Create(_)
            | EventKind::Remove(_)
            | EventKind::Modify(ModifyKind::Any | ModifyKind::Data(_) | ModifyKind::Name(_))
    );
    kind && (event.paths.is_empty() || event.paths.iter().any(|path| !is_ours(path)))
}

/// Pending snapshots, temporary files, and the folders of tools.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let inside = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    name.ends_with(".snap.new")
        || name.starts_with(".kvs-")
        || inside(".kvs")
        || inside(".git")
        || inside("target")
}

/// Waits until no change has come for a while, or a key; gives everything else that came meanwhile.
#[expect(clippy::disallowed_methods, reason = "the command waits for people; no result depends on it")]
pub(super) fn settle(signals: &Receiver<Signal>) -> Vec<Signal> {
    let mut others = Vec::new();
    let mut quiet_at = Instant::now() + QUIET;
    loop {
        let left = quiet_at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return others;
        }
        match signals.recv_timeout(left) {
            Ok(Signal::Changed) => quiet_at = Instant::now() + QUIET,
            // A run in progress sends events all the time; they delay nothing.
            Ok(event @ Signal::Job(_)) => others.push(event),
            Ok(key @ Signal::Key(_)) => {
                others.push(key);
                return others;
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return others,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::super::job::JobEventKind;
    use super::*;

    fn job_event() -> Signal {
        Signal::Job(JobEvent { job: 1, kind: JobEventKind::Ended })
    }

    #[test]
    fn events_of_a_run_do_not_delay_a_change() {
        let (sender, signals) = mpsc::channel();
        let run = thread::spawn(move || {
            // Until the receiver is gone: if each began the wait anew, it would never end.
            while sender.send(job_event()).is_ok() {
                thread::sleep(QUIET / 20);
            }
        });
        let others = settle(&signals);
        assert!(others.iter().all(|other| matches!(other, Signal::Job(_))) && !others.is_empty());
        drop(signals);
        run.join().expect("it ends");
    }

    #[test]
    fn a_key_ends_the_wait() {
        let (sender, signals) = mpsc::channel();
        for signal in [job_event(), Signal::Changed, Signal::Key(Key::Enter), job_event()] {
            sender.send(signal).expect("the receiver is there");
        }
        let others = settle(&signals);
        assert!(matches!(others.as_slice(), [Signal::Job(_), Signal::Key(Key::Enter)]));
    }
}
