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
mod zipf;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

pub use zipf::Zipf;

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
        Stream { generator: self.generator(name) }
    }

    /// The streams of that name that are told apart by two numbers, as those of sessions and their turns.
    #[must_use]
    pub fn family(self, name: &str) -> Family {
        Family { generator: self.generator(name) }
    }

    fn generator(self, name: &str) -> ChaCha8Rng {
        let key = Sha256::new()
            .chain_update(LABEL)
            .chain_update(self.seed.to_le_bytes())
            .chain_update(name)
            .finalize();
        ChaCha8Rng::from_seed(key.into())
    }
}

/// Streams of one name, each with two numbers of its own: whatever is drawn from one moves no other, and none has to
/// be kept.
#[derive(Clone, Debug)]
pub struct Family {
    generator: ChaCha8Rng,
}

impl Family {
    /// The stream with these numbers, from its beginning.
    ///
    /// The first is ChaCha's nonce, the second the upper half of its block counter: 2^35 draws lie between two of
    /// them. The member of two zeros is the stream of the name itself.
    #[must_use]
    pub fn member(&self, first: u64, second: u32) -> Stream {
        let mut generator = self.generator.clone();
        generator.set_stream(first);
        generator.set_word_pos(u128::from(second) << 36);
        Stream { generator }
    }
}

/// A sequence of random numbers.
#[derive(Clone, Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
}

impl Stream {
    /// The next 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }
}
