//! The arguments of a choice: positional ones first, then `name value` in any order, then defaults.

use super::{Cursor, Offer, read_choice};
use crate::analysis::language::context::Context;
use crate::analysis::language::error;
use crate::analysis::language::expected::Expected;
use crate::analysis::language::paths::resolve;
use crate::analysis::language::suggest::{alternatives, nearest};
use crate::analysis::language::value::ParamValue;
use crate::analysis::language::values;
use crate::model::{Arg, Bound, DataFile, Form, Param, Stage};
use crate::source::Span;
use crate::syntax::ast::{self, Atom, Expr, Nested, Statement};
use crate::units::{Dimension, Quantity, unit};
use crate::workload::lengths::quantile_of;
use crate::workload::rates::PER_SECOND_OR_NONE;

/// Reads every argument that `params` knows. `None` when any is wrong or missing.
pub(super) fn read_all(
    params: &[Param],
    of: &str,
    place: Dimension,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Vec<(String, Arg)>> {
    let mut reader = Reader { params, of, place, found: Vec::new(), sound: true };
    reader.positional(cursor, ctx);
    reader.named(cursor, ctx);
    reader.nested(cursor, ctx);
    if reader.sound {
        reader.missing(cursor, ctx);
    }
    reader.sound.then(|| reader.in_order())
}

struct Reader<'p> {
    params: &'p [Param],
    of: &'p str,
    place: Dimension,
    found: Vec<(String, Arg, Span)>,
    sound: bool,
}

