//! Values as they are known while a case is lowered: of expressions, and of parameters.

use std::collections::BTreeMap;

use crate::source::Span;
use crate::syntax::ast::Atom;
use crate::units::Quantity;

/// A value with what is known of its spelling.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Evaluated {
    /// In base units.
    pub(in crate::analysis) quantity: Quantity,
    /// Which units were written.
    pub(in crate::analysis) written: Written,
    /// The whole expression.
    pub(in crate::analysis) span: Span,
    /// Where the value is written, if the expression is just a parameter.
    pub(in crate::analysis) origin: Option<Span>,
}

/// Which units were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Written {
    /// None: `512`.
    Bare,
    /// Only `%`.
    Percent,
    /// Some.
    Unit,
}

impl Evaluated {
    /// Whether no unit was written.
    pub(in crate::analysis) fn bare(&self) -> bool {
        self.written == Written::Bare
    }
}

/// The parameters in force, by name.
pub(in crate::analysis) type Params = BTreeMap<String, Param>;

/// A parameter of the file with the value it has in this case.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Param {
    /// What it stands for; `None` where its definition is wrong, which has been reported.
    pub(in crate::analysis) value: Option<ParamValue>,
    /// As written.
    pub(in crate::analysis) text: String,
    /// Where that value is written: in the file, in a matrix or on the command line.
    pub(in crate::analysis) origin: Span,
}

/// What a parameter stands for.
#[derive(Clone, Debug)]
pub(in crate::analysis) enum ParamValue {
    /// A number or a quantity.
    Quantity(Evaluated),
    /// A name: of a choice, a model, a GPU.
    Word(String),
    /// A string.
    Text(String),
    /// A name with its arguments: `prefix_aware load_cap 2`.
    Choice(Vec<Atom>),
}
