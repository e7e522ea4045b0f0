//! The engine's sink: counts while a run goes on.
//!
//! An event costs a few nanoseconds: counters, and one push a column when a request finishes.
//! Invariant: nothing is allocated for each request beyond what the [`Demand`] names.

use std::collections::BTreeMap;

use super::columns::Columns;
use super::demand::{Demand, GapsKey};
use super::gpus::Fleet;
use super::histogram::Histogram;
use super::holdings::Holdings;
use super::levels::Level;
use super::outcome::{Ended, Outcome};
use super::rows::{Fate, Looked, NOWHERE, Row, Rows};
use super::sample::{EndsWith, Sample};
use super::saturation::Watch;
use super::tally::{Hits, Lengths, Moves, Place, Tally};
use super::track::Track;
use crate::engine::{End, Event, Gaps, Interests, Journey, Levels, Observation, Sink, kv_blocks};
use crate::model::{Batching, Scenario, Slo};
use crate::units::{SimDuration, SimTime};
use crate::workload::Clamped;

/// Listens to a run.
pub struct Accumulator {
    warmup: SimTime,
    has_until: bool,
    workloads: Vec<WorkloadCounts>,
    /// Of the requests that ended on each GPU; that they arrived is counted once the run is over.
    gpus: Vec<Tally>,
    holdings: Holdings,
    global_queue: Track,
    /// None where there are rows.
    columns: Columns,
    rows: Option<Rows>,
    first_arrival: Option<SimTime>,
    last_finish: Option<SimTime>,
    moves: Moves,
    /// The request the last event tried on a further GPU, and that GPU.
    retried: Option<(u64, u32)>,
    fleet: Fleet,
    watch: Watch,
    gaps: Vec<(GapsKey, Histogram)>,
    /// By replica; empty with `batching phases`.
    kv_blocks: Vec<u64>,
    /// Tokens in a block, where prefixes are kept.
    prefix_block: Option<u32>,
}

struct WorkloadCounts {
    slo: Option<Slo>,
    tally: Tally,
}

impl Accumulator {
    /// For one run of a scenario.
    #[must_use]
    pub fn new(scenario: &Scenario, demand: &Demand) -> Accumulator {
        let continuous = scenario.engine.batching == Batching::Continuous;
        let warmup = scenario.run.warmup;
        let block_size = scenario.engine.block_size.get();
        let samples = || demand.columns.iter().copied();
        let workload = |slo| WorkloadCounts { slo, tally: Tally::default() };
        Accumulator {
            warmup,
            has_until: scenario.run.until.is_some(),
            workloads: scenario.workloads.iter().map(|of| workload(of.slo)).collect(),
            gpus: vec![Tally::default(); scenario.cluster.n_replicas()],
            holdings: Holdings::new(scenario, demand),
            global_queue: Track::new(demand.keeps_points(Level::GlobalQueueDepth), warmup),
            columns: Columns::new(samples().filter(|_| !demand.rows)),
            rows: demand.rows.then(|| {
                let bound = scenario.workloads.iter().map(|of| of.slo.is_some());
                Rows::new(samples(), bound.collect(), block_size)
            }),
            first_arrival: None,
            last_finish: None,
            moves: Moves::default(),
            retried: None,
            fleet: Fleet::of(&scenario.cluster),
            watch: Watch::new(),
            gaps: demand.gaps.iter().map(|of| (*of, Histogram::default())).collect(),
            kv_blocks: if continuous { blocks_of_replicas(scenario) } else { Vec::new() },
            prefix_block: (continuous && scenario.engine.prefix_cache).then_some(block_size),
        }
    }

    /// The numbers of the run; `clamped` is what its traffic says of lengths.
    #[must_use]
    pub fn finish(self, end: End, clamped: &[Clamped]) -> Outcome {
        let mut levels = BTreeMap::new();
        levels.insert((Level::GlobalQueueDepth, None), self.global_queue.finish(end.at));
        let held = self.holdings.finish(end.at, &mut levels);
        let measured = SimDuration::from_ps(end.at.as_ps().saturating_sub(self.warmup.as_ps()));
        let hours = measured.as_secs_f64() / 3600.0;
        Outcome::seal(Ended {
            end,
            measured_from: self.warmup,
            has_until: self.has_until,
            workloads: self.workloads.into_iter().map(|of| of.tally).collect(),
            gpus: self.gpus.into_iter().map(Tally::with_ended_as_arrived).zip(held).collect(),
            levels,
            columns: self.columns,
            gaps: self.gaps.into_iter().collect(),
            kv_blocks: self.kv_blocks,
            rows: self.rows,
            makespan: self.last_finish.zip(self.first_arrival).map(|(last, first)| last.since(first)),
            moves: self.moves,
            lengths: Lengths::of(clamped),
            cost_usd: self.fleet.usd_per_hour.map(|price| price * hours),
            fleet: self.fleet,
            backlog: self.watch.finish(),
        })
    }

    #[inline]
    fn measures(&self, journey: &Journey) -> bool {
        journey.request.arrival >= self.warmup
    }

