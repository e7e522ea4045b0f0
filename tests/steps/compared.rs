//! One system, run both ways: the same events, levels, gaps between tokens and end.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use kvs::check::execute_by;
use kvs::engine::{
    End, Event, Gaps, Growth, Interests, Journey, Levels, Observation, RejectReason, Sink, Stepping,
};
use kvs::model::Scenario;
use kvs::units::SimTime;

/// All that a run tells.
#[derive(Default)]
struct Recording {
    happened: Vec<Happened>,
    /// How often each gap occurs, by replica and workload, in picoseconds.
    gaps: BTreeMap<(u32, usize, u64), u64>,
    /// Whether every block is reported when it is taken.
    follows: bool,
    grown: BTreeMap<u32, Grown>,
    /// The most blocks that all replicas held together.
    record: u64,
    /// The request whose gaps were last reported in this instant.
    reported_gaps: Option<(u32, usize)>,
    /// Leaps reported as two series.
    crossings: u64,
}

/// What a replica held beyond the reported levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Grown {
    block_ticks: u128,
    most: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Happened {
    /// With the tokens found in the prefix cache.
    Event(SimTime, Event, u64, u32),
    Levels(SimTime, u32, Levels),
    GlobalQueue(SimTime, u32),
}

impl Sink for Recording {
    fn advance(&mut self, _to: SimTime) {
        self.reported_gaps = None;
    }

    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        self.happened.push(Happened::Event(at, event, journey.number, journey.cached.get()));
    }

    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        self.happened.push(Happened::Levels(at, gpu, *levels));
    }

    fn global_queue(&mut self, at: SimTime, depth: u32) {
        self.happened.push(Happened::GlobalQueue(at, depth));
    }

    fn interests(&self) -> Interests {
        Interests { growth: self.follows, gaps: true, records: true }
    }

    fn observe(&mut self, _at: SimTime, observation: Observation) {
        match observation {
            Observation::Growth { gpu, growth } => self.grew(gpu, &growth),
            Observation::Gaps { gpu, gaps } => self.count_gaps(gpu, &gaps),
            Observation::Record { blocks, bytes: _ } => self.record = blocks,
        }
    }
}

impl Recording {
    fn grew(&mut self, gpu: u32, growth: &Growth) {
        let grown = self.grown.entry(gpu).or_default();
        grown.block_ticks += growth.block_ticks;
        grown.most = grown.most.max(growth.blocks);
    }

    fn count_gaps(&mut self, gpu: u32, gaps: &Gaps) {
        // A single gap is that of a request that is prefilled anew.
        let now = (gpu, gaps.workload());
        self.crossings += u64::from(self.reported_gaps.replace(now) == Some(now) && gaps.count() > 1);
        for (gap, count) in gaps.iter() {
            *self.gaps.entry((gpu, gaps.workload(), gap.as_ps())).or_default() += count;
        }
    }
}

/// How often what is compared occurs.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) finished: u64,
    pub(crate) rejected: u64,
    pub(crate) preemptions: u64,
    pub(crate) queued_globally: u64,
    pub(crate) unfinished: u64,
    pub(crate) gaps: u64,
    /// Prompts that were through before another that was begun earlier on the same replica.
    pub(crate) overtakings: u64,
    /// Systems in which a prompt overtook two others.
    pub(crate) nested: u64,
    /// Finished requests that found something in the prefix cache.
    pub(crate) found: u64,
    /// Replicas that took blocks while their batch kept its members.
    pub(crate) grown: u64,
    pub(crate) steps: u64,
    /// Leaps within which the bottleneck changed between computing and reading.
    pub(crate) crossings: u64,
    pub(crate) handoffs: u64,
    /// Requests that were preempted and handed over again.
    pub(crate) rehandoffs: u64,
}

fn record(scenario: &Scenario, stepping: Stepping, follows: bool) -> (Recording, End) {
    let no_files = |path: &str| Err(io::Error::new(io::ErrorKind::NotFound, path));
    let mut recording = Recording { follows, ..Recording::default() };
    let executed = execute_by(stepping, scenario, scenario.run.seed, &no_files, &mut recording);
    (recording, executed.expect("no trace is read").end)
}

