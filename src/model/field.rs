//! What may be written in one place: a statement of a block, or an argument of a choice.
//!
//! From a field come the checks of form, dimension and range, its default, `kvs list` and the reference. Invariant:
//! nothing else spells a default or a bound.

use super::{Arg, Batching, Spec};
use crate::units::{Dimension, Quantity, unit};

/// A statement of a block or an argument of a choice.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// As written before the value; of a positional argument only in docs and messages.
    pub name: &'static str,
    /// What the value looks like.
    pub form: Form,
    /// The values allowed, in base units.
    pub bound: Bound,
    /// What holds where it is left out, as written in a scenario: `"2"`. A field that is neither required nor
    /// defaulted then does not apply.
    pub default: Option<&'static str>,
    /// Whether it must be given.
    pub required: bool,
    /// One sentence for lists and docs.
    pub summary: &'static str,
    /// Whether it is written without its name, as some arguments are.
    pub positional: bool,
    /// Whether it may be given several times; a scenario then replaces all of them.
    pub repeatable: bool,
    /// The only batching that it has an effect with.
    pub batching: Option<Batching>,
}

/// What the value of a field looks like.
#[derive(Clone, Copy, Debug)]
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
    /// A percentage.
    Share,
    /// A number or a percentage.
    Factor,
    /// An entry of a registry; first what its entries are called.
    Choice(&'static str, fn() -> Vec<&'static Spec>),
    /// A distribution over this dimension.
    Distribution(Dimension),
    /// `[weight distribution, …]` over the dimension of the place.
    Weighted,
    /// A list of quantities of this dimension.
    List(Dimension),
    /// `"file"`.
    File,
    /// `"text"` that is not a file, such as the name of a column.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The block of `stages`.
    Stages,
    /// A form of its own, as it would be written.
    Shape(&'static str),
}

/// The values allowed, in base units.
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
    /// Whether a value is inside.
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

impl Form {
    /// The dimension of the numbers it holds, in a place that wants `place`.
    #[must_use]
    pub fn dimension(self, place: Dimension) -> Dimension {
        match self {
            Form::Quantity(dimension) | Form::Distribution(dimension) | Form::List(dimension) => dimension,
            Form::Count | Form::Share | Form::Factor => Dimension::NUMBER,
            Form::OfPlace
            | Form::RangeOfPlace
            | Form::QuantilesOfPlace
            | Form::Choice(..)
            | Form::Weighted
            | Form::File
            | Form::Text
            | Form::Word(_)
            | Form::Stages
            | Form::Shape(_) => place,
        }
    }
}

impl Field {
    /// One that may be left out and then does not apply.
    #[must_use]
    pub const fn optional(name: &'static str, form: Form, summary: &'static str) -> Field {
        Field {
            name,
            form,
            bound: Bound::Any,
            default: None,
            required: false,
            summary,
            positional: false,
            repeatable: false,
            batching: None,
        }
    }

    /// One that must be given.
    #[must_use]
    pub const fn required(name: &'static str, form: Form, summary: &'static str) -> Field {
        Field { required: true, ..Field::optional(name, form, summary) }
    }

    /// An argument that must be given and is written without its name.
    #[must_use]
    pub const fn positional(name: &'static str, form: Form, summary: &'static str) -> Field {
        Field { positional: true, ..Field::required(name, form, summary) }
    }

    /// The default as a value of the field, in a place of that dimension.
    #[must_use]
    pub fn default_value(&self, place: Dimension) -> Option<Arg> {
        let text = self.default?;
        let digits =
            text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
        let dimension = self.form.dimension(place);
        let quantity = text[..digits].parse().ok().and_then(|value: f64| match text[digits..].trim() {
            "" => Some(Quantity { value, dimension }),
            spelt => unit(spelt).map(|unit| Quantity { value: unit.to_base(value), dimension }),
        });
        Some(quantity.map_or_else(|| Arg::Word(text.to_owned()), Arg::Quantity))
    }

    /// The same with its values bounded.
    #[must_use]
    pub const fn within(self, bound: Bound) -> Field {
        Field { bound, ..self }
    }

    /// The same with a default, as it would be written.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Field {
        Field { default: Some(default), required: false, ..self }
    }

    /// The same, allowed several times.
    #[must_use]
    pub const fn repeatable(self) -> Field {
        Field { repeatable: true, ..self }
    }

    /// The same, with an effect in one batching only.
    #[must_use]
    pub const fn only(self, batching: Batching) -> Field {
        Field { batching: Some(batching), ..self }
    }
}
