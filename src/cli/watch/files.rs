//! Which files there are, and which of them run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::fingerprint::{Fingerprint, traces};
use super::session::{Running, Session, Which};
use crate::check::{self, Suite};
use crate::host::Kind;

impl Session<'_> {
    /// Compiles every file there is; what vanished is forgotten.
    pub(super) fn look(&mut self) -> Vec<(Suite, Fingerprint)> {
        let discovered = check::discover(&self.host, &self.arguments.paths);
        let here = self.host.absolute(Path::new(""));
        for folder in check::folders(&self.host, &self.arguments.paths) {
            let folder = self.host.absolute(&folder);
            // One that is removed and made again is noticed through the folder it lies in.
            if let Some(parent) = folder.parent().filter(|parent| parent.starts_with(&here)) {
                self.folders.watch(parent, false);
            }
            self.folders.watch(&folder, true);
        }
        for path in &self.arguments.paths {
            if let Some(folder) = self.host.absolute(path).parent() {
                self.folders.watch(folder, false);
            }
        }
        let present: BTreeSet<String> =
            discovered.files.iter().map(|file| crate::host::display(file)).collect();
        let gone: Vec<String> = self.files.keys().filter(|name| !present.contains(*name)).cloned().collect();
        for name in gone {
            self.files.remove(&name);
            self.say(&format!("{name} is gone"));
        }
        let n_threads = self.arguments.running.n_threads();
        let overrides = &self.arguments.running.settings;
        let compiled = check::compile_all(&self.host, &discovered, overrides, n_threads);
        self.digests.begin_look();
        let mut looked = Vec::new();
        for (file, suite) in discovered.files.iter().zip(compiled) {
            match suite {
                Ok(Ok(suite)) => {
                    self.watch_inputs(&suite);
                    let fingerprint = Fingerprint::of(&self.host, &suite, &mut self.digests);
                    looked.push((suite, fingerprint));
                }
                Ok(Err(problem)) => self.output.problem(&problem),
                Err(crash) => self.output.crash(&crate::host::display(file), &crash),
            }
        }
        looked
    }

    /// The names of the files to run.
    pub(super) fn wanted(&self, looked: &[(Suite, Fingerprint)], which: Which) -> BTreeSet<String> {
        let seen = looked.iter().filter(|(suite, _)| suite.name.contains(&self.path_filter));
        let is_changed = |(suite, fingerprint): &&(Suite, Fingerprint)| {
            let of_run = self.running.as_ref().and_then(|running| running.fingerprint(&suite.name));
            let known = || self.files.get(&suite.name)?.fingerprint.as_ref();
            of_run.or_else(known) != Some(fingerprint)
        };
        let name = |(suite, _): &(Suite, Fingerprint)| suite.name.clone();
        match which {
            Which::All => seen.map(name).collect(),
            Which::Last => seen.map(name).filter(|name| self.last.contains(name)).collect(),
            Which::Failed => seen
                .filter(|(suite, _)| self.files.get(&suite.name).is_some_and(|known| known.failed))
                .map(name)
                .collect(),
            Which::Changed => {
                let mut wanted: BTreeSet<String> = seen.clone().filter(is_changed).map(name).collect();
                if !wanted.is_empty() {
                    // The run in progress is given up: what it has not finished runs again.
                    wanted.extend(self.running.iter().flat_map(Running::unfinished));
                }
                wanted
            }
        }
    }

    /// Watches where a file's imports, traces and snapshots are.
    fn watch_inputs(&mut self, suite: &Suite) {
        let inputs = suite.inputs.iter().map(String::as_str).chain(traces(suite));
        let folders: Vec<PathBuf> = inputs
            .filter_map(|input| Some(self.host.absolute(Path::new(input)).parent()?.to_path_buf()))
            .filter(|folder| self.host.kind(folder).is_ok_and(|kind| kind == Kind::Folder))
            .collect();
        for folder in folders {
            self.folders.watch(&folder, false);
        }
        self.folders.watch(&suite.root.folder, false);
        self.folders.watch(&suite.root.folder.join("snapshots"), false);
    }
}
