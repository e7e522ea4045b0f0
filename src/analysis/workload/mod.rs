//! `workload NAME { … }` to [`Workload`]: what arrives, how long it is, and an end.
//!
//! Each key is read on its own, so that one mistake hides no other; what keys demand of each other comes last.
//! Not for drawing requests: that is the `workload` module. Invariant: a workload that leaves here ends.

mod error;
mod lengths;

use super::choice::{Cursor, arguments, choose};
use super::context::{Context, ParamValue};
use super::error::missing_value;
use super::not_simulated::not_simulated;
use super::values::{self, Expected};
use crate::model::{Arg, Bound, Choice, Form, Param, Slo, Workload, WorkloadSource};
use crate::source::Span;
use crate::syntax::ast::{Atom, Expr, Ident, Statement};
use crate::units::{Dimension, SimDuration, SimTime};
use crate::workload::{arrivals, prefixes, rates, sessions};

pub(super) use lengths::MAX_TOKENS;

/// A workload's block after merging: its name, its header and its statements, each key at most once where it may
/// not repeat.
pub(super) struct Block<'s> {
    pub(super) name: &'s Ident,
    pub(super) header: Span,
    pub(super) statements: Vec<&'s Statement>,
}

impl<'s> Block<'s> {
    fn find(&self, key: &str) -> Option<&'s Statement> {
        self.statements.iter().find(|statement| statement.key.text == key).copied()
    }
}

/// Lowers a workload; `None` when something in it was reported.
pub(super) fn lower(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Workload> {
    let arrivals = required(block, "arrivals", "poisson", ctx, |statement, ctx| {
        choose(arrivals::specs(), "arrival process", statement, Dimension::NUMBER, ctx)
    });
    let rate = rate(block, ctx);
    let (prompt, output) = lengths::lower(block, ctx);
    let session = optional(block, "session", ctx, session);
    let prefixes = prefixes(block, ctx);
    let start = optional(block, "start", ctx, |statement, ctx| {
        values::time(one_value(statement, "a time", ctx)?, "start", ctx)
    });
    let duration = optional(block, "duration", ctx, |statement, ctx| {
        values::duration(one_value(statement, "a time", ctx)?, "duration", Bound::Positive, ctx)
    });
    let requests = optional(block, "requests", ctx, |statement, ctx| {
        values::count(one_value(statement, "a count", ctx)?, "requests", Bound::AtLeast(1.0), ctx)
    });
    let priority = optional(block, "priority", ctx, priority);
    let weight = optional(block, "weight", ctx, |statement, ctx| {
        let expected = Expected::factor("weight", Bound::Positive);
        values::quantity(one_value(statement, "a number", ctx)?, expected, ctx)
    });
    let slo = optional(block, "slo", ctx, slo);
    let together = together(block, ctx);
    let source = WorkloadSource::Generated {
        arrivals: arrivals?,
        rate: rate?,
        prompt: prompt?,
        output: output?,
        session: session?,
        prefixes: prefixes?,
        start: start?.unwrap_or(SimTime::ZERO),
        duration: duration?,
        requests: requests?,
    };
    let workload = Workload {
        name: block.name.text.clone(),
        source,
        priority: priority?.unwrap_or(NORMAL),
        weight: weight?.map_or(1.0, |weight| weight.value),
        slo: slo?,
    };
    together.then_some(workload)
}

/// A statement that may be missing: `None` when it was reported, `Some(None)` when it is not there.
fn optional<'s, T>(
    block: &Block<'s>,
    key: &str,
    ctx: &mut Context<'_>,
    read: impl FnOnce(&'s Statement, &mut Context<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match block.find(key) {
        Some(statement) => read(statement, ctx).map(Some),
        None => Some(None),
    }
}

/// A statement that must be there; a missing one is reported at the header.
fn required<'s, T>(
    block: &Block<'s>,
    key: &'static str,
    example: &str,
    ctx: &mut Context<'_>,
    read: impl FnOnce(&'s Statement, &mut Context<'_>) -> Option<T>,
) -> Option<T> {
    let found = optional(block, key, ctx, read)?;
    if found.is_none() {
        ctx.report(error::missing_statement(block.name, block.header, key, example));
    }
    found
}

/// The one value of a statement such as `duration 10 min`.
fn one_value<'s>(statement: &'s Statement, wanted: &str, ctx: &mut Context<'_>) -> Option<&'s Expr> {
    let mut cursor = Cursor::of(statement);
    let key = &statement.key;
    let Some(Atom::Value(expr)) = cursor.peek() else {
        ctx.report(missing_value(&key.text, wanted, cursor.peek().map_or(key.span.behind(), Atom::span)));
        return None;
    };
    cursor.take();
    cursor.finish(&key.text, ctx).then_some(expr)
}

