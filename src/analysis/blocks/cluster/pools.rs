//! `pool prefill GROUP` and `pool decode GROUP`: both or none, every group in one of them, and ways between the two.

use std::collections::BTreeMap;

use super::{Layout, error, group};
use crate::analysis::language::block::Block;
use crate::analysis::language::context::Context;
use crate::analysis::language::cursor::Cursor;
use crate::engine::paths;
use crate::model::{Cluster, Phase, Pool};
use crate::source::Span;
use crate::syntax::ast::Statement;

/// Lowers all `pool` statements; `None` when something in them was reported.
pub(super) fn lower(block: &Block<'_>, layout: &Layout, ctx: &mut Context<'_>) -> Option<Vec<Pool>> {
    let mut pools: Vec<(Pool, Span)> = Vec::new();
    let mut sound = true;
    for statement in block.all("pool") {
        let Some(pool) = pool(statement, layout, ctx) else {
            sound = false;
            continue;
        };
        match pools.iter().find(|(other, _)| other.group == pool.group) {
            Some((_, first)) => {
                ctx.report(error::pooled_twice(statement.span, *first, &layout.lines[pool.group].name.0));
                sound = false;
            }
            None => pools.push((pool, statement.span)),
        }
    }
    let Some((_, first)) = pools.first().filter(|_| sound) else { return sound.then(Vec::new) };
    let has = |phase| pools.iter().any(|(pool, _)| pool.phase == phase);
    if !(has(Phase::Prefill) && has(Phase::Decode)) {
        let missing = if has(Phase::Prefill) { "decode" } else { "prefill" };
        ctx.report(error::one_pool_only(*first, missing));
        return None;
    }
    for (index, line) in layout.lines.iter().enumerate() {
        if pools.iter().all(|(pool, _)| pool.group != index) {
            ctx.report(error::in_no_pool(line.name.1, *first, &line.name.0));
            sound = false;
        }
    }
    sound.then(|| pools.into_iter().map(|(pool, _)| pool).collect())
}

fn pool(statement: &Statement, layout: &Layout, ctx: &mut Context<'_>) -> Option<Pool> {
    const PHASES: &[&str] = &["prefill", "decode"];
    let mut cursor = Cursor::of(statement);
    let (phase, span) = cursor.take_name("pool", "`prefill` or `decode`", ctx)?;
    let phase = match phase.as_str() {
        "prefill" => Phase::Prefill,
        "decode" => Phase::Decode,
        _ => {
            ctx.report(error::unknown_word("pool", &phase, span, PHASES));
            return None;
        }
    };
    let (name, span) = cursor.take_name("pool", "the name of a group", ctx)?;
    let group = group(&name, span, layout, ctx)?;
    cursor.finish("pool", ctx).then_some(Pool { phase, group })
}

/// Whether caches can get from every prefill replica to some decode replica, and to every decode replica from some.
pub(super) fn check_ways(block: &Block<'_>, cluster: &Cluster, ctx: &mut Context<'_>) -> Option<()> {
    if cluster.pools.is_empty() || cluster.links.is_empty() {
        // Where no link is stated all are joined.
        return Some(());
    }
    let pool_of = |replica: usize| {
        let (group, _) = cluster.locate(replica);
        cluster.pools.iter().position(|pool| pool.group == group)
    };
    let phase_of = |replica: usize| pool_of(replica).map(|pool| cluster.pools[pool].phase);
    // By replica, for all that links do not tell apart the first of them: whether no way was found.
    let mut cut_off: BTreeMap<usize, bool> = BTreeMap::new();
    for route in paths(cluster) {
        let (from, to) = (route.from.start, route.to.start);
        if (phase_of(from), phase_of(to)) == (Some(Phase::Prefill), Some(Phase::Decode)) {
            for end in [from, to] {
                *cut_off.entry(end).or_insert(true) &= route.paths.is_empty();
            }
        }
    }
    let Some((&replica, _)) = cut_off.iter().find(|(_, is_cut_off)| **is_cut_off) else { return Some(()) };
    let pool = pool_of(replica).expect("only replicas in pools were looked at");
    let statement = block.all("pool").nth(pool).map_or(block.header, |statement| statement.span);
    let name = cluster.replica_name(replica);
    ctx.report(error::no_way_between_pools(statement, &name, cluster.pools[pool].phase));
    None
}
