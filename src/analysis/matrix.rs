//! `matrix`: the product of its axes, the first varying slowest.

use std::collections::{BTreeMap, BTreeSet};

use super::language::value::Params;
use super::params::{Override, as_written};
use super::{axis, error};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::{Sources, Span};
use crate::syntax::ast::{Axis, Matrix, Param, Values};

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
/// matrix has one point without values. `params` may give the ends of ranges.
pub(super) fn points(
    axes: &[&Axis],
    keyword: Span,
    declared: &[&str],
    known: &Known<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Point> {
    let (written, axes) = (axes, settings_of(axes, "matrix", declared, known, diagnostics));
    let sizes: Vec<usize> = axes.iter().map(Vec::len).collect();
    let product = sizes.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
    if product.is_none_or(|product| product > MAX_CASES) {
        diagnostics.push(error::too_many_points(keyword, &sizes));
        return Vec::new();
    }
    note_repeated(written, "matrix", known, diagnostics);
    let mut points = vec![Point::default()];
    for settings in axes {
        points = points
            .iter()
            .flat_map(|point| {
                settings.iter().map(|setting| {
                    let mut point = point.clone();
                    point.args.push((setting.name.clone(), setting.text.clone()));
                    point.settings.push(setting.clone());
                    point
                })
            })
            .collect();
    }
    points
}

/// What the axes of a file are read with.
pub(super) struct Known<'k> {
    /// Parameters that may give the ends of ranges.
    pub(super) params: &'k Params,
    /// What is set on the command line.
    pub(super) overrides: &'k [Override],
    /// The texts.
    pub(super) sources: &'k Sources,
}

/// The settings of each sound axis of a `matrix` or a `plan`; the others are reported.
pub(super) fn settings_of(
    axes: &[&Axis],
    block: &'static str,
    declared: &[&str],
    known: &Known<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Vec<Override>> {
    let declared: BTreeSet<&str> = declared.iter().copied().collect();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut found = Vec::new();
    for axis in axes {
        let name = &axis.name;
        if let Some(first) = seen.get(name.text.as_str()) {
            diagnostics.push(error::axis_twice(name, block, *first));
            continue;
        }
        seen.insert(&name.text, name.span);
        let settings = axis::settings(axis, known.params, known.sources, diagnostics);
        let is_empty_list = matches!(&axis.values, Values::List(elements) if elements.is_empty());
        if !declared.contains(name.text.as_str()) {
            let first = settings.first().map_or("", |setting| setting.text.as_str());
            diagnostics.push(error::undeclared_axis(name, block, &declared, first));
        } else if is_empty_list {
            diagnostics.push(error::empty_axis(axis, block));
        } else if !settings.is_empty() {
            let set = known.overrides.iter().find(|setting| setting.name == name.text);
            found.push(set.map_or(settings, |setting| vec![setting.clone()]));
        }
    }
    found
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

/// Reports the first value of each axis that is written like one before it: their cases would have one name.
pub(super) fn note_repeated(
    axes: &[&Axis],
    block: &'static str,
    known: &Known<'_>,
    diagnostics: &mut Diagnostics,
) {
    for axis in axes {
        let Values::List(elements) = &axis.values else { continue };
        let mut first: BTreeMap<String, Span> = BTreeMap::new();
        let repeated = elements.iter().find_map(|atoms| {
            let (text, place) = (as_written(atoms, known.sources), atoms.first()?.span());
            let before = first.insert(text.clone(), place)?;
            Some(error::axis_value_twice(&axis.name, block, &text, place, before))
        });
        diagnostics.extend(repeated);
    }
}
