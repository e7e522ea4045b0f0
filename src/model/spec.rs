//! How a registry entry describes itself: the source of spelling, unit and range checks, `kvs list` and the docs.

use crate::units::Dimension;

/// One name an open set offers, as `p2c` among the routing policies.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// As written in a scenario.
    pub name: &'static str,
    /// One sentence for lists and docs.
    pub summary: &'static str,
    /// Its arguments; positional ones first, in order.
    pub params: &'static [Param],
    /// Whether runs execute it; what is declared ahead of its engine part is checked, then refused with `E0901`.
    pub simulated: bool,
}

/// An argument of a choice.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// As written before the value; for positional ones only in docs and messages.
    pub name: &'static str,
    /// Written without its name.
    pub positional: bool,
    /// What is written.
    pub form: Form,
    /// As written in a scenario, `"2"`; a parameter that is neither required nor defaulted may be left out.
    pub default: Option<&'static str>,
    /// Whether it must be given.
    pub required: bool,
    /// The values allowed, in base units.
    pub bound: Bound,
    /// One sentence for lists and docs.
    pub summary: &'static str,
}

/// What is written for an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A quantity of this dimension.
    Quantity(Dimension),
    /// A quantity of the dimension of the place: tokens in `prompt`, a time in `think`, a count in `turns`.
    OfPlace,
    /// `a .. b` of the dimension of the place.
    RangeOfPlace,
    /// A quantile of the place: any number of `pNN value` arguments (`p95 4000`), each as `pNN`.
    QuantilesOfPlace,
    /// A whole number.
    Count,
    /// A distribution over this dimension.
    Distribution(Dimension),
    /// `[weight distribution, …]` over the dimension of the place.
    Weighted,
    /// A list of quantities of this dimension.
    List(Dimension),
    /// `"file"`.
    File,
    /// `"text"` that is no file, as the name of a column.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The block of `stages`.
    Stages,
}

/// The values an argument may take, in base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Anything finite.
    Any,
    /// Above zero.
    Positive,
    /// Zero or more.
    NotNegative,
    /// Between the two, inclusive.
    Between(f64, f64),
    /// At least this.
    AtLeast(f64),
}

impl Bound {
    /// Whether a value lies inside.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Bound::Any => true,
            Bound::Positive => value > 0.0,
            Bound::NotNegative => value >= 0.0,
            Bound::Between(low, high) => (low..=high).contains(&value),
            Bound::AtLeast(low) => value >= low,
        }
    }
}

impl Param {
    /// A required argument written without its name.
    #[must_use]
    pub const fn positional(name: &'static str, form: Form, bound: Bound, summary: &'static str) -> Param {
        Param { name, positional: true, form, default: None, required: true, bound, summary }
    }

    /// A required argument written behind its name.
    #[must_use]
    pub const fn required(name: &'static str, form: Form, bound: Bound, summary: &'static str) -> Param {
        Param { name, positional: false, form, default: None, required: true, bound, summary }
    }

    /// An argument that may be left out and then does not apply.
    #[must_use]
    pub const fn optional(name: &'static str, form: Form, bound: Bound, summary: &'static str) -> Param {
        Param { name, positional: false, form, default: None, required: false, bound, summary }
    }

    /// The same argument with a default, as it would be written.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Param {
        Param { default: Some(default), required: false, ..self }
    }
}
