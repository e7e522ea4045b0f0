//! Open choices, each with its arguments.

use super::table::Table;
use crate::engine;
use crate::model::{Form, Param, Spec};
use crate::policy::{
    decode_routing, eviction, memory_pressure, preemption, reservation, routing, scheduling,
};
use crate::workload::{arrivals, formats, lengths, prefixes, rates, sessions};

/// The choices of `policy`.
pub(super) fn policies() -> Vec<Table> {
    vec![
        choices("policy { routing … }", routing::specs()),
        choices("policy { decode_routing … }", decode_routing::specs()),
        choices("policy { scheduling … }", scheduling::specs()),
        choices("policy { reservation … }", reservation::specs()),
        choices("policy { memory_pressure … }", memory_pressure::specs()),
        choices("policy { eviction … }", eviction::specs()),
        choices("policy { preemption … }", preemption::specs()),
    ]
}

/// The choices of `timing`.
pub(super) fn timings() -> Vec<Table> {
    vec![choices("engine { timing … }", engine::timings())]
}

/// The choices of `arrivals`.
pub(super) fn arrivals() -> Vec<Table> {
    vec![choices("workload { arrivals … }", arrivals::specs())]
}

/// The choices of `rate`.
pub(super) fn rates() -> Vec<Table> {
    vec![choices("workload { rate … }", rates::specs())]
}

/// Distributions.
pub(super) fn lengths() -> Vec<Table> {
    vec![choices("workload { prompt …; output … }", lengths::specs())]
}

/// What makes requests depend on each other.
pub(super) fn sessions() -> Vec<Table> {
    vec![choices("workload { … }", std::iter::once(&sessions::SPEC).chain(prefixes::specs()))]
}

/// The choices of `format`.
pub(super) fn formats() -> Vec<Table> {
    vec![choices("trace NAME from \"file\" { format … }", formats::specs())]
}

fn choices(title: &str, specs: impl Iterator<Item = &'static Spec>) -> Table {
    let mut table = Table::new(title);
    for spec in specs {
        let arguments: Vec<String> = spec.params.iter().map(argument).collect();
        let usage = [vec![spec.name.to_owned()], arguments].concat().join(" ");
        let later = if spec.simulated { "" } else { " (not simulated yet)" };
        table.row([usage, format!("{}{later}", spec.summary)]);
    }
    table
}

/// An argument as in a manual: `name VALUE`, in brackets where it may be left out.
fn argument(param: &Param) -> String {
    let value = match param.default {
        Some(default) => default.to_owned(),
        None if param.positional => param.name.to_uppercase(),
        None => placeholder(param.form),
    };
    let written = if param.positional { value } else { format!("{} {value}", param.name) };
    if param.required { written } else { format!("[{written}]") }
}

fn placeholder(form: Form) -> String {
    let text = match form {
        Form::Quantity(_) | Form::OfPlace => "X",
        Form::RangeOfPlace => "A .. B",
        Form::QuantilesOfPlace => "pNN X …",
        Form::Count => "N",
        Form::Distribution(_) => "DISTRIBUTION",
        Form::Weighted => "[WEIGHT DISTRIBUTION, …]",
        Form::List(_) => "[X, …]",
        Form::File => "\"FILE\"",
        Form::Text => "\"TEXT\"",
        Form::Word(words) => return words.join("/"),
        Form::Stages => "{ D -> RATE; … }",
    };
    text.to_owned()
}
