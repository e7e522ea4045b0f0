//! `cluster`: what serves what, in groups of equal replicas, and how they are joined.

pub(in crate::analysis) mod error;
mod link;
mod pools;

pub(in crate::analysis) use link::LINK_BANDWIDTH;

use std::collections::BTreeMap;

use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::cursor::Cursor;
use crate::analysis::language::expected::Expected;
use crate::analysis::language::table::Table;
use crate::analysis::language::values;
use crate::engine::{MAX_NODES, count_nodes};
use crate::model::{Batching, Bound, Field, Form, Gpu};
use crate::model::{Cluster, Contention, Group};
use crate::source::Span;
use crate::syntax::ast::{Atom, Statement};
use crate::syntax::gpus_statement;
use crate::units::Dimension;

/// The most GPUs a cluster may have.
pub(in crate::analysis) const MAX_GPUS: u64 = 100_000;

/// Memory of all GPUs in bytes stays below this, so that no sum of it leaves 64 bits.
const MAX_VRAM: u128 = 1 << 63;

/// The most distinct bandwidths of links: each takes a matrix of the paths between all nodes.
pub(in crate::analysis) const MAX_BANDWIDTHS: usize = 64;

/// The most steps those matrices may take, the cube of the nodes for each bandwidth: about two seconds.
pub(in crate::analysis) const MAX_PATH_STEPS: u64 = 1 << 31;

/// The keys of `cluster`.
pub(in crate::analysis) static TABLE: Table = Table {
    block: "cluster",
    summary: "the hardware: GPUs, links and the model they serve",
    keys: &[
        Field::required("serves", Form::Shape("MODEL"), "the model served"),
        Field::required(
            "gpus",
            Form::Shape("TYPE x N [as GROUP] [tensor_parallel T]"),
            "equal replicas, named after the group, by default after the type",
        )
        .repeatable(),
        Field::optional(
            "link",
            Form::Shape("A B [bandwidth 300 GB/s] [latency 10 us]"),
            "joins replicas in both directions, `A -> B` in one; `default` joins all that no other link does",
        )
        .repeatable(),
        Field::optional(
            "pool",
            Form::Shape("prefill|decode GROUP"),
            "which group computes prompts and which decodes",
        )
        .repeatable()
        .only(Batching::Continuous),
        Field::optional(
            "contention",
            Form::Word(&["fair", "none"]),
            "whether transfers over one link share its bandwidth",
        )
        .or("fair"),
    ],
};

/// A `gpus` statement, its GPU type not looked into yet.
pub(in crate::analysis) struct Line {
    /// The type's name and where it is written.
    pub(in crate::analysis) kind: (String, Span),
    /// The group's name and where it is written.
    pub(in crate::analysis) name: (String, Span),
    /// Physical GPUs.
    pub(in crate::analysis) n_gpus: u32,
    /// Physical GPUs a replica.
    pub(in crate::analysis) tensor_parallel: u32,
}

/// A cluster before its GPU types are looked up.
pub(in crate::analysis) struct Layout {
    /// The model's name and where it is written.
    pub(in crate::analysis) serves: Option<(String, Span)>,
    /// Statements that could be read.
    pub(in crate::analysis) lines: Vec<Line>,
    /// Whether all could.
    pub(in crate::analysis) complete: bool,
    /// Positions in `lines` by the group's name.
    groups: BTreeMap<String, usize>,
}

/// Reads what is served and the groups.
pub(in crate::analysis) fn layout(block: &Block<'_>, ctx: &mut Context<'_>) -> Layout {
    block.require(ctx);
    let serves = block
        .one("serves")
        .and_then(|statement| Cursor::single(statement).take_name("serves", "the name of a model", ctx));
    let mut layout = Layout { serves, lines: Vec::new(), complete: !block.damaged, groups: BTreeMap::new() };
    for statement in block.all("gpus") {
        match line(statement, ctx) {
            Some(line) => layout.add(line, ctx),
            None => layout.complete = false,
        }
    }
    let n_gpus: u64 = layout.lines.iter().map(|line| u64::from(line.n_gpus)).sum();
    if n_gpus > MAX_GPUS {
        ctx.report(error::too_many_gpus(block.header, n_gpus));
        layout.complete = false;
    }
    layout
}

impl Layout {
    fn add(&mut self, line: Line, ctx: &mut Context<'_>) {
        if let Some(first) = self.group(&line.name.0) {
            ctx.report(error::group_twice(&line, &self.lines[first]));
            self.complete = false;
            return;
        }
        self.groups.insert(line.name.0.clone(), self.lines.len());
        self.lines.push(line);
    }

    /// The position of a group in `lines`.
    fn group(&self, name: &str) -> Option<usize> {
        self.groups.get(name).copied()
    }
}

