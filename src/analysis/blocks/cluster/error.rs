//! What can be wrong in a cluster: groups, links and pools, and models that their replicas cannot serve.

use crate::analysis::blocks::cluster::{Line, MAX_BANDWIDTHS, MAX_GPUS, MAX_PATH_STEPS};
use crate::analysis::language::expected::number_text;
use crate::analysis::language::suggest::{alternatives, did_you_mean, nearest};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{definitions, limits, names, values};
use crate::engine::MAX_NODES;
use crate::engine::hardware::memory::Shortfall;
use crate::model::{Group, Phase};
use crate::source::Span;

pub(in crate::analysis) use crate::analysis::language::error::*;

/// `tensor_parallel 4` on GPUs that nothing joins
pub(in crate::analysis) fn gpus_not_joined(at: Span, group: &Group) -> Diagnostic {
    let (gpu, n_gpus) = (&group.gpu.name, group.tensor_parallel);
    let message = format!(
        "no link joins the {n_gpus} GPUs of a replica of `{}`, which tensor parallelism needs",
        group.name
    );
    Diagnostic::error(&definitions::UNLINKED_GPUS, message, at, "tensor parallelism needs a link").with_help(
        format!(
            "give `gpu {gpu}` a `link_bandwidth`, or add `link {} bandwidth 64 GB/s latency 5 us`",
            group.name
        ),
    )
}

/// `link` with `batching continuous` and no pools
pub(in crate::analysis) fn link_without_effect(at: Span) -> Diagnostic {
    let message = "nothing uses this link: without pools, caches stay where they are";
    Diagnostic::note(&definitions::UNUSED_LINK, message.to_owned(), at, "has no effect").with_help(
        "add pools, or name a group alone, `link GROUP …`, for what joins the GPUs of its replicas",
    )
}

/// `serves llama_3_1_70b` on one GPU of 80 GB
pub(in crate::analysis) fn does_not_fit(
    at: Span,
    model: &str,
    group: &Group,
    lack: &Shortfall,
) -> Diagnostic {
    let gpu = &group.gpu.name;
    let gigabytes = |tenths: f64| format!("{} GB", number_text(tenths / 10.0));
    let replica = match group.tensor_parallel {
        1 => String::new(),
        n_gpus => format!(" in replicas of {n_gpus}"),
    };
    let message = format!(
        "`{model}` does not fit on `{gpu}`{replica}: each GPU would hold {} and may use {}",
        gigabytes(libm::ceil(lack.needed / 1e8)),
        gigabytes(libm::floor(lack.usable / 1e8)),
    );
    let help = match lack.enough {
        Some(n_gpus) => format!(
            "replicas need at least {n_gpus} GPUs: `gpus {gpu} x {} tensor_parallel {n_gpus}`",
            group.n_gpus.div_ceil(n_gpus) * n_gpus
        ),
        None => {
            "no number of these GPUs would do: take a GPU of more memory, or store the model in fewer bits \
                 (`dtype`)"
                .to_owned()
        }
    };
    Diagnostic::error(&definitions::MODEL_DOES_NOT_FIT, message, at, "too small for the weights")
        .with_help(help)
}

/// `gpus h100_sxm x 3 tensor_parallel 3` for a model of 32 heads
pub(in crate::analysis) fn heads_do_not_divide(
    at: Span,
    model: &str,
    heads: u64,
    group: &Group,
) -> Diagnostic {
    let n_gpus = group.tensor_parallel;
    let divides = |n: &u32| heads.is_multiple_of(u64::from(*n));
    let (below, above) = ((1..n_gpus).rev().find(divides), (n_gpus + 1..=1 << 20).find(divides));
    let near: Vec<String> =
        below.into_iter().chain(above).map(|n| format!("`tensor_parallel {n}`")).collect();
    let message = format!("the {heads} heads of `{model}` cannot be shared out over {n_gpus} GPUs");
    Diagnostic::error(&definitions::HEADS_NOT_DIVISIBLE, message, at, "each GPU takes as many heads")
        .with_help(format!("write {}", near.join(" or ")))
}

