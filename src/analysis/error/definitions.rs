//! E03xx: GPUs, models, clusters, policies.

use crate::analysis::block::Block;
use crate::analysis::cluster::{Line, MAX_BANDWIDTHS, MAX_GPUS, MAX_PATH_STEPS};
use crate::analysis::engine::Mode;
use crate::analysis::keys::{Key, Table, Value, block_name, tables};
use crate::analysis::matrix::MAX_CASES;
use crate::analysis::suggest::{all_of, alternatives, did_you_mean, nearest};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::MAX_NODES;
use crate::engine::hardware::memory::Shortfall;
use crate::model::{Batching, Group, Phase};
use crate::source::Span;
use crate::syntax::ast::{Axis, Ident, Statement};

use super::names::choice_usage;
use super::values::{dimension_example, number_text};
use crate::units::Dimension;

/// `prefil 12000 tok/s`
pub(in crate::analysis) fn unknown_key(key: &Ident, table: &Table) -> Diagnostic {
    let here = did_you_mean(&nearest(&key.text, table.names()));
    let elsewhere: Vec<&str> = tables()
        .filter(|other| other.block != table.block && other.find(&key.text).is_some())
        .map(|other| other.block)
        .collect();
    let help = if elsewhere.is_empty() {
        here.unwrap_or_else(|| {
            let names: Vec<&str> = table.names().collect();
            format!("`{}` knows {}", table.block, alternatives(&names))
        })
    } else {
        format!("`{}` is a key of {}", key.text, alternatives(&elsewhere))
    };
    let message = format!("unknown key `{}` in `{}`", key.text, table.block);
    Diagnostic::error(Code("E0101"), message, key.span, "not known here").with_help(help)
}

/// `max_queue 64` and again `max_queue 32`
pub(in crate::analysis) fn set_twice(again: &Statement, first: &Statement, table: &Table) -> Diagnostic {
    let message = format!("`{}` is set twice in `{}`", again.key.text, table.block);
    Diagnostic::error(Code("E0301"), message, again.span, "set again here")
        .with_label(first.span, "first set here")
        .with_help("remove one of the two")
}

/// `gpu fast { vram 80 GB }`
pub(in crate::analysis) fn missing_statements(block: &Block<'_>, missing: &[&Key]) -> Diagnostic {
    let names: Vec<&str> = missing.iter().map(|key| key.name).collect();
    let (names, are) = (all_of(&names), if names.len() == 1 { "is" } else { "are" });
    let shown: Vec<String> = missing.iter().map(|key| usage(key)).collect();
    let message = format!("`{}` needs {names}", block_name(block.table, block.name));
    Diagnostic::error(Code("E0303"), message, block.header, format!("{names} {are} missing"))
        .with_help(format!("add `{}`", shown.join("; ")))
}

/// A statement as it is written.
pub(in crate::analysis) fn usage(key: &Key) -> String {
    let value = match key.value {
        Value::Quantity(dimension, _) => dimension_example(dimension).to_owned(),
        Value::Share(_) => "90%".to_owned(),
        Value::Factor(_) => "0.8".to_owned(),
        Value::Count(_) => "4".to_owned(),
        Value::Word(words) => words.first().copied().unwrap_or_default().to_owned(),
        Value::Choice(what, registry) => {
            // The place of a distribution is tokens, that of a rate is requests: both are read off the argument.
            let place = if what == "distribution" { Dimension::TOKENS } else { Dimension::REQUEST_RATE };
            registry().first().map(|spec| choice_usage(spec, place)).unwrap_or_default()
        }
        Value::Shape(shape) => shape.to_owned(),
    };
    format!("{} {value}", key.name)
}

/// `max_batch 8` with `batching phases`
pub(in crate::analysis) fn other_batching(key: &Ident, entry: &Key, mode: &Mode) -> Diagnostic {
    let (here, there) = match mode.batching {
        Batching::Phases => ("phases", "continuous"),
        Batching::Continuous => ("continuous", "phases"),
    };
    let message = format!("`{}` has no effect with `batching {here}`", entry.name);
    Diagnostic::error(Code("E0308"), message, key.span, format!("known to `batching {there}` only"))
        .with_label(mode.span, format!("`batching {here}`: {}", mode.why))
        .with_help(format!("remove the statement, or write `batching {there}`"))
}

