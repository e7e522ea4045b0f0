//! Open choices, each with its arguments.

use super::fields::placeholder;
use super::table::Table;
use crate::engine;
use crate::model::{Field, Spec};
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
        let arguments: Vec<String> = spec.arguments.iter().map(argument).collect();
        let usage = [vec![spec.name.to_owned()], arguments].concat().join(" ");
        table.row([usage, spec.summary.to_owned()]);
    }
    table
}

/// An argument as in a manual: `name VALUE`, in brackets where it may be left out.
fn argument(field: &Field) -> String {
    let value = match field.default {
        Some(default) => default.to_owned(),
        None if field.positional => field.name.to_uppercase(),
        None => placeholder(field.form),
    };
    let written = if field.positional { value } else { format!("{} {value}", field.name) };
    if field.required { written } else { format!("[{written}]") }
}
