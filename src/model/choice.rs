//! Open choices as plain data.

use serde::{Deserialize, Serialize};

use crate::units::{Quantity, SimDuration};

/// One entry of a registry with its arguments, all parameters filled in (defaults included).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// As in the registry.
    pub name: String,
    /// In the registry's order; optional parameters without a default may be missing.
    pub args: Vec<(String, Arg)>,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arg {
    /// A number with its dimension.
    Quantity(Quantity),
    /// Two of them, the first not above the second.
    Range(Quantity, Quantity),
    /// A name.
    Word(String),
    /// A file below the root, as written.
    Text(String),
    /// Another choice, as a distribution.
    Choice(Box<Choice>),
    /// Weights and choices: a mixture.
    Weighted(Vec<(f64, Choice)>),
    /// A list of quantities of one dimension.
    List(Vec<Quantity>),
    /// Probabilities and values, rising: a quantile table.
    Quantiles(Vec<(f64, Quantity)>),
    /// The lines of `stages`.
    Stages(Vec<Stage>),
}

/// One line of `stages`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// How long.
    pub duration: SimDuration,
    /// The rate at its end in requests a second; `None` holds the last one.
    pub target: Option<f64>,
}

impl Choice {
    /// A choice without arguments.
    #[must_use]
    pub fn named(name: &str) -> Choice {
        Choice { name: name.to_owned(), args: Vec::new() }
    }

    /// The argument of that name.
    #[must_use]
    pub fn arg(&self, name: &str) -> Option<&Arg> {
        self.args.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A quantity in base units; `None` where the argument is missing or of another form.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.arg(name) {
            Some(Arg::Quantity(quantity)) => Some(quantity.value),
            _ => None,
        }
    }

    /// A nested choice; `None` where the argument is missing or of another form.
    #[must_use]
    pub fn choice(&self, name: &str) -> Option<&Choice> {
        match self.arg(name) {
            Some(Arg::Choice(choice)) => Some(choice),
            _ => None,
        }
    }

    /// Adds an argument; for tests and defaults.
    #[must_use]
    pub fn with(mut self, name: &str, arg: Arg) -> Choice {
        self.args.push((name.to_owned(), arg));
        self
    }
}