impl Reader<'_> {
    fn positional(&mut self, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        for param in self.params.iter().filter(|param| param.positional) {
            if param.form == Form::Stages {
                continue;
            }
            if !self.sound {
                return;
            }
            // A name that begins another argument is no value.
            let named = cursor.peek_word().is_some_and(|word| self.named_param(&word.text).is_some());
            if cursor.peek().is_none() || (named && !takes_words(param.form)) {
                continue;
            }
            let at = cursor.peek().map_or(cursor.last(), Atom::span);
            self.value(param.name, *param, at, cursor, ctx);
        }
    }

    fn named(&mut self, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        let names = self.params.iter().filter(|param| !param.positional).map(|param| param.name);
        cursor.offered.extend(names.filter(|name| *name != QUANTILES));
        while let Some(atom) = cursor.peek() {
            match atom {
                Atom::Word(word) => {
                    let Some(param) = self.named_param(&word.text) else { break };
                    cursor.take();
                    self.value(&word.text, param, word.span, cursor, ctx);
                }
                _ => {
                    let Some(param) = self.unfilled() else { break };
                    self.value(param.name, param, atom.span(), cursor, ctx);
                }
            }
        }
    }

    /// The first positional parameter without a value: it may stand behind the argument it belongs to, as the
    /// exponent in `pick zipf 1.1`.
    fn unfilled(&self) -> Option<Param> {
        let filled = |param: &Param| self.found.iter().any(|(name, ..)| name == param.name);
        self.params
            .iter()
            .find(|param| param.positional && param.form != Form::Stages && !filled(param))
            .copied()
    }

    /// `session { turns …; think … }`: each statement is an argument; `stages { … }` is one as a whole.
    fn nested(&mut self, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        let stages = self.params.iter().find(|param| param.form == Form::Stages);
        match (cursor.nested, stages) {
            (Some(Nested::Stages(lines, span)), Some(param)) => {
                cursor.nested = None;
                match read_stages(lines, self.place, ctx) {
                    Some(stages) => self.found.push((param.name.to_owned(), Arg::Stages(stages), *span)),
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
        self.params.iter().any(|param| !param.positional)
    }

    fn statement(&mut self, statement: &Statement, ctx: &mut Context<'_>) {
        let key = &statement.key;
        let Some(param) = self.named_param(&key.text) else {
            let names: Vec<&str> =
                self.params.iter().map(|param| param.name).filter(|name| *name != QUANTILES).collect();
            let written = crate::analysis::language::block::value_text(statement, ctx);
            ctx.report(error::unknown_argument(&key.text, key.span, self.of, &written, &names));
            self.sound = false;
            return;
        };
        let mut cursor = Cursor::of(statement);
        self.value(&key.text, param, key.span, &mut cursor, ctx);
        self.sound &= cursor.finish(&key.text, ctx);
    }

    fn named_param(&self, word: &str) -> Option<Param> {
        self.params
            .iter()
            .find(|param| match param.form {
                Form::QuantilesOfPlace => !param.positional && quantile_of(word).is_some(),
                _ => !param.positional && param.name == word,
            })
            .copied()
    }

    fn value(&mut self, name: &str, param: Param, at: Span, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        let repeated = self.found.iter().find(|(found, ..)| found == name).map(|(.., first)| *first);
        if let Some(first) = repeated {
            ctx.report(error::repeated_argument(name, self.of, at, first));
            self.sound = false;
        }
        match read_value(name, &param, self.place, cursor, ctx) {
            Some(arg) if repeated.is_none() => self.found.push((name.to_owned(), arg, at)),
            Some(_) => {}
            None => self.sound = false,
        }
    }

    /// Reports what is required and not there; one report for all.
    fn missing(&mut self, cursor: &mut Cursor<'_>, ctx: &mut Context<'_>) {
        let given = |param: &Param| self.found.iter().any(|(name, ..)| name == param.name);
        let missing: Vec<&Param> =
            self.params.iter().filter(|param| param.required && !given(param)).collect();
        if missing.is_empty() {
            return;
        }
        self.sound = false;
        let unread = cursor.peek_word().and_then(|word| {
            let names = missing.iter().filter(|param| !param.positional).map(|param| param.name);
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
        for param in self.params {
            if param.form == Form::QuantilesOfPlace {
                let mut quantiles: Vec<(String, Arg, Span)> = Vec::new();
                self.found.retain(|entry| {
                    let keep = quantile_of(&entry.0).is_none();
                    if !keep {
                        quantiles.push(entry.clone());
                    }
                    keep
                });
                quantiles.sort_by(|left, right| {
                    let probability = |word: &str| quantile_of(word).unwrap_or_default();
                    probability(&left.0).total_cmp(&probability(&right.0))
                });
                ordered.extend(quantiles.into_iter().map(|(name, arg, _)| (name, arg)));
            } else if let Some(position) = self.found.iter().position(|(name, ..)| name == param.name) {
                let (name, arg, _) = self.found.swap_remove(position);
                ordered.push((name, arg));
            } else if let Some(default) = param.default {
                ordered.push((param.name.to_owned(), default_value(default, param.form, self.place)));
            }
        }
        ordered
    }
}

/// The registry's name for "any number of `pNN value`"; users write `p95`, never this.
const QUANTILES: &str = "pNN";

/// Forms whose value is a word, so that a word in their place is never the name of another argument.
fn takes_words(form: Form) -> bool {
    matches!(form, Form::Word(_) | Form::Distribution(_))
}

fn read_value(
    name: &str,
    param: &Param,
    place: Dimension,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Arg> {
    let bound = param.bound;
    match param.form {
        Form::Quantity(dimension) => read_quantity(name, dimension, bound, cursor, ctx).map(Arg::Quantity),
        Form::OfPlace | Form::QuantilesOfPlace => {
            read_quantity(name, place, bound, cursor, ctx).map(Arg::Quantity)
        }
        Form::Count => {
            let expr = take_expr(name, "a whole number", cursor, ctx)?;
            let value = values::count(expr, name, bound, ctx)?;
            Some(Arg::Quantity(Quantity::number(value as f64)))
        }
        Form::RangeOfPlace => read_range(name, place, bound, cursor, ctx),
        Form::Distribution(dimension) => {
            let choice = read_choice(&Offer::distributions(dimension), cursor, ctx)?;
            Some(Arg::Choice(Box::new(choice)))
        }
        Form::Weighted => read_weighted(name, place, cursor, ctx),
        Form::List(dimension) => read_list(name, dimension, bound, cursor, ctx),
        Form::File => {
            let (path, span) = read_text(name, "a file's path in quotes", cursor, ctx)?;
            let resolved = resolve(&ctx.sources.get(span.source).name, &path);
            Some(Arg::File(DataFile { path, resolved }))
        }
        Form::Text => read_text(name, "a text in quotes", cursor, ctx).map(|(text, _)| Arg::Text(text)),
        Form::Word(words) => read_word(name, words, cursor, ctx),
        Form::Stages => None,
    }
}

fn read_quantity(
    name: &str,
    dimension: Dimension,
    bound: Bound,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Quantity> {
    let expr = take_expr(name, &dimension.to_string(), cursor, ctx)?;
    if let Some((number, word)) = cursor.number.zip(cursor.peek_word())
        && !dimension.is_count()
        && !cursor.offered.contains(&word.text.as_str())
        && error::resembles_unit(&word.text)
    {
        // `bandwidth 400 Gbps latency 2 us`: a unit in another spelling, not a unit that is missing.
        ctx.report(error::unknown_unit(number, word, Some(dimension)));
        cursor.take();
        return None;
    }
    if dimension == Dimension::BANDWIDTH {
        values::note_bits(expr, ctx);
    }
    values::quantity(expr, Expected::new(name, dimension, bound), ctx)
}

fn take_expr<'s>(
    name: &str,
    wanted: &str,
    cursor: &mut Cursor<'s>,
    ctx: &mut Context<'_>,
) -> Option<&'s Expr> {
    let before = cursor.last;
    match cursor.take() {
        Some(Atom::Value(expr)) => Some(expr),
        other => {
            report_form(name, wanted, before, other, ctx);
            None
        }
    }
}

fn report_form(name: &str, wanted: &str, before: Span, found: Option<&Atom>, ctx: &mut Context<'_>) {
    let diagnostic = match found {
        Some(atom) => error::wrong_form(name, wanted, atom.span(), ctx.text(atom.span())),
        None => error::missing_value(name, wanted, before.behind()),
    };
    ctx.report(diagnostic);
}

fn read_range(
    name: &str,
    place: Dimension,
    bound: Bound,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Arg> {
    let before = cursor.last;
    match cursor.take() {
        Some(atom @ Atom::Range(low, high)) => {
            let expected = Expected::new(name, place, bound);
            let (low, high) = (values::quantity(low, expected, ctx), values::quantity(high, expected, ctx));
            let (low, high) = (low?, high?);
            if low.value > high.value {
                ctx.report(error::range_backwards(atom.span(), ctx.text(atom.span())));
                return None;
            }
            Some(Arg::Range(low, high))
        }
        other => {
            report_form(name, "a range `low .. high`", before, other, ctx);
            None
        }
    }
}

fn read_weighted(
    name: &str,
    place: Dimension,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Arg> {
    let elements = take_list(name, "a list `[weight distribution, …]`", cursor, ctx)?;
    let mut weighted = Vec::new();
    let mut sound = true;
    for (atoms, before) in elements {
        let mut inner = Cursor::over(atoms, before);
        let weight = take_expr("weight", "a weight", &mut inner, ctx)
            .and_then(|expr| values::quantity(expr, Expected::factor("weight", Bound::Positive), ctx));
        let choice = weight.and_then(|_| read_choice(&Offer::distributions(place), &mut inner, ctx));
        match (weight, choice) {
            (Some(weight), Some(choice)) => {
                sound &= inner.finish(&choice.name, ctx);
                weighted.push((weight.value, choice));
            }
            _ => sound = false,
        }
    }
    sound.then_some(Arg::Weighted(weighted))
}

fn read_list(
    name: &str,
    dimension: Dimension,
    bound: Bound,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Arg> {
    let elements = take_list(name, "a list `[a, b, …]`", cursor, ctx)?;
    let mut list = Vec::new();
    let mut sound = true;
    for (atoms, before) in elements {
        let mut inner = Cursor::over(atoms, before);
        match read_quantity(name, dimension, bound, &mut inner, ctx) {
            Some(quantity) => {
                list.push(quantity);
                sound &= inner.finish(name, ctx);
            }
            None => sound = false,
        }
    }
    sound.then_some(Arg::List(list))
}

/// The elements of a list, each with the place before it.
fn take_list<'s>(
    name: &str,
    wanted: &str,
    cursor: &mut Cursor<'s>,
    ctx: &mut Context<'_>,
) -> Option<Vec<(&'s [Atom], Span)>> {
    let before = cursor.last;
    match cursor.take() {
        Some(Atom::List(elements, span)) if !elements.is_empty() => {
            let opening = Span { end: span.start + 1, ..*span };
            let place = |atoms: &'s Vec<Atom>| atoms.first().map_or(opening, Atom::span);
            Some(elements.iter().map(|atoms| (atoms.as_slice(), place(atoms))).collect())
        }
        other => {
            report_form(name, wanted, before, other, ctx);
            None
        }
    }
}

/// A text and where it stands.
fn read_text(
    name: &str,
    wanted: &str,
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<(String, Span)> {
    let before = cursor.last;
    let found = cursor.take();
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
    report_form(name, wanted, before, found, ctx);
    None
}

fn read_word(
    name: &str,
    words: &'static [&'static str],
    cursor: &mut Cursor<'_>,
    ctx: &mut Context<'_>,
) -> Option<Arg> {
    match cursor.take_word(ctx) {
        Some((word, _)) if words.contains(&word.as_str()) => Some(Arg::Word(word)),
        Some((word, span)) => {
            ctx.report(error::unknown_word(name, &word, span, words));
            None
        }
        None => {
            let before = cursor.last;
            let found = cursor.take();
            report_form(name, &alternatives(words), before, found, ctx);
            None
        }
    }
}

fn read_stages(lines: &[ast::Stage], place: Dimension, ctx: &mut Context<'_>) -> Option<Vec<Stage>> {
    let mut stages = Vec::new();
    let mut sound = true;
    for line in lines {
        let duration = values::duration(&line.duration, "stages", Bound::Positive, ctx);
        let target = line
            .target
            .as_ref()
            .map(|target| values::quantity(target, Expected::new("stages", place, PER_SECOND_OR_NONE), ctx));
        match (duration, target) {
            (Some(duration), None) => stages.push(Stage { duration, target: None }),
            (Some(duration), Some(Some(rate))) => {
                stages.push(Stage { duration, target: Some(rate.value) });
            }
            _ => sound = false,
        }
    }
    sound.then_some(stages)
}

/// A default as the registry writes it: `"2"`, `"24 h"`, `"50%"`, `"uniform"`.
pub(super) fn default_value(text: &'static str, form: Form, place: Dimension) -> Arg {
    let dimension = match form {
        Form::Quantity(dimension) | Form::Distribution(dimension) | Form::List(dimension) => dimension,
        Form::Count => Dimension::NUMBER,
        _ => place,
    };
    match default_quantity(text, dimension) {
        Some(quantity) => Arg::Quantity(quantity),
        None => Arg::Word(text.to_owned()),
    }
}

/// A number with or without a unit, as registries write defaults.
pub(in crate::analysis) fn default_quantity(text: &str, dimension: Dimension) -> Option<Quantity> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let value: f64 = text[..digits].parse().ok()?;
    match text[digits..].trim() {
        "" => Some(Quantity { value, dimension }),
        spelt => unit(spelt).map(|unit| Quantity { value: unit.to_base(value), dimension }),
    }
}
