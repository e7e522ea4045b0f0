//! `gpu`: throughput figures, hardware figures or both.

use super::error;
use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::keys::{Key, Table, Value};
use crate::analysis::language::values;
use crate::model::{Batching, Bound, Gpu, Hardware, Throughput};
use crate::units::{Bandwidth, Dimension, Ratio, TokenRate, UsdPerHour};

/// Within these the engine's coefficients are exact to 1e-9 and a prompt of any length ends within the clock's range
/// or plainly beyond it.
const RATE: Value = Value::Quantity(Dimension::TOKEN_RATE, Bound::Between(1e-3, 1e12));
/// From a thousandth of a TFLOPS to a million of them.
const COMPUTE: Value = Value::Quantity(Dimension::COMPUTE, Bound::Between(1e9, 1e18));
const BANDWIDTH: Value = Value::Quantity(Dimension::BANDWIDTH, super::cluster::LINK_BANDWIDTH);
/// Up to a million dollars an hour, in dollars a second.
const PRICE: Value = Value::Quantity(Dimension::PRICE, Bound::Between(0.0, 1e6 / 3600.0));
const AT_LEAST_ONE: Value = Value::Count(Bound::AtLeast(1.0));

/// What may stand in `gpu`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "gpu",
    summary: "a kind of GPU: throughput figures for `batching phases`, hardware figures for `batching continuous`",
    keys: &[
        Key::required("vram", Value::Quantity(Dimension::DATA, Bound::Positive), "memory"),
        Key::optional("max_concurrent", AT_LEAST_ONE, "requests executing at once")
            .or("16")
            .only(Batching::Phases),
        Key::optional("prefill", RATE, "prompt tokens a second, shared by all prefills"),
        Key::optional("decode", RATE, "output tokens a second at full batch, shared by all decodes"),
        Key::optional(
            "decode_sharing_cap",
            AT_LEAST_ONE,
            "decodes that run at once, the rest wait; `max_concurrent` where not set",
        )
        .only(Batching::Phases),
        Key::optional(
            "decode_efficiency",
            Value::Factor(Bound::Between(1e-3, 1.0)),
            "the share of `decode` that is reached",
        )
        .or("1")
        .only(Batching::Phases),
        Key::optional("bandwidth", BANDWIDTH, "memory bandwidth"),
        Key::optional("compute", COMPUTE, "dense bf16 FLOP a second"),
        Key::optional("compute_fp8", COMPUTE, "dense fp8 FLOP a second, where the GPU has it"),
        Key::optional("compute_int8", COMPUTE, "dense int8 operations a second, where the GPU has it"),
        Key::optional("link_bandwidth", BANDWIDTH, "to other GPUs of the node, one way"),
        Key::optional("price", PRICE, "what an hour costs"),
    ],
};

/// Keys that say nothing without `prefill` and `decode`.
const OF_THROUGHPUT: &[&str] = &["max_concurrent", "decode_sharing_cap", "decode_efficiency"];

/// Lowers a GPU, its parents' statements among its own.
pub(in crate::analysis) fn lower(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Gpu> {
    block.require(ctx);
    let figures = check_figures(block, ctx);
    let vram =
        block.expr("vram", ctx).and_then(|(expr, name)| values::bytes(expr, name, Bound::Positive, ctx));
    let max_concurrent = block.count_u32("max_concurrent", ctx);
    let throughput = throughput(block, max_concurrent, ctx);
    let hardware = hardware(block, ctx);
    let price = block.quantity("price", ctx).map(|usd_per_second| UsdPerHour::new(usd_per_second * 3600.0));
    // Figures with a mistake in them are not figures that are missing, which would be reported once more.
    let readable = (throughput.is_some() || !block.has_or_misspelt("prefill"))
        && (hardware.is_some() || !block.has_or_misspelt("bandwidth"));
    (figures && readable).then_some(Gpu {
        name: block.name?.to_owned(),
        vram: vram?,
        max_concurrent: max_concurrent?,
        throughput,
        hardware,
        price,
    })
}

/// Whether the figures suffice for one of the two batchings.
fn check_figures(block: &Block<'_>, ctx: &mut Context<'_>) -> bool {
    let known = |key: &str| block.has_or_misspelt(key);
    let missing = match (known("prefill"), known("decode"), known("bandwidth"), known("compute")) {
        (true, false, ..) => Some(("decode", "prefill")),
        (false, true, ..) => Some(("prefill", "decode")),
        (.., true, false) => Some(("compute", "bandwidth")),
        (.., false, true) => Some(("bandwidth", "compute")),
        (false, false, false, false) => {
            if !block.damaged {
                ctx.report(error::no_figures(block));
            }
            return false;
        }
        _ => None,
    };
    if let (Some((missing, present)), false) = (missing, block.damaged) {
        ctx.report(error::half_of_the_figures(block, missing, present));
    }
    if missing.is_none() && !known("prefill") {
        for key in OF_THROUGHPUT {
            if let Some(statement) = block.one(key) {
                ctx.report(error::figure_without_throughput(&statement.key, block));
            }
        }
    }
    missing.is_none()
}

fn throughput(block: &Block<'_>, max_concurrent: Option<u32>, ctx: &mut Context<'_>) -> Option<Throughput> {
    let prefill = block.quantity("prefill", ctx);
    let decode = block.quantity("decode", ctx);
    let cap = block.count_u32("decode_sharing_cap", ctx);
    let efficiency = block.quantity("decode_efficiency", ctx);
    let cap = if block.has("decode_sharing_cap") { cap } else { max_concurrent };
    Some(Throughput {
        prefill: TokenRate::from_tokens_per_sec(prefill?),
        decode: TokenRate::from_tokens_per_sec(decode?),
        decode_sharing_cap: cap?,
        decode_efficiency: Ratio::new(efficiency?),
    })
}

fn hardware(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Hardware> {
    let bandwidth = block.quantity("bandwidth", ctx);
    let compute = block.quantity("compute", ctx);
    let compute_fp8 = block.quantity("compute_fp8", ctx);
    let compute_int8 = block.quantity("compute_int8", ctx);
    let link_bandwidth = block.quantity("link_bandwidth", ctx);
    Some(Hardware {
        bandwidth: Bandwidth::from_bytes_per_sec(bandwidth?),
        compute: compute?,
        compute_fp8,
        compute_int8,
        link_bandwidth: link_bandwidth.map(Bandwidth::from_bytes_per_sec),
    })
}

/// Records what holds for `kvs run --show-config`, the figures of the execution models it can run.
pub(in crate::analysis) fn record(block: &Block<'_>, ctx: &mut Context<'_>) {
    let batching = if block.has("prefill") { Batching::Phases } else { Batching::Continuous };
    let default = TABLE.keys.iter().find(|key| key.name == "max_concurrent").and_then(|key| key.default);
    let concurrent = block
        .one("max_concurrent")
        .map(|statement| crate::analysis::language::block::value_text(statement, ctx));
    let cap = concurrent.or(default.map(str::to_owned)).unwrap_or_default();
    block.record(Some(batching), &[("decode_sharing_cap", cap)], ctx);
}
