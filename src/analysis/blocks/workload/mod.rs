//! `workload NAME { … }` to [`Workload`]: what arrives, how long it is, and an end.
//!
//! Each key is read on its own, so that one mistake hides no other; what keys demand of each other comes last.
//! Not for drawing requests: that is the `workload` module. Invariant: a workload that leaves here ends, and the
//! arguments of each of its choices determine a law.

mod error;
mod lengths;

use crate::analysis::language::block::Block;
use crate::analysis::language::choice::{Offer, arguments, choose_or};
use crate::analysis::language::context::Context;
use crate::analysis::language::cursor::Cursor;
use crate::analysis::language::error::{missing_statements, off_the_clock};
use crate::analysis::language::expected::Expected;
use crate::analysis::language::table::{Table, block_name};
use crate::analysis::language::values;
use crate::model::{Arg, Bound, Choice, Field, Form, Slo, Workload, WorkloadSource};
use crate::source::Span;
use crate::syntax::ast::{Atom, Statement};
use crate::units::{Dimension, SimDuration, SimTime};
use crate::workload::{MAX_REQUESTS, Misfit, arrivals, prefixes, rates, sessions};

/// A thousandth to a million: the tags of `scheduling fair` count in integers and keep their meaning in between.
const WEIGHT: Bound = Bound::Between(1e-3, 1e6);

/// What a `workload` block may hold.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "workload",
    summary: "one class of requests",
    keys: &[
        Field::required(
            "arrivals",
            Form::Choice("arrival process", || arrivals::specs().collect()),
            "the arrival process: how irregularly requests arrive",
        ),
        Field::optional(
            "rate",
            Form::Shape("5 req/s"),
            "how many requests arrive, over time; required unless `arrivals` is a closed loop",
        ),
        Field::optional("prompt", Form::Distribution(Dimension::TOKENS), "prompt tokens of a request"),
        Field::optional("output", Form::Distribution(Dimension::TOKENS), "output tokens of a request"),
        Field::optional(
            "lengths",
            Form::Choice("joint distribution", || crate::workload::lengths::pairs().collect()),
            "prompt and output drawn together, instead of `prompt` and `output`",
        ),
        Field::optional(
            "session",
            Form::Shape("{ turns geometric mean 4; think exponential mean 20 s }"),
            "conversations, which `rate` and `requests` then count",
        ),
        Field::optional(
            "prefix_group",
            Form::Shape("1200"),
            "tokens that all requests begin with; prefixes nest in the order written",
        )
        .repeatable(),
        Field::optional(
            "prefix_pool",
            Form::Shape("20 tokens 1200"),
            "tokens of one of several texts that requests begin with; prefixes nest in the order written",
        )
        .repeatable(),
        Field::optional(
            "priority",
            Form::Shape("high"),
            "`high` (1), `normal` (0), `low` (-1) or a whole number; higher goes first under `scheduling \
             priority`",
        )
        .or("normal"),
        Field::optional("weight", Form::Factor, "the share under `scheduling fair`").within(WEIGHT).or("1"),
        Field::optional("slo", Form::Shape("ttft 500 ms tpot 50 ms"), "the limits that a good request meets"),
        Field::optional("start", Form::Quantity(Dimension::TIME), "when it begins, on the run's clock")
            .within(Bound::NotNegative)
            .or("0 s"),
        Field::optional(
            "duration",
            Form::Quantity(Dimension::TIME),
            "for how long requests (or sessions) arrive",
        )
        .within(Bound::Positive),
        Field::optional("requests", Form::Count, "how many requests (or sessions) arrive")
            .within(Bound::Between(1.0, MAX_REQUESTS)),
    ],
};

