//! `link A B bandwidth … latency …`, `link A -> B …`, `link default …`.

use super::{Layout, error, group};
use crate::analysis::language::choice;
use crate::analysis::language::context::Context;
use crate::analysis::language::cursor::Cursor;
use crate::analysis::language::values;
use crate::model::{Arg, Bound, Field, Form, Link, LinkEnd};
use crate::syntax::ast::{Atom, Indexed, Statement};
use crate::units::{Bandwidth, Dimension, SimDuration};

/// From a byte to 100 TB a second: what the engine's rates hold in 64 bits.
pub(in crate::analysis) const LINK_BANDWIDTH: Bound = Bound::Between(1.0, 1e14);

/// Up to an hour: latencies of any path of links fit the simulation's clock.
const LINK_LATENCY: Bound = Bound::Between(0.0, 3600.0);

/// What follows the ends.
static ARGUMENTS: &[Field] = &[
    Field::optional("bandwidth", Form::Quantity(Dimension::BANDWIDTH), "of each direction")
        .within(LINK_BANDWIDTH)
        .or("300 GB/s"),
    Field::optional("latency", Form::Quantity(Dimension::TIME), "of a transfer")
        .within(LINK_LATENCY)
        .or("10 us"),
];

/// Lowers one `link`; `None` when something in it was reported.
pub(super) fn lower(statement: &Statement, layout: &Layout, ctx: &mut Context<'_>) -> Option<Link> {
    let mut cursor = Cursor::of(statement);
    let ends = ends(&mut cursor, layout, ctx);
    let arguments = choice::read_arguments(ARGUMENTS, "link", Dimension::NUMBER, &mut cursor, ctx);
    let finished = cursor.finish("link", ctx);
    let (ends, arguments) = (ends?, arguments?);
    let quantity = |name: &str| {
        arguments.iter().find(|(key, _)| key == name).and_then(|(_, arg)| match arg {
            Arg::Quantity(quantity) => Some(quantity.value),
            _ => None,
        })
    };
    let latency = SimDuration::from_secs_f64(quantity("latency")?);
    finished.then_some(Link {
        from: ends.from,
        to: ends.to,
        one_way: ends.one_way,
        bandwidth: Bandwidth::from_bytes_per_sec(quantity("bandwidth")?),
        latency: latency.expect("an hour fits the clock"),
    })
}

struct Ends {
    from: Option<LinkEnd>,
    to: Option<LinkEnd>,
    one_way: bool,
}

/// `A B`, `A -> B`, `default`; one group alone is joined within itself.
fn ends(cursor: &mut Cursor<'_>, layout: &Layout, ctx: &mut Context<'_>) -> Option<Ends> {
    let first = take_end(cursor)?;
    if let Atom::Word(word) = first
        && word.text == "default"
        && layout.group("default").is_none()
    {
        return Some(Ends { from: None, to: None, one_way: false });
    }
    let one_way = matches!(cursor.peek(), Some(Atom::Arrow(_)));
    if one_way {
        cursor.take();
    }
    let second = take_end(cursor);
    if second.is_none() && one_way {
        ctx.report(error::missing_value("->", "the end of the link", cursor.last()));
        return None;
    }
    let from = end(first, layout, ctx);
    let to = second.map_or(from, |second| end(second, layout, ctx));
    let (from, to) = (from?, to?);
    // The GPUs of one replica are joined too.
    let alone = from == to && from.first == from.last && layout.lines[from.group].tensor_parallel == 1;
    if alone {
        let span = second.map_or(first.span(), |second| first.span().to(second.span()));
        ctx.report(error::link_to_itself(span, ctx.text(first.span())));
        return None;
    }
    Some(Ends { from: Some(from), to: Some(to), one_way })
}

/// Takes the next atom if it can be the end of a link: a group, a replica, or what is written in its place.
fn take_end<'s>(cursor: &mut Cursor<'s>) -> Option<&'s Atom> {
    match cursor.peek()? {
        Atom::Word(word) if matches!(word.text.as_str(), "bandwidth" | "latency") => None,
        Atom::Arrow(_) => None,
        _ => cursor.take(),
    }
}

fn end(atom: &Atom, layout: &Layout, ctx: &mut Context<'_>) -> Option<LinkEnd> {
    match atom {
        Atom::Indexed(indexed) => indexed_end(indexed, layout, ctx),
        Atom::Word(word) => {
            let group = group(&word.text, word.span, layout, ctx)?;
            Some(LinkEnd { group, first: 0, last: last_replica(layout, group) })
        }
        atom => {
            ctx.report(error::wrong_form("link", "a group or a replica", atom.span(), ctx.text(atom.span())));
            None
        }
    }
}

fn last_replica(layout: &Layout, group: usize) -> u32 {
    let line = &layout.lines[group];
    line.n_gpus / line.tensor_parallel - 1
}

fn indexed_end(indexed: &Indexed, layout: &Layout, ctx: &mut Context<'_>) -> Option<LinkEnd> {
    let group = group(&indexed.name.text, indexed.name.span, layout, ctx)?;
    let name = indexed.name.text.as_str();
    let mut index = |expr| {
        let index = values::count(expr, "index", Bound::NotNegative, ctx)?;
        let largest = last_replica(layout, group);
        let found = u32::try_from(index).ok().filter(|index| *index <= largest);
        if found.is_none() {
            ctx.report(error::index_out_of_range(expr.span(), name, index, largest));
        }
        found
    };
    let first = index(&indexed.first);
    let last = indexed.last.as_ref().map_or(first, &mut index);
    let (first, last) = (first?, last?);
    if first > last {
        ctx.report(error::range_backwards(indexed.span, ctx.text(indexed.span)));
        return None;
    }
    Some(LinkEnd { group, first, last })
}
