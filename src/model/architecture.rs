//! The figures of a transformer, and how many parameters they make.
//!
//! Counts the matrices: attention, feed-forward or experts with their router, embeddings. Norms and biases are left
//! out, less than 0.1 % of any model. Feed-forward layers are gated (three matrices), as in all models of the
//! catalogue. In f64, which holds any such number exactly. Invariant: every figure that divides is at least 1.

use super::{LanguageModel, StoredAs};

/// The figures of a transformer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// Transformer layers.
    pub layers: u64,
    /// Width of the residual stream.
    pub hidden: u64,
    /// Query heads.
    pub heads: u64,
    /// Key and value heads.
    pub kv_heads: u64,
    /// Width of a query or key head, its rotary part under latent attention aside.
    pub head_dim: u64,
    /// Width of a value head.
    pub value_dim: u64,
    /// Width of the feed-forward layer, where a layer has no experts.
    pub intermediate: u64,
    /// Size of the vocabulary.
    pub vocab: u64,
    /// Whether input and output embedding are one matrix.
    pub tied_embeddings: bool,
    /// Mixture of experts.
    pub experts: Option<Experts>,
    /// Latent attention.
    pub latent: Option<Latent>,
    /// Layers that attend to the latest tokens only.
    pub window: Option<Window>,
}

/// Feed-forward layers of which a token visits some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Experts {
    /// Routed experts of a layer.
    pub routed: u64,
    /// Those a token visits.
    pub active: u64,
    /// Experts every token visits.
    pub shared: u64,
    /// Width of an expert.
    pub intermediate: u64,
    /// Leading layers without experts.
    pub dense_layers: u64,
}

/// Attention whose cache holds a compressed vector (DeepSeek-V2, arXiv 2405.04434, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latent {
    /// Width of the compressed vector.
    pub rank: u64,
    /// Width of the rotary key beside it.
    pub rope: u64,
    /// Width queries are compressed to, where they are.
    pub query_rank: Option<u64>,
}

/// Layers that attend to the latest tokens only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many tokens.
    pub tokens: u64,
    /// How many layers.
    pub layers: u64,
}