/// Lowers a workload; `None` when something in it was reported.
pub(in crate::analysis) fn lower(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Workload> {
    require(block, ctx);
    let arrivals = arrivals(block, ctx);
    let rate = rate(block, ctx);
    let (prompt, output) = lengths::lower(block, ctx);
    let session = optional(block, "session", ctx, session);
    let prefixes = prefixes(block, ctx);
    let start = block.time("start", ctx);
    let duration = optional(block, "duration", ctx, |_, ctx| block.duration("duration", ctx));
    let requests = optional(block, "requests", ctx, |_, ctx| block.count("requests", ctx));
    let priority = optional(block, "priority", ctx, priority);
    let weight = block.quantity("weight", ctx);
    let slo = optional(block, "slo", ctx, slo);
    let together = together(block, ctx);
    if let (Some(Some(rate)), Some(start), Some(duration), Some(None)) = (&rate, start, duration, requests) {
        few_enough(block, rate, start, duration, ctx)?;
    }
    let source = WorkloadSource::Generated {
        arrivals: arrivals?,
        rate: rate?,
        prompt: prompt?,
        output: output?,
        session: session?,
        prefixes: prefixes?,
        start: start?,
        duration: duration?,
        requests: requests?,
    };
    let workload = Workload {
        name: block.name.unwrap_or_default().to_owned(),
        source,
        priority: priority?.unwrap_or(NORMAL),
        weight: weight?,
        slo: slo?,
    };
    together.then_some(workload)
}

/// Reports the statements that must be there and are not, all at once.
fn require(block: &Block<'_>, ctx: &mut Context<'_>) {
    let needed = |name: &str| match name {
        "arrivals" => true,
        // An unknown process may have been meant as a closed loop.
        "rate" => closed_loop(block, ctx).is_none() && !unknown_process(block, ctx),
        "prompt" | "output" => !block.has("lengths"),
        _ => false,
    };
    let keys = TABLE.keys;
    let missing: Vec<&Field> =
        keys.iter().filter(|key| needed(key.name) && !block.has_or_misspelt(key.name)).collect();
    if !missing.is_empty() && !block.damaged {
        ctx.report(missing_statements(&block_name(block.table, block.name), block.header, &missing));
    }
}

/// A statement that may be missing: `None` when it was reported, `Some(None)` when it is not there.
fn optional<'s, T>(
    block: &Block<'s>,
    key: &str,
    ctx: &mut Context<'_>,
    read: impl FnOnce(&'s Statement, &mut Context<'_>) -> Option<T>,
) -> Option<Option<T>> {
    match block.one(key) {
        Some(statement) => read(statement, ctx).map(Some),
        None => Some(None),
    }
}

/// The statement that makes a workload a closed loop.
fn closed_loop<'s>(block: &Block<'s>, ctx: &Context<'_>) -> Option<&'s Statement> {
    let statement = block.one("arrivals")?;
    arrivals::is_closed_loop(&first_word(statement, ctx)?).then_some(statement)
}

fn unknown_process(block: &Block<'_>, ctx: &Context<'_>) -> bool {
    let word = block.one("arrivals").and_then(|statement| first_word(statement, ctx));
    word.is_some_and(|word| !arrivals::specs().any(|spec| spec.name == word))
}

/// The name after a key, written or given by a parameter.
fn first_word(statement: &Statement, ctx: &Context<'_>) -> Option<String> {
    Cursor::of(statement).take_word(ctx).map(|(word, _)| word)
}

/// Arguments that are right one by one and do not determine a law.
fn fits(checked: Result<(), Misfit>, statement: &Statement, ctx: &mut Context<'_>) -> Option<()> {
    checked.map_err(|misfit| ctx.report(error::misfit(misfit, value_span(statement)))).ok()
}

/// The value of a statement.
fn value_span(statement: &Statement) -> Span {
    let first = statement.atoms.first().map(Atom::span);
    let last = statement.atoms.last().map(Atom::span);
    first.zip(last).map_or(statement.span, |(first, last)| first.to(last))
}

