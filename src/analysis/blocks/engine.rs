//! `engine`: how a replica executes.

use super::error;
use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::mode::Mode;
use crate::analysis::language::table::Table;
use crate::model::{Batching, Bound, Choice, Cluster, Engine, Field, Form};
use crate::source::Span;
use crate::units::{Dimension, Ratio, Tokens};

const AT_LEAST_ONE: Bound = Bound::AtLeast(1.0);

/// Engines page in blocks of 1 to some hundred tokens.
const BLOCK_SIZE: Bound = Bound::Between(1.0, 4096.0);

/// The keys of `engine`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "engine",
    summary: "how a replica executes requests",
    keys: &[
        Field::optional(
            "batching",
            Form::Word(&["phases", "continuous"]),
            "the execution model; by default `phases` if the GPUs have throughput figures, otherwise `continuous`",
        ),
        Field::optional(
            "timing",
            Form::Choice("timing", || crate::engine::timings().collect()),
            "how long work takes; default `shared` with phases, `roofline` with continuous",
        ),
        Field::optional("max_batch", Form::Count, "requests in a step")
            .within(AT_LEAST_ONE)
            .or("256")
            .only(Batching::Continuous),
        Field::optional(
            "max_batch_tokens",
            Form::Count,
            "tokens in a step: longer prompts are prefilled in chunks",
        )
        .within(AT_LEAST_ONE)
        .or("2048")
        .only(Batching::Continuous),
        Field::optional("block_size", Form::Count, "tokens in a block of the paged cache")
            .within(BLOCK_SIZE)
            .or("16")
            .only(Batching::Continuous),
        Field::optional("prefix_cache", Form::Word(&["on", "off"]), "whether prefixes stay cached")
            .or("on")
            .only(Batching::Continuous),
        Field::optional("kv_memory", Form::Share, "the share of memory for weights and cache")
            .within(Bound::Between(0.01, 1.0))
            .or("90%")
            .only(Batching::Continuous),
        Field::optional("kv_blocks", Form::Count, "blocks of cache, if stated instead of derived")
            .within(AT_LEAST_ONE)
            .only(Batching::Continuous),
        Field::optional("schedule_ahead", Form::Count, "steps scheduled before the running one ends")
            .within(Bound::Between(0.0, 1.0))
            .or("1")
            .only(Batching::Continuous),
    ],
};

/// The execution model as written, or as the GPUs' figures suggest; `None` where neither is sound.
pub(in crate::analysis) fn mode(
    block: &Block<'_>,
    cluster: Option<&Cluster>,
    cluster_header: Span,
    ctx: &mut Context<'_>,
) -> Option<Mode> {
    if let Some(statement) = block.one("batching") {
        let batching = match block.word("batching", ctx)?.as_str() {
            "phases" => Batching::Phases,
            _ => Batching::Continuous,
        };
        return Some(Mode {
            batching,
            why: "the engine asks for it".to_owned(),
            span: statement.span,
            assumed: false,
        });
    }
    let groups = &cluster?.groups;
    let throughput = groups.iter().all(|group| group.gpu.throughput.is_some());
    let hardware = groups.iter().all(|group| group.gpu.hardware.is_some());
    let (batching, figures) = match (throughput, hardware) {
        (true, _) => (Batching::Phases, "throughput"),
        (false, true) => (Batching::Continuous, "hardware"),
        (false, false) => {
            ctx.report(error::mixed_figures(cluster_header, groups));
            return None;
        }
    };
    let why = format!("the default of GPUs with {figures} figures");
    Some(Mode { batching, why, span: cluster_header, assumed: false })
}

/// Lowers the engine for an execution model.
pub(in crate::analysis) fn lower(block: &Block<'_>, mode: &Mode, ctx: &mut Context<'_>) -> Option<Engine> {
    block.refuse_other_batching(mode, ctx);
    let timing = timing(block, mode, ctx);
    let max_batch = block.count_u32("max_batch", ctx);
    let max_batch_tokens = block.count_u32("max_batch_tokens", ctx);
    let block_size = block.count_u32("block_size", ctx);
    let prefix_cache = block.word("prefix_cache", ctx);
    let kv_memory = block.quantity("kv_memory", ctx);
    let kv_blocks = block.count("kv_blocks", ctx);
    let schedule_ahead = block.count_u32("schedule_ahead", ctx);
    if let (Some(memory), Some(blocks)) = (block.one("kv_memory"), block.one("kv_blocks")) {
        ctx.report(error::one_or_the_other(blocks, memory));
    }
    let timing_name = timing.as_ref().map(|timing| timing.name.clone()).unwrap_or_default();
    let computed = [("batching", mode.batching.name().to_owned()), ("timing", timing_name)];
    block.record(Some(mode.batching), &computed, ctx);
    Some(Engine {
        batching: mode.batching,
        timing: timing?,
        max_batch: max_batch?,
        max_batch_tokens: max_batch_tokens?,
        block_size: Tokens::new(block_size?),
        prefix_cache: prefix_cache? == "on",
        kv_memory: Ratio::new(kv_memory?),
        kv_blocks,
        schedule_ahead: schedule_ahead?,
    })
}

/// The timings of an execution model, the default first.
fn timings_of(batching: Batching) -> &'static [&'static str] {
    match batching {
        Batching::Phases => &["shared", "fixed"],
        Batching::Continuous => &["roofline", "linear"],
    }
}

fn timing(block: &Block<'_>, mode: &Mode, ctx: &mut Context<'_>) -> Option<Choice> {
    let known = timings_of(mode.batching);
    let Some(statement) = block.one("timing") else {
        return Some(Choice::named(known[0]));
    };
    let choice = block.choice("timing", Dimension::TIME, ctx)?;
    if mode.assumed || known.contains(&choice.name.as_str()) {
        return Some(choice);
    }
    ctx.report(error::timing_of_other_batching(statement, &choice.name, mode.batching, known));
    None
}
