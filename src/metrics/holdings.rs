//! What GPUs hold over time: what every summary shows, and what else is asked for.
//!
//! Levels arrive for each GPU; here they become those of the GPU, those of all GPUs together, and the
//! [sums](super::sums) that a demand names. Invariant: what else is asked for never moves a digit of the summary.

use std::collections::BTreeMap;

use super::demand::{Demand, Gpus};
use super::levels::Level;
use super::occupancy::{GpuOccupancy, Occupancy, Pair};
use super::sums::Sums;
use super::track::{self, Beyond};
use crate::engine::{Growth, Levels};
use crate::model::{Batching, Scenario};
use crate::units::{Bytes, SimTime};

/// What a run follows of levels.
pub(super) struct Holdings {
    gpus: Vec<OfGpu>,
    /// Memory held and GPUs at work, over all GPUs.
    all: Occupancy,
    /// With `batching continuous`.
    batches: Option<Batches>,
    sums: Sums,
    /// Whether there are batches or sums to follow.
    follows_more: bool,
}

/// Of one GPU.
struct OfGpu {
    occupancy: GpuOccupancy,
    /// Its part of the batches, as last reported.
    batch: Pair,
    /// Of its memory.
    beyond: Beyond,
}

/// Blocks held and requests in a step, over all GPUs.
struct Batches {
    occupancy: Occupancy,
    /// Of the blocks.
    beyond: Beyond,
}

impl Holdings {
    /// For one run of a scenario.
    pub(super) fn new(scenario: &Scenario, demand: &Demand) -> Holdings {
        let warmup = scenario.run.warmup;
        let continuous = scenario.engine.batching == Batching::Continuous;
        let gpu = || OfGpu {
            occupancy: GpuOccupancy::new(warmup),
            batch: Pair::default(),
            beyond: Beyond::default(),
        };
        let batches = || Batches { occupancy: Occupancy::new(warmup), beyond: Beyond::default() };
        let sums = Sums::new(scenario, demand);
        Holdings {
            gpus: std::iter::repeat_with(gpu).take(scenario.cluster.n_replicas()).collect(),
            all: Occupancy::new(warmup),
            batches: continuous.then(batches),
            follows_more: continuous || !sums.is_empty(),
            sums,
        }
    }

    /// A GPU's levels hold from `at` on.
    #[inline]
    pub(super) fn follow(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        if self.follows_more {
            self.follow_all(at, gpu, levels);
        } else {
            self.follow_occupancy(at, gpu, levels);
        }
    }

    // Out of line: with `batching phases`, the occupancy has the registers to itself.
    #[inline(never)]
    fn follow_all(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        self.follow_occupancy(at, gpu, levels);
        if let Some(batches) = &mut self.batches {
            let of = &mut self.gpus[gpu as usize];
            let (old, new) = (of.batch, batch(levels));
            if old != new {
                of.batch = new;
                batches.occupancy.shift(at, old, new);
            }
        }
        if !self.sums.is_empty() {
            self.sums.follow(at, gpu, levels);
        }
    }

    #[inline(always)]
    fn follow_occupancy(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        let of = &mut self.gpus[gpu as usize];
        let (old, new) = (of.occupancy.value(), occupancy(levels));
        if old != new {
            of.occupancy.set(at, new);
            self.all.shift(at, old, new);
        }
    }

    /// A GPU's decodes took blocks while its batch kept its members.
    pub(super) fn grew(&mut self, gpu: u32, growth: &Growth) {
        let of = &mut self.gpus[gpu as usize];
        of.beyond.add(Beyond { block_ticks: growth.block_ticks, of_block: growth.block_bytes });
        of.occupancy.reach(growth.blocks.saturating_mul(growth.block_bytes));
        if let Some(batches) = &mut self.batches {
            batches.beyond.add(Beyond { block_ticks: growth.block_ticks, of_block: 1 });
        }
        if !self.sums.is_empty() {
            self.sums.grew(gpu, growth);
        }
    }

    /// Whether every block that is taken must be reported.
    pub(super) fn want_growth(&self) -> bool {
        self.sums.want_growth()
    }

    /// All GPUs together held that much at some time.
    pub(super) fn reach(&mut self, blocks: u64, bytes: Bytes) {
        self.all.reach(bytes.get());
        if let Some(batches) = &mut self.batches {
            batches.occupancy.reach(blocks);
        }
    }

    /// What it was until the run ended: by level, and of each GPU.
    pub(super) fn finish(
        self,
        end: SimTime,
        levels: &mut BTreeMap<(Level, Option<Gpus>), track::Level>,
    ) -> Vec<Held> {
        let (mut held, busy) = self.all.finish(end);
        held.integral += self.gpus.iter().map(|gpu| gpu.beyond.integral()).sum::<u128>();
        levels.insert((Level::VramBytes, None), held);
        levels.insert((Level::GpusBusy, None), busy);
        if let Some(Batches { occupancy, beyond }) = self.batches {
            let (mut blocks, requests) = occupancy.finish(end);
            blocks.integral += beyond.integral();
            levels.insert((Level::KvBlocks, None), blocks);
            levels.insert((Level::BatchSize, None), requests);
        }
        self.sums.finish(end, levels);
        let of_gpu = |gpu: OfGpu| {
            let (most_bytes, busy) = gpu.occupancy.finish(end);
            Held { most_bytes, busy_ps: busy }
        };
        self.gpus.into_iter().map(of_gpu).collect()
    }
}

/// What is shown of one GPU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    /// The most bytes it held.
    pub(super) most_bytes: u64,
    /// For how long it was busy.
    pub(super) busy_ps: u64,
}

#[inline]
fn occupancy(levels: &Levels) -> Pair {
    Pair { held: Level::VramBytes.of(levels), busy: Level::GpusBusy.of(levels) }
}

#[inline]
fn batch(levels: &Levels) -> Pair {
    Pair { held: Level::KvBlocks.of(levels), busy: Level::BatchSize.of(levels) }
}