/// `gpus fast`, `gpus fast 4`; `meant` is the statement where a number can be found in it.
pub(in crate::analysis) fn gpus_without_number(at: Span, kind: &str, meant: Option<&str>) -> Diagnostic {
    let message = format!("`gpus {kind}` does not say how many");
    Diagnostic::error(&definitions::MISSING_VALUE, message, at, "how many?")
        .with_help(format!("write `{}`", meant.map_or_else(|| format!("gpus {kind} x 4"), str::to_owned)))
}

/// `gpus 2 x h100_sxm`
pub(in crate::analysis) fn gpus_out_of_order(at: Span, meant: &str) -> Diagnostic {
    let message = "the kind of GPU comes before how many";
    Diagnostic::error(&values::WRONG_FORM, message, at, "comes after the kind")
        .with_help(format!("write `{meant}`"))
}

/// Two groups of one name
pub(in crate::analysis) fn group_twice(again: &Line, first: &Line) -> Diagnostic {
    let name = &again.name.0;
    Diagnostic::error(
        &definitions::DUPLICATE_DEFINITION,
        format!("two groups are called `{name}`"),
        again.name.1,
        "again here",
    )
    .with_label(first.name.1, "first here")
    .with_help(format!("name one of them: `gpus {} x {} as {name}_2`", again.kind.0, again.n_gpus))
}

/// `gpus fast x 6 tensor_parallel 4`
pub(in crate::analysis) fn replicas_do_not_divide(
    span: Span,
    n_gpus: u32,
    tensor_parallel: u32,
) -> Diagnostic {
    let message = format!("{n_gpus} GPUs do not make up replicas of {tensor_parallel}");
    let fitting = (n_gpus / tensor_parallel).max(1) * tensor_parallel;
    Diagnostic::error(&definitions::INCOMPLETE_REPLICA, message, span, "not a multiple of `tensor_parallel`")
        .with_help(format!("write `x {fitting}`"))
}

/// `gpus fast x 1_000_000`
pub(in crate::analysis) fn too_many_gpus(span: Span, n_gpus: u64) -> Diagnostic {
    let message =
        format!("a cluster has at most {} GPUs, this one has {}", grouped(MAX_GPUS), grouped(n_gpus));
    Diagnostic::error(&definitions::TOO_MANY_GPUS, message, span, "too many GPUs")
        .with_help("reduce the count after `x`")
}

/// `gpus fast x 100_000`, each with 500 TB
pub(in crate::analysis) fn too_much_vram(span: Span) -> Diagnostic {
    let message = "the GPUs of the cluster have 2^63 bytes of memory or more";
    Diagnostic::error(&values::ARITHMETIC_ERROR, message, span, "too much to compute with")
        .with_help("check the units of `vram`: today's GPUs have 24 GB to 288 GB")
}

/// `link fast[0] fast[1]` of a group of 2,000
pub(in crate::analysis) fn too_many_nodes(span: Span, n_nodes: usize) -> Diagnostic {
    let message = format!("the graph of the links has at most {MAX_NODES} nodes, this one has {n_nodes}");
    let help = "a group that every link names as a whole counts as one node, however many GPUs it has; one that a \
                link names in part counts as a node for each: link whole groups";
    Diagnostic::error(&limits::LINKS_TOO_COMPLEX, message, span, "with this link it has too many")
        .with_help(help)
}

/// A hundred links, each of another bandwidth
pub(in crate::analysis) fn too_many_bandwidths(span: Span, found: usize) -> Diagnostic {
    let message = format!("links may have {MAX_BANDWIDTHS} distinct bandwidths, these have {found}");
    Diagnostic::error(&limits::LINKS_TOO_COMPLEX, message, span, "the last of the links")
        .with_help("round them: links that differ by little may share a bandwidth")
}

