//! What the tokens of a request are, as far as others may have the same: the identities a prefix cache compares.
//!
//! A text is an endless sequence of tokens known by a number; a request is the beginnings of one or more texts, one
//! after the other. Two requests share their leading tokens for as long as these stretches agree, and the last text
//! goes on into the output. Invariant: the stretches of a request add up to its prompt.

/// The first tokens of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch {
    /// Which text: equal numbers mean equal tokens, in all workloads of a run.
    pub text: u64,
    /// How many of its tokens.
    pub tokens: u32,
}