    #[inline]
    fn arrived(&mut self, journey: &Journey) {
        let measured = self.measures(journey);
        self.watch.arrived(journey.request.arrival, measured);
        if measured {
            let of = &mut self.workloads[usize::from(journey.request.workload)];
            of.tally.arrived += 1;
            of.tally.bound += u64::from(of.slo.is_some());
            if journey.request.turn().is_some() {
                of.tally.sessions.begun += u64::from(Place::of(journey, self.warmup).begins());
            }
            self.first_arrival.get_or_insert(journey.request.arrival);
        }
        if let Some(rows) = &mut self.rows {
            let fate = if measured { Fate::Unfinished } else { Fate::Unmeasured };
            rows.push(row(journey, fate, Place::of(journey, self.warmup)), left(journey));
        }
    }

    #[inline]
    fn finished(&mut self, at: SimTime, gpu: u32, journey: &Journey) {
        self.watch.left();
        if !self.measures(journey) {
            return;
        }
        self.last_finish = Some(at);
        let output = u64::from(journey.request.output.get());
        let of = &mut self.workloads[usize::from(journey.request.workload)];
        of.tally.finished += 1;
        of.tally.tokens += output;
        let on_gpu = &mut self.gpus[gpu as usize];
        on_gpu.finished += 1;
        on_gpu.tokens += output;
        let good = of.slo.is_some_and(|slo| meets(&slo, journey, at));
        if of.slo.is_some() {
            of.tally.good += u64::from(good);
            on_gpu.good += u64::from(good);
            on_gpu.bound += 1;
        }
        if journey.request.turn().is_some() {
            let place = Place::of(journey, self.warmup);
            of.tally.sessions.count_finished(place);
            on_gpu.sessions.count_finished(place);
            on_gpu.sessions.begun += u64::from(place.begins());
        }
        for (before, tokens) in journey.elsewhere() {
            self.gpus[gpu as usize].tokens -= u64::from(*tokens);
            self.gpus[*before as usize].tokens += u64::from(*tokens);
        }
        if let Some(rows) = &mut self.rows {
            let fate = if good { Fate::FinishedWell } else { Fate::Finished };
            rows.end(journey.number, gpu, fate);
            rows.generated(journey.number, journey.elsewhere());
        }
        self.keep(EndsWith::Finish, at, journey);
    }

    /// A request executes for the first time: what it found in the prefix cache counts.
    fn looked_up(&mut self, block: u32, gpu: u32, journey: &Journey) {
        if !self.measures(journey) {
            return;
        }
        let (prompt, cached) = (journey.request.prompt.get(), journey.cached.get());
        let hits = Hits::of(prompt, cached, block);
        self.workloads[usize::from(journey.request.workload)].tally.hits.add(&hits);
        self.gpus[gpu as usize].hits.add(&hits);
        if let Some(rows) = &mut self.rows {
            rows.looked(journey.number, Looked { prompt, cached });
        }
    }

    /// Keeps the times of a request that end here; it is measured.
    #[inline]
    fn keep(&mut self, what: EndsWith, at: SimTime, journey: &Journey) {
        self.columns.keep(what, journey, at);
        if let Some(rows) = &mut self.rows {
            let of = |sample: Sample| if sample.ends_with() == what { sample.of(journey, at) } else { None };
            rows.samples_of(journey.number, of);
        }
    }

    /// Rejected or evicted.
    fn lost(&mut self, fate: Fate, gpu: Option<u32>, journey: &Journey) {
        self.watch.left();
        if !self.measures(journey) {
            return;
        }
        let place = Place::of(journey, self.warmup);
        let of = &mut self.workloads[usize::from(journey.request.workload)];
        let count = |tally: &mut Tally| {
            match fate {
                Fate::Rejected => tally.rejected += 1,
                Fate::Evicted => tally.evicted += 1,
                Fate::Unmeasured | Fate::Unfinished | Fate::Finished | Fate::FinishedWell => {
                    unreachable!("a lost request was rejected or evicted")
                }
            }
            tally.sessions.count_lost(place, left(journey));
        };
        count(&mut of.tally);
        if let Some(gpu) = gpu {
            let tally = &mut self.gpus[gpu as usize];
            count(tally);
            tally.bound += u64::from(of.slo.is_some());
            tally.sessions.begun += u64::from(place.begins());
        }
        if let Some(rows) = &mut self.rows {
            rows.end(journey.number, gpu.unwrap_or(NOWHERE), fate);
        }
    }

    /// A retried request is placed in the very next event or not at all. If it first waits in the global queue, it may get
    /// the same GPU later, but not because of the retry.
    fn placed(&mut self, retried: Option<(u64, u32)>, gpu: u32, journey: &Journey) {
        if retried == Some((journey.number, gpu)) && self.measures(journey) {
            self.moves.retry_successes += 1;
        }
    }