impl Architecture {
    /// The architecture of a model, where all its figures are known.
    #[must_use]
    pub fn of(model: &LanguageModel) -> Option<Architecture> {
        let given = |key: &str| {
            model
                .architecture
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| *value)
                .filter(|n| *n > 0)
        };
        let (layers, hidden, heads) = (given("layers")?, given("hidden")?, given("heads")?);
        let head_dim = given("head_dim").unwrap_or((hidden / heads).max(1));
        let expert_width = given("moe_intermediate").or(given("intermediate"))?;
        let experts = given("experts").map(|routed| Experts {
            routed,
            active: given("active_experts").unwrap_or(1).min(routed),
            shared: given("shared_experts").unwrap_or(0),
            intermediate: expert_width,
            dense_layers: given("dense_layers").unwrap_or(0).min(layers),
        });
        let latent = given("kv_lora_rank").map(|rank| Latent {
            rank,
            rope: given("rope_head_dim").unwrap_or(0),
            query_rank: given("q_lora_rank"),
        });
        let window = given("sliding_window")
            .zip(given("window_layers"))
            .map(|(tokens, windowed)| Window { tokens, layers: windowed.min(layers) });
        Some(Architecture {
            layers,
            hidden,
            heads,
            kv_heads: given("kv_heads").unwrap_or(heads),
            head_dim,
            value_dim: given("v_head_dim").unwrap_or(head_dim),
            intermediate: given("intermediate").unwrap_or(expert_width),
            vocab: given("vocab")?,
            tied_embeddings: given("tied_embeddings").is_some(),
            experts,
            latent,
            window,
        })
    }

    /// Parameters of a layer's attention: those that make queries and the output, and those that make keys and values.
    #[must_use]
    pub fn attention(&self) -> (f64, f64) {
        let (hidden, heads) = (self.hidden as f64, self.heads as f64);
        let (key, value) = (self.head_dim as f64, self.value_dim as f64);
        let output = heads * value * hidden;
        match self.latent {
            None => (hidden * heads * key + output, hidden * self.kv_heads as f64 * (key + value)),
            Some(latent) => {
                let (rank, rope) = (latent.rank as f64, latent.rope as f64);
                let width = heads * (key + rope);
                let queries = match latent.query_rank.map(|query_rank| query_rank as f64) {
                    Some(query_rank) => hidden * query_rank + query_rank * width,
                    None => hidden * width,
                };
                (queries + output, hidden * (rank + rope) + rank * heads * (key + value))
            }
        }
    }

    /// Layers whose feed-forward part is one and the same for every token.
    #[must_use]
    pub fn dense_layers(&self) -> u64 {
        self.experts.map_or(self.layers, |experts| experts.dense_layers)
    }

    /// Layers with experts.
    #[must_use]
    pub fn expert_layers(&self) -> u64 {
        self.layers - self.dense_layers()
    }

    /// Parameters of one gated feed-forward layer of that width.
    fn feed_forward(&self, width: u64) -> f64 {
        3.0 * self.hidden as f64 * width as f64
    }

    /// Parameters of the layers that every token meets: attention, dense feed-forward, routers, shared experts.
    #[must_use]
    pub fn common(&self) -> f64 {
        let (queries, keys) = self.attention();
        let dense = self.dense_layers() as f64 * self.feed_forward(self.intermediate);
        let beside_experts = self.experts.map_or(0.0, |experts| {
            let shared = experts.shared as f64 * self.feed_forward(experts.intermediate);
            self.expert_layers() as f64 * (shared + self.hidden as f64 * experts.routed as f64)
        });
        self.layers as f64 * (queries + keys) + dense + beside_experts
    }

    /// Parameters of one routed expert in every layer that has some; 0 without experts.
    #[must_use]
    pub fn expert(&self) -> f64 {
        self.experts
            .map_or(0.0, |experts| self.expert_layers() as f64 * self.feed_forward(experts.intermediate))
    }

    /// Parameters of the matrix that turns the residual stream into a choice of the next token.
    #[must_use]
    pub fn head(&self) -> f64 {
        self.hidden as f64 * self.vocab as f64
    }

    /// Parameters of the embeddings, of input and output.
    #[must_use]
    pub fn embeddings(&self) -> f64 {
        if self.tied_embeddings { self.head() } else { 2.0 * self.head() }
    }

    /// All parameters.
    #[must_use]
    pub fn parameters(&self) -> f64 {
        let routed = self.experts.map_or(0.0, |experts| experts.routed as f64);
        self.common() + routed * self.expert() + self.embeddings()
    }

    /// Parameters that take part in computing one token, both embeddings among them.
    #[must_use]
    pub fn active_parameters(&self) -> f64 {
        let idle = self.experts.map_or(0, |experts| experts.routed - experts.active);
        self.parameters() - idle as f64 * self.expert()
    }

    /// Values between the two halves of a layer's feed-forward part that one token needs room for, at most.
    #[must_use]
    pub fn widest(&self) -> f64 {
        let experts = self
            .experts
            .map_or(0.0, |experts| (experts.active + experts.shared) as f64 * experts.intermediate as f64);
        if self.dense_layers() > 0 { experts.max(self.intermediate as f64) } else { experts }
    }
}

impl StoredAs {
    /// Bytes a weight takes. Weights in four bits come with the scales of their groups, a quarter of a bit each: 8
    /// bits for 32 weights in MXFP4, 32 for 128 in GPTQ and AWQ.
    #[must_use]
    pub const fn weight_bytes(self) -> f64 {
        match self {
            StoredAs::Bf16 => 2.0,
            StoredAs::Fp8 | StoredAs::Int8 => 1.0,
            StoredAs::Int4 => 4.25 / 8.0,
        }
    }
}

impl LanguageModel {
    /// Bytes of the weights that one token alone needs: what every token meets, its experts, and the output's embedding.
    #[must_use]
    pub fn weight_bytes_a_token(&self, architecture: &Architecture) -> f64 {
        let active = architecture.experts.map_or(0.0, |experts| experts.active as f64);
        architecture.common() * self.dtype.weight_bytes()
            + active * architecture.expert() * self.expert_dtype.weight_bytes()
            + architecture.head() * StoredAs::Bf16.weight_bytes()
    }

    /// Bytes of all weights; embeddings are in bf16.
    #[must_use]
    pub fn weight_bytes(&self, architecture: &Architecture) -> f64 {
        let routed = architecture.experts.map_or(0.0, |experts| experts.routed as f64);
        architecture.common() * self.dtype.weight_bytes()
            + routed * architecture.expert() * self.expert_dtype.weight_bytes()
            + architecture.embeddings() * StoredAs::Bf16.weight_bytes()
    }
}
