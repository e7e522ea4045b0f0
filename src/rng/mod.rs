//! Randomness: a seed and a name make a stream, the same on every machine.
//!
//! Not for anything that must be unpredictable. Invariant: a stream depends on its seed and its name alone, so a
//! new draw in one never moves another.
//!
//! The samplers are our own, on ChaCha8 and `libm`: their values are part of what a golden snapshot pins, and the
//! libraries' may change with a version or a feature of some other crate.

mod exponential;
mod gamma;
mod normal;
mod uniform;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// Names the derivation of keys: another derivation gets another label.
const LABEL: &[u8] = b"kvs stream 1";

/// The streams of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// Those of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Streams {
        Streams { seed }
    }

    /// The stream of that name, as `workload.chat.arrivals`, from its beginning.
    ///
    /// Its ChaCha8 key is SHA-256 over a fixed label, the seed in little-endian bytes, and the name.
    #[must_use]
    pub fn stream(self, name: &str) -> Stream {
        let key = Sha256::new()
            .chain_update(LABEL)
            .chain_update(self.seed.to_le_bytes())
            .chain_update(name)
            .finalize();
        Stream { generator: ChaCha8Rng::from_seed(key.into()) }
    }
}

/// A sequence of random numbers.
#[derive(Clone, Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }
}
