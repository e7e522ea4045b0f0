//! The state of a watch between saves: what is known of each file, what runs, what a prompt has gathered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Instant;

use super::WatchArgs;
use super::digests::Digests;
use super::fingerprint::Fingerprint;
use super::job::{Job, JobEvent, JobEventKind, Order};
use super::keys::{Keyboard, is_interrupt};
use super::press::{Next, Prompt};
use super::signals::{Folders, Signal, settle};
use super::values::Values;
use crate::check::{Golden, GoldenMode, Suite, Tally};
use crate::cli::arguments::{CaseFilter, GlobalArgs};
use crate::cli::exit::Exit;
use crate::cli::output::{FAINT, Output};
use crate::cli::progress::{Printed, case_line, print_failures, summary_line};
use crate::cli::suite::{Filter, select, select_groups};
use crate::host::Host;

pub(super) struct Session<'a> {
    pub(super) arguments: &'a WatchArgs,
    pub(super) global: &'a GlobalArgs,
    pub(super) host: Arc<Host>,
    pub(super) output: &'a Output,
    sender: Sender<Signal>,
    signals: Receiver<Signal>,
    pub(super) folders: Folders,
    pub(super) digests: Digests,
    pub(super) keyboard: Option<Keyboard>,
    /// Every file there is, by its path as typed.
    pub(super) files: BTreeMap<String, Known>,
    pub(super) filter: Option<CaseFilter>,
    /// Part of the path of the files that run.
    pub(super) path_filter: String,
    pub(super) prompt: Option<Prompt>,
    pub(super) running: Option<Running>,
    /// The files that ran last.
    pub(super) last: BTreeSet<String>,
    n_jobs: u64,
    /// Differences from snapshots, by case, of what ran last.
    pub(super) differences: BTreeMap<String, (String, String)>,
    pub(super) exit: Exit,
}

/// What is known of a file.
#[derive(Default)]
pub(super) struct Known {
    /// At its last run; `None` before it.
    pub(super) fingerprint: Option<Fingerprint>,
    /// What its cases gave, by id.
    values: BTreeMap<String, Values>,
    pub(super) failed: bool,
}

pub(super) struct Running {
    job: Job,
    suites: Arc<Vec<Suite>>,
    fingerprints: Vec<Fingerprint>,
    printed: Printed,
    tally: Tally,
    n_broken: usize,
    begun: Instant,
    /// By file, how many of its cases are not finished.
    left: BTreeMap<usize, usize>,
    failed: BTreeSet<usize>,
}