/// `timing roofline` with `batching phases`
pub(in crate::analysis) fn timing_of_other_batching(
    statement: &Statement,
    name: &str,
    batching: Batching,
    known: &[&str],
) -> Diagnostic {
    let here = match batching {
        Batching::Phases => "phases",
        Batching::Continuous => "continuous",
    };
    let message = format!("`timing {name}` is no timing of `batching {here}`");
    Diagnostic::error(Code("E0308"), message, statement.span, "of the other batching")
        .with_help(format!("write {}", alternatives(known)))
}

/// `routing prefix_aware` where nothing is cached
pub(in crate::analysis) fn routing_without_prefixes(statement: &Statement, batching: Batching) -> Diagnostic {
    let (why, help) = match batching {
        Batching::Phases => ("`batching phases` has none", "write `routing p2c`, or `batching continuous`"),
        Batching::Continuous => ("`prefix_cache` is off", "write `routing p2c`, or `prefix_cache on`"),
    };
    let message = format!("`routing prefix_aware` compares prefix caches, and {why}");
    Diagnostic::error(Code("E0308"), message, statement.span, "has nothing to compare").with_help(help)
}

/// `kv_memory` and `kv_blocks` at once
pub(in crate::analysis) fn one_or_the_other(second: &Statement, first: &Statement) -> Diagnostic {
    let message = format!("`{}` and `{}` exclude each other", first.key.text, second.key.text);
    Diagnostic::error(Code("E0301"), message, second.span, "set here")
        .with_label(first.span, "and here")
        .with_help("remove one of the two")
}

/// `gpu fast { vram 80 GB }`
pub(in crate::analysis) fn no_figures(block: &Block<'_>) -> Diagnostic {
    let message =
        format!("`{}` has neither throughput nor hardware figures", block_name(block.table, block.name));
    Diagnostic::error(Code("E0309"), message, block.header, "how fast is it?")
        .with_help("add `prefill 2000 tok/s; decode 500 tok/s`, or `bandwidth 3350 GB/s; compute 989 TFLOPS`")
}

/// `prefill` without `decode`
pub(in crate::analysis) fn half_of_the_figures(
    block: &Block<'_>,
    missing: &str,
    present: &str,
) -> Diagnostic {
    let message = format!("`{}` has `{present}` but no `{missing}`", block_name(block.table, block.name));
    let example = block.table.find(missing).map(usage).unwrap_or_default();
    let diagnostic =
        Diagnostic::error(Code("E0309"), message, block.header, format!("`{missing}` is missing"))
            .with_help(format!("add `{example}`"));
    match block.one(present) {
        Some(statement) => diagnostic.with_label(statement.span, "set here"),
        None => diagnostic,
    }
}

/// `max_concurrent` on a GPU without `prefill` and `decode`
pub(in crate::analysis) fn figure_without_throughput(key: &Ident, block: &Block<'_>) -> Diagnostic {
    let message = format!(
        "`{}` has no effect in `{}`: it has hardware figures only",
        key.text,
        block_name(block.table, block.name)
    );
    Diagnostic::error(Code("E0308"), message, key.span, "known to `batching phases` only")
        .with_help("remove it, or give the GPU `prefill` and `decode`")
}

/// Groups whose figures serve no common batching
pub(in crate::analysis) fn mixed_figures(header: Span, groups: &[Group]) -> Diagnostic {
    let with = |throughput: bool| {
        groups
            .iter()
            .find(|group| group.gpu.throughput.is_some() == throughput)
            .map_or("", |group| group.gpu.name.as_str())
    };
    let message = format!(
        "`{}` has throughput figures and `{}` hardware figures: no batching runs both",
        with(true),
        with(false),
    );
    Diagnostic::error(Code("E0309"), message, header, "in this cluster")
        .with_help("give all GPUs of a cluster figures of the same kind")
}

