//! The arguments of a choice: positional ones first, then `name value` in any order, then defaults.

use super::reader::{Reader, stages};
use crate::analysis::language::context::Context;
use crate::analysis::language::cursor::Cursor;
use crate::analysis::language::error;
use crate::analysis::language::suggest::nearest;
use crate::model::{Arg, Field, Form};
use crate::source::Span;
use crate::syntax::ast::{Atom, Nested, Statement};
use crate::units::Dimension;
use crate::workload::lengths::quantile_of;

/// Reads every argument that `fields` knows. `None` when any is wrong or missing.
pub(super) fn read_all(
    fields: &[Field],
    of: &str,
    place: Dimension,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Vec<(String, Arg)>> {
    let mut arguments = Arguments { fields, of, place, found: Vec::new(), sound: true };
    arguments.positional(cursor, ctx);
    arguments.named(cursor, ctx);
    arguments.nested(cursor, ctx);
    if arguments.sound {
        arguments.missing(cursor, ctx);
    }
    arguments.sound.then(|| arguments.in_order())
}

/// The arguments found so far.
struct Arguments<'p> {
    fields: &'p [Field],
    of: &'p str,
    place: Dimension,
    found: Vec<(String, Arg, Span)>,
    sound: bool,
}

/// What an argument is called.
#[derive(Clone, Copy)]
struct Named<'n> {
    /// By the registry, or as written.
    key: &'n str,
    /// In messages. The name of a positional argument is never written, so it is called after what it follows: in
    /// `constant -5` the mistake is in `constant`, not in a `value`.
    shown: &'n str,
}

impl<'n> Named<'n> {
    fn as_written(name: &'n str) -> Named<'n> {
        Named { key: name, shown: name }
    }
}

impl<'p> Arguments<'p> {
    fn positional(&mut self, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        for field in self.fields.iter().filter(|field| field.positional && !is_stages(field)) {
            if !self.sound {
                return;
            }
            // A name that begins another argument is not a value.
            let named = cursor.peek_word().is_some_and(|word| self.named_field(&word.text).is_some());
            if cursor.peek().is_none() || (named && !takes_words(field.form)) {
                continue;
            }
            let at = cursor.peek().map_or(cursor.last(), Atom::span);
            self.value(Named { key: field.name, shown: self.of }, field, at, cursor, ctx);
        }
    }

    fn named(&mut self, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        let names = self.fields.iter().filter(|field| !field.positional).map(|field| field.name);
        cursor.offer(names.filter(|name| *name != QUANTILES));
        while let Some(atom) = cursor.peek() {
            match atom {
                Atom::Word(word) => {
                    let Some(field) = self.named_field(&word.text) else { break };
                    cursor.take();
                    self.value(Named::as_written(&word.text), field, word.span, cursor, ctx);
                }
                _ => {
                    let Some(field) = self.unfilled() else { break };
                    self.value(Named::as_written(field.name), field, atom.span(), cursor, ctx);
                }
            }
        }
    }

    /// The first positional argument without a value: it may follow the argument it belongs to, as the exponent in
    /// `pick zipf 1.1`.
    fn unfilled(&self) -> Option<&'p Field> {
        // After a mistake nothing says which value belongs to which argument.
        let mut fields = self.fields.iter().filter(|_| self.sound);
        fields.find(|field| field.positional && !is_stages(field) && !self.has(field.name))
    }

    fn has(&self, name: &str) -> bool {
        self.found.iter().any(|(found, ..)| found == name)
    }

    /// `session { turns …; think … }`: each statement is an argument; `stages { … }` is one as a whole.
    fn nested(&mut self, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        let field = self.fields.iter().find(|field| is_stages(field));
        match (cursor.nested, field) {
            (Some(Nested::Stages(lines, span)), Some(field)) => {
                cursor.nested = None;
                match stages(lines, self.place, ctx) {
                    Some(stages) => self.found.push((field.name.to_owned(), Arg::Stages(stages), *span)),
                    None => self.sound = false,
                }
            }
            (Some(Nested::Statements(statements, span)), None) if self.takes_statements() => {
                cursor.nested = None;
                cursor.last = *span;
                for statement in statements {
                    self.statement(statement, ctx);
                }
            }
            _ => {}
        }
    }

