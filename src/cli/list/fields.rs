//! The keys of blocks, and how the value of any field is written in a manual.

use super::table::Table;
use crate::analysis;
use crate::model::{Batching, Form};

/// The keys of every block.
pub(super) fn keys() -> Vec<Table> {
    analysis::tables()
        .map(|block| {
            let mut table = Table::new(format!("{}: {}", block.block, block.summary));
            for key in block.keys {
                let default = match (key.default, key.required) {
                    (Some(default), _) => format!("[{default}]"),
                    (None, true) => "required".to_owned(),
                    (None, false) => String::new(),
                };
                let only = match key.batching {
                    Some(Batching::Phases) => " (phases)",
                    Some(Batching::Continuous) => " (continuous)",
                    None => "",
                };
                let written = format!("{} {}", key.name, placeholder(key.form));
                table.row([written, default, format!("{}{only}", key.summary)]);
            }
            table
        })
        .collect()
}

/// What stands for a value of this form.
pub(super) fn placeholder(form: Form) -> String {
    let text = match form {
        Form::Quantity(_) | Form::OfPlace | Form::Factor => "X",
        Form::RangeOfPlace => "A .. B",
        Form::QuantilesOfPlace => "pNN X …",
        Form::Count => "N",
        Form::Share => "P%",
        Form::Choice(what, _) => return what.to_uppercase(),
        Form::Distribution(_) => "DISTRIBUTION",
        Form::Weighted => "[WEIGHT DISTRIBUTION, …]",
        Form::List(_) => "[X, …]",
        Form::File => "\"FILE\"",
        Form::Text => "\"TEXT\"",
        Form::Word(words) => return words.join("/"),
        Form::Stages => "{ D -> RATE; … }",
        Form::Shape(shape) => shape,
    };
    text.to_owned()
}
