//! A run as pictures: levels of each GPU over time, and how its times are distributed.
//!
//! A sink of bounded size, whatever the length of the run: time is cut into a few hundred stretches, which double in
//! length when a run goes on. Invariant: the same run gives the same picture, and drawing changes nothing.

pub(super) mod bars;
mod grid;
mod histogram;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::{End, Event, Interests, Journey, Levels, Sink};
use crate::model::Scenario;
use crate::report::number::Json;
use crate::units::SimTime;
use grid::{Band, Grid, Track};
use histogram::Histogram;

pub use text::text;

/// GPUs drawn one by one; the sum over all is drawn as well.
const MOST_GPUS: usize = 16;

/// A run as pictures.
#[derive(Clone, Debug, Serialize)]
pub struct Plot {
    /// The length of a stretch.
    pub step_ms: f64,
    /// When the run ended.
    pub end_ms: f64,
    /// The sum over all GPUs.
    pub cluster: Lines,
    /// The first GPUs, with their names.
    pub gpus: Vec<(String, Lines)>,
    /// GPUs that are not drawn one by one.
    pub n_more: usize,
    /// The length of the global queue.
    pub global_queue: Band,
    /// By name: upper ends of the bins in milliseconds, and counts.
    pub times: Vec<(&'static str, Vec<(f64, u64)>)>,
}

/// The lines of one GPU.
#[derive(Clone, Debug, Serialize)]
pub struct Lines {
    /// Bytes reserved.
    pub vram: Band,
    /// Waiting requests.
    pub queue: Band,
    /// Requests that execute.
    pub batch: Band,
    /// Output tokens a second, each request's spread over its decode.
    pub tokens: Vec<Json>,
}

/// Collects the plot while a run goes on.
pub struct Sketch {
    warmup: SimTime,
    grid: Grid,
    names: Vec<String>,
    n_gpus: usize,
    levels: Vec<Levels>,
    cluster: Tracks,
    gpus: Vec<Tracks>,
    global_queue: Track,
    decoding: BTreeMap<u64, SimTime>,
    times: [Histogram; 4],
}

#[derive(Clone, Debug, Default)]
struct Tracks {
    vram: Track,
    queue: Track,
    batch: Track,
    tokens: Vec<f64>,
}

/// The times drawn, in the order of [`Sketch::times`].
const TIMES: [&str; 4] = ["ttft", "tpot", "latency", "queue"];

impl Sketch {
    /// For a run of a scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Sketch {
        let n_gpus = scenario.cluster.n_replicas();
        let n_drawn = n_gpus.min(MOST_GPUS);
        Sketch {
            warmup: scenario.run.warmup,
            grid: Grid::default(),
            names: (0..n_drawn).map(|gpu| scenario.cluster.replica_name(gpu)).collect(),
            n_gpus,
            levels: vec![Levels::default(); n_gpus],
            cluster: Tracks::default(),
            gpus: vec![Tracks::default(); n_drawn],
            global_queue: Track::default(),
            decoding: BTreeMap::new(),
            times: <[Histogram; 4]>::default(),
        }
    }

    /// The picture of a run that has ended.
    #[must_use]
    pub fn finish(mut self, end: End) -> Plot {
        self.fit(end.at);
        let grid = &self.grid;
        let of = |tracks: Tracks| Lines {
            vram: tracks.vram.finish(grid, end.at),
            queue: tracks.queue.finish(grid, end.at),
            batch: tracks.batch.finish(grid, end.at),
            tokens: grid.per_second(&tracks.tokens, end.at),
        };
        Plot {
            step_ms: grid.step_ms(),
            end_ms: end.at.as_secs_f64() * 1e3,
            cluster: of(self.cluster),
            n_more: self.n_gpus - self.names.len(),
            gpus: self.names.into_iter().zip(self.gpus.into_iter().map(of)).collect(),
            global_queue: self.global_queue.finish(grid, end.at),
            times: TIMES.into_iter().zip(self.times.map(Histogram::bins)).collect(),
        }
    }

    /// Makes room for a time.
    fn fit(&mut self, at: SimTime) {
        while !self.grid.reaches(at) {
            self.grid.double();
            let all = std::iter::once(&mut self.cluster).chain(&mut self.gpus);
            for tracks in all {
                [&mut tracks.vram, &mut tracks.queue, &mut tracks.batch].into_iter().for_each(Track::halve);
                grid::halve(&mut tracks.tokens, |one, other| one + other);
            }
            self.global_queue.halve();
        }
    }

    fn sample(&mut self, which: usize, journey: &Journey, from: Option<SimTime>, to: SimTime) {
        if let Some(from) = from.filter(|_| journey.request.arrival >= self.warmup) {
            self.times[which].add(to.since(from).as_ps());
        }
    }

    fn finished(&mut self, at: SimTime, gpu: u32, journey: &Journey) {
        let begun = self.decoding.remove(&journey.number).or(journey.first_token()).unwrap_or(at);
        let output = journey.request.output.get();
        self.fit(at);
        self.grid.spread(&mut self.cluster.tokens, begun, at, f64::from(output));
        if let Some(tracks) = self.gpus.get_mut(gpu as usize) {
            self.grid.spread(&mut tracks.tokens, begun, at, f64::from(output));
        }
        self.sample(2, journey, Some(journey.request.arrival), at);
        if let (Some(first), 2..) = (journey.first_token(), output)
            && journey.request.arrival >= self.warmup
        {
            self.times[1].add(at.since(first).as_ps() / u64::from(output - 1));
        }
    }
}

impl Sink for Sketch {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        match event {
            Event::PrefillStarted { gpu: _ } if journey.started() == Some(at) => {
                self.sample(3, journey, Some(journey.request.arrival), at);
            }
            Event::PrefillFinished { gpu: _ } if journey.first_token() == Some(at) => {
                self.sample(0, journey, Some(journey.request.arrival), at);
            }
            Event::DecodeStarted { gpu: _ } => {
                self.decoding.entry(journey.number).or_insert(at);
            }
            Event::Finished { gpu } => self.finished(at, gpu, journey),
            Event::Rejected { reason: _ } | Event::Evicted { gpu: _ } => {
                self.decoding.remove(&journey.number);
            }
            Event::Arrived
            | Event::QueuedGlobally
            | Event::Retried { .. }
            | Event::Preempted { .. }
            | Event::Admitted { .. }
            | Event::PrefillStarted { .. }
            | Event::PrefillFinished { .. }
            | Event::HandoffStarted { .. }
            | Event::HandoffFinished { .. } => {}
        }
    }

    fn interests(&self) -> Interests {
        Interests { growth: true, ..Interests::default() }
    }

    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        self.fit(at);
        let before = std::mem::replace(&mut self.levels[gpu as usize], *levels);
        let read = |levels: &Levels| {
            let batch = u64::from(levels.prefill) + u64::from(levels.decode);
            [levels.held_now().get(), u64::from(levels.queued), batch]
        };
        let (old, new) = (read(&before), read(levels));
        let of_gpu = self.gpus.get_mut(gpu as usize);
        for tracks in std::iter::once(&mut self.cluster).chain(of_gpu) {
            let tracks = [&mut tracks.vram, &mut tracks.queue, &mut tracks.batch];
            for ((track, old), new) in tracks.into_iter().zip(old).zip(new) {
                track.shift(&self.grid, at, old, new);
            }
        }
    }

    fn global_queue(&mut self, at: SimTime, depth: u32) {
        self.fit(at);
        self.global_queue.set(&self.grid, at, u64::from(depth));
    }
}