/// `TYPE x N [as GROUP] [tensor_parallel T]`.
fn line(statement: &Statement, ctx: &mut Context<'_>) -> Option<Line> {
    let mut cursor = Cursor::of(statement);
    if let Some(Atom::Value(count)) = cursor.peek()
        && let Some(meant) = gpus_statement(ctx.text(statement.span))
    {
        ctx.report(error::gpus_out_of_order(count.span(), &meant));
        return None;
    }
    let kind = cursor.take_name("gpus", "the name of a GPU", ctx)?;
    let times = match cursor.peek() {
        Some(Atom::Word(word)) if word.text == "x" => cursor.take().is_some(),
        _ => false,
    };
    if !times {
        let meant = gpus_statement(ctx.text(statement.span));
        ctx.report(error::gpus_without_number(cursor.last(), &kind.0, meant.as_deref()));
        return None;
    }
    let one = Bound::AtLeast(1.0);
    let n_gpus = take_count(&mut cursor, &format!("gpus {} x", kind.0), one, ctx);
    let mut name = kind.clone();
    let mut tensor_parallel = Some(1);
    while let Some(Atom::Word(word)) = cursor.peek() {
        match word.text.as_str() {
            "as" => {
                cursor.take();
                name = cursor.take_name("as", "the name of the group", ctx)?;
                if let Some(mistake) = error::reserved(&name.0, name.1) {
                    ctx.report(mistake);
                }
            }
            "tensor_parallel" => {
                cursor.take();
                tensor_parallel = take_count(&mut cursor, "tensor_parallel", one, ctx);
            }
            _ => break,
        }
    }
    cursor.offer(["as", "tensor_parallel"]);
    let finished = cursor.finish("gpus", ctx);
    let (n_gpus, tensor_parallel) = (n_gpus?, tensor_parallel?);
    if n_gpus % tensor_parallel != 0 {
        ctx.report(error::replicas_do_not_divide(statement.span, n_gpus, tensor_parallel));
        return None;
    }
    finished.then_some(Line { kind, name, n_gpus, tensor_parallel })
}

fn take_count(cursor: &mut Cursor<'_>, what: &str, bound: Bound, ctx: &mut Context<'_>) -> Option<u32> {
    let expr = cursor.take_expr(what, "a whole number", ctx)?;
    values::count_u32(expr, Expected::new(what, Dimension::NUMBER, bound), ctx)
}

/// Lowers a cluster whose GPU types have been looked up, one a line of the layout; `None` for a type with mistakes.
pub(in crate::analysis) fn lower(
    block: &Block<'_>,
    layout: &Layout,
    gpus: &[Option<Gpu>],
    ctx: &mut Context<'_>,
) -> Option<Cluster> {
    let links: Option<Vec<_>> = block
        .all("link")
        .map(|statement| link::lower(statement, layout, ctx))
        .collect::<Vec<_>>()
        .into_iter()
        .collect();
    let pools = pools::lower(block, layout, ctx);
    let contention = match block.word("contention", ctx).as_deref() {
        Some("none") => Contention::None,
        _ => Contention::Fair,
    };
    let groups = layout.lines.iter().zip(gpus).map(|(line, gpu)| {
        Some(Group {
            name: line.name.0.clone(),
            gpu: gpu.clone()?,
            n_gpus: line.n_gpus,
            tensor_parallel: line.tensor_parallel,
        })
    });
    let groups: Option<Vec<Group>> = groups.collect();
    block.record(None, &[], ctx);
    let cluster = Cluster { groups: groups?, links: links?, contention, pools: pools? };
    check_memory(block, &cluster, ctx)?;
    check_graph(block, &cluster, ctx)?;
    pools::check_ways(block, &cluster, ctx)?;
    (layout.complete && !cluster.groups.is_empty()).then_some(cluster)
}

/// Whether sums of memory stay countable.
fn check_memory(block: &Block<'_>, cluster: &Cluster, ctx: &mut Context<'_>) -> Option<()> {
    let vram = |group: &Group| u128::from(group.gpu.vram.get()) * u128::from(group.n_gpus);
    if cluster.groups.iter().map(vram).sum::<u128>() < MAX_VRAM {
        return Some(());
    }
    let largest = cluster.groups.iter().zip(block.all("gpus")).max_by_key(|(group, _)| vram(group));
    ctx.report(error::too_much_vram(largest.map_or(block.header, |(_, statement)| statement.span)));
    None
}

/// Whether the paths between all nodes of the links can be computed before the run.
fn check_graph(block: &Block<'_>, cluster: &Cluster, ctx: &mut Context<'_>) -> Option<()> {
    let n_gpus: u64 = cluster.groups.iter().map(|group| u64::from(group.n_gpus)).sum();
    if n_gpus > MAX_GPUS {
        // Reported with the layout; of billions of them not even the nodes can be counted.
        return None;
    }
    let n_nodes = count_nodes(cluster);
    if n_nodes > MAX_NODES {
        ctx.report(error::too_many_nodes(last_straw(block, cluster), n_nodes));
        return None;
    }
    let mut bandwidths: Vec<f64> = cluster.links.iter().map(|link| link.bandwidth.get()).collect();
    bandwidths.sort_by(f64::total_cmp);
    bandwidths.dedup();
    let last = block.all("link").last().map_or(block.header, |statement| statement.span);
    if bandwidths.len() > MAX_BANDWIDTHS {
        ctx.report(error::too_many_bandwidths(last, bandwidths.len()));
        return None;
    }
    let steps = (n_nodes as u64).pow(3) * bandwidths.len() as u64;
    if steps > MAX_PATH_STEPS {
        ctx.report(error::paths_too_many(last, n_nodes, bandwidths.len()));
        return None;
    }
    Some(())
}

/// The `link` with which the graph has too many nodes.
fn last_straw(block: &Block<'_>, cluster: &Cluster) -> Span {
    let passes = |n_links: usize| {
        let links = cluster.links[..n_links].to_vec();
        count_nodes(&Cluster { links, ..cluster.clone() }) > MAX_NODES
    };
    let link = block.all("link").zip(1..).find(|(_, n_links)| passes(*n_links));
    link.map_or(block.header, |(statement, _)| statement.span)
}

/// The index of a group; unknown ones are reported unless the layout has mistakes of its own.
fn group(name: &str, span: Span, layout: &Layout, ctx: &mut Context<'_>) -> Option<usize> {
    let found = layout.group(name);
    if found.is_none() && layout.complete {
        let names: Vec<&str> = layout.lines.iter().map(|line| line.name.0.as_str()).collect();
        ctx.report(error::unknown_group(name, span, &names));
    }
    found
}
