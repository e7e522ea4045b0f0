//! Groups of cases in parallel, results in order.
//!
//! Threads take one (group, seed) after another; the last seed of a group sums it up. Plans come first, each on all
//! threads: a case that fails says what its plan has found to hold. Results wait for those
//! before them, so that a [`Listener`] gets them in the order of files and cases.

mod order;
mod plans;
mod recorder;
mod siblings;
mod sum_up;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

pub use recorder::{FinishedRun, NoRecorder, Reads, Recorder};

use super::execute::Until;
use super::parallel::in_parallel;
use super::{
    CaseResult, Ending, GoldenMode, Group, Member, RunError, Snapshots, Suite, catch, execute_by, open_traces,
};
use crate::analysis::Overrides;
use crate::engine::{End, Stepping};
use crate::expect::{Verdict, judge};
use crate::host::{Host, HostError};
use crate::metrics::{Accumulator, Demand, Outcome, Saturation};
use crate::model::{Batching, Case, Expectation};
use crate::report;
use crate::workload::formats::Survey;
use order::Ordered;
use siblings::Siblings;

/// How to run.
pub struct Options<'a> {
    /// Runs at a time.
    pub n_threads: usize,
    /// Whether to start nothing after the first failure.
    pub fail_fast: bool,
    /// What happens to snapshots.
    pub golden: GoldenMode,
    /// How steps are executed.
    pub stepping: Stepping,
    /// Whether failures are explained, by a second run each.
    pub explain: bool,
    /// As given on the command line, for the commands that repeat a case.
    pub overrides: &'a Overrides,
    /// Set from outside to start nothing more and to give up what runs; [`Listener::interrupted`] follows at once.
    pub stop: &'a AtomicBool,
}

/// Receives results as they come.
pub trait Listener: Sync {
    /// The first run of a case begins; called in any order.
    fn started(&self, _suite: &Suite, _case: usize) {}

    /// One of all runs, a seed of a group each, is over; called in any order.
    fn run_ended(&self) {}

    /// A case is done; called at once and in any order.
    fn ended(&self, _result: &CaseResult) {}

    /// A case is done, and so are all before it; called in the order of files and cases.
    fn finished(&self, suite: &Suite, result: CaseResult);

    /// `stop` was set: every case that is done has been passed on, and no more will be; `n_left` are not done. Runs that
    /// have begun are being given up.
    fn interrupted(&self, _n_left: usize) {}
}

/// How often `stop` is looked at.
const HEARTBEAT: Duration = Duration::from_millis(50);

/// Runs groups and passes the result of each selected case to `listener`, in order.
///
/// # Panics
/// When a selected case has no seed: it would pass without having run.
pub fn run<R: Recorder>(
    host: &Host,
    suites: &[Suite],
    groups: &[Group],
    options: &Options<'_>,
    recorder: &R,
    listener: &dyn Listener,
) {
    let mut selected = groups.iter().flat_map(|group| &group.members).filter(|member| member.selected);
    assert!(
        selected.all(|member| !member.seeds.is_empty()),
        "every selected case runs under at least one seed"
    );
    let ordered = Ordered::new(suites, groups, listener);
    let work = Work {
        host,
        suites,
        options,
        recorder,
        listener,
        ordered,
        failed: AtomicBool::new(false),
        answers: Mutex::default(),
    };
    let states: Vec<GroupState> = groups.iter().map(GroupState::new).collect();
    let is_plan =
        |group: &Group| group.members.iter().any(|member| suites[group.suite].plan(member.case).is_some());
    let jobs = groups
        .iter()
        .zip(&states)
        .filter(|(group, _)| !is_plan(group))
        .flat_map(|(group, state)| group.seeds().into_iter().map(move |seed| (group, state, seed)));
    thread::scope(|threads| {
        let (done, is_done) = mpsc::channel::<()>();
        let ordered = &work.ordered;
        threads.spawn(move || {
            // Nothing is ever sent: the channel closes when all jobs are done.
            while is_done.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
                if options.stop.load(Ordering::Relaxed) {
                    ordered.close();
                    return;
                }
            }
        });
        groups.iter().filter(|group| is_plan(group)).for_each(|group| work.solve(group));
        in_parallel(options.n_threads, jobs, |(group, state, seed)| work.job(group, state, seed));
        drop(done);
    });
    if options.stop.load(Ordering::Relaxed) {
        work.ordered.close();
    }
}

