//! Counts of tokens of one request.

use std::ops::Add;

use serde::{Deserialize, Serialize};

/// A number of tokens of one request; sums over many requests are kept in `u64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tokens(u32);

impl Tokens {
    /// From a count.
    #[must_use]
    pub const fn new(tokens: u32) -> Tokens {
        Tokens(tokens)
    }

    /// The count.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Add for Tokens {
    type Output = Tokens;

    fn add(self, other: Tokens) -> Tokens {
        Tokens(self.0.checked_add(other.0).expect("a request has fewer than 2^32 tokens"))
    }
}
