//! The numbers of a run by the names of the language: what results keep, what baselines compare and gates are about.
//!
//! They follow from the list of metrics: whatever is one number a run is kept, once. Invariant: a map sorted by name, so
//! that a file of results keeps its order whatever becomes of the list.

use std::collections::BTreeMap;

use super::number::Json;
use crate::metrics::{MetricInfo, Outcome};

/// The numbers of a run in the units of their names, shares from 0 to 1; what has no value is left out.
///
/// # Panics
/// When the run did not keep [everything recorded](crate::metrics::Demand::with_everything_recorded).
#[must_use]
pub fn figures(outcome: &Outcome) -> BTreeMap<String, Json> {
    let in_its_unit = |(info, value): (MetricInfo, f64)| {
        let value = info.unit_of_results().map_or(value, |unit| unit.of_base(value));
        (info.name, Json::new(value))
    };
    outcome.recorded().map(in_its_unit).collect()
}