/// What all jobs share.
struct Work<'a, R> {
    host: &'a Host,
    suites: &'a [Suite],
    options: &'a Options<'a>,
    recorder: &'a R,
    listener: &'a dyn Listener,
    ordered: Ordered<'a>,
    failed: AtomicBool,
    /// What plans have found to hold, by file and the case that they start from.
    answers: Mutex<BTreeMap<(usize, usize), String>>,
}

/// The runs of a group so far.
struct GroupState {
    begun: AtomicBool,
    runs: Mutex<Runs>,
}

struct Runs {
    missing: usize,
    /// By member, then by seed.
    done: Vec<BTreeMap<u64, RunResult>>,
}

/// What is kept of one run of a selected case.
enum RunResult {
    Judged(JudgedRun),
    NotRun(NotRun),
}

struct JudgedRun {
    verdicts: Vec<Verdict>,
    /// Only for the first seed.
    snapshot: Option<String>,
    saturation: Option<Saturation>,
    unwritable: Option<HostError>,
}

/// What a run gave.
struct Simulated {
    end: End,
    outcome: Outcome,
    surveys: Vec<(u16, Survey)>,
}

/// Why there are no numbers.
#[derive(Clone)]
enum NotRun {
    NotSimulated,
    Failed(RunError),
    Crashed(String),
    Skipped,
}

impl GroupState {
    fn new(group: &Group) -> GroupState {
        let done = group.members.iter().map(|_| BTreeMap::new()).collect();
        let runs = Mutex::new(Runs { missing: group.seeds().len(), done });
        GroupState { begun: AtomicBool::new(false), runs }
    }
}

impl<R: Recorder> Work<'_, R> {
    /// Runs a group under one seed; the last one sums up.
    fn job(&self, group: &Group, state: &GroupState, seed: u64) {
        let stopped = self.is_stopped() || (self.options.fail_fast && self.failed.load(Ordering::Relaxed));
        if !stopped && !state.begun.swap(true, Ordering::Relaxed) {
            for member in group.members.iter().filter(|member| member.selected) {
                self.listener.started(&self.suites[group.suite], member.case);
            }
        }
        let ended = if stopped { skipped(group, seed) } else { self.run_members(group, seed) };
        self.listener.run_ended();
        let mut runs = state.runs.lock().expect("no panic while the lock is held");
        for (member, ended) in ended {
            runs.done[member].insert(seed, ended);
        }
        runs.missing -= 1;
        if runs.missing > 0 {
            return;
        }
        let done = std::mem::take(&mut runs.done);
        drop(runs);
        for (member, ended) in group.members.iter().zip(done).filter(|(member, _)| member.selected) {
            let result = self.sum_up(group.suite, member, ended);
            if result.ending.is_failure() {
                self.failed.store(true, Ordering::Relaxed);
            }
            // What an interruption has left undone is for `Ordered::close` to count.
            if result.ending != Ending::Skipped || !self.is_stopped() {
                self.ordered.push(result);
            }
        }
    }

    fn is_stopped(&self) -> bool {
        self.options.stop.load(Ordering::Relaxed)
    }

    /// Every member once under `seed`, then the verdicts of those judged under it.
    fn run_members(&self, group: &Group, seed: u64) -> Vec<(usize, RunResult)> {
        let suite = &self.suites[group.suite];
        let selected = group.members.iter().filter(|member| member.selected);
        let expectations: Vec<&Expectation> =
            selected.flat_map(|member| &suite.cases[member.case].scenario.expectations).collect();
        let is_stored = group.members.iter().any(|member| self.is_stored(suite, member, seed));
        let demand = match self.recorder.reads() {
            Reads::Nothing if is_stored => match self.is_in_steps(suite, group) {
                true => Demand::of(&expectations).with_times_of_steps(),
                false => Demand::of(&expectations),
            },
            Reads::Nothing => Demand::only(&expectations),
            Reads::Metrics(metrics) => Demand::only(&expectations).with_metrics(metrics),
            Reads::Summaries => Demand::of(&expectations).with_every_time(),
            Reads::EverythingRecorded => Demand::of(&expectations).with_everything_recorded(),
        };
        let mut recordings = Vec::new();
        let mut runs = Vec::new();
        for member in &group.members {
            let mut recording = self.begin(suite, member, seed);
            runs.push(self.run_member(suite, member, seed, &demand, &mut recording.sink));
            recordings.push(recording);
        }
        let siblings = Siblings::new(suite, group, &runs);
        let judged = group.members.iter().zip(&runs).zip(recordings).enumerate();
        judged
            .filter(|(_, ((member, _), _))| member.judged_under(seed))
            .map(|(index, ((member, ran), recording))| {
                let ended = match ran.as_ref().and_then(|ran| siblings.complete().map(|()| ran)) {
                    Ok(ran) => self.judge_member(suite, member, seed, ran, &siblings, recording),
                    Err(reason) => RunResult::NotRun(reason.clone()),
                };
                (index, ended)
            })
            .collect()
    }

    fn begin(&self, suite: &Suite, member: &Member, seed: u64) -> Recording<R::Sink> {
        if !member.judged_under(seed) {
            return Recording { sink: None, unwritable: None };
        }
        match self.recorder.begin(suite, member.case, seed) {
            Ok(sink) => Recording { sink: Some(sink), unwritable: None },
            Err(error) => Recording { sink: None, unwritable: Some(error) },
        }
    }

    fn judge_member(
        &self,
        suite: &Suite,
        member: &Member,
        seed: u64,
        ran: &Simulated,
        siblings: &Siblings<'_>,
        recording: Recording<R::Sink>,
    ) -> RunResult {
        let scenario = &suite.cases[member.case].scenario;
        let judge_and_record = || {
            let of = |name: &str| siblings.by_name.get(name).copied();
            let verdicts: Vec<Verdict> = scenario
                .expectations
                .iter()
                .map(|expectation| judge(expectation, &ran.outcome, &of))
                .collect();
            let run = FinishedRun {
                suite,
                case: member.case,
                seed,
                end: ran.end,
                outcome: &ran.outcome,
                verdicts: &verdicts,
                surveys: &ran.surveys,
            };
            let recorded = recording.sink.map_or(Ok(()), |sink| self.recorder.end(sink, &run));
            let snapshot = self.is_stored(suite, member, seed).then(|| report::snapshot(&run.report()));
            JudgedRun {
                verdicts,
                snapshot,
                saturation: ran.outcome.saturation(),
                unwritable: recorded.err().or(recording.unwritable),
            }
        };
        catch(judge_and_record)
            .map_or_else(|crash| RunResult::NotRun(NotRun::Crashed(crash)), RunResult::Judged)
    }

    /// One run of one case.
    fn run_member(
        &self,
        suite: &Suite,
        member: &Member,
        seed: u64,
        demand: &Demand,
        recording: &mut Option<R::Sink>,
    ) -> Result<Simulated, NotRun> {
        let compiled = &suite.cases[member.case];
        if !compiled.not_simulated.is_empty() {
            return Err(NotRun::NotSimulated);
        }
        let open = open_traces(self.host, &suite.root);
        let run = || {
            crash_on_request(&compiled.scenario.case);
            let measured = (Accumulator::new(&compiled.scenario, demand), recording);
            let mut sink = (measured, Until(self.options.stop));
            let executed = execute_by(self.options.stepping, &compiled.scenario, seed, &open, &mut sink)
                .map_err(NotRun::Failed)?;
            if executed.end.given_up {
                return Err(NotRun::Skipped);
            }
            let ((accumulator, _), _) = sink;
            let outcome = accumulator.finish(executed.end, &executed.clamped);
            Ok(Simulated { end: executed.end, outcome, surveys: executed.surveys })
        };
        catch(run).unwrap_or_else(|crash| Err(NotRun::Crashed(crash)))
    }
}