/// `batching continuous` on a GPU without hardware figures
pub(in crate::analysis) fn figures_of_other_batching(span: Span, gpu: &str, mode: &Mode) -> Diagnostic {
    let (here, needed, example) = match mode.batching {
        Batching::Phases => ("phases", "throughput", "prefill 2000 tok/s; decode 500 tok/s"),
        Batching::Continuous => ("continuous", "hardware", "bandwidth 3350 GB/s; compute 989 TFLOPS"),
    };
    let message = format!("`batching {here}` needs {needed} figures, `{gpu}` has none");
    Diagnostic::error(Code("E0309"), message, span, format!("no {needed} figures"))
        .with_label(mode.span, format!("`batching {here}`: {}", mode.why))
        .with_help(format!("add `{example}` to `gpu {gpu}`, or change the batching"))
}

/// `batching continuous` on a model of which only `kv_bytes_per_token` is known
pub(in crate::analysis) fn incomplete_architecture(span: Span, model: &str, missing: &[&str]) -> Diagnostic {
    let list = missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let message = format!("`batching continuous` needs the architecture of `{model}`: {list} missing");
    Diagnostic::error(Code("E0317"), message, span, "served here")
        .with_help(format!("add {list} to `model {model}`: a step's cost follows from them"))
}

/// `tensor_parallel 4` on GPUs that nothing joins
pub(in crate::analysis) fn gpus_not_joined(at: Span, group: &Group) -> Diagnostic {
    let (gpu, n_gpus) = (&group.gpu.name, group.tensor_parallel);
    let message =
        format!("nothing joins the {n_gpus} GPUs of a replica of `{}`, which sum over links", group.name);
    Diagnostic::error(Code("E0320"), message, at, "tensor parallelism needs a link").with_help(format!(
        "give `gpu {gpu}` a `link_bandwidth`, or add `link {} bandwidth 64 GB/s latency 5 us`",
        group.name
    ))
}

