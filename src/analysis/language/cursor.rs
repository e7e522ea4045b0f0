//! The atoms of a statement, taken one by one; what is missing, of another form or left over is reported here.
//!
//! Knows no fields. Invariant: a `take_` that returns `None` has reported why, except where it says otherwise.

use super::context::Context;
use super::error;
use super::value::ParamValue;
use super::values;
use crate::source::Span;
use crate::syntax::ast::{Atom, Expr, Ident, Literal, Nested, Statement};
use crate::units::Dimension;

/// The atoms of a statement that are still to be read.
pub(in crate::analysis) struct Cursor<'s> {
    atoms: &'s [Atom],
    pub(super) nested: Option<&'s Nested>,
    /// The last token read: after it, something is missing.
    pub(super) last: Span,
    /// Whether there is to be one value and nothing else.
    single: bool,
    /// The atom read last, if it is a number without a unit.
    number: Option<&'s Literal>,
    /// Names of arguments that are allowed here, for messages.
    offered: Vec<&'static str>,
}

impl<'s> Cursor<'s> {
    /// All of a statement after its key.
    pub(in crate::analysis) fn of(statement: &'s Statement) -> Cursor<'s> {
        let nested = statement.nested.as_ref();
        Cursor { nested, ..Cursor::over(&statement.atoms, statement.key.span) }
    }

    /// All of a statement that is a key and one value: what follows the value is reported before it is judged.
    pub(in crate::analysis) fn single(statement: &'s Statement) -> Cursor<'s> {
        Cursor { single: true, ..Cursor::of(statement) }
    }

    /// A run of atoms, as an element of a list.
    pub(super) fn over(atoms: &'s [Atom], before: Span) -> Cursor<'s> {
        Cursor { atoms, nested: None, last: before, single: false, number: None, offered: Vec::new() }
    }

    /// The next atom, left in place.
    pub(in crate::analysis) fn peek(&self) -> Option<&'s Atom> {
        self.atoms.first()
    }

    /// The next atom if it is a word, left in place.
    pub(super) fn peek_word(&self) -> Option<&'s Ident> {
        match self.peek()? {
            Atom::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether a number is next, written or given by a parameter.
    pub(super) fn at_value(&self, ctx: &Context<'_>) -> bool {
        match self.peek() {
            Some(Atom::Value(Expr::Param(name))) => {
                let known = ctx.params.get(&name.text);
                known.is_some_and(|param| matches!(param.value, Some(ParamValue::Quantity(_))))
            }
            Some(Atom::Value(_)) => true,
            _ => false,
        }
    }

    /// The last token read: after it, something is missing.
    pub(in crate::analysis) fn last(&self) -> Span {
        self.last
    }

    /// Names arguments that are allowed here, for messages.
    pub(in crate::analysis) fn offer(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.offered.extend(names);
    }

    /// Takes the next atom, whatever it is; `None` at the end, without a report.
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

    /// Takes the next word, written or given by a parameter; `None` where there is none, without a report.
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

    /// Takes the name that `of` needs, written or given by a parameter.
    pub(in crate::analysis) fn take_name(
        &mut self,
        of: &str,
        wanted: &str,
        ctx: &mut Context<'_>,
    ) -> Option<(String, Span)> {
        if let Some(name) = self.take_word(ctx) {
            return self.ends(of, ctx).then_some(name);
        }
        let before = self.last;
        let found = self.take();
        if let Some(Atom::Value(Expr::Param(param))) = found {
            match ctx.params.get(&param.text) {
                None => {
                    values::report_unknown_param(param, ctx);
                    return None;
                }
                // Reported where the parameter is defined.
                Some(known) if known.value.is_none() => return None,
                Some(_) => {}
            }
        }
        report_form(of, wanted, before, found, ctx);
        None
    }

    /// Takes the expression that `of` needs.
    pub(in crate::analysis) fn take_expr(
        &mut self,
        of: &str,
        wanted: &str,
        ctx: &mut Context<'_>,
    ) -> Option<&'s Expr> {
        let before = self.last;
        match self.take() {
            Some(Atom::Value(expr)) => self.ends(of, ctx).then_some(expr),
            other => {
                report_form(of, wanted, before, other, ctx);
                None
            }
        }
    }

    /// Where a number without a unit is followed by a unit in another spelling, `400 Gbps`: takes and reports it;
    /// whether there was one.
    pub(super) fn take_misspelt_unit(&mut self, dimension: Dimension, ctx: &mut Context<'_>) -> bool {
        let Some((number, word)) = self.number.zip(self.peek_word()) else { return false };
        let is_unit = !dimension.is_count()
            && !self.offered.contains(&word.text.as_str())
            && error::resembles_unit(&word.text);
        if is_unit {
            ctx.report(error::unknown_unit(number, word, Some(dimension)));
            self.take();
        }
        is_unit
    }

    /// Takes the range that `of` needs, with its place.
    pub(super) fn take_range(
        &mut self,
        of: &str,
        ctx: &mut Context<'_>,
    ) -> Option<(&'s Expr, &'s Expr, Span)> {
        let before = self.last;
        match self.take() {
            Some(atom @ Atom::Range(low, high)) => Some((low, high, atom.span())),
            Some(atom) if matches!(atom, Atom::Value(_)) => {
                let next = self.peek().map_or("", |atom| ctx.text(atom.span()));
                ctx.report(error::not_a_range(of, atom.span(), ctx.text(atom.span()), next));
                None
            }
            other => {
                report_form(of, "a range `low .. high`", before, other, ctx);
                None
            }
        }
    }

    /// Takes the string that `of` needs, written or given by a parameter.
    pub(super) fn take_text(
        &mut self,
        of: &str,
        wanted: &str,
        ctx: &mut Context<'_>,
    ) -> Option<(String, Span)> {
        let before = self.last;
        let found = self.take();
        match found {
            Some(Atom::Text(text)) => return Some((text.value.clone(), text.span)),
            Some(Atom::Value(Expr::Param(param))) => match ctx.params.get(&param.text) {
                Some(known) => {
                    if let ParamValue::Text(text) = known.value.as_ref()? {
                        return Some((text.clone(), param.span));
                    }
                }
                None => {
                    values::report_unknown_param(param, ctx);
                    return None;
                }
            },
            _ => {}
        }
        report_form(of, wanted, before, found, ctx);
        None
    }

    /// Takes the list that `of` needs: a cursor for each of its elements.
    pub(super) fn take_list(
        &mut self,
        of: &str,
        wanted: &str,
        ctx: &mut Context<'_>,
    ) -> Option<Vec<Cursor<'s>>> {
        let before = self.last;
        match self.take() {
            Some(Atom::List(elements, span)) if !elements.is_empty() => {
                let opening = Span { end: span.start + 1, ..*span };
                let place = |atoms: &'s [Atom]| atoms.first().map_or(opening, Atom::span);
                Some(elements.iter().map(|atoms| Cursor::over(atoms, place(atoms))).collect())
            }
            other => {
                report_form(of, wanted, before, other, ctx);
                None
            }
        }
    }

    /// Where there is to be one value: reports what follows it; whether there was nothing.
    fn ends(&mut self, of: &str, ctx: &mut Context<'_>) -> bool {
        !self.single || self.finish(of, ctx)
    }

    /// Leaves nothing for a caller to complain about.
    pub(super) fn give_up(&mut self) {
        self.atoms = &[];
        self.nested = None;
    }

    /// Reports what was not read; whether there was nothing.
    pub(in crate::analysis) fn finish(&mut self, of: &str, ctx: &mut Context<'_>) -> bool {
        let diagnostic = match (self.peek(), self.nested) {
            (None, None) => return true,
            (Some(Atom::Word(word)), _) => match self.number {
                // `3 tps`: after a bare number a word that is not an argument was meant as its unit.
                Some(number) if error::resembles_unit(&word.text) => error::unknown_unit(number, word, None),
                _ => {
                    let written = self.atoms.get(1).map_or("", |atom| ctx.text(atom.span()));
                    error::unknown_argument(&word.text, word.span, of, written, &self.offered)
                }
            },
            (Some(atom), _) => {
                let next = self.atoms.get(1).map_or("", |atom| ctx.text(atom.span()));
                error::leftover(atom.span(), ctx.text(atom.span()), next, of, &self.offered)
            }
            (None, Some(Nested::Statements(_, span) | Nested::Stages(_, span))) => {
                error::leftover_block(*span, of)
            }
        };
        ctx.report(diagnostic);
        self.give_up();
        false
    }
}

fn report_form(of: &str, wanted: &str, before: Span, found: Option<&Atom>, ctx: &mut Context<'_>) {
    let diagnostic = match found {
        Some(atom) => match ctx.text(atom.span()) {
            name if ctx.params.contains_key(name) => {
                error::parameter_without_dollar(of, wanted, atom.span(), name)
            }
            text => error::wrong_form(of, wanted, atom.span(), text),
        },
        None => error::missing_value(of, wanted, before.after()),
    };
    ctx.report(diagnostic);
}