impl<R> Work<'_, R> {
    /// Whether a member of a group runs in steps.
    fn is_in_steps(&self, suite: &Suite, group: &Group) -> bool {
        let batching = |member: &Member| suite.cases[member.case].scenario.engine.batching;
        group.members.iter().any(|member| batching(member) == Batching::Continuous)
    }

    /// Whether a run is the one of its case that snapshots are about.
    fn is_stored(&self, suite: &Suite, member: &Member, seed: u64) -> bool {
        seed == member.seeds.start && self.snapshots(suite).active()
    }

    fn snapshots(&self, suite: &Suite) -> Snapshots {
        Snapshots::of(&suite.root, self.options.golden)
    }
}

/// The sink of a run, or why there is none.
struct Recording<S> {
    sink: Option<S>,
    unwritable: Option<HostError>,
}

/// What a bug does, for tests of how it is reported: panics in the case that `KVS_CRASH_IN` names, in debug builds.
fn crash_on_request(case: &Case) {
    if cfg!(debug_assertions) && std::env::var("KVS_CRASH_IN").is_ok_and(|id| id == case.to_string()) {
        panic!("asked to crash in `{case}`");
    }
}

fn skipped(group: &Group, seed: u64) -> Vec<(usize, RunResult)> {
    let members = group.members.iter().enumerate();
    members
        .filter(|(_, member)| member.judged_under(seed))
        .map(|(index, _)| (index, RunResult::NotRun(NotRun::Skipped)))
        .collect()
}
