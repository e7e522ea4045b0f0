//! Levels summed over GPUs, beside what every summary shows: those that are asked for.
//!
//! A track with points follows every change, and with `batching continuous` every block; the others are reported when a
//! batch changes, and by how much they grew in between. The summary reads the others, so that what else is asked for
//! never moves its last digit.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::demand::{Demand, Gpus};
use super::levels::Level;
use super::track::{self, Beyond, Change, Occupancy, Pair, Track};
use crate::engine::{Growth, Levels};
use crate::model::{Batching, Scenario};
use crate::units::SimTime;

/// The sums that a run follows.
pub(super) struct Sums {
    warmup: SimTime,
    /// Over all GPUs, what every summary of `batching continuous` shows: blocks held and requests in a step.
    batches: Option<(Occupancy, Beyond)>,
    /// Over all GPUs.
    cluster: Vec<(Level, Track)>,
    /// Over some GPUs.
    parts: Vec<(Level, Gpus, Track)>,
    /// Of each GPU, as last reported; empty where nothing is followed.
    reported: Vec<Levels>,
}

impl Sums {
    /// Those that the demand names, beside those that every run of `batching continuous` shows.
    pub(super) fn new(scenario: &Scenario, demand: &Demand) -> Sums {
        let continuous = scenario.engine.batching == Batching::Continuous;
        let warmup = scenario.run.warmup;
        let parts: Vec<_> = demand
            .levels
            .iter()
            .filter_map(|((level, gpus), points)| {
                let (first, last) = (*gpus)?;
                // The most that several GPUs hold together does not follow from the most of each.
                let points = *points || (continuous && level.grows() && first < last);
                Some((*level, (first, last), Track::new(points, warmup)))
            })
            .collect();
        let in_summary = |level: &Level| level.in_summary() || (continuous && level.is_of_steps());
        let asked = |level: &Level| demand.levels.contains_key(&(*level, None)) && !in_summary(level);
        let without_points = Level::OF_GPUS.into_iter().filter(asked);
        let with_points = Level::OF_GPUS.into_iter().filter(|level| demand.keeps_points(*level));
        let cluster: Vec<_> = without_points
            .map(|level| (level, Track::new(false, warmup)))
            .chain(with_points.map(|level| (level, Track::new(true, warmup))))
            .collect();
        let batches = continuous.then(|| (Occupancy::new(warmup), Beyond::default()));
        let follows = continuous || !cluster.is_empty() || !parts.is_empty();
        let reported =
            if follows { vec![Levels::default(); scenario.cluster.n_replicas()] } else { Vec::new() };
        Sums { warmup, batches, cluster, parts, reported }
    }

    /// A GPU's levels hold from `at` on.
    #[inline]
    pub(super) fn follow(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        if let Some(reported) = self.reported.get_mut(gpu as usize) {
            let before = std::mem::replace(reported, *levels);
            if let Some((occupancy, _)) = &mut self.batches {
                let (old, new) = (batch(&before), batch(levels));
                if old != new {
                    occupancy.shift(&Change::new(at.max(self.warmup), old, new));
                }
            }
            if !self.cluster.is_empty() || !self.parts.is_empty() {
                self.shift(at, gpu, &before, levels);
            }
        }
    }

    fn shift(&mut self, at: SimTime, gpu: u32, before: &Levels, levels: &Levels) {
        for (level, track) in &mut self.cluster {
            let (old, new) = (part(*level, track, before), part(*level, track, levels));
            if old != new {
                track.shift(at, old, new);
            }
        }
        for (level, gpus, track) in &mut self.parts {
            if (gpus.0..=gpus.1).contains(&(gpu as usize)) {
                track.shift(at, part(*level, track, before), part(*level, track, levels));
            }
        }
    }

    /// A GPU held more than its levels say.
    pub(super) fn grew(&mut self, gpu: u32, growth: &Growth) {
        let of_block = |level: Level| if level == Level::VramBytes { growth.block_bytes } else { 1 };
        let beyond = |level| Beyond { block_ticks: growth.block_ticks, of_block: of_block(level) };
        if let Some((_, held)) = &mut self.batches {
            held.add(beyond(Level::KvBlocks));
        }
        for (level, track) in self.cluster.iter_mut().filter(|(level, track)| adds_growth(*level, track)) {
            track.exceed(beyond(*level));
        }
        for (level, gpus, track) in &mut self.parts {
            if (gpus.0..=gpus.1).contains(&(gpu as usize)) && adds_growth(*level, track) {
                track.exceed(beyond(*level));
                track.reach(growth.blocks.saturating_mul(of_block(*level)));
            }
        }
    }

    /// Whether every block that is taken must be reported.
    pub(super) fn want_growth(&self) -> bool {
        let cluster = self.cluster.iter().map(|(level, track)| (level, track));
        let parts = self.parts.iter().map(|(level, _, track)| (level, track));
        cluster.chain(parts).any(|(level, track)| level.grows() && track.keeps_points())
    }

    /// Whether all GPUs together never held that many blocks.
    #[inline]
    pub(super) fn stayed_below(&self, blocks: u64) -> bool {
        self.batches.as_ref().is_some_and(|(occupancy, _)| occupancy.stayed_below(blocks))
    }

    /// All GPUs together held that many blocks at some time.
    pub(super) fn reach(&mut self, blocks: u64) {
        if let Some((occupancy, _)) = &mut self.batches {
            occupancy.reach(blocks);
        }
    }

    /// What they were until the run ended, beside what is there already.
    pub(super) fn finish(self, end: SimTime, levels: &mut BTreeMap<(Level, Option<Gpus>), track::Level>) {
        if let Some((occupancy, beyond)) = self.batches {
            let (mut blocks, requests) = occupancy.finish(end);
            blocks.integral += beyond.integral();
            levels.insert((Level::KvBlocks, None), blocks);
            levels.insert((Level::BatchSize, None), requests);
        }
        for (level, track) in self.cluster {
            let over_time = track.finish(end);
            match levels.entry((level, None)) {
                Entry::Vacant(entry) => _ = entry.insert(over_time),
                Entry::Occupied(mut entry) => entry.get_mut().series = over_time.series,
            }
        }
        for (level, gpus, track) in self.parts {
            levels.insert((level, Some(gpus)), track.finish(end));
        }
    }
}

#[inline]
fn batch(levels: &Levels) -> Pair {
    Pair { held: Level::KvBlocks.of(levels), busy: Level::BatchSize.of(levels) }
}

/// What a track counts of one GPU.
#[inline]
fn part(level: Level, track: &Track, levels: &Levels) -> u64 {
    if track.keeps_points() { level.now(levels) } else { level.of(levels) }
}

/// Whether the growth of a level is reported beside its changes.
fn adds_growth(level: Level, track: &Track) -> bool {
    level.grows() && !track.keeps_points()
}
