//! `model`: the KV bytes of a token, given or from the architecture.
//!
//! `kv_bytes_per_token` is the figure in bf16 wherever it is given; `kv_dtype` compresses it, as it does a cache
//! whose size follows from the architecture. A token's bytes are rounded up to whole ones.

use super::error;
use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::table::Table;
use crate::model::{Bound, Field, Form, LanguageModel, StoredAs};
use crate::units::Dimension;

const AT_LEAST_ONE: Bound = Bound::AtLeast(1.0);
/// Up to 1 GB: as many tokens as a request may have then stay below 2^62 bytes.
const KV_BYTES: Bound = Bound::Between(1.0, MAX_KV_BYTES as f64);
const MAX_KV_BYTES: u64 = 1_000_000_000;
const STORED: Form = Form::Word(StoredAs::NAMES);

/// A figure of the architecture.
const fn figure(name: &'static str, summary: &'static str) -> Field {
    Field::optional(name, Form::Count, summary).within(AT_LEAST_ONE)
}

/// The keys of `model`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "model",
    summary: "a language model: `kv_bytes_per_token`, or the architecture it follows from",
    keys: &[
        Field::optional(
            "kv_bytes_per_token",
            Form::Quantity(Dimension::DATA),
            "KV cache bytes per token in bf16",
        )
        .within(KV_BYTES),
        Field::optional("kv_dtype", STORED, "how the KV cache is stored").or("bf16"),
        Field::optional("dtype", STORED, "how the weights are stored; embeddings are in bf16").or("bf16"),
        Field::optional(
            "expert_dtype",
            STORED,
            "how the weights of routed experts are stored; default `dtype`",
        ),
        figure("layers", "transformer layers"),
        figure("hidden", "width of the residual stream"),
        figure("heads", "query heads"),
        figure("kv_heads", "key and value heads; default `heads`"),
        figure("head_dim", "width of a head; default `hidden` / `heads`"),
        figure("intermediate", "width of the feed-forward layer"),
        figure("vocab", "size of the vocabulary"),
        figure("experts", "routed experts per layer"),
        figure("active_experts", "routed experts per token"),
        figure("shared_experts", "experts that every token uses"),
        figure("moe_intermediate", "width of an expert"),
        figure("dense_layers", "leading layers without experts"),
        figure(
            "kv_lora_rank",
            "values stored per token and layer under latent attention, instead of keys and values",
        ),
        figure("rope_head_dim", "rotary values beside `kv_lora_rank`"),
        figure("q_lora_rank", "width queries are compressed to under latent attention"),
        figure("v_head_dim", "width of a value head; default `head_dim`"),
        figure(
            "sliding_window",
            "tokens of context that `window_layers` attend to; without these it is not modelled",
        ),
        figure("window_layers", "layers that attend to `sliding_window` tokens only"),
        Field::optional(
            "tied_embeddings",
            Form::Word(&["on", "off"]),
            "whether input and output embedding are one matrix",
        )
        .or("off"),
    ],
};

/// Lowers a model, its parents' statements among its own.
pub(in crate::analysis) fn lower(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<LanguageModel> {
    let kv_dtype = block.word("kv_dtype", ctx).and_then(|name| StoredAs::named(&name));
    let dtype = block.word("dtype", ctx).and_then(|name| StoredAs::named(&name));
    let expert_dtype = if block.has("expert_dtype") {
        block.word("expert_dtype", ctx).and_then(|name| StoredAs::named(&name))
    } else {
        dtype
    };
    let architecture = architecture(block, ctx);
    let bits_in_bf16 = match block.one("kv_bytes_per_token") {
        Some(_) => block.bytes("kv_bytes_per_token", ctx).map(|bytes| u128::from(bytes.get()) * 8),
        None => {
            let bits = bits_of_token(&architecture.as_deref().unwrap_or_default().iter().collect::<Vec<_>>());
            if bits.is_none() && architecture.is_some() && !block.damaged && !misspelt(block) {
                ctx.report(error::no_kv_bytes(block));
            }
            bits
        }
    };
    let kv_dtype = kv_dtype?;
    let bytes = (bits_in_bf16? * u128::from(kv_dtype.bits())).div_ceil(16 * 8);
    let fits = u64::try_from(bytes).ok().filter(|bytes| *bytes <= MAX_KV_BYTES);
    let Some(kv_bytes_per_token) = fits else {
        ctx.report(error::kv_bytes_too_large(block, bytes, MAX_KV_BYTES));
        return None;
    };
    Some(LanguageModel {
        name: block.name?.to_owned(),
        kv_bytes_per_token,
        kv_dtype,
        dtype: dtype?,
        expert_dtype: expert_dtype?,
        architecture: architecture?,
    })
}

/// The figures of the architecture that are given, in the table's order; `None` when one is wrong.
fn architecture(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Vec<(String, u64)>> {
    let mut figures = Vec::new();
    let mut sound = true;
    for key in TABLE.keys.iter().filter(|key| matches!(key.form, Form::Count) && block.has(key.name)) {
        match block.count_u32(key.name, ctx) {
            Some(value) => figures.push((key.name.to_owned(), u64::from(value))),
            None => sound = false,
        }
    }
    match block.word("tied_embeddings", ctx) {
        Some(word) => figures.extend((word == "on").then(|| ("tied_embeddings".to_owned(), 1))),
        None => sound = false,
    }
    sound.then_some(figures)
}

/// Bits of cache a token takes in bf16: keys and values of every layer, or what latent attention keeps.
fn bits_of_token(figures: &[&(String, u64)]) -> Option<u128> {
    let figure =
        |key: &str| figures.iter().find(|(name, _)| name == key).map(|(_, value)| u128::from(*value));
    let layers = figure("layers")?;
    let values = match figure("kv_lora_rank") {
        Some(rank) => rank + figure("rope_head_dim").unwrap_or(0),
        None => {
            let heads = figure("heads");
            let kv_heads = figure("kv_heads").or(heads)?;
            let head_dim = match figure("head_dim") {
                Some(width) => width,
                None => figure("hidden")? / heads?,
            };
            2 * kv_heads.checked_mul(head_dim)?
        }
    };
    layers.checked_mul(values)?.checked_mul(16)
}

fn misspelt(block: &Block<'_>) -> bool {
    ["kv_bytes_per_token", "layers", "heads", "kv_heads", "head_dim", "hidden", "kv_lora_rank"]
        .iter()
        .any(|key| !block.has(key) && block.has_or_misspelt(key))
}

/// The figures that a step's cost needs and the model does not give.
pub(in crate::analysis) fn missing_architecture(model: &LanguageModel) -> Vec<&'static str> {
    let has = |key: &str| model.architecture.iter().any(|(name, _)| name == key);
    let mut missing: Vec<&'static str> =
        ["layers", "hidden", "heads", "vocab"].into_iter().filter(|key| !has(key)).collect();
    if !has("intermediate") && !has("moe_intermediate") {
        missing.push("intermediate");
    }
    missing
}
