//! Choices: a name of a registry and its arguments, from the atoms of a statement.
//!
//! `p2c choices 3`, `gamma cv 2`, `mixture [0.7 constant 10, 0.3 lognormal median 40 cv 1]`: all are read by the one
//! shape that `Spec` states, so a registry entry needs no code here. A nested distribution takes every argument it
//! knows; what it does not know goes back to the choice around it. Invariant: a choice that is returned names an
//! entry of its registry, holds every required and defaulted argument, and each argument in its bound.

mod argument;

pub(in crate::analysis) use argument::default_quantity;

use super::context::Context;
use super::error;
use super::not_simulated::not_simulated;
use super::suggest::ranked;
use super::value::ParamValue;
use super::values;
use crate::model::{Arg, Choice, Param, Spec};
use crate::source::Span;
use crate::syntax::ast::{Atom, Expr, Ident, Literal, Nested, Statement};
use crate::units::Dimension;

/// Lowers a statement that is one choice: `arrivals gamma cv 2`. `what` names the registry's entries in messages
/// (`arrival process`), `place` is the dimension of the values the choice stands for.
pub(in crate::analysis) fn choose(
    registry: impl IntoIterator<Item = &'static Spec>,
    what: &'static str,
    statement: &Statement,
    place: Dimension,
    ctx: &mut Context<'_>,
) -> Option<Choice> {
    let mut cursor = Cursor::of(statement);
    let offer = Offer { specs: registry.into_iter().collect(), what, place };
    let choice = read_choice(&offer, &mut cursor, ctx)?;
    cursor.finish(&choice.name, ctx).then_some(choice)
}

/// Lowers a statement as [`choose`] does; where a value stands in place of a name, `unnamed` is meant:
/// `rate 5 req/s`.
pub(in crate::analysis) fn choose_or(
    unnamed: &str,
    registry: impl IntoIterator<Item = &'static Spec>,
    what: &'static str,
    statement: &Statement,
    place: Dimension,
    ctx: &mut Context<'_>,
) -> Option<Choice> {
    let mut cursor = Cursor::of(statement);
    let offer = Offer { specs: registry.into_iter().collect(), what, place };
    let spec = offer.specs.iter().find(|spec| spec.name == unnamed && cursor.at_value(ctx));
    let choice = match spec {
        Some(spec) => {
            let args = argument::read_all(spec.params, &statement.key.text, place, &mut cursor, ctx)?;
            Choice { name: spec.name.to_owned(), args }
        }
        None => read_choice(&offer, &mut cursor, ctx)?,
    };
    cursor.finish(&statement.key.text, ctx).then_some(choice)
}

/// A registry's entry without arguments, as a default names it.
pub(in crate::analysis) fn by_default(
    registry: impl IntoIterator<Item = &'static Spec>,
    name: &str,
    place: Dimension,
) -> Option<Choice> {
    let spec = registry.into_iter().find(|spec| spec.name == name)?;
    let args = spec.params.iter().filter_map(|param| {
        Some((param.name.to_owned(), argument::default_value(param.default?, param.form, place)))
    });
    Some(Choice { name: name.to_owned(), args: args.collect() })
}

/// Lowers a statement whose key itself takes the arguments: `slo ttft 500 ms tpot 50 ms`.
pub(in crate::analysis) fn arguments(
    params: &'static [Param],
    statement: &Statement,
    place: Dimension,
    ctx: &mut Context<'_>,
) -> Option<Vec<(String, Arg)>> {
    let mut cursor = Cursor::of(statement);
    let key = statement.key.text.as_str();
    let arguments = argument::read_all(params, key, place, &mut cursor, ctx)?;
    cursor.finish(key, ctx).then_some(arguments)
}

/// Reads the arguments that `params` knows; leaves the rest to the caller.
pub(in crate::analysis) fn read_arguments(
    params: &'static [Param],
    of: &str,
    place: Dimension,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Vec<(String, Arg)>> {
    argument::read_all(params, of, place, cursor, ctx)
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
    /// The distributions over a dimension.
    pub(in crate::analysis) fn distributions(place: Dimension) -> Offer {
        Offer { specs: crate::workload::lengths::specs().collect(), what: "distribution", place }
    }
}

/// The atoms of a statement that are still to be read.
pub(in crate::analysis) struct Cursor<'s> {
    atoms: &'s [Atom],
    nested: Option<&'s Nested>,
    /// The last token read: behind it, something is missing.
    last: Span,
    /// The atom read last, if it is a number without a unit.
    number: Option<&'s Literal>,
    /// Names of arguments that could have stood here, for messages.
    offered: Vec<&'static str>,
}

