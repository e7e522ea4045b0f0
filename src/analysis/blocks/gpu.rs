//! `gpu`: throughput figures, hardware figures or both.

use super::error;
use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::table::Table;
use crate::model::{Batching, Bound, Field, Form, Gpu, Hardware, Throughput};
use crate::units::{Bandwidth, Dimension, Ratio, TokenRate, UsdPerHour};

/// Within these the engine's coefficients are exact to 1e-9 and a prompt of any length ends within the clock's range
/// or plainly beyond it.
const RATE: Bound = Bound::Between(1e-3, 1e12);
/// From a thousandth of a TFLOPS to a million of them.
const COMPUTE: Bound = Bound::Between(1e9, 1e18);

/// Up to a million dollars an hour, in dollars a second.
const PRICE: Bound = Bound::Between(0.0, 1e6 / 3600.0);
const AT_LEAST_ONE: Bound = Bound::AtLeast(1.0);

/// The keys of `gpu`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "gpu",
    summary: "a GPU type: throughput figures for `batching phases`, hardware figures for `batching continuous`",
    keys: &[
        Field::required("vram", Form::Quantity(Dimension::DATA), "memory size").within(Bound::Positive),
        Field::optional("max_concurrent", Form::Count, "requests executing at once")
            .within(AT_LEAST_ONE)
            .or("16")
            .only(Batching::Phases),
        Field::optional(
            "prefill",
            Form::Quantity(Dimension::TOKEN_RATE),
            "prompt tokens per second, shared by all prefills",
        )
        .within(RATE),
        Field::optional(
            "decode",
            Form::Quantity(Dimension::TOKEN_RATE),
            "output tokens per second at full batch, shared by all decodes",
        )
        .within(RATE),
        Field::optional(
            "decode_sharing_cap",
            Form::Count,
            "decodes that run at once, the others wait; default `max_concurrent`",
        )
        .within(AT_LEAST_ONE)
        .only(Batching::Phases),
        Field::optional("decode_efficiency", Form::Factor, "the share of `decode` that is achieved")
            .within(Bound::Between(1e-3, 1.0))
            .or("1")
            .only(Batching::Phases),
        Field::optional(
            "decode_per_request",
            Form::Quantity(Dimension::TOKEN_RATE),
            "output tokens a second that one request gets at most, however few others decode",
        )
        .within(RATE)
        .only(Batching::Phases),
        Field::optional("bandwidth", Form::Quantity(Dimension::BANDWIDTH), "memory bandwidth")
            .within(super::cluster::LINK_BANDWIDTH),
        Field::optional("compute", Form::Quantity(Dimension::COMPUTE), "dense bf16 FLOP per second")
            .within(COMPUTE),
        Field::optional(
            "compute_fp8",
            Form::Quantity(Dimension::COMPUTE),
            "dense fp8 FLOP per second, if the GPU supports it",
        )
        .within(COMPUTE),
        Field::optional(
            "compute_int8",
            Form::Quantity(Dimension::COMPUTE),
            "dense int8 operations per second, if the GPU supports it",
        )
        .within(COMPUTE),
        Field::optional(
            "link_bandwidth",
            Form::Quantity(Dimension::BANDWIDTH),
            "to other GPUs of the node, one way",
        )
        .within(super::cluster::LINK_BANDWIDTH),
        Field::optional("price", Form::Quantity(Dimension::PRICE), "the cost of an hour").within(PRICE),
    ],
};

/// Keys that say nothing without `prefill` and `decode`.
const OF_THROUGHPUT: &[&str] =
    &["max_concurrent", "decode_sharing_cap", "decode_efficiency", "decode_per_request"];

/// Lowers a GPU, its parents' statements among its own.
pub(in crate::analysis) fn lower(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Gpu> {
    block.require(ctx);
    let figures = check_figures(block, ctx);
    let vram = block.bytes("vram", ctx);
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
    let per_request = block.quantity("decode_per_request", ctx);
    let cap = if block.has("decode_sharing_cap") { cap } else { max_concurrent };
    Some(Throughput {
        prefill: TokenRate::from_tokens_per_sec(prefill?),
        decode: TokenRate::from_tokens_per_sec(decode?),
        decode_sharing_cap: cap?,
        decode_efficiency: Ratio::new(efficiency?),
        decode_per_request: per_request.map(TokenRate::from_tokens_per_sec),
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
    let concurrent = block.one("max_concurrent").map(|statement| ctx.value_text(statement));
    let cap = concurrent.or(default.map(str::to_owned)).unwrap_or_default();
    block.record(Some(batching), &[("decode_sharing_cap", cap)], ctx);
}