/// Which files run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those whose inputs are others than at their last run.
    Changed,
    Failed,
    /// Those that ran last.
    Last,
    All,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        arguments: &'a WatchArgs,
        global: &'a GlobalArgs,
        host: Arc<Host>,
        output: &'a Output,
    ) -> notify::Result<Session<'a>> {
        let (sender, signals) = mpsc::channel();
        let folders = Folders::new(sender.clone())?;
        let keyboard = Keyboard::open(sender.clone());
        Ok(Session {
            arguments,
            global,
            host,
            output,
            sender,
            signals,
            folders,
            digests: Digests::default(),
            keyboard,
            files: BTreeMap::new(),
            filter: arguments.filter.clone(),
            path_filter: String::new(),
            prompt: None,
            running: None,
            last: BTreeSet::new(),
            n_jobs: 0,
            differences: BTreeMap::new(),
            exit: Exit::PASSED,
        })
    }

    /// Until `q` or Ctrl-C; the code of the last run.
    pub(super) fn run(mut self) -> Exit {
        self.begin(Which::All, GoldenMode::Pending);
        loop {
            let signal = self.signals.recv().expect("the session itself holds a sender");
            let mut waiting = vec![signal];
            while let Some(signal) = waiting.pop() {
                match signal {
                    Signal::Changed => {
                        let others = settle(&self.signals);
                        // A key comes first; the change is looked at after it.
                        if others.iter().any(|other| matches!(other, Signal::Key(_))) {
                            waiting.push(Signal::Changed);
                        } else {
                            self.begin(Which::Changed, GoldenMode::Pending);
                        }
                        waiting.extend(others.into_iter().rev());
                    }
                    Signal::Job(event) => self.take(event),
                    Signal::Key(key) => {
                        if is_interrupt(&key) {
                            return self.close(Exit::INTERRUPTED);
                        }
                        match self.press(&key) {
                            Next::Go => self.keyboard.iter().for_each(Keyboard::go_on),
                            Next::Quit => {
                                let exit = self.exit;
                                return self.close(exit);
                            }
                        }
                    }
                }
            }
        }
    }

    fn close(mut self, exit: Exit) -> Exit {
        self.give_up();
        exit
    }

    /// Looks at all files and runs those asked for; a run in progress is given up when there are any.
    pub(super) fn begin(&mut self, which: Which, golden: GoldenMode) {
        let looked = self.look();
        let wanted = self.wanted(&looked, which);
        if wanted.is_empty() {
            if which != Which::Changed {
                self.say("nothing to run");
            }
            return;
        }
        self.give_up();
        self.last.clone_from(&wanted);
        let (mut suites, mut fingerprints, mut n_broken) = (Vec::new(), Vec::new(), 0);
        for (suite, fingerprint) in looked.into_iter().filter(|(suite, _)| wanted.contains(&suite.name)) {
            self.output.diagnostics(&suite.diagnostics, &suite.sources);
            if suite.has_errors() {
                n_broken += 1;
                let known = self.files.entry(suite.name.clone()).or_default();
                known.fingerprint = Some(fingerprint);
                known.failed = true;
            } else {
                suites.push(suite);
                fingerprints.push(fingerprint);
            }
        }
        self.start(suites, fingerprints, n_broken, golden);
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the command says how long it took; no result depends on it"
    )]
    fn start(
        &mut self,
        suites: Vec<Suite>,
        fingerprints: Vec<Fingerprint>,
        n_broken: usize,
        golden: GoldenMode,
    ) {
        let selected = select(&suites, Filter { text: self.filter.as_ref(), ..Filter::default() });
        let mut left = BTreeMap::new();
        for (suite, _) in &selected {
            *left.entry(*suite).or_default() += 1;
        }
        self.n_jobs += 1;
        let suites = Arc::new(suites);
        let order = Order {
            number: self.n_jobs,
            host: Arc::clone(&self.host),
            groups: select_groups(&suites, &selected, &self.arguments.running, None),
            suites: Arc::clone(&suites),
            n_threads: self.arguments.running.n_threads(),
            // Snapshots hold the numbers of files as written.
            golden: if self.arguments.running.settings.is_empty() { golden } else { GoldenMode::Off },
            stepping: self.arguments.running.engine.into(),
            overrides: self.arguments.running.settings.clone(),
        };
        self.differences.clear();
        self.exit = if n_broken > 0 { Exit::WRONG_SCENARIO } else { Exit::PASSED };
        let mut running = Running {
            job: Job::start(order, &self.sender),
            suites,
            fingerprints,
            printed: Printed::default(),
            tally: Tally::default(),
            n_broken,
            begun: Instant::now(),
            left,
            failed: BTreeSet::new(),
        };
        for file in 0..running.suites.len() {
            if !running.left.contains_key(&file) {
                self.files.entry(running.suites[file].name.clone()).or_default().fingerprint =
                    Some(running.fingerprints[file].clone());
            }
        }
        running.left.retain(|_, cases| *cases > 0);
        self.running = Some(running);
    }

    pub(super) fn give_up(&mut self) {
        if let Some(running) = self.running.take() {
            running.job.stop();
        }
    }

    /// Takes an event of the run in progress; those of a run that was given up are ignored.
    fn take(&mut self, event: JobEvent) {
        let Some(running) = self.running.as_mut().filter(|running| running.job.number == event.job) else {
            return;
        };
        match event.kind {
            JobEventKind::Finished(result) => {
                let suite = &running.suites[result.suite];
                self.output.result(&format!("{}\n", case_line(&result)));
                print_failures(self.output, suite, &result, &mut running.printed);
                running.tally.add(&result.ending);
                self.exit = self.exit.and(Exit::of(&result.ending));
                if let Golden::Changed { old, new, .. } = &result.golden {
                    self.differences.insert(result.id.clone(), (old.clone(), new.clone()));
                }
                let texts: Vec<String> = suite.cases[result.case]
                    .scenario
                    .expectations
                    .iter()
                    .map(|expectation| expectation.text.clone())
                    .collect();
                let known = self.files.entry(suite.name.clone()).or_default();
                let values = Values::of(&result, &texts);
                if let Some(before) = known.values.insert(result.id.clone(), values.clone()) {
                    self.output.result(&values.moved_since(&before));
                }
                if result.ending.is_failure() {
                    running.failed.insert(result.suite);
                }
                let left = running.left.get_mut(&result.suite).expect("a case finishes once");
                *left -= 1;
                if *left == 0 {
                    running.left.remove(&result.suite);
                    known.failed = running.failed.contains(&result.suite);
                    known.fingerprint =
                        Some(running.fingerprints[result.suite].clone().with_present_snapshots(suite));
                }
            }
            JobEventKind::Ended => {
                let seconds = running.begun.elapsed().as_secs_f64();
                self.output.result(&summary_line(&running.tally, running.n_broken, None, seconds));
                self.running = None;
                let keys = if self.keyboard.is_some() { "; h shows the keys" } else { "" };
                self.say(&format!("watching{keys}"));
            }
        }
    }

    pub(super) fn say(&self, words: &str) {
        self.output.result(&format!("{FAINT}{words}{FAINT:#}\n"));
    }
}

impl Running {
    pub(super) fn fingerprint(&self, name: &str) -> Option<&Fingerprint> {
        let place = self.suites.iter().position(|suite| suite.name == name)?;
        Some(&self.fingerprints[place])
    }

    /// The files with cases that are not finished.
    pub(super) fn unfinished(&self) -> impl Iterator<Item = String> {
        self.left.keys().map(|file| self.suites[*file].name.clone())
    }
}