/// Runs a system both ways and shows the first difference.
#[track_caller]
pub(crate) fn compare(number: u64, scenario: &Scenario, seen: &mut Seen) {
    // What every second system holds is followed block by block, which the others must add up to.
    let follows = number.is_multiple_of(2);
    let (stepped, end) = record(scenario, Stepping::Step, follows);
    let (leapt, leapt_end) = record(scenario, Stepping::Leap, follows);
    let first = stepped.happened.iter().zip(&leapt.happened).position(|(a, b)| a != b);
    if let Some(first) = first {
        let from = first.saturating_sub(12);
        let upto = |all: &[Happened]| format!("{:#?}", &all[from..(first + 3).min(all.len())]);
        panic!(
            "system {number} {:#?} {:?}: stepped\n{}\nleapt\n{}",
            scenario.engine,
            scenario.policy,
            upto(&stepped.happened),
            upto(&leapt.happened)
        );
    }
    assert_eq!(stepped.happened.len(), leapt.happened.len(), "system {number}: as much happens");
    assert_eq!(end, leapt_end, "system {number} ends alike");
    assert_eq!(stepped.gaps, leapt.gaps, "system {number} has the same gaps between tokens");
    assert_eq!(stepped.grown, leapt.grown, "system {number}: blocks taken between changes of the batch");
    assert_eq!(stepped.record, leapt.record, "system {number}: the most blocks held together");
    if follows {
        check_growth(number, &stepped, scenario.run.warmup, end.at);
    }
    seen.crossings += leapt.crossings;
    seen.grown += stepped.grown.values().filter(|grown| grown.block_ticks > 0).count() as u64;
    let is_cut_short = scenario.run.until.is_some() || end.is_livelocked;
    assert!(is_cut_short || end.unfinished == 0, "no request of system {number} is overtaken");
    check_conservation(number, &stepped);
    count(&stepped, &end, seen);
    let (overtakings, deepest) = overtakings(&stepped);
    assert!(overtakings == 0 || scenario.policy.scheduling.name != "fifo", "system {number}: equal keys");
    seen.overtakings += overtakings;
    seen.nested += u64::from(deepest > 1);
}

/// How many prompts were complete before another that was started earlier on the same replica, and how many such others
/// one of them overtook at most.
fn overtakings(recording: &Recording) -> (u64, usize) {
    let through = |happened: &Happened| match happened {
        Happened::Event(at, Event::PrefillFinished { .. }, number, _) => Some((*number, *at)),
        _ => None,
    };
    let through: BTreeSet<(u64, SimTime)> = recording.happened.iter().filter_map(through).collect();
    let (mut begun, mut n, mut deepest) = (BTreeMap::<u32, Vec<(u64, SimTime)>>::new(), 0, 0);
    for happened in &recording.happened {
        let Happened::Event(at, event, number, _) = *happened else { continue };
        match event {
            Event::PrefillStarted { gpu } => begun.entry(gpu).or_default().push((number, at)),
            Event::PrefillFinished { gpu } | Event::Preempted { gpu } => {
                let begun = begun.entry(gpu).or_default();
                let Some(position) = begun.iter().position(|(other, _)| *other == number) else { continue };
                let (_, since) = begun.remove(position);
                if matches!(event, Event::PrefillFinished { .. }) {
                    let is_overtaken = |(other, earlier): &&(u64, SimTime)| {
                        *earlier < since && !through.contains(&(*other, at))
                    };
                    let overtaken = begun[..position].iter().filter(is_overtaken).count();
                    n += u64::from(overtaken > 0);
                    deepest = deepest.max(overtaken);
                }
            }
            _ => {}
        }
    }
    (n, deepest)
}

