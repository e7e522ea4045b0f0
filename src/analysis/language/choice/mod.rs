//! Choices: a name of a registry and its arguments, from the atoms of a statement.
//!
//! `p2c choices 3`, `gamma cv 2`, `mixture [0.7 constant 10, 0.3 lognormal median 40 cv 1]`: all are read by the one
//! shape that `Spec` states, so a registry entry needs no code here. A nested distribution takes every argument it
//! knows; what it does not know goes back to the choice around it. Invariant: a choice that is returned names an
//! entry of its registry, holds every required and defaulted argument, and each argument in its bound.

mod arguments;
mod reader;

pub(in crate::analysis) use reader::Reader;

use std::borrow::Cow;

use super::context::Context;
use super::cursor::Cursor;
use super::error;
use super::suggest::ranked;
use super::value::ParamValue;
use super::values;
use crate::model::{Arg, Choice, Field, Form, Spec};
use crate::syntax::ast::{Atom, Expr, Statement};
use crate::units::Dimension;

/// Lowers a statement that is one choice: `arrivals gamma cv 2`.
pub(in crate::analysis) fn choose(
    offer: &Offer,
    statement: &Statement,
    ctx: &mut Context<'_>,
) -> Option<Choice> {
    let statement = &*spelt_out(statement, ctx);
    let mut cursor = Cursor::of(statement);
    let choice = read_choice(offer, &mut cursor, ctx)?;
    cursor.finish(&choice.name, ctx).then_some(choice)
}

/// Lowers a statement as [`choose`] does; where a value is written in place of a name, `unnamed` is meant:
/// `rate 5 req/s`.
pub(in crate::analysis) fn choose_or(
    unnamed: &str,
    offer: &Offer,
    statement: &Statement,
    ctx: &mut Context<'_>,
) -> Option<Choice> {
    let statement = &*spelt_out(statement, ctx);
    let mut cursor = Cursor::of(statement);
    let (key, place) = (&statement.key.text, offer.place);
    let spec = offer.specs.iter().find(|spec| spec.name == unnamed && cursor.at_value(ctx));
    let choice = match spec {
        Some(spec) => {
            let args = arguments::read_all(spec.arguments, key, place, &mut cursor, ctx)?;
            Choice { name: spec.name.to_owned(), args }
        }
        None => read_choice(offer, &mut cursor, ctx)?,
    };
    cursor.finish(key, ctx).then_some(choice)
}

/// The statement with its parameters that stand for a choice with arguments replaced by that.
fn spelt_out<'s>(statement: &'s Statement, ctx: &Context<'_>) -> Cow<'s, Statement> {
    let choice = |atom: &Atom| match atom {
        Atom::Value(Expr::Param(name)) => match &ctx.params.get(&name.text)?.value {
            Some(ParamValue::Choice(atoms)) => Some(atoms.clone()),
            _ => None,
        },
        _ => None,
    };
    if !statement.atoms.iter().any(|atom| choice(atom).is_some()) {
        return Cow::Borrowed(statement);
    }
    let atoms = statement.atoms.iter().flat_map(|atom| choice(atom).unwrap_or_else(|| vec![atom.clone()]));
    Cow::Owned(Statement { atoms: atoms.collect(), ..statement.clone() })
}

/// An entry without arguments, as a default names it.
pub(in crate::analysis) fn by_default(offer: &Offer, name: &str) -> Option<Choice> {
    let spec = offer.specs.iter().find(|spec| spec.name == name)?;
    let args = spec.arguments.iter().filter_map(|field| {
        let value = field.default_value(offer.place)?;
        Some((field.name.to_owned(), value))
    });
    Some(Choice { name: name.to_owned(), args: args.collect() })
}

/// Lowers a statement whose key itself takes the arguments: `slo ttft 500 ms tpot 50 ms`.
pub(in crate::analysis) fn arguments(
    fields: &'static [Field],
    statement: &Statement,
    place: Dimension,
    ctx: &mut Context<'_>,
) -> Option<Vec<(String, Arg)>> {
    let mut cursor = Cursor::of(statement);
    let key = statement.key.text.as_str();
    let arguments = arguments::read_all(fields, key, place, &mut cursor, ctx)?;
    cursor.finish(key, ctx).then_some(arguments)
}

/// Reads the arguments that `fields` knows; leaves the rest to the caller.
pub(in crate::analysis) fn read_arguments(
    fields: &'static [Field],
    of: &str,
    place: Dimension,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Vec<(String, Arg)>> {
    arguments::read_all(fields, of, place, cursor, ctx)
}

/// What may be chosen at a place.
pub(in crate::analysis) struct Offer {
    /// The registry.
    pub(in crate::analysis) specs: Vec<&'static Spec>,
    /// What its entries are called.
    pub(in crate::analysis) what: &'static str,
    /// The dimension of the values the choice stands for.
    pub(in crate::analysis) place: Dimension,
}

impl Offer {
    /// What a field offers in a place.
    ///
    /// # Panics
    /// When the field is no choice.
    pub(in crate::analysis) fn of(field: &Field, place: Dimension) -> Offer {
        match field.form {
            Form::Choice(what, registry) => Offer { specs: registry(), what, place },
            Form::Distribution(dimension) => Offer::distributions(dimension),
            _ => unreachable!("`{}` is declared as a choice", field.name),
        }
    }

    /// The distributions over a dimension.
    pub(in crate::analysis) fn distributions(place: Dimension) -> Offer {
        Offer { specs: crate::workload::lengths::specs().collect(), what: "distribution", place }
    }
}

/// Reads a choice; leaves what it does not know to the caller.
pub(in crate::analysis) fn read_choice(
    offer: &Offer,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Choice> {
    let Some((name, span)) = cursor.take_word(ctx) else {
        report_no_word(offer, cursor, ctx);
        cursor.give_up();
        return None;
    };
    let Some(spec) = offer.specs.iter().find(|spec| spec.name == name) else {
        let written = cursor.peek().map_or("", |atom| ctx.text(atom.span()));
        let diagnostic =
            error::unknown_choice(offer.what, &name, span, written, &ranked(&name, &offer.specs));
        ctx.report(diagnostic);
        cursor.give_up();
        return None;
    };
    let args = arguments::read_all(spec.arguments, spec.name, offer.place, cursor, ctx)?;
    Some(Choice { name, args })
}

fn report_no_word(offer: &Offer, cursor: &Cursor<'_>, ctx: &mut Context<'_>) {
    let names: Vec<&str> = offer.specs.iter().map(|spec| spec.name).collect();
    let diagnostic = match cursor.peek() {
        None => error::missing_choice(offer.what, cursor.last().after(), &names),
        Some(Atom::Value(expr @ Expr::Param(name))) => match ctx.params.get(&name.text) {
            // Reported where the parameter is defined.
            Some(param) if param.value.is_none() => return,
            Some(param) => error::param_is_not_a_choice(offer.what, name, param, &names),
            None => {
                // Evaluating an unknown parameter reports it.
                values::evaluate(expr, None, ctx);
                return;
            }
        },
        Some(atom) => {
            let constant = names.contains(&"constant") && matches!(atom, Atom::Value(_));
            let text = ctx.text(atom.span());
            let is_bare = text.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
            let unit = if offer.place == Dimension::TIME && is_bare { " s" } else { "" };
            let constant = constant.then(|| format!("constant {text}{unit}"));
            error::not_a_choice(offer.what, atom.span(), text, constant.as_deref(), &names)
        }
    };
    ctx.report(diagnostic);
}
