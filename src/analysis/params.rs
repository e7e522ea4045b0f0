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
use crate::syntax::ast::{Atom, Expr, File, Item, Param as Declaration};
use crate::syntax::{mentioned_params, parse};

/// A value that takes the place of a declared one.
#[derive(Clone, Debug)]
pub(super) struct Override {
    /// The parameter.
    pub(super) name: String,
    /// Its value.
    pub(super) value: Atom,
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
        settings.push(Override { name: name.clone(), value: param.value.clone() });
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
        let atom = set.map_or(&declaration.value, |setting| &setting.value);
        let mut ctx = Context::new(sources, &params, TABLES);
        ctx.unreadable = unreadable;
        ctx.declared_below = &declarations[position..];
        let value = value_of(atom, &mut ctx);
        diagnostics.extend(ctx.diagnostics.iter().cloned());
        let param = Param { value, text: as_written(atom, sources), origin: atom.span() };
        params.insert(name.clone(), param);
    }
    params
}

/// A value as it is written, without the quotes of a string.
pub(super) fn as_written(atom: &Atom, sources: &Sources) -> String {
    match atom {
        Atom::Text(text) => text.value.clone(),
        atom => one_line(sources, atom.span()),
    }
}

fn value_of(atom: &Atom, ctx: &mut Context<'_>) -> Option<ParamValue> {
    match atom {
        Atom::Word(word) => Some(ParamValue::Word(word.text.clone())),
        Atom::Text(text) => Some(ParamValue::Text(text.value.clone())),
        Atom::Value(Expr::Param(name)) if ctx.params.contains_key(&name.text) => {
            ctx.params[&name.text].value.clone()
        }
        Atom::Value(expr) => values::evaluate(expr, None, ctx).map(ParamValue::Quantity),
        Atom::Indexed(_) | Atom::Range(..) | Atom::List(..) | Atom::Arrow(_) => {
            ctx.report(error::not_a_param_value(atom.span(), ctx.text(atom.span())));
            None
        }
    }
}