/// A request that has arrived and not ended enters, waits, runs or is in the global queue, after every instant: Little's
/// law, for every stretch of time.
fn check_conservation(number: u64, recording: &Recording) {
    let (mut n_in_system, mut global_queue, mut levels) = (0, 0, BTreeMap::new());
    let (mut settled, mut entering) = (true, BTreeSet::new());
    for happened in &recording.happened {
        if let (true, Happened::Event(at, ..)) = (settled, happened) {
            let held: u32 =
                levels.values().map(|levels: &Levels| levels.queued + levels.prefill + levels.decode).sum();
            // At either end of their way.
            let moving: u32 = levels.values().map(|levels: &Levels| levels.transferring).sum();
            assert_eq!(moving % 2, 0, "system {number} before {at}");
            let held = held + moving / 2;
            let n_entering = entering.len() as i64;
            assert_eq!(
                n_in_system,
                n_entering + i64::from(held + global_queue),
                "system {number} before {at}"
            );
        }
        settled = !matches!(happened, Happened::Event(..));
        match happened {
            Happened::Event(_, Event::Arrived, request, _) => _ = entering.insert(request),
            Happened::Event(_, _, request, _) => _ = entering.remove(request),
            Happened::Levels(..) | Happened::GlobalQueue(..) => {}
        }
        match happened {
            Happened::Event(_, Event::Arrived, ..) => n_in_system += 1,
            Happened::Event(_, Event::Finished { .. } | Event::Rejected { .. }, ..) => n_in_system -= 1,
            Happened::Event(..) => {}
            Happened::Levels(_, gpu, of) => {
                levels.insert(*gpu, *of);
            }
            Happened::GlobalQueue(_, depth) => global_queue = *depth,
        }
    }
}

/// Blocks followed one by one add up to those reported with the changes of a batch and what grew in between, from the end of
/// the warm-up on. A time is rounded up to a picosecond, so each block may be held for as much longer or shorter.
fn check_growth(number: u64, recording: &Recording, warmup: SimTime, end: SimTime) {
    let mut followed: BTreeMap<u32, Followed> = BTreeMap::new();
    let (mut together, mut record, mut since) = (0, 0, warmup);
    for happened in &recording.happened {
        let Happened::Levels(at, gpu, levels) = *happened else { continue };
        if at > since {
            record = record.max(together);
            since = at;
        }
        let of = followed.entry(gpu).or_insert_with(|| Followed { since: warmup, ..Followed::default() });
        together = together - of.levels.blocks_now() + levels.blocks_now();
        of.pass(at);
        of.levels = levels;
    }
    if end > since {
        record = record.max(together);
    }
    assert_eq!(recording.record, record, "system {number}: the most blocks held together");
    for (gpu, mut of) in followed {
        of.pass(end);
        let grown = recording.grown.get(&gpu).copied().unwrap_or_default();
        assert!(grown.most <= of.most, "system {number}, replica {gpu}: {grown:?} {of:?}");
        let beyond = grown.block_ticks >> Growth::TICK_BITS;
        assert!(
            beyond.abs_diff(of.beyond) <= of.n_blocks,
            "system {number}, replica {gpu}: {grown:?} {of:?}"
        );
    }
}

/// A replica's levels over time.
#[derive(Debug, Default)]
struct Followed {
    levels: Levels,
    since: SimTime,
    /// Blocks taken since the batch changed, times picoseconds.
    beyond: u128,
    /// Blocks that were taken so.
    n_blocks: u128,
    most: u64,
}

impl Followed {
    fn pass(&mut self, at: SimTime) {
        if at > self.since {
            let lasted = u128::from(at.since(self.since).as_ps());
            self.beyond += u128::from(self.levels.grown) * lasted;
            self.n_blocks += 2 * u128::from(self.levels.grown) + 1;
            self.most = self.most.max(self.levels.blocks_now());
            self.since = at;
        }
    }
}

fn count(recording: &Recording, end: &End, seen: &mut Seen) {
    let mut moved = BTreeSet::new();
    for happened in &recording.happened {
        match happened {
            Happened::Event(_, Event::HandoffFinished { .. }, number, _) => {
                seen.handoffs += 1;
                seen.rehandoffs += u64::from(!moved.insert(*number));
            }
            Happened::Event(_, Event::Finished { .. }, _, cached) => {
                seen.finished += 1;
                seen.found += u64::from(*cached > 0);
            }
            Happened::Event(_, Event::Rejected { reason }, ..) if *reason != RejectReason::NeverFits => {
                seen.rejected += 1;
            }
            Happened::Event(_, Event::Preempted { .. }, ..) => seen.preemptions += 1,
            Happened::Event(_, Event::QueuedGlobally, ..) => seen.queued_globally += 1,
            Happened::Event(..) | Happened::Levels(..) | Happened::GlobalQueue(..) => {}
        }
    }
    seen.unfinished += end.unfinished;
    seen.steps += end.steps;
    seen.gaps += recording.gaps.values().sum::<u64>();
}
