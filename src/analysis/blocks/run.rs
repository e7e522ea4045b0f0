//! `run`: seeds, warm-up, length.

use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::keys::{Key, Table, Value};
use crate::model::{Bound, MAX_SEEDS, Run};
use crate::units::{Dimension, Ratio};

const NOT_NEGATIVE: Value = Value::Quantity(Dimension::TIME, Bound::NotNegative);
const AT_LEAST_A_MICROSECOND: Value = Value::Quantity(Dimension::TIME, Bound::AtLeast(1e-6));
const POSITIVE: Value = Value::Quantity(Dimension::TIME, Bound::Positive);

/// What may stand in `run`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "run",
    summary: "seeds, warm-up, length",
    keys: &[
        Key::optional("seed", Value::Count(Bound::NotNegative), "the first seed").or("1"),
        Key::optional(
            "seeds",
            Value::Count(Bound::Between(1.0, MAX_SEEDS as f64)),
            "how many runs, the seed counting up",
        )
        .or("1"),
        Key::optional("warmup", NOT_NEGATIVE, "requests that arrive before this are not measured").or("0 s"),
        Key::optional("until", POSITIVE, "when to stop, `drained` when nothing is left").or("drained"),
        Key::optional(
            "snapshot_tolerance",
            Value::Share(Bound::Between(0.0, 1.0)),
            "the share by which numbers may differ from those of the snapshot",
        )
        .or("0%"),
        Key::optional("sample_every", AT_LEAST_A_MICROSECOND, "the grid of `timeseries.csv`").or("1 s"),
    ],
};

/// Lowers the run.
pub(in crate::analysis) fn lower(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Run> {
    let seed = block.count("seed", ctx);
    let seeds = block.count_u32("seeds", ctx);
    let warmup = block.time("warmup", ctx);
    let until = block.time("until", ctx);
    let sample_every = block.duration("sample_every", ctx);
    let tolerance = block.quantity("snapshot_tolerance", ctx);
    block.record(None, &[], ctx);
    Some(Run {
        seed: seed?,
        seeds: seeds?,
        warmup: warmup?,
        until,
        sample_every: sample_every?,
        snapshot_tolerance: Ratio::new(tolerance?),
    })
}
