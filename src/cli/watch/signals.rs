//! What wakes the watch: keys, saves, results.
//!
//! Folders are watched, never files: an editor that replaces a file leaves a watch of its old one deaf. Reading is no
//! change. Whether a change is one, the fingerprints decide; here it is only heard.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use console::Key;
use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::job::Told;

/// What wakes the watch.
pub(super) enum Signal {
    Key(Key),
    /// Something was written, made, renamed or removed.
    Changed,
    /// From the run in progress, or one before it.
    Told(Told),
}

/// Saves come in bursts: a change is heard when nothing more has come for so long.
const QUIET: Duration = Duration::from_millis(80);

/// The folders that are listened to.
pub(super) struct Folders {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
}

impl Folders {
    /// None yet; what happens in them goes to `signals`.
    pub(super) fn new(signals: Sender<Signal>) -> notify::Result<Folders> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // An error means that events were lost: look at everything.
            if event.as_ref().map_or(true, is_change) {
                // Nobody listens any more when the command ends.
                let _ = signals.send(Signal::Changed);
            }
        })?;
        Ok(Folders { watcher, watched: BTreeSet::new() })
    }

    /// Listens to a folder as well, with those below it or alone; one that is not there is left out.
    pub(super) fn watch(&mut self, folder: &Path, with_those_below: bool) {
        if self.watched.contains(folder) {
            return;
        }
        let mode = if with_those_below { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        if self.watcher.watch(folder, mode).is_ok() {
            self.watched.insert(folder.to_path_buf());
        }
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

/// Waits until changes have been quiet for a while; everything else that came meanwhile.
pub(super) fn settle(signals: &Receiver<Signal>) -> Vec<Signal> {
    let mut others = Vec::new();
    loop {
        match signals.recv_timeout(QUIET) {
            Ok(Signal::Changed) => {}
            Ok(other) => others.push(other),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return others,
        }
    }
}
