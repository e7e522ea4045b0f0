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

/// What a text of a workload is. Equal ones have equal numbers, all others another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// What one request has to itself, by its number: the end of its prompt, or its answer alone.
    Own(u64),
    /// What a conversation has said so far, by the number of its session.
    Session(u64),
    /// A `prefix_group`, by its place among the prefixes.
    Group(u16),
    /// What a request has that shares nothing, by its number among all.
    Alone(u64),
    /// A text of a `prefix_pool`, by the pool's place among the prefixes and its rank there.
    Pool(u16, u32),
    /// A block of prompts in a trace, by the number that its id has.
    Recorded(u64),
}

impl Text {
    /// Its number: 16 bits for the workload, 4 for the kind, 44 for which of that kind.
    pub(super) fn number(self, workload: u16) -> u64 {
        let (kind, index) = match self {
            Text::Own(request) => (0, request),
            Text::Session(session) => (1, session),
            Text::Group(place) => (2, u64::from(place)),
            Text::Alone(request) => (4, request),
            Text::Recorded(block) => (5, block),
            Text::Pool(place, rank) => (3, u64::from(place) << 32 | u64::from(rank)),
        };
        assert!(index < 1 << 44, "a workload has fewer than 2^44 texts of a kind");
        u64::from(workload) << 48 | kind << 44 | index
    }
}

/// The text of a request that shares its content with no other, so that it finds again what it has computed itself.
#[must_use]
pub fn text_alone(workload: u16, request: u64) -> u64 {
    Text::Alone(request).number(workload)
}
