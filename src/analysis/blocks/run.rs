//! `run`: seeds, warm-up, length.

use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::table::Table;
use crate::model::{Bound, Field, Form, MAX_SEEDS, Run};
use crate::units::{Dimension, Ratio};

const NOT_NEGATIVE: Bound = Bound::NotNegative;
const AT_LEAST_A_MICROSECOND: Bound = Bound::AtLeast(1e-6);
const POSITIVE: Bound = Bound::Positive;

/// The keys of `run`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "run",
    summary: "seeds, warm-up and length of a run",
    keys: &[
        Field::optional("seed", Form::Count, "the first seed").within(Bound::NotNegative).or("1"),
        Field::optional("seeds", Form::Count, "number of runs, each with the next seed")
            .within(Bound::Between(1.0, MAX_SEEDS as f64))
            .or("1"),
        Field::optional(
            "warmup",
            Form::Quantity(Dimension::TIME),
            "where measuring begins: earlier arrivals count in no metric, and neither does what GPUs hold until then",
        )
        .within(NOT_NEGATIVE)
        .or("0 s"),
        Field::optional(
            "until",
            Form::Quantity(Dimension::TIME),
            "when to stop; `drained` is when no request is left",
        )
        .within(POSITIVE)
        .or("drained"),
        Field::optional(
            "snapshot_tolerance",
            Form::Share,
            "how far numbers may differ from those of the snapshot",
        )
        .within(Bound::Between(0.0, 1.0))
        .or("0%"),
        Field::optional("sample_every", Form::Quantity(Dimension::TIME), "the interval of `timeseries.csv`")
            .within(AT_LEAST_A_MICROSECOND)
            .or("1 s"),
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