/// `rate 5 req/s` or a shape over time; none for a closed loop.
fn rate(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Option<Choice>> {
    let closed_loop = block.find("arrivals").filter(|statement| first_word(statement) == Some("users"));
    match (block.find("rate"), closed_loop) {
        (Some(statement), Some(users)) => {
            ctx.report(error::rate_of_closed_loop(statement.key.span, users.span));
            None
        }
        (None, Some(_)) => Some(None),
        (None, None) => {
            ctx.report(error::missing_statement(block.name, block.header, "rate", "5 req/s"));
            None
        }
        (Some(statement), None) => {
            let choice = choose(
                rates::specs(),
                "rate",
                &with_name(statement, ctx),
                Dimension::REQUEST_RATE,
                ctx,
            )?;
            Some(Some(choice))
        }
    }
}

/// `rate 5 req/s` as `rate constant 5 req/s`.
fn with_name(statement: &Statement, ctx: &Context<'_>) -> Statement {
    let mut named = statement.clone();
    let value = match statement.atoms.first() {
        Some(Atom::Value(Expr::Param(name))) => {
            let param = ctx.params.get(&name.text);
            !matches!(param.and_then(|param| param.value.as_ref()), Some(ParamValue::Word(_)))
        }
        Some(Atom::Value(_)) => true,
        _ => false,
    };
    if value {
        let word = Ident { text: rates::UNNAMED.to_owned(), span: statement.key.span };
        named.atoms.insert(0, Atom::Word(word));
    }
    named
}

fn first_word(statement: &Statement) -> Option<&str> {
    match statement.atoms.first() {
        Some(Atom::Word(word)) => Some(&word.text),
        _ => None,
    }
}

fn session(statement: &Statement, ctx: &mut Context<'_>) -> Option<Choice> {
    let spec = &sessions::SPEC;
    if !spec.simulated {
        ctx.not_simulated.push(not_simulated("`session`", statement.key.span));
    }
    let args = arguments(spec.params, statement, Dimension::NUMBER, ctx)?;
    Some(Choice { name: spec.name.to_owned(), args })
}

/// `prefix_group` and `prefix_pool`, in the order they nest.
fn prefixes(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Vec<Choice>> {
    let mut found = Vec::new();
    let mut sound = true;
    for statement in &block.statements {
        let Some(spec) = prefixes::specs().find(|spec| spec.name == statement.key.text) else { continue };
        if !spec.simulated {
            ctx.not_simulated.push(not_simulated(&format!("`{}`", spec.name), statement.key.span));
        }
        match arguments(spec.params, statement, Dimension::TOKENS, ctx) {
            Some(args) => found.push(Choice { name: spec.name.to_owned(), args }),
            None => sound = false,
        }
    }
    sound.then_some(found)
}

const NORMAL: i32 = 0;

/// Words for priorities; numbers between and beyond them are allowed.
static PRIORITIES: &[(&str, i32)] = &[("high", 1), ("normal", NORMAL), ("low", -1)];

/// Priorities are few: beyond this a number was probably meant as something else.
const MAX_PRIORITY: f64 = 1000.0;

fn priority(statement: &Statement, ctx: &mut Context<'_>) -> Option<i32> {
    let mut cursor = Cursor::of(statement);
    if let Some((word, span)) = cursor.take_word(ctx) {
        let known = PRIORITIES.iter().find(|(name, _)| *name == word);
        if known.is_none() {
            let names: Vec<&str> = PRIORITIES.iter().map(|(name, _)| *name).collect();
            ctx.report(error::unknown_priority(&word, span, &names));
        }
        return known.filter(|_| cursor.finish("priority", ctx)).map(|(_, value)| *value);
    }
    let expr = one_value(statement, "`high`, `normal`, `low` or a whole number", ctx)?;
    let bound = Bound::Between(-MAX_PRIORITY, MAX_PRIORITY);
    let value = values::quantity(expr, Expected::new("priority", Dimension::NUMBER, bound), ctx)?.value;
    if libm::trunc(value) != value {
        ctx.report(error::broken_priority(ctx.text(expr.span()), expr.span()));
        return None;
    }
    Some(value as i32)
}

static SLO: &[Param] = &[
    Param::optional("ttft", Form::Quantity(Dimension::TIME), Bound::Positive, "time to first token"),
    Param::optional("tpot", Form::Quantity(Dimension::TIME), Bound::Positive, "time per output token"),
    Param::optional("latency", Form::Quantity(Dimension::TIME), Bound::Positive, "from arrival to finish"),
];

fn slo(statement: &Statement, ctx: &mut Context<'_>) -> Option<Slo> {
    let bounds = arguments(SLO, statement, Dimension::TIME, ctx)?;
    if bounds.is_empty() {
        ctx.report(error::empty_slo(statement.key.span));
        return None;
    }
    let mut sound = true;
    let mut bound = |name: &str| {
        let (_, arg) = bounds.iter().find(|(key, _)| key == name)?;
        let Arg::Quantity(quantity) = arg else { return None };
        let duration = SimDuration::from_secs_f64(quantity.value);
        if duration.is_none() {
            ctx.report(super::error::off_the_clock(
                statement.span,
                name,
                ctx.text(statement.span),
                quantity.value,
            ));
            sound = false;
        }
        duration
    };
    let slo = Slo { ttft: bound("ttft"), tpot: bound("tpot"), latency: bound("latency") };
    sound.then_some(slo)
}

/// What keys demand of each other.
fn together(block: &Block<'_>, ctx: &mut Context<'_>) -> bool {
    let mut sound = true;
    let stages = block.find("rate").is_some_and(|rate| first_word(rate) == Some("stages"));
    if !stages && block.find("duration").is_none() && block.find("requests").is_none() {
        ctx.report(error::no_end(block.name, block.header));
        sound = false;
    }
    let users = block.find("arrivals").filter(|statement| first_word(statement) == Some("users"));
    if let (Some(session), Some(users)) = (block.find("session"), users) {
        ctx.report(error::session_of_closed_loop(session.key.span, users.span));
        sound = false;
    }
    sound
}
