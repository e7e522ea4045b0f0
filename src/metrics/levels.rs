//! What GPUs hold over time, exact and piecewise constant.
//!
//! Without `on` a level of GPUs is the sum over all of them, and its maximum the maximum of that sum. Means and maxima
//! are over the measured time, from `warmup` to the end of the run, or over that part of it that is selected; a level
//! that holds when the warm-up ends counts from there. The name alone is the value at an instant, and is allowed only
//! in `always`, `eventually` and `for`.

use super::info::{Aggregate, Better};
use super::spec::{Measure, MetricSpec, Source, Statistic};
use crate::engine::Levels;

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Requests waiting for room on any GPU.
    GlobalQueueDepth,
    /// Requests waiting on a GPU.
    QueueDepth,
    /// Prompts being computed.
    ActivePrefill,
    /// Requests that hold a slot in decode.
    ActiveDecode,
    /// Slots held by caches in transit.
    Transferring,
    /// KV cache bytes reserved.
    VramBytes,
    /// GPUs that execute.
    GpusBusy,
    /// Requests in a step.
    BatchSize,
    /// KV blocks held.
    KvBlocks,
}

impl Level {
    /// Those reported for each GPU.
    pub(super) const OF_GPUS: [Level; 8] = [
        Level::QueueDepth,
        Level::ActivePrefill,
        Level::ActiveDecode,
        Level::Transferring,
        Level::VramBytes,
        Level::GpusBusy,
        Level::BatchSize,
        Level::KvBlocks,
    ];

    /// Whether every run needs the sum over all GPUs.
    pub(super) fn in_summary(self) -> bool {
        matches!(self, Level::VramBytes | Level::GpusBusy)
    }

    /// Whether every run of `batching continuous` needs it, and no other has it.
    pub(super) fn is_of_steps(self) -> bool {
        matches!(self, Level::BatchSize | Level::KvBlocks)
    }

    /// Whether decodes add to it between the changes that are reported.
    pub(super) fn grows(self) -> bool {
        matches!(self, Level::VramBytes | Level::KvBlocks)
    }

    /// One GPU's part with what its decodes have taken since it was reported.
    #[inline]
    pub(super) fn now(self, levels: &Levels) -> u64 {
        match self {
            Level::VramBytes => levels.held_now().get(),
            Level::KvBlocks => levels.blocks_now(),
            _ => self.of(levels),
        }
    }

    /// One GPU's part, as reported.
    #[inline]
    #[must_use]
    pub fn of(self, levels: &Levels) -> u64 {
        match self {
            Level::GlobalQueueDepth => 0,
            Level::QueueDepth => u64::from(levels.queued),
            Level::ActivePrefill => u64::from(levels.prefill),
            Level::ActiveDecode => u64::from(levels.decode),
            Level::Transferring => u64::from(levels.transferring),
            Level::VramBytes => levels.held.get(),
            Level::GpusBusy => u64::from(levels.prefill > 0 || levels.decode > 0),
            Level::BatchSize => u64::from(levels.prefill) + u64::from(levels.decode),
            Level::KvBlocks => levels.blocks,
        }
    }
}

static STATISTICS: &[Statistic] = &[
    Statistic::new("", Aggregate::Itself),
    Statistic::new("mean_", Aggregate::Mean),
    Statistic::new("max_", Aggregate::Max),
];

/// `avg_` is a second spelling of `mean_`, `max_` one of `peak_`.
static MEMORY_STATISTICS: &[Statistic] = &[
    Statistic::new("", Aggregate::Itself),
    Statistic::new("mean_", Aggregate::Mean),
    Statistic::new("avg_", Aggregate::Mean),
    Statistic::new("peak_", Aggregate::Max),
    Statistic::new("max_", Aggregate::Max),
];

pub(super) static METRICS: &[MetricSpec] = &[
    count("global_queue_depth", Level::GlobalQueueDepth, "requests waiting for room on any GPU"),
    count(
        "queue_depth",
        Level::QueueDepth,
        "requests admitted to a GPU and waiting there for a slot, or with `pool` for a place on a decode replica",
    ),
    count("active_prefill", Level::ActivePrefill, "prompts being computed"),
    count("active_decode", Level::ActiveDecode, "requests that hold a slot in decode"),
    count(
        "transferring",
        Level::Transferring,
        "slots held by KV caches in transit between GPUs, one at each end",
    ),
    MetricSpec {
        name: "vram_bytes",
        statistics: MEMORY_STATISTICS,
        measure: Measure::Memory,
        better: Better::Lower,
        source: Source::Level(Level::VramBytes),
        definition: "KV cache bytes reserved",
    },
];

const fn count(name: &'static str, level: Level, definition: &'static str) -> MetricSpec {
    MetricSpec {
        name,
        statistics: STATISTICS,
        measure: Measure::Count,
        better: Better::Lower,
        source: Source::Level(level),
        definition,
    }
}