impl<'s> Cursor<'s> {
    /// All of a statement behind its key.
    pub(in crate::analysis) fn of(statement: &'s Statement) -> Cursor<'s> {
        Cursor {
            atoms: &statement.atoms,
            nested: statement.nested.as_ref(),
            last: statement.key.span,
            number: None,
            offered: Vec::new(),
        }
    }

    /// A run of atoms, as an element of a list.
    fn over(atoms: &'s [Atom], before: Span) -> Cursor<'s> {
        Cursor { atoms, nested: None, last: before, number: None, offered: Vec::new() }
    }

    /// The next atom, left in place.
    pub(in crate::analysis) fn peek(&self) -> Option<&'s Atom> {
        self.atoms.first()
    }

    /// Takes the next atom.
    pub(in crate::analysis) fn take(&mut self) -> Option<&'s Atom> {
        let (first, rest) = self.atoms.split_first()?;
        self.atoms = rest;
        self.last = first.span();
        self.number = match first {
            Atom::Value(Expr::Literal(literal)) if literal.unit.is_none() => Some(literal),
            _ => None,
        };
        Some(first)
    }

    /// Takes the next atom if it can be the end of a link: a group, a replica, or what stands in its place.
    pub(in crate::analysis) fn take_end(&mut self) -> Option<&'s Atom> {
        match self.peek()? {
            Atom::Word(word) if matches!(word.text.as_str(), "bandwidth" | "latency") => None,
            Atom::Arrow(_) => None,
            _ => self.take(),
        }
    }

    /// Names arguments that could stand here, for messages.
    pub(in crate::analysis) fn offer(&mut self, names: &[&'static str]) {
        self.offered.extend(names);
    }

    /// The last token read: behind it, something is missing.
    pub(in crate::analysis) fn last(&self) -> Span {
        self.last
    }

    /// Takes the next word, written or behind a parameter. `None` without a report where no word stands.
    pub(in crate::analysis) fn take_word(&mut self, ctx: &Context<'_>) -> Option<(String, Span)> {
        let word = match self.peek()? {
            Atom::Word(word) => (word.text.clone(), word.span),
            Atom::Value(Expr::Param(name)) => match &ctx.params.get(&name.text)?.value {
                Some(ParamValue::Word(word)) => (word.clone(), name.span),
                _ => return None,
            },
            _ => return None,
        };
        self.take();
        Some(word)
    }

    /// Whether a number stands next, written or behind a parameter.
    fn at_value(&self, ctx: &Context<'_>) -> bool {
        match self.peek() {
            Some(Atom::Value(Expr::Param(name))) => ctx
                .params
                .get(&name.text)
                .is_some_and(|param| matches!(param.value, Some(ParamValue::Quantity(_)))),
            Some(Atom::Value(_)) => true,
            _ => false,
        }
    }

    fn peek_word(&self) -> Option<&'s Ident> {
        match self.peek()? {
            Atom::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Leaves nothing for a caller to complain about.
    fn give_up(&mut self) {
        self.atoms = &[];
        self.nested = None;
    }

    /// Reports what nobody read; whether there was nothing.
    pub(in crate::analysis) fn finish(&mut self, of: &str, ctx: &mut Context<'_>) -> bool {
        let diagnostic = match (self.peek(), self.nested) {
            (None, None) => return true,
            (Some(Atom::Word(word)), _) => match self.number {
                // `3 tps`: behind a bare number a word that is no argument was meant as its unit.
                Some(number) if error::resembles_unit(&word.text) => error::unknown_unit(number, word, None),
                _ => {
                    let written = self.atoms.get(1).map_or("", |atom| ctx.text(atom.span()));
                    error::unknown_argument(&word.text, word.span, of, written, &self.offered)
                }
            },
            (Some(atom), _) => error::leftover(atom.span(), ctx.text(atom.span()), of, &self.offered),
            (None, Some(Nested::Statements(_, span) | Nested::Stages(_, span))) => {
                error::leftover_block(*span, of)
            }
        };
        ctx.report(diagnostic);
        self.give_up();
        false
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
        let diagnostic = error::unknown_choice(offer.what, &name, span, &ranked(&name, &offer.specs));
        ctx.report(diagnostic);
        cursor.give_up();
        return None;
    };
    if !spec.simulated {
        ctx.not_simulated.push(not_simulated(&format!("{} `{}`", offer.what, spec.name), span));
    }
    let args = argument::read_all(spec.params, spec.name, offer.place, cursor, ctx)?;
    Some(Choice { name, args })
}

fn report_no_word(offer: &Offer, cursor: &Cursor<'_>, ctx: &mut Context<'_>) {
    let names: Vec<&str> = offer.specs.iter().map(|spec| spec.name).collect();
    let diagnostic = match cursor.peek() {
        None => error::missing_choice(offer.what, cursor.last().behind(), &names),
        Some(Atom::Value(expr @ Expr::Param(name))) => match ctx.params.get(&name.text) {
            // Reported where the parameter is defined.
            Some(param) if param.value.is_none() => return,
            Some(param) => error::param_is_no_choice(offer.what, name, param, &names),
            None => {
                // Evaluating an unknown parameter reports it.
                values::evaluate(expr, None, ctx);
                return;
            }
        },
        Some(atom) => {
            let constant = names.contains(&"constant") && matches!(atom, Atom::Value(_));
            error::not_a_choice(offer.what, atom.span(), ctx.text(atom.span()), constant, &names)
        }
    };
    ctx.report(diagnostic);
}