    fn handed_off(&mut self, at: SimTime, journey: &Journey) {
        if !self.measures(journey) {
            return;
        }
        self.moves.handoffs += 1;
        let started = journey.handoff_started().expect("a handoff that finishes has started");
        let took = at.since(started).as_ps();
        self.columns.push(Sample::Handoff, took);
        if let Some(rows) = &mut self.rows {
            rows.sample(journey.number, Sample::Handoff, took);
        }
    }

    #[inline]
    fn count_gaps(&mut self, gpu: u32, gaps: &Gaps) {
        for ((workload, gpus), histogram) in &mut self.gaps {
            let here = gpus.is_none_or(|(first, last)| (first..=last).contains(&(gpu as usize)));
            if here && workload.is_none_or(|workload| workload == gaps.workload()) {
                histogram.add(gaps);
            }
        }
    }
}

impl Sink for Accumulator {
    fn interests(&self) -> Interests {
        Interests { growth: self.holdings.want_growth(), gaps: !self.gaps.is_empty(), records: true }
    }

    // Where the engine reports a transition it is known which: inlined there, what it does not concern is free. With
    // the levels below, 460 of 4,100 instructions a request.
    #[inline(always)]
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        let retried = self.retried.take();
        match event {
            Event::Arrived => self.arrived(journey),
            Event::Finished { gpu } => self.finished(at, gpu, journey),
            Event::Rejected { reason: _ } => self.lost(Fate::Rejected, journey.gpu(), journey),
            Event::Evicted { gpu } => self.lost(Fate::Evicted, Some(gpu), journey),
            Event::Retried { gpu } => {
                self.retried = Some((journey.number, gpu));
                self.moves.retry_attempts += u64::from(self.measures(journey));
            }
            Event::Admitted { gpu } | Event::HandoffStarted { to: gpu, from: _, bytes: _ } => {
                self.placed(retried, gpu, journey);
            }
            Event::HandoffFinished { .. } => self.handed_off(at, journey),
            Event::DecodeStarted { gpu: _ } => {
                // Where it is moved again after it was preempted, its output has begun before.
                let moved = journey.handoff_started().is_some() && journey.elsewhere().len() <= 1;
                let moved = moved && self.measures(journey);
                self.moves.cross_gpu_decodes += u64::from(moved);
            }
            Event::PrefillStarted { gpu } if journey.started() == Some(at) => {
                if let Some(rows) = &mut self.rows {
                    rows.begin(journey.number, gpu);
                }
                if let Some(block) = self.prefix_block {
                    self.looked_up(block, gpu, journey);
                }
                if self.measures(journey) {
                    self.keep(EndsWith::FirstExecution, at, journey);
                }
            }
            Event::PrefillFinished { gpu: _ }
                if journey.first_token() == Some(at) && self.measures(journey) =>
            {
                self.keep(EndsWith::FirstToken, at, journey);
            }
            // One that lost its place executes again.
            Event::Preempted { gpu: _ } => self.moves.preemptions += u64::from(self.measures(journey)),
            Event::PrefillStarted { gpu: _ } | Event::PrefillFinished { gpu: _ } | Event::QueuedGlobally => {}
        }
    }

    #[inline]
    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        self.holdings.follow(at, gpu, levels);
    }

    #[inline]
    fn global_queue(&mut self, at: SimTime, depth: u32) {
        self.global_queue.set(at, u64::from(depth));
    }

    #[inline]
    fn observe(&mut self, _at: SimTime, observation: Observation) {
        match observation {
            Observation::Growth { gpu, growth } => self.holdings.grew(gpu, &growth),
            Observation::Gaps { gpu, gaps } => self.count_gaps(gpu, &gaps),
            Observation::Record { blocks, bytes } => self.holdings.reach(blocks, bytes),
        }
    }
}

/// Turns of its session that are to follow a request.
fn left(journey: &Journey) -> u32 {
    journey.request.turn().map_or(0, |turn| turn.left)
}

/// What is known of a request when it arrives.
fn row(journey: &Journey, fate: Fate, place: Place) -> Row {
    Row {
        arrival: journey.request.arrival.as_ps(),
        workload: journey.request.workload,
        began: NOWHERE,
        gpu: NOWHERE,
        output: journey.request.output.get(),
        fate,
        place,
    }
}

/// Whether a request that finished at `at` met every bound; a time it does not have meets any.
fn meets(slo: &Slo, journey: &Journey, at: SimTime) -> bool {
    [(slo.ttft, Sample::Ttft), (slo.tpot, Sample::Tpot), (slo.latency, Sample::Latency)].into_iter().all(
        |(bound, sample)| {
            let bound = bound.map(SimDuration::as_ps);
            bound.zip(sample.of(journey, at)).is_none_or(|(bound, time)| time <= bound)
        },
    )
}

/// KV blocks of every replica.
fn blocks_of_replicas(scenario: &Scenario) -> Vec<u64> {
    let groups = scenario.cluster.groups.iter().enumerate();
    groups
        .flat_map(|(index, group)| {
            std::iter::repeat_n(kv_blocks(scenario, index), group.n_replicas() as usize)
        })
        .collect()
}