/// `link` with `batching continuous` and no pools
pub(in crate::analysis) fn link_without_effect(at: Span) -> Diagnostic {
    let message = "nothing goes over this link: without pools caches stay where they are";
    Diagnostic::note(Code("E0321"), message.to_owned(), at, "has no effect").with_help(
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
    Diagnostic::error(Code("E0318"), message, at, "too small for the weights").with_help(help)
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
    Diagnostic::error(Code("E0319"), message, at, "each GPU takes as many heads")
        .with_help(format!("write {}", near.join(" or ")))
}

/// Two GPUs, models, parameters or scenarios of one name
pub(in crate::analysis) fn defined_twice(what: &str, name: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("{what} `{name}` is defined twice");
    Diagnostic::error(Code("E0302"), message, again, "defined again here")
        .with_label(first, "first defined here")
        .with_help("rename or remove one of the two")
}

/// Two workloads or traces of one name
pub(in crate::analysis) fn arrival_twice(name: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("two workloads or traces are called `{name}`");
    Diagnostic::error(Code("E0413"), message, again, "again here")
        .with_label(first, "first here")
        .with_help("give each a name of its own: metrics are selected by it")
}

/// Two clusters in a file
pub(in crate::analysis) fn one_of_a_kind(block: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("there are two `{block}` blocks");
    Diagnostic::error(Code("E0302"), message, again, "again here")
        .with_label(first, "first here")
        .with_help("put their statements into one block; what differs between cases belongs into scenarios")
}

/// `gpu a extends b`, `gpu b extends a`; `path` leads from the parent's name back to it
pub(in crate::analysis) fn extends_cycle(parent: &Ident, path: &[&str]) -> Diagnostic {
    let way = path.join(" -> ");
    let message = format!("`{0}` extends itself: {way} -> {0}", parent.text);
    Diagnostic::error(Code("E0304"), message, parent.span, "closes the circle")
        .with_help("one of them must stand on its own")
}

/// A file without `cluster`
pub(in crate::analysis) fn no_cluster(at: Span) -> Diagnostic {
    Diagnostic::error(Code("E0303"), "there is no `cluster`: nothing serves the requests", at, "in this file")
        .with_help("add `cluster { serves MODEL; gpus TYPE x 1 }`")
}

/// A file without `workload` and `trace`
pub(in crate::analysis) fn nothing_arrives(at: Span) -> Diagnostic {
    Diagnostic::error(
        Code("E0303"),
        "there is no `workload` and no `trace`: nothing arrives",
        at,
        "idle for ever",
    )
    .with_help("add `workload chat { arrivals poisson; rate 3 req/s; … }`, or a `trace`")
}

/// `matrix { n in [1]; n in [2] }`
pub(in crate::analysis) fn axis_twice(name: &Ident, first: Span) -> Diagnostic {
    let message = format!("`{}` stands twice in `matrix`", name.text);
    Diagnostic::error(Code("E0301"), message, name.span, "again here")
        .with_label(first, "first here")
        .with_help("put all values into one list")
}

/// `matrix { n in [1, 1] }`
pub(in crate::analysis) fn axis_value_twice(
    name: &Ident,
    value: &str,
    again: Span,
    first: Span,
) -> Diagnostic {
    let message = format!("`{}` has the value `{value}` twice in `matrix`", name.text);
    Diagnostic::error(Code("E0301"), message, again, "again here")
        .with_label(first, "first here")
        .with_help("remove one of the two: each value makes a case of its own")
}

/// `matrix { n in [] }`
pub(in crate::analysis) fn empty_axis(axis: &Axis) -> Diagnostic {
    let message = format!("`{}` has no values in `matrix`: nothing would run", axis.name.text);
    Diagnostic::error(Code("E0303"), message, axis.span, "no values")
        .with_help(format!("write `{} in [1, 2]`", axis.name.text))
}

/// A matrix whose product is too large
pub(in crate::analysis) fn too_many_points(at: Span, sizes: &[usize]) -> Diagnostic {
    let product = sizes.iter().map(|&size| size as u128).fold(1_u128, u128::saturating_mul);
    let factors: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    let message =
        format!("the matrix has {} = {product} cases, a file has at most {MAX_CASES}", factors.join(" x "));
    Diagnostic::error(Code("E0704"), message, at, "too many cases")
        .with_help("take values away, or split the file")
}

/// Scenarios whose matrices together are too large
pub(in crate::analysis) fn too_many_cases(at: Span) -> Diagnostic {
    let message =
        format!("the scenarios up to this one have more than {MAX_CASES} cases, the most of a file");
    Diagnostic::error(Code("E0704"), message, at, "too many cases")
        .with_help("take values out of the matrix, or split the file")
}

/// `model m { layers 32 }`
pub(in crate::analysis) fn no_kv_bytes(block: &Block<'_>) -> Diagnostic {
    let message = format!("`{}` does not say how large its KV cache is", block_name(block.table, block.name));
    Diagnostic::error(Code("E0315"), message, block.header, "bytes a token?")
        .with_help("add `kv_bytes_per_token 128 KiB`, or `layers 32; kv_heads 8; head_dim 128`")
}

/// An architecture whose token takes more than any real one
pub(in crate::analysis) fn kv_bytes_too_large(block: &Block<'_>, bytes: u128, limit: u64) -> Diagnostic {
    let message =
        format!("a token of `{}` takes {bytes} bytes of KV cache", block_name(block.table, block.name));
    Diagnostic::error(Code("E0206"), message, block.header, "too large to compute with")
        .with_help(format!("a token may take up to {limit} bytes: check the figures of the architecture"))
}

/// `gpus fast`
pub(in crate::analysis) fn gpus_without_number(at: Span, kind: &str) -> Diagnostic {
    Diagnostic::error(Code("E0305"), format!("`gpus {kind}` does not say how many"), at, "how many?")
        .with_help(format!("write `gpus {kind} x 4`"))
}

/// Two groups of one name
pub(in crate::analysis) fn group_twice(again: &Line, first: &Line) -> Diagnostic {
    let name = &again.name.0;
    Diagnostic::error(Code("E0302"), format!("two groups are called `{name}`"), again.name.1, "again here")
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
    Diagnostic::error(Code("E0311"), message, span, "no multiple of `tensor_parallel`")
        .with_help(format!("write `x {fitting}`"))
}

/// `gpus fast x 1_000_000`
pub(in crate::analysis) fn too_many_gpus(span: Span, n_gpus: u64) -> Diagnostic {
    let message =
        format!("a cluster has at most {} GPUs, this one has {}", grouped(MAX_GPUS), grouped(n_gpus));
    Diagnostic::error(Code("E0312"), message, span, "too many GPUs").with_help("lower the number behind `x`")
}

/// `gpus fast x 100_000`, each with 500 TB
pub(in crate::analysis) fn too_much_vram(span: Span) -> Diagnostic {
    let message = "the GPUs of the cluster have 2^63 bytes of memory or more";
    Diagnostic::error(Code("E0206"), message, span, "too much to compute with")
        .with_help("check the units of `vram`: today's GPUs have 24 GB to 288 GB")
}

/// `link fast[0] fast[1]` of a group of 2,000
pub(in crate::analysis) fn too_many_nodes(span: Span, n_nodes: usize) -> Diagnostic {
    let message = format!("the graph of the links has at most {MAX_NODES} nodes, this one has {n_nodes}");
    let help = "a group that every link names as a whole counts as one node, however many GPUs it has; one that a \
                link names in part counts as a node for each: link whole groups";
    Diagnostic::error(Code("E0706"), message, span, "with this link it has too many").with_help(help)
}

/// A hundred links, each of another bandwidth
pub(in crate::analysis) fn too_many_bandwidths(span: Span, found: usize) -> Diagnostic {
    let message = format!("links may have {MAX_BANDWIDTHS} distinct bandwidths, these have {found}");
    Diagnostic::error(Code("E0706"), message, span, "the last of the links")
        .with_help("round them: links that differ by little may share a bandwidth")
}

/// 1,000 nodes and links of five bandwidths
pub(in crate::analysis) fn paths_too_many(span: Span, n_nodes: usize, n_bandwidths: usize) -> Diagnostic {
    let message = format!(
        "the paths between {n_nodes} nodes over links of {n_bandwidths} bandwidths take {n_nodes}^3 x {n_bandwidths} \
         steps, a cluster may take {MAX_PATH_STEPS}"
    );
    Diagnostic::error(Code("E0706"), message, span, "the last of the links").with_help(
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
    Diagnostic::error(Code("E0310"), message, span, "out of range").with_help(help)
}

/// `link fast[0] fast[0]`
pub(in crate::analysis) fn link_to_itself(span: Span, end: &str) -> Diagnostic {
    Diagnostic::error(
        Code("E0314"),
        format!("the link joins `{end}` to itself"),
        span,
        "one and the same replica",
    )
    .with_help("name another replica as the second end, or a whole group to mesh its replicas")
}

/// `pool prefill a` and `pool decode a`
pub(in crate::analysis) fn pooled_twice(again: Span, first: Span, group: &str) -> Diagnostic {
    Diagnostic::error(Code("E0316"), format!("group `{group}` is in two pools"), again, "again here")
        .with_label(first, "first here")
        .with_help("split it into two groups with `as`")
}

/// `pool prefill a` alone
pub(in crate::analysis) fn one_pool_only(span: Span, missing: &str) -> Diagnostic {
    Diagnostic::error(Code("E0316"), format!("there is no `pool {missing}`"), span, "the only kind of pool")
        .with_help(format!("add `pool {missing} GROUP`: a request needs both"))
}

/// A third group beside `pool prefill a` and `pool decode b`
pub(in crate::analysis) fn in_no_pool(at: Span, pool: Span, group: &str) -> Diagnostic {
    Diagnostic::error(Code("E0316"), format!("group `{group}` is in no pool"), at, "gets no work")
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
    Diagnostic::error(Code("E0316"), message, pool, label)
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
