//! Open choices as plain data.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    /// A text, as the name of a column.
    Text(String),
    /// A file below the root.
    File(DataFile),
    /// What such a file holds: numbers in base units. No scenario has them; they take their place beside the file
    /// when its traffic is prepared.
    Values(Values),
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

/// A file of numbers that a choice is drawn from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// As written, relative to the scenario.
    pub path: String,
    /// The scenario's folder-relative path resolved for the host.
    pub resolved: String,
}

/// Numbers of a file, in its order; cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Values(pub Arc<[f64]>);

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
        Vec::deserialize(deserializer).map(|values| Values(values.into()))
    }
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

    /// The word or text of an argument; `None` where it is missing or of another form.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.arg(name) {
            Some(Arg::Word(text) | Arg::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The numbers read for an argument; `None` before they are.
    #[must_use]
    pub fn values(&self, name: &str) -> Option<&Values> {
        match self.arg(name) {
            Some(Arg::Values(values)) => Some(values),
            _ => None,
        }
    }

    /// Every file that this choice or one nested in it names.
    pub fn files(&self) -> Vec<&DataFile> {
        let mut files = Vec::new();
        for (_, arg) in &self.args {
            match arg {
                Arg::File(file) => files.push(file),
                Arg::Choice(nested) => files.extend(nested.files()),
                Arg::Weighted(parts) => files.extend(parts.iter().flat_map(|(_, part)| part.files())),
                Arg::Quantity(_)
                | Arg::Range(..)
                | Arg::Word(_)
                | Arg::Text(_)
                | Arg::Values(_)
                | Arg::List(_)
                | Arg::Quantiles(_)
                | Arg::Stages(_) => {}
            }
        }
        files
    }

    /// Adds an argument; for tests and defaults.
    #[must_use]
    pub fn with(mut self, name: &str, arg: Arg) -> Choice {
        self.args.push((name.to_owned(), arg));
        self
    }
}
