//! Hugging Face: the architecture as a model's `config.json` gives it (PretrainedConfig of transformers).

use super::{key, nothing};
use crate::dictionary::{Tool::HuggingFace, Word};

pub(super) static WORDS: &[Word] = &[
    key(HuggingFace, "num_hidden_layers", "model", "layers 32"),
    key(HuggingFace, "hidden_size", "model", "hidden 4096"),
    key(HuggingFace, "num_attention_heads", "model", "heads 32"),
    key(HuggingFace, "num_key_value_heads", "model", "kv_heads 8"),
    key(HuggingFace, "intermediate_size", "model", "intermediate 14336"),
    key(HuggingFace, "vocab_size", "model", "vocab 128256"),
    key(HuggingFace, "num_local_experts", "model", "experts 8"),
    key(HuggingFace, "n_routed_experts", "model", "experts 16"),
    key(HuggingFace, "num_experts", "model", "experts 16"),
    key(HuggingFace, "num_experts_per_tok", "model", "active_experts 2"),
    key(HuggingFace, "n_shared_experts", "model", "shared_experts 2"),
    key(HuggingFace, "moe_intermediate_size", "model", "moe_intermediate 1408"),
    key(HuggingFace, "first_k_dense_replace", "model", "dense_layers 1"),
    key(HuggingFace, "tie_word_embeddings", "model", "tied_embeddings on"),
    key(HuggingFace, "qk_rope_head_dim", "model", "rope_head_dim 64"),
    key(HuggingFace, "torch_dtype", "model", "dtype bf16"),
    nothing(HuggingFace, "max_position_embeddings", "prompts and outputs are as long as the workload says"),
    nothing(HuggingFace, "num_parameters", "parameters follow from `layers`, `hidden` and the rest"),
    nothing(HuggingFace, "params", "parameters follow from `layers`, `hidden` and the rest"),
];
