//! `matrix`: the product of its axes, the first varying slowest.

use std::collections::{BTreeMap, BTreeSet};

use super::error;
use super::params::{Override, as_written};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::{Sources, Span};
use crate::syntax::ast::{Axis, Matrix, Param};

/// The most cases of a file.
pub const MAX_CASES: usize = 10_000;

/// One point of a matrix.
#[derive(Clone, Debug, Default)]
pub(super) struct Point {
    /// In the order of the axes.
    pub(super) settings: Vec<Override>,
    /// The same as written, for the case's name.
    pub(super) args: Vec<(String, String)>,
}

/// The points of a matrix whose axes are declared; `overrides` narrow their axis to one value. A file without a
/// matrix has one point without values.
pub(super) fn points(
    matrix: Option<&Matrix>,
    declared: &[&str],
    overrides: &[Override],
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Point> {
    let Some(matrix) = matrix else { return vec![Point::default()] };
    let declared: BTreeSet<&str> = declared.iter().copied().collect();
    let mut axes: Vec<&Axis> = Vec::new();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for axis in &matrix.axes {
        let name = &axis.name;
        if let Some(first) = seen.get(name.text.as_str()) {
            diagnostics.push(error::axis_twice(name, *first));
            continue;
        }
        seen.insert(&name.text, name.span);
        if !declared.contains(name.text.as_str()) {
            let first = axis.values.first().map_or_else(String::new, |value| as_written(value, sources));
            diagnostics.push(error::undeclared_axis(name, &declared, &first));
        } else if axis.values.is_empty() {
            diagnostics.push(error::empty_axis(axis));
        } else {
            axes.push(axis);
        }
    }
    let set = |axis: &Axis| overrides.iter().find(|setting| setting.name == axis.name.text);
    let sizes: Vec<usize> = axes.iter().map(|axis| set(axis).map_or(axis.values.len(), |_| 1)).collect();
    let product = sizes.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
    if product.is_none_or(|product| product > MAX_CASES) {
        diagnostics.push(error::too_many_points(matrix.keyword, &sizes));
        return Vec::new();
    }
    diagnostics.extend(axes.iter().filter_map(|axis| repeated_value(axis, sources)));
    let mut points = vec![Point::default()];
    for axis in axes {
        let values: Vec<_> = set(axis).map_or(axis.values.iter().collect(), |setting| vec![&setting.value]);
        points = points
            .iter()
            .flat_map(|point| {
                values.iter().map(|value| {
                    let mut point = point.clone();
                    let name = axis.name.text.clone();
                    point.args.push((name.clone(), as_written(value, sources)));
                    point.settings.push(Override { name, value: (*value).clone() });
                    point
                })
            })
            .collect();
    }
    points
}

/// Parameters to which a scenario gives a value that no case would have, since the matrix gives them its own.
pub(super) fn without_effect(matrix: Option<&Matrix>, of_scenario: &[&Param]) -> Vec<Diagnostic> {
    let axes = matrix.map_or(&[] as &[Axis], |matrix| &matrix.axes);
    let axis_of = |param: &Param| axes.iter().find(|axis| axis.name.text == param.name.text);
    of_scenario
        .iter()
        .filter_map(|param| axis_of(param).map(|axis| error::param_of_matrix(&param.name, &axis.name)))
        .collect()
}

/// The first value of an axis that is written like one before it: their cases would have one name.
fn repeated_value(axis: &Axis, sources: &Sources) -> Option<Diagnostic> {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    axis.values.iter().find_map(|value| {
        let text = as_written(value, sources);
        let before = first.insert(text.clone(), value.span())?;
        Some(error::axis_value_twice(&axis.name, &text, value.span(), before))
    })
}