/// 1,000 nodes and links of five bandwidths
pub(in crate::analysis) fn paths_too_many(span: Span, n_nodes: usize, n_bandwidths: usize) -> Diagnostic {
    let message = format!(
        "the paths between {n_nodes} nodes over links of {n_bandwidths} bandwidths take {n_nodes}^3 x {n_bandwidths} \
         steps, a cluster may take {MAX_PATH_STEPS}"
    );
    Diagnostic::error(&limits::LINKS_TOO_COMPLEX, message, span, "the last of the links").with_help(
        "link whole groups, each of which then counts as one node, or give the links fewer bandwidths",
    )
}

/// `link fast[0] fast[7]` of four
pub(in crate::analysis) fn index_out_of_range(
    span: Span,
    group: &str,
    index: u64,
    largest: u32,
) -> Diagnostic {
    let count = u64::from(largest) + 1;
    let replicas = if count == 1 { "replica" } else { "replicas" };
    let message = format!("`{group}[{index}]` does not exist: `{group}` has {count} {replicas}");
    let help = if largest == 0 {
        format!("the only one is `{group}[0]`")
    } else {
        format!("they are `{group}[0]` to `{group}[{largest}]`")
    };
    Diagnostic::error(&definitions::INDEX_OUT_OF_RANGE, message, span, "out of range").with_help(help)
}

/// `link fast[0] fast[0]`
pub(in crate::analysis) fn link_to_itself(span: Span, end: &str) -> Diagnostic {
    Diagnostic::error(
        &definitions::LINK_TO_ITSELF,
        format!("the link joins `{end}` to itself"),
        span,
        "one and the same replica",
    )
    .with_help("name another replica as the second end, or a whole group to mesh its replicas")
}

/// `pool prefill a` and `pool decode a`
pub(in crate::analysis) fn pooled_twice(again: Span, first: Span, group: &str) -> Diagnostic {
    Diagnostic::error(
        &definitions::INCOMPLETE_POOLS,
        format!("group `{group}` is in two pools"),
        again,
        "again here",
    )
    .with_label(first, "first here")
    .with_help("split it into two groups with `as`")
}

/// `pool prefill a` alone
pub(in crate::analysis) fn one_pool_only(span: Span, missing: &str) -> Diagnostic {
    Diagnostic::error(
        &definitions::INCOMPLETE_POOLS,
        format!("there is no `pool {missing}`"),
        span,
        "the only kind of pool",
    )
    .with_help(format!("add `pool {missing} GROUP`: a request needs both"))
}

/// A third group beside `pool prefill a` and `pool decode b`
pub(in crate::analysis) fn in_no_pool(at: Span, pool: Span, group: &str) -> Diagnostic {
    Diagnostic::error(
        &definitions::INCOMPLETE_POOLS,
        format!("group `{group}` is in no pool"),
        at,
        "gets no work",
    )
    .with_label(pool, "with pools every group is in one")
    .with_help(format!("add `pool prefill {group}` or `pool decode {group}`"))
}

/// Links that do not lead from `pool prefill a` to `pool decode b`
pub(in crate::analysis) fn no_way_between_pools(pool: Span, replica: &str, phase: Phase) -> Diagnostic {
    let (message, label) = match phase {
        Phase::Prefill => {
            (format!("no link leads from `{replica}` to a decode replica"), "hands nothing over")
        }
        Phase::Decode => (format!("no link leads from a prefill replica to `{replica}`"), "gets no work"),
    };
    Diagnostic::error(&definitions::INCOMPLETE_POOLS, message, pool, label)
        .with_help("join the pools: `link PREFILL DECODE bandwidth 50 GB/s`, or `link default` for what no other link joins")
}

/// A whole number with its thousands set apart: `100,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `pool prefill fst`
pub(in crate::analysis) fn unknown_group(name: &str, span: Span, names: &[&str]) -> Diagnostic {
    let help = did_you_mean(&nearest(name, names.iter().copied()))
        .unwrap_or_else(|| format!("the cluster has {}", alternatives(names)));
    Diagnostic::error(&names::UNKNOWN_GROUP, format!("unknown group `{name}`"), span, "no such group")
        .with_help(help)
}
