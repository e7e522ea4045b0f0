//! Memory of a replica: weights, a reserve, and the cache's blocks in what is left.
//!
//! blocks = floor((vram × kv_memory − weights − reserve) / block), for each GPU of a replica. Tensor parallelism
//! shards weights and cache; a GPU keeps at least one key and value head, so heads are replicated beyond as many GPUs
//! as there are of them, and the vector of latent attention is kept by each. Error: within 3 % of what vLLM reports
//! for the servers of docs/reference/accuracy.md. Invariant: blocks never take more than the share of memory.

use crate::model::{Architecture, Engine, Gpu, Group, LanguageModel};

/// Bytes the driver's context, libraries and captured graphs take on each GPU. From the five servers whose blocks are
/// known: what their memory holds beside weights, activations and cache is 1.0 to 1.2 GB.
const RUNTIME: f64 = 1.0e9;

/// Bytes of the buffers for messages where a replica has several GPUs, from the same servers: 0.5 GB each.
const MESSAGES: f64 = 0.5e9;

/// Bytes of an activation: bf16.
const ACTIVATION: f64 = 2.0;

/// Why a model cannot be served by a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Shortfall {
    /// Bytes each GPU needs for weights, reserve and one block.
    pub needed: f64,
    /// Bytes each GPU may use.
    pub usable: f64,
    /// The smallest number of GPUs per replica that is enough, if any is.
    pub enough: Option<u32>,
}

/// The most GPUs a replica that are tried for [`Shortfall::enough`].
const MOST: u32 = 1024;

/// Blocks of cache of each replica of a group: as stated, or as follows from its memory.
///
/// # Errors
/// When weights and reserve leave no room for a single block.
///
/// # Panics
/// When the model's architecture is not known in full; analysis refuses that.
pub fn kv_blocks(model: &LanguageModel, group: &Group, engine: &Engine) -> Result<u64, Shortfall> {
    if let Some(blocks) = engine.kv_blocks {
        return Ok(blocks);
    }
    let architecture = Architecture::of(model).expect("analysis asks for the whole architecture");
    let replica = Replica { model, architecture: &architecture, engine };
    match replica.blocks(&group.gpu, group.tensor_parallel) {
        0 => {
            let fits = |n_gpus: &u32| {
                architecture.heads.is_multiple_of(u64::from(*n_gpus))
                    && replica.blocks(&group.gpu, *n_gpus) > 0
            };
            let n_gpus = group.tensor_parallel;
            Err(Shortfall {
                needed: replica.fixed(n_gpus) + replica.block(n_gpus),
                usable: replica.usable(&group.gpu),
                enough: (n_gpus + 1..=MOST).find(fits),
            })
        }
        blocks => Ok(blocks),
    }
}

/// Bytes of a block on all GPUs of a replica.
///
/// # Panics
/// As [`kv_blocks`].
#[must_use]
pub fn block_bytes(model: &LanguageModel, group: &Group, engine: &Engine) -> u64 {
    let architecture = Architecture::of(model).expect("analysis asks for the whole architecture");
    let replica = Replica { model, architecture: &architecture, engine };
    libm::ceil(replica.block(group.tensor_parallel) * f64::from(group.tensor_parallel)) as u64
}

/// The share of all key and value heads that each of `n_gpus` keeps.
#[must_use]
pub fn share_of_cache(architecture: &Architecture, n_gpus: u32) -> f64 {
    match architecture.latent {
        Some(_) => 1.0,
        None => {
            let heads = architecture.kv_heads.div_ceil(u64::from(n_gpus));
            heads as f64 / architecture.kv_heads as f64
        }
    }
}

struct Replica<'a> {
    model: &'a LanguageModel,
    architecture: &'a Architecture,
    engine: &'a Engine,
}

impl Replica<'_> {
    fn blocks(&self, gpu: &Gpu, n_gpus: u32) -> u64 {
        // A negative quotient means zero blocks; so does one below 1.
        ((self.usable(gpu) - self.fixed(n_gpus)) / self.block(n_gpus)) as u64
    }

    fn usable(&self, gpu: &Gpu) -> f64 {
        gpu.vram.get() as f64 * self.engine.kv_memory.get()
    }

    /// Bytes on each GPU that no block may take.
    fn fixed(&self, n_gpus: u32) -> f64 {
        let weights = self.model.weight_bytes(self.architecture) / f64::from(n_gpus);
        let messages = if n_gpus > 1 { MESSAGES } else { 0.0 };
        weights + RUNTIME + messages + self.activations(n_gpus) + self.windows(n_gpus)
    }

    /// The largest step's values: gate and up projection, and the residual stream twice.
    fn activations(&self, n_gpus: u32) -> f64 {
        let width =
            2.0 * self.architecture.widest() / f64::from(n_gpus) + 2.0 * self.architecture.hidden as f64;
        f64::from(self.engine.max_batch_tokens) * width * ACTIVATION
    }

    /// A full window for every request of a batch: what layers with a window keep, however long a context grows.
    fn windows(&self, n_gpus: u32) -> f64 {
        let partial = self.architecture.window.filter(|window| window.layers < self.architecture.layers);
        partial.map_or(0.0, |window| {
            let tokens = window.tokens as f64 * f64::from(self.engine.max_batch);
            let layers = window.layers as f64 / self.architecture.layers as f64;
            tokens * layers * self.token(n_gpus)
        })
    }

    /// Bytes of a token in the cache of one GPU, all layers.
    fn token(&self, n_gpus: u32) -> f64 {
        self.model.kv_bytes_per_token as f64 * share_of_cache(self.architecture, n_gpus)
    }

    /// Bytes of a block on one GPU: the layers that keep every token.
    fn block(&self, n_gpus: u32) -> f64 {
        let layers = self.architecture.layers;
        let full = match self.architecture.window {
            Some(window) if window.layers < layers => layers - window.layers,
            // Where every layer has a window the cache is counted in full, an upper bound.
            Some(_) | None => layers,
        };
        f64::from(self.engine.block_size.get()) * self.token(n_gpus) * full as f64 / layers as f64
    }
}
