//! A kind of GPU.

use serde::{Deserialize, Serialize};

use crate::units::{Bandwidth, Bytes, Ratio, TokenRate, UsdPerHour};

/// What one kind of GPU can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gpu {
    /// The name in the scenario or the catalogue.
    pub name: String,
    /// Memory.
    pub vram: Bytes,
    /// Requests executing at once (`batching phases`).
    pub max_concurrent: u32,
    /// Throughput figures, for `batching phases`.
    pub throughput: Option<Throughput>,
    /// Hardware figures, for `batching continuous`.
    pub hardware: Option<Hardware>,
    /// What an hour costs, where stated.
    pub price: Option<UsdPerHour>,
}

/// Rates as measured for the model served.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throughput {
    /// Prompt tokens a second, shared by all prefills.
    pub prefill: TokenRate,
    /// Output tokens a second at full batch, shared by all decodes.
    pub decode: TokenRate,
    /// Decodes that run at once; the rest wait.
    pub decode_sharing_cap: u32,
    /// The share of `decode` that is reached.
    pub decode_efficiency: Ratio,
    /// Output tokens a second that one request gets at most, however few others decode; no bound where not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decode_per_request: Option<TokenRate>,
}

/// The data sheet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hardware {
    /// Memory bandwidth.
    pub bandwidth: Bandwidth,
    /// Dense bf16 FLOP a second.
    pub compute: f64,
    /// Dense fp8 FLOP a second, where the GPU has it.
    pub compute_fp8: Option<f64>,
    /// Dense int8 operations a second, where the GPU has it.
    pub compute_int8: Option<f64>,
    /// To other GPUs of the node, one way.
    pub link_bandwidth: Option<Bandwidth>,
}