fn arrivals(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Choice> {
    let statement = block.one("arrivals")?;
    let choice = block.choice("arrivals", Dimension::NUMBER, ctx)?;
    fits(arrivals::check(&choice), statement, ctx)?;
    Some(choice)
}

/// `rate 5 req/s` or a shape over time; none for a closed loop.
fn rate(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Option<Choice>> {
    match (block.one("rate"), closed_loop(block, ctx)) {
        (Some(statement), Some(users)) => {
            ctx.report(error::rate_of_closed_loop(statement.key.span, users.span));
            None
        }
        (None, Some(_)) => Some(None),
        (None, None) => None,
        (Some(statement), None) => {
            let offer =
                Offer { specs: rates::specs().collect(), what: "rate", place: Dimension::REQUEST_RATE };
            let choice = choose_or(rates::UNNAMED, &offer, statement, ctx)?;
            fits(rates::check(&choice), statement, ctx)?;
            Some(Some(choice))
        }
    }
}

/// Whether a rate that nothing counts brings no more requests than can be simulated.
fn few_enough(
    block: &Block<'_>,
    rate: &Choice,
    start: SimTime,
    duration: Option<SimDuration>,
    ctx: &mut Context<'_>,
) -> Option<()> {
    // What cannot be built has been reported, or is not simulated.
    let Ok(built) = rates::build(rate, start) else { return Some(()) };
    let seconds = duration.map(SimDuration::as_secs_f64).into_iter().chain(built.end());
    let expected = seconds.reduce(f64::min).map_or(0.0, |seconds| built.cumulative(seconds));
    if expected > MAX_REQUESTS
        && let Some(statement) = block.one("rate")
    {
        ctx.report(error::too_many_requests(statement.span, expected, MAX_REQUESTS));
        return None;
    }
    Some(())
}

fn session(statement: &Statement, ctx: &mut Context<'_>) -> Option<Choice> {
    let spec = &sessions::SPEC;
    let args = arguments(spec.arguments, statement, Dimension::NUMBER, ctx)?;
    let choice = Choice { name: spec.name.to_owned(), args };
    for nested in choice.args.iter().filter_map(|(name, _)| choice.choice(name)) {
        fits(crate::workload::lengths::check(nested), statement, ctx)?;
    }
    Some(choice)
}

/// `prefix_group` and `prefix_pool`, as they nest: in the order written.
fn prefixes(block: &Block<'_>, ctx: &mut Context<'_>) -> Option<Vec<Choice>> {
    let mut found = Vec::new();
    let mut sound = true;
    for (key, statement) in block.statements() {
        let Some(spec) = prefixes::specs().find(|spec| spec.name == key) else { continue };
        match arguments(spec.arguments, statement, Dimension::TOKENS, ctx) {
            Some(args) => {
                found.push(Choice { name: spec.name.to_owned(), args });
                sound = sound && fits(prefixes::check(&found), statement, ctx).is_some();
            }
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
    let mut cursor = Cursor::single(statement);
    if let Some((word, span)) = cursor.take_word(ctx) {
        let known = PRIORITIES.iter().find(|(name, _)| *name == word);
        if known.is_none() {
            let names: Vec<&str> = PRIORITIES.iter().map(|(name, _)| *name).collect();
            ctx.report(error::unknown_priority(&word, span, &names));
        }
        return known.filter(|_| cursor.finish("priority", ctx)).map(|(_, value)| *value);
    }
    let expr = cursor.take_expr("priority", "`high`, `normal`, `low` or a whole number", ctx)?;
    let bound = Bound::Between(-MAX_PRIORITY, MAX_PRIORITY);
    let value = values::quantity(expr, Expected::new("priority", Dimension::NUMBER, bound), ctx)?.value;
    if libm::trunc(value) != value {
        ctx.report(error::broken_priority(ctx.text(expr.span()), value, expr.span()));
        return None;
    }
    Some(value as i32)
}

static SLO: &[Field] = &[
    Field::optional("ttft", Form::Quantity(Dimension::TIME), "time to first token").within(Bound::Positive),
    Field::optional("tpot", Form::Quantity(Dimension::TIME), "time per output token").within(Bound::Positive),
    Field::optional("latency", Form::Quantity(Dimension::TIME), "from arrival to finish")
        .within(Bound::Positive),
];

fn slo(statement: &Statement, ctx: &mut Context<'_>) -> Option<Slo> {
    let bounds = arguments(SLO, statement, Dimension::TIME, ctx)?;
    if bounds.is_empty() {
        ctx.report(error::empty_slo(statement.key.span));
        return None;
    }
    let mut slo = Slo::default();
    for (name, arg) in bounds {
        let Arg::Quantity(quantity) = arg else { continue };
        let duration = SimDuration::from_secs_f64(quantity.value);
        if duration.is_none() {
            let (span, text) = (statement.span, ctx.text(statement.span));
            ctx.report(off_the_clock(span, &name, text, quantity.value));
            return None;
        }
        match name.as_str() {
            "ttft" => slo.ttft = duration,
            "tpot" => slo.tpot = duration,
            _ => slo.latency = duration,
        }
    }
    Some(slo)
}

/// What keys demand of each other.
fn together(block: &Block<'_>, ctx: &mut Context<'_>) -> bool {
    let mut sound = true;
    let rate_ends =
        block.one("rate").is_some_and(|rate| first_word(rate, ctx).is_some_and(|word| word == "stages"));
    if !rate_ends && !block.has("duration") && !block.has("requests") {
        let misspelt = ["duration", "requests"].iter().any(|key| block.has_or_misspelt(key));
        if !misspelt && !block.damaged {
            ctx.report(error::no_end(block.name.unwrap_or_default(), block.header));
        }
        sound = false;
    }
    if let (Some(session), Some(users)) = (block.one("session"), closed_loop(block, ctx)) {
        ctx.report(error::session_of_closed_loop(session.key.span, users.span));
        sound = false;
    }
    sound
}
