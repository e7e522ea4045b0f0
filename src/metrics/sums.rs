//! Levels summed over GPUs that are asked for, beside what every summary shows.
//!
//! A track with points follows every change, and with `batching continuous` every block; the others are reported when a
//! batch changes, and by how much they grew in between.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::demand::{Demand, Gpus};
use super::levels::Level;
use super::track::{self, Beyond, Track};
use crate::engine::{Growth, Levels};
use crate::model::{Batching, Scenario};
use crate::units::SimTime;

/// The sums that a run follows.
pub(super) struct Sums {
    /// Over all GPUs.
    cluster: Vec<(Level, Track)>,
    /// Over some GPUs.
    parts: Vec<(Level, Gpus, Track)>,
    /// Of each GPU, as last reported; empty where nothing is followed.
    reported: Vec<Levels>,
}

impl Sums {
    /// Those that the demand names.
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
        let follows = !cluster.is_empty() || !parts.is_empty();
        let reported =
            if follows { vec![Levels::default(); scenario.cluster.n_replicas()] } else { Vec::new() };
        Sums { cluster, parts, reported }
    }

    /// Whether none is asked for.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.reported.is_empty()
    }

    /// A GPU's levels hold from `at` on; not asked where there are none to follow.
    pub(super) fn follow(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        let before = std::mem::replace(&mut self.reported[gpu as usize], *levels);
        for (level, track) in &mut self.cluster {
            let (old, new) = (part(*level, track, &before), part(*level, track, levels));
            if old != new {
                track.shift(at, old, new);
            }
        }
        for (level, gpus, track) in &mut self.parts {
            if (gpus.0..=gpus.1).contains(&(gpu as usize)) {
                track.shift(at, part(*level, track, &before), part(*level, track, levels));
            }
        }
    }

    /// A GPU held more than its levels say.
    pub(super) fn grew(&mut self, gpu: u32, growth: &Growth) {
        let of_block = |level: Level| if level == Level::VramBytes { growth.block_bytes } else { 1 };
        let beyond = |level| Beyond { block_ticks: growth.block_ticks, of_block: of_block(level) };
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

    /// What they were until the run ended, beside what is there already.
    pub(super) fn finish(self, end: SimTime, levels: &mut BTreeMap<(Level, Option<Gpus>), track::Level>) {
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

/// What a track counts of one GPU.
#[inline]
fn part(level: Level, track: &Track, levels: &Levels) -> u64 {
    if track.keeps_points() { level.now(levels) } else { level.of(levels) }
}

/// Whether the growth of a level is reported beside its changes.
fn adds_growth(level: Level, track: &Track) -> bool {
    level.grows() && !track.keeps_points()
}
