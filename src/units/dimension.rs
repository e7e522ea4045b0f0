//! What a quantity of the language measures, as exponents of base dimensions.
//!
//! Tokens and requests are counts: `tokens_generated <= finished` compares them. Their rates are told apart:
//! `prefill 5 req/s` is a mistake. [`Dimension::comparable`] states that rule.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Exponents of the base dimensions; all zero is a plain number (a count, a factor, a share).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Dimension {
    /// Seconds.
    pub time: i8,
    /// Bytes.
    pub data: i8,
    /// Tokens.
    pub tokens: i8,
    /// Requests.
    pub requests: i8,
    /// Floating-point operations.
    pub compute: i8,
    /// US dollars.
    pub money: i8,
}

impl Dimension {
    const NONE: Dimension = Dimension { time: 0, data: 0, tokens: 0, requests: 0, compute: 0, money: 0 };
    /// A count, a factor or a share.
    pub const NUMBER: Dimension = Dimension::NONE;
    /// Seconds.
    pub const TIME: Dimension = Dimension { time: 1, ..Dimension::NONE };
    /// Bytes.
    pub const DATA: Dimension = Dimension { data: 1, ..Dimension::NONE };
    /// Bytes a second.
    pub const BANDWIDTH: Dimension = Dimension { data: 1, time: -1, ..Dimension::NONE };
    /// Tokens.
    pub const TOKENS: Dimension = Dimension { tokens: 1, ..Dimension::NONE };
    /// Tokens a second.
    pub const TOKEN_RATE: Dimension = Dimension { tokens: 1, time: -1, ..Dimension::NONE };
    /// Requests a second.
    pub const REQUEST_RATE: Dimension = Dimension { requests: 1, time: -1, ..Dimension::NONE };
    /// Floating-point operations a second.
    pub const COMPUTE: Dimension = Dimension { compute: 1, time: -1, ..Dimension::NONE };
    /// US dollars.
    pub const MONEY: Dimension = Dimension { money: 1, ..Dimension::NONE };
    /// US dollars a second of use.
    pub const PRICE: Dimension = Dimension { money: 1, time: -1, ..Dimension::NONE };

    /// Whether values of the two may be compared, added and assigned to each other.
    #[must_use]
    pub fn comparable(self, other: Dimension) -> bool {
        self == other || (self.is_count() && other.is_count())
    }

    /// A plain number, tokens or requests: what a bare number may stand for.
    #[must_use]
    pub fn is_count(self) -> bool {
        self.time == 0
            && self.data == 0
            && self.compute == 0
            && self.money == 0
            && matches!((self.tokens, self.requests), (0 | 1, 0) | (0, 1))
    }

    /// The dimension of a product; `None` when an exponent leaves the range of `i8`.
    #[must_use]
    pub fn times(self, other: Dimension) -> Option<Dimension> {
        Some(Dimension {
            time: self.time.checked_add(other.time)?,
            data: self.data.checked_add(other.data)?,
            tokens: self.tokens.checked_add(other.tokens)?,
            requests: self.requests.checked_add(other.requests)?,
            compute: self.compute.checked_add(other.compute)?,
            money: self.money.checked_add(other.money)?,
        })
    }

    /// The dimension of a quotient; `None` as for [`Dimension::times`].
    #[must_use]
    pub fn over(self, other: Dimension) -> Option<Dimension> {
        let inverse = Dimension {
            time: other.time.checked_neg()?,
            data: other.data.checked_neg()?,
            tokens: other.tokens.checked_neg()?,
            requests: other.requests.checked_neg()?,
            compute: other.compute.checked_neg()?,
            money: other.money.checked_neg()?,
        };
        self.times(inverse)
    }
}

impl fmt::Display for Dimension {
    /// The name used in messages: `a time`, `a token rate`; unnamed ones as their exponents.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            Dimension::NUMBER => "a number",
            Dimension::TIME => "a time",
            Dimension::DATA => "an amount of memory",
            Dimension::BANDWIDTH => "a bandwidth",
            Dimension::TOKENS => "a number of tokens",
            Dimension::TOKEN_RATE => "a token rate",
            Dimension::REQUEST_RATE => "a request rate",
            Dimension::COMPUTE => "a compute rate",
            Dimension::MONEY => "an amount of money",
            Dimension::PRICE => "a price per time",
            Dimension { time, data, tokens, requests, compute, money } => {
                let bases = [
                    (time, "s"),
                    (data, "B"),
                    (tokens, "tok"),
                    (requests, "req"),
                    (compute, "FLOP"),
                    (money, "$"),
                ];
                let powers: Vec<String> = bases
                    .iter()
                    .filter(|(exponent, _)| *exponent != 0)
                    .map(
                        |(exponent, base)| {
                            if *exponent == 1 { (*base).to_owned() } else { format!("{base}^{exponent}") }
                        },
                    )
                    .collect();
                return write!(formatter, "a quantity in {}", powers.join(" "));
            }
        };
        formatter.write_str(name)
    }
}

/// A value with its dimension, in base units: seconds, bytes, tokens, requests, FLOP, dollars.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// The value in base units; finite.
    pub value: f64,
    /// What it measures.
    pub dimension: Dimension,
}

impl Quantity {
    /// A plain number.
    #[must_use]
    pub const fn number(value: f64) -> Quantity {
        Quantity { value, dimension: Dimension::NUMBER }
    }
}
