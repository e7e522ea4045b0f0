//! The digests of traces, which may be large and used by many files: each is read once, until it changes.
//!
//! Whether one has changed follows from its length, its number and when it was written. Invariant: one that was written
//! just before it was read is read again at the next look, as another change in the same moment would not show.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::digest::sha256;
use crate::host::{Host, Root, Stamp};

/// Longer than the clock of any file system takes to move on.
const SETTLED: Duration = Duration::from_secs(3);

/// What is known of traces.
#[derive(Default)]
pub(super) struct Digests {
    known: BTreeMap<PathBuf, Known>,
    look: u64,
}

struct Known {
    stamp: Stamp,
    digest: String,
    /// When it was read.
    look: u64,
    /// Whether it had been left alone for a while by then.
    settled: bool,
}

impl Digests {
    /// All that follows belongs to one look at the files.
    pub(super) fn begin_look(&mut self) {
        self.look += 1;
    }

    /// The digest of a trace as it is now; `None` where it cannot be read.
    pub(super) fn of(&mut self, host: &Host, root: &Root, path: &Path) -> Option<String> {
        let stamp = host.stamp(root, path).ok()?;
        let place = host.absolute(path);
        if let Some(known) = self.known.get(&place)
            && known.stamp == stamp
            && (known.settled || known.look == self.look)
        {
            return Some(known.digest.clone());
        }
        let age = stamp.modified.and_then(|modified| modified.elapsed().ok());
        let digest = sha256(host.open(root, path).ok()?).ok()?;
        let settled = age.is_some_and(|age| age > SETTLED);
        self.known.insert(place, Known { stamp, digest: digest.clone(), look: self.look, settled });
        Some(digest)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_trace_is_read_once_until_it_changes() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.trace");
        let host = Host::disk_at(folder.path().to_path_buf(), true);
        fs::write(&path, "one").expect("writable");
        let root = host.root_of(&path).expect("it is there");
        let age = |by: u64| {
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(by);
            File::options().write(true).open(&path).and_then(|file| file.set_modified(at)).expect("ours");
        };
        age(1_000);
        let mut digests = Digests::default();
        let mut look = || {
            digests.begin_look();
            digests.of(&host, &root, &path).expect("readable")
        };
        let one = look();
        // As if nothing had happened: what has its stamp is not read.
        fs::write(&path, "two").expect("writable");
        age(1_000);
        assert_eq!(look(), one);
        age(2_000);
        let two = look();
        assert_ne!(two, one);
        fs::write(&path, "three").expect("writable");
        let three = look();
        assert_ne!(three, two);
        fs::write(&path, "seven").expect("writable");
        assert_ne!(look(), three, "of the same length and perhaps the same moment");
        fs::remove_file(&path).expect("ours");
        digests.begin_look();
        assert_eq!(digests.of(&host, &root, &path), None);
    }
}