    fn takes_statements(&self) -> bool {
        self.fields.iter().any(|field| !field.positional)
    }

    fn statement(&mut self, statement: &Statement, ctx: &mut Context<'_>) {
        let key = &statement.key;
        let Some(field) = self.named_field(&key.text) else {
            let names: Vec<&str> =
                self.fields.iter().map(|field| field.name).filter(|name| *name != QUANTILES).collect();
            let written = ctx.value_text(statement);
            ctx.report(error::unknown_argument(&key.text, key.span, self.of, &written, &names));
            self.sound = false;
            return;
        };
        let mut cursor = Cursor::of(statement);
        self.value(Named::as_written(&key.text), field, key.span, &mut cursor, ctx);
        self.sound &= cursor.finish(&key.text, ctx);
    }

    fn named_field(&self, word: &str) -> Option<&'p Field> {
        self.fields.iter().filter(|field| !field.positional).find(|field| match field.form {
            Form::QuantilesOfPlace => quantile_of(word).is_some(),
            _ => field.name == word,
        })
    }

    fn value(
        &mut self,
        name: Named<'_>,
        field: &Field,
        at: Span,
        cursor: &mut Cursor<'_>,
        ctx: &mut Context<'_>,
    ) {
        let repeated = self.found.iter().find(|(found, ..)| found == name.key).map(|(.., first)| *first);
        if let Some(first) = repeated {
            ctx.report(error::repeated_argument(name.key, self.of, at, first));
            self.sound = false;
        }
        match (Reader { field, name: name.shown, place: self.place, cursor }).value(ctx) {
            Some(arg) if repeated.is_none() => self.found.push((name.key.to_owned(), arg, at)),
            Some(_) => {}
            None => self.sound = false,
        }
    }

    /// Reports what is required and not there; one report for all.
    fn missing(&mut self, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        let fields = self.fields.iter();
        let missing: Vec<&Field> = fields.filter(|field| field.required && !self.has(field.name)).collect();
        if missing.is_empty() {
            return;
        }
        self.sound = false;
        let unread = cursor.peek_word().and_then(|word| {
            let names = missing.iter().filter(|field| !field.positional).map(|field| field.name);
            nearest(&word.text, names).first().map(|near| (word, *near))
        });
        let diagnostic = match unread {
            // `gamma vc 2`: a misspelt argument rather than a missing one.
            Some((word, near)) => error::unknown_argument(&word.text, word.span, self.of, "", &[near]),
            None => error::missing_arguments(self.of, &missing, self.place, cursor.last, ctx),
        };
        ctx.report(diagnostic);
        cursor.give_up();
    }

    /// What was found and what is defaulted, in the registry's order; quantiles rising.
    fn in_order(mut self) -> Vec<(String, Arg)> {
        let mut ordered = Vec::new();
        for field in self.fields {
            if let Form::QuantilesOfPlace = field.form {
                let found = std::mem::take(&mut self.found);
                let (mut quantiles, others): (Vec<_>, Vec<_>) =
                    found.into_iter().partition(|(name, ..)| quantile_of(name).is_some());
                self.found = others;
                quantiles.sort_by(|(left, ..), (right, ..)| {
                    let probability = |word: &str| quantile_of(word).unwrap_or_default();
                    probability(left).total_cmp(&probability(right))
                });
                ordered.extend(quantiles.into_iter().map(|(name, arg, _)| (name, arg)));
            } else if let Some(position) = self.found.iter().position(|(name, ..)| name == field.name) {
                let (name, arg, _) = self.found.swap_remove(position);
                ordered.push((name, arg));
            } else if let Some(default) = field.default_value(self.place) {
                ordered.push((field.name.to_owned(), default));
            }
        }
        ordered
    }
}

/// The registry's name for "any number of `pNN value`"; users write `p95`, never this.
const QUANTILES: &str = "pNN";

/// A block, not an atom of the statement.
fn is_stages(field: &Field) -> bool {
    matches!(field.form, Form::Stages)
}

/// Forms whose value is a word, so that a word in their place is never the name of another argument.
fn takes_words(form: Form) -> bool {
    matches!(form, Form::Word(_) | Form::Distribution(_) | Form::Choice(..))
}
