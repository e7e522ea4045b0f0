//! `model`: the KV bytes of a token, given or from the architecture.
//!
//! `kv_bytes_per_token` is the figure in bf16 wherever it is given; `kv_dtype` compresses it, as it does a cache
//! whose size follows from the architecture. A token's bytes are rounded up to whole ones.

use super::error;
use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::keys::{Key, Table, Value};
use crate::analysis::language::values;
use crate::model::{Bound, LanguageModel, StoredAs};
use crate::units::Dimension;

const AT_LEAST_ONE: Value = Value::Count(Bound::AtLeast(1.0));
/// Up to 1 GB: as many tokens as a request may have then stay below 2^62 bytes.
const KV_BYTES: Bound = Bound::Between(1.0, MAX_KV_BYTES as f64);
const MAX_KV_BYTES: u64 = 1_000_000_000;
const STORED: Value = Value::Word(StoredAs::NAMES);

/// What may stand in `model`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "model",
    summary: "a language model: `kv_bytes_per_token`, or the architecture it follows from",
    keys: &[
        Key::optional(
            "kv_bytes_per_token",
            Value::Quantity(Dimension::DATA, KV_BYTES),
            "KV cache bytes one token takes in bf16",
        ),
        Key::optional("kv_dtype", STORED, "how the KV cache is stored").or("bf16"),
        Key::optional("dtype", STORED, "how the weights are stored; embeddings are in bf16").or("bf16"),
        Key::optional(
            "expert_dtype",
            STORED,
            "how the weights of routed experts are stored; `dtype` where not set",
        ),
        Key::optional("layers", AT_LEAST_ONE, "transformer layers"),
        Key::optional("hidden", AT_LEAST_ONE, "width of the residual stream"),
        Key::optional("heads", AT_LEAST_ONE, "query heads"),
        Key::optional("kv_heads", AT_LEAST_ONE, "key and value heads; `heads` where not set"),
        Key::optional("head_dim", AT_LEAST_ONE, "width of a head; `hidden` / `heads` where not set"),
        Key::optional("intermediate", AT_LEAST_ONE, "width of the feed-forward layer"),
        Key::optional("vocab", AT_LEAST_ONE, "size of the vocabulary"),
        Key::optional("experts", AT_LEAST_ONE, "routed experts of a layer"),
        Key::optional("active_experts", AT_LEAST_ONE, "routed experts a token visits"),
        Key::optional("shared_experts", AT_LEAST_ONE, "experts every token visits"),
        Key::optional("moe_intermediate", AT_LEAST_ONE, "width of an expert"),
        Key::optional("dense_layers", AT_LEAST_ONE, "leading layers without experts"),
        Key::optional(
            "kv_lora_rank",
            AT_LEAST_ONE,
            "values a layer keeps of a token under latent attention, in place of keys and values",
        ),
        Key::optional("rope_head_dim", AT_LEAST_ONE, "rotary values beside `kv_lora_rank`"),
        Key::optional("q_lora_rank", AT_LEAST_ONE, "width queries are compressed to under latent attention"),
        Key::optional("v_head_dim", AT_LEAST_ONE, "width of a value head; `head_dim` where not set"),
        Key::optional(
            "sliding_window",
            AT_LEAST_ONE,
            "tokens of context that `window_layers` attend to; without these it is not modelled",
        ),
        Key::optional("window_layers", AT_LEAST_ONE, "layers that attend to `sliding_window` tokens only"),
        Key::optional(
            "tied_embeddings",
            Value::Word(&["on", "off"]),
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
    let given = block.expr("kv_bytes_per_token", ctx).map(|(expr, name)| {
        values::bytes(expr, name, KV_BYTES, ctx).map(|bytes| u128::from(bytes.get()) * 8)
    });
    let bits_in_bf16 = match given {
        Some(given) => given,
        None if block.has("kv_bytes_per_token") => None,
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
    for key in TABLE.keys.iter().filter(|key| matches!(key.value, Value::Count(_)) && block.has(key.name)) {
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
