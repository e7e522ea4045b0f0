//! The model that is served.

use serde::{Deserialize, Serialize};

/// How numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoredAs {
    /// 16 bits.
    Bf16,
    /// 8 bits, floating point.
    Fp8,
    /// 8 bits, integer.
    Int8,
    /// 4 bits, integer.
    Int4,
}

impl StoredAs {
    /// As written in a scenario, in the order shown to users.
    pub const NAMES: &'static [&'static str] = &["bf16", "fp8", "int8", "int4"];

    /// From its name.
    #[must_use]
    pub fn named(name: &str) -> Option<StoredAs> {
        match name {
            "bf16" => Some(StoredAs::Bf16),
            "fp8" => Some(StoredAs::Fp8),
            "int8" => Some(StoredAs::Int8),
            "int4" => Some(StoredAs::Int4),
            _ => None,
        }
    }

    /// Bits a value.
    #[must_use]
    pub const fn bits(self) -> u64 {
        match self {
            StoredAs::Bf16 => 16,
            StoredAs::Fp8 | StoredAs::Int8 => 8,
            StoredAs::Int4 => 4,
        }
    }
}

/// A language model: the KV bytes of a token and, where known, its architecture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageModel {
    /// The name in the scenario or the catalogue.
    pub name: String,
    /// KV cache bytes one token takes, after compression by `kv_dtype`.
    pub kv_bytes_per_token: u64,
    /// How the cache is stored.
    pub kv_dtype: StoredAs,
    /// How the weights are stored; embeddings are in bf16.
    pub dtype: StoredAs,
    /// How the weights of routed experts are stored.
    pub expert_dtype: StoredAs,
    /// The architecture's figures as given, by key (`layers`, `hidden`, …), for `batching continuous`.
    pub architecture: Vec<(String, u64)>,
}
