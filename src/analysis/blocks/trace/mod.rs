//! `trace …` to a [`Workload`]: rows in the scenario, or a file that is read as it is replayed.
//!
//! Not for reading files: only what the scenario says about one is checked here.

mod error;
mod rows;

use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::cursor::Cursor;
use crate::analysis::language::paths::resolve;
use crate::analysis::language::table::Table;
use crate::analysis::language::values;
use crate::model::{Bound, Field, Form, TraceFile, Workload, WorkloadSource};
use crate::syntax::ast::{Atom, Statement, Text, Trace, TraceBody};
use crate::units::{Dimension, Ratio, SimTime};
use crate::workload::formats;

/// What an unnamed trace is called.
pub(in crate::analysis) const UNNAMED: &str = "trace";

/// What the block of `trace NAME from "file"` may hold.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "trace",
    summary: "recorded requests, replayed from a file",
    keys: &[
        Field::required(
            "format",
            Form::Choice("trace format", || formats::specs().collect()),
            "how the file is written",
        ),
        Field::optional(
            "slice",
            Form::Shape("5 min .. 25 min"),
            "only rows between the two times of the trace, before `speedup`; time then starts at 0",
        ),
        Field::optional("speedup", Form::Factor, "how many times faster than recorded")
            .within(Bound::Positive)
            .or("1"),
        Field::optional(
            "sample",
            Form::Share,
            "the share of rows kept: a random sample, the same under every seed",
        )
        .within(Bound::Between(SMALLEST_SAMPLE, 1.0)),
    ],
};

/// One row in a million.
const SMALLEST_SAMPLE: f64 = 1e-6;

/// The name a trace goes by.
pub(in crate::analysis) fn name(trace: &Trace) -> &str {
    trace.name.as_ref().map_or(UNNAMED, |name| name.text.as_str())
}

/// Lowers a trace; `None` when something in it was reported.
pub(in crate::analysis) fn lower(trace: &Trace, ctx: &mut Context<'_>) -> Option<Workload> {
    let source = match &trace.body {
        TraceBody::Rows(rows) => WorkloadSource::Rows(rows::lower(rows, trace.header, ctx)?),
        TraceBody::File(path, statements) => {
            let block = Block::read(&TABLE, Some(name(trace)), trace.header, statements, ctx);
            WorkloadSource::File(file(path, &block, ctx)?)
        }
    };
    Some(Workload { name: name(trace).to_owned(), source, priority: 0, weight: 1.0, slo: None })
}

fn file(path: &Text, block: &Block<'_>, ctx: &mut Context<'_>) -> Option<TraceFile> {
    block.require(ctx);
    let format = block.choice("format", Dimension::NUMBER, ctx);
    let slice = match block.one("slice") {
        Some(statement) => slice(statement, ctx).map(Some),
        None => Some(None),
    };
    let speedup = block.quantity("speedup", ctx);
    let sample = match block.one("sample") {
        Some(_) => block.quantity("sample", ctx).map(Some),
        None => Some(None),
    };
    block.record(None, &[], ctx);
    let resolved = resolve(&ctx.sources.get(path.span.source).name, &path.value);
    Some(TraceFile {
        name: block.name.unwrap_or_default().to_owned(),
        path: path.value.clone(),
        resolved,
        format: format?,
        slice: slice?,
        speedup: Ratio::new(speedup?),
        sample: sample?.map(Ratio::new),
    })
}

/// `slice 5 min .. 25 min`.
fn slice(statement: &Statement, ctx: &mut Context<'_>) -> Option<(SimTime, SimTime)> {
    let [Atom::Range(from, to)] = statement.atoms.as_slice() else {
        // Reports a missing value, a single one, or anything else.
        let expr = Cursor::single(statement).take_expr("slice", "a span of trace time", ctx)?;
        ctx.report(error::slice_without_end(ctx.text(expr.span()), expr.span()));
        return None;
    };
    let key = statement.key.text.as_str();
    let (from, to) = (values::time(from, key, ctx), values::time(to, key, ctx));
    let (from, to) = (from?, to?);
    if from >= to {
        let range = statement.atoms[0].span();
        ctx.report(error::empty_slice(ctx.text(range), range));
        return None;
    }
    Some((from, to))
}
