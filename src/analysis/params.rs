//! Parameters: declared in files, set on the command line, varied by a matrix.

use std::collections::BTreeSet;

use super::items::Items;
use super::language::context::Context;
use super::language::suggest::nearest;
use super::language::text::one_line;
use super::language::value::{Param, ParamValue, Params};
use super::language::values;
use super::tables::TABLES;
use super::{Overrides, error};
use crate::diagnostics::Diagnostics;
use crate::source::{Sources, Span};
use crate::syntax::ast::{Atom, Axis, Expr, File, Item, Param as Declaration};
use crate::syntax::{mentioned_params, parse};

/// A value that takes the place of a declared one.
#[derive(Clone, Debug)]
pub(super) struct Override {
    /// The parameter.
    pub(super) name: String,
    /// Its value: one atom, or a choice with its arguments.
    pub(super) value: Vec<Atom>,
    /// The same as it would be written.
    pub(super) text: String,
}

/// Reads `--set name=value`: each value becomes a text of its own, so that a mistake in it is drawn in it.
pub(super) fn overrides(
    written: &Overrides,
    items: &Items<'_>,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Override> {
    let mut settings: Vec<Override> = Vec::new();
    let declared = all_names(items);
    for (name, value) in written {
        let source = sources.add(format!("--set {name}={value}"), format!("param {name} = {value}"));
        let (file, mistakes) = parse(source, sources);
        let sound = mistakes.is_empty();
        diagnostics.extend(mistakes);
        let [Item::Param(param)] = file.items.as_slice() else {
            if sound {
                let end = u32::try_from(sources.get(source).text.len()).unwrap_or(u32::MAX);
                diagnostics.push(error::not_one_value(Span { source, start: 0, end }, name));
            }
            continue;
        };
        if !declared.contains(&name.as_str()) {
            let near = nearest(name, declared.iter().copied());
            diagnostics.push(error::cannot_set(&param.name, &near, &declared));
            continue;
        }
        settings.retain(|earlier| earlier.name != *name);
        let text = as_written(&param.value, sources);
        settings.push(Override { name: name.clone(), value: param.value.clone(), text });
    }
    settings
}

/// Names declared in the file, what it uses, or any of its scenarios.
pub(super) fn all_names<'s>(items: &Items<'s>) -> Vec<&'s str> {
    let in_scenarios =
        items.scenarios.iter().flat_map(|scenario| &scenario.items).filter_map(|item| match item {
            Item::Param(param) => Some(param.name.text.as_str()),
            _ => None,
        });
    items.params.iter().map(|param| param.name.text.as_str()).chain(in_scenarios).collect()
}

/// Notes the parameters of a file with cases that are used nowhere.
pub(super) fn note_unused(main: &File, sources: &Sources, diagnostics: &mut Diagnostics) {
    if diagnostics.has_errors() {
        return;
    }
    let used: BTreeSet<&str> = sources.texts().flat_map(mentioned_params).collect();
    let in_scenarios = main.items.iter().flat_map(|item| match item {
        Item::Scenario(scenario) => scenario.items.as_slice(),
        _ => &[],
    });
    for item in main.items.iter().chain(in_scenarios) {
        if let Item::Param(param) = item
            && !used.contains(param.name.text.as_str())
        {
            diagnostics.push(error::unused_param(&param.name));
        }
    }
}

/// Evaluates declarations in order, each knowing those before it; `settings` take the place of declared values, the
/// last of a name.
pub(super) fn evaluate(
    declarations: &[&Declaration],
    settings: &[Override],
    sources: &Sources,
    unreadable: bool,
    diagnostics: &mut Diagnostics,
) -> Params {
    let mut params = Params::new();
    for (position, declaration) in declarations.iter().enumerate() {
        let name = &declaration.name.text;
        let set = settings.iter().rev().find(|setting| setting.name == *name);
        let atoms = set.map_or(&declaration.value, |setting| &setting.value);
        let mut ctx = Context::new(sources, &params, TABLES);
        ctx.unreadable = unreadable;
        ctx.declared_below = &declarations[position..];
        let value = value_of(atoms, &mut ctx);
        diagnostics.extend(ctx.diagnostics.iter().cloned());
        let text = set.map_or_else(|| as_written(atoms, sources), |setting| setting.text.clone());
        let param = Param { value, text, origin: place(atoms) };
        params.insert(name.clone(), param);
    }
    params
}

/// A value as it is written, without the quotes of a string.
pub(super) fn as_written(atoms: &[Atom], sources: &Sources) -> String {
    match atoms {
        [Atom::Text(text)] => text.value.clone(),
        atoms => one_line(sources, place(atoms)),
    }
}

/// From the first to the last token of a value.
fn place(atoms: &[Atom]) -> Span {
    let (first, last) = (atoms.first(), atoms.last());
    first.zip(last).map(|(first, last)| first.span().to(last.span())).expect("a value has an atom")
}

fn value_of(atoms: &[Atom], ctx: &mut Context<'_>) -> Option<ParamValue> {
    match atoms {
        [Atom::Word(word)] => Some(ParamValue::Word(word.text.clone())),
        [Atom::Text(text)] => Some(ParamValue::Text(text.value.clone())),
        [Atom::Value(Expr::Param(name))] if ctx.params.contains_key(&name.text) => {
            ctx.params[&name.text].value.clone()
        }
        [Atom::Value(expr)] => values::evaluate(expr, None, ctx).map(ParamValue::Quantity),
        [Atom::Word(_), ..] => Some(ParamValue::Choice(atoms.to_vec())),
        _ => {
            let span = place(atoms);
            ctx.report(error::not_a_param_value(span, ctx.text(span)));
            None
        }
    }
}

/// The number that a value is, in base units; `None` for a name.
pub(super) fn number_of(atoms: &[Atom], sources: &Sources) -> Option<f64> {
    let params = Params::new();
    let mut ctx = Context::new(sources, &params, TABLES);
    match value_of(atoms, &mut ctx)? {
        ParamValue::Quantity(value) => Some(value.quantity.value),
        ParamValue::Word(_) | ParamValue::Text(_) | ParamValue::Choice(_) => None,
    }
}

/// Reads `--vary name=values`: a list with or without its brackets, or a range.
pub(super) fn varied(
    written: &Overrides,
    items: &Items<'_>,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Axis> {
    let declared = all_names(items);
    let mut axes = Vec::new();
    for (name, values) in written {
        let is_list = values.trim_start().starts_with('[');
        let text = match is_list || values.contains("..") {
            true => format!("matrix {{ {name} in {values} }}"),
            false => format!("matrix {{ {name} in [{values}] }}"),
        };
        let source = sources.add(format!("--vary {name}={values}"), text);
        let (file, mistakes) = parse(source, sources);
        let sound = mistakes.is_empty();
        diagnostics.extend(mistakes);
        let read = match file.items.as_slice() {
            [Item::Matrix(matrix)] => matrix.axes.as_slice(),
            _ => &[],
        };
        let [axis] = read else {
            if sound {
                let end = u32::try_from(sources.get(source).text.len()).unwrap_or(u32::MAX);
                diagnostics.push(error::not_one_axis(Span { source, start: 0, end }, name));
            }
            continue;
        };
        if !declared.contains(&name.as_str()) {
            let near = nearest(name, declared.iter().copied());
            diagnostics.push(error::cannot_set(&axis.name, &near, &declared));
            continue;
        }
        axes.push(axis.clone());
    }
    axes
}
