//! E03xx: blocks and what stands in them, GPUs, models, policies.

use crate::analysis::block::Block;
use crate::analysis::engine::Mode;
use crate::analysis::keys::{Key, Table, Value, block_name, tables};
use crate::analysis::matrix::MAX_CASES;
use crate::analysis::suggest::{all_of, alternatives, did_you_mean, nearest};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{definitions, limits, names, values, workloads};
use crate::model::{Batching, Group};
use crate::source::Span;
use crate::syntax::ast::{Axis, Ident, Statement};

use super::names::choice_usage;
use super::values::dimension_example;
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
    Diagnostic::error(&names::UNKNOWN_KEY, message, key.span, "not known here").with_help(help)
}

/// `max_queue 64` and again `max_queue 32`
pub(in crate::analysis) fn set_twice(again: &Statement, first: &Statement, table: &Table) -> Diagnostic {
    let message = format!("`{}` is set twice in `{}`", again.key.text, table.block);
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, again.span, "set again here")
        .with_label(first.span, "first set here")
        .with_help("remove one of the two")
}

/// `gpu fast { vram 80 GB }`
pub(in crate::analysis) fn missing_statements(block: &Block<'_>, missing: &[&Key]) -> Diagnostic {
    let names: Vec<&str> = missing.iter().map(|key| key.name).collect();
    let (names, are) = (all_of(&names), if names.len() == 1 { "is" } else { "are" });
    let shown: Vec<String> = missing.iter().map(|key| usage(key)).collect();
    let message = format!("`{}` needs {names}", block_name(block.table, block.name));
    Diagnostic::error(
        &definitions::MISSING_STATEMENT,
        message,
        block.header,
        format!("{names} {are} missing"),
    )
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
    Diagnostic::error(
        &definitions::KEY_OF_OTHER_BATCHING,
        message,
        key.span,
        format!("known to `batching {there}` only"),
    )
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
    Diagnostic::error(&definitions::KEY_OF_OTHER_BATCHING, message, statement.span, "of the other batching")
        .with_help(format!("write {}", alternatives(known)))
}

/// `routing prefix_aware` where nothing is cached
pub(in crate::analysis) fn routing_without_prefixes(statement: &Statement, batching: Batching) -> Diagnostic {
    let (why, help) = match batching {
        Batching::Phases => ("`batching phases` has none", "write `routing p2c`, or `batching continuous`"),
        Batching::Continuous => ("`prefix_cache` is off", "write `routing p2c`, or `prefix_cache on`"),
    };
    let message = format!("`routing prefix_aware` compares prefix caches, and {why}");
    Diagnostic::error(&definitions::KEY_OF_OTHER_BATCHING, message, statement.span, "has nothing to compare")
        .with_help(help)
}

/// `kv_memory` and `kv_blocks` at once
pub(in crate::analysis) fn one_or_the_other(second: &Statement, first: &Statement) -> Diagnostic {
    let message = format!("`{}` and `{}` exclude each other", first.key.text, second.key.text);
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, second.span, "set here")
        .with_label(first.span, "and here")
        .with_help("remove one of the two")
}

/// `gpu fast { vram 80 GB }`
pub(in crate::analysis) fn no_figures(block: &Block<'_>) -> Diagnostic {
    let message =
        format!("`{}` has neither throughput nor hardware figures", block_name(block.table, block.name));
    Diagnostic::error(&definitions::MISSING_GPU_FIGURES, message, block.header, "how fast is it?")
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
    let diagnostic = Diagnostic::error(
        &definitions::MISSING_GPU_FIGURES,
        message,
        block.header,
        format!("`{missing}` is missing"),
    )
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
    Diagnostic::error(
        &definitions::KEY_OF_OTHER_BATCHING,
        message,
        key.span,
        "known to `batching phases` only",
    )
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
    Diagnostic::error(&definitions::MISSING_GPU_FIGURES, message, header, "in this cluster")
        .with_help("give all GPUs of a cluster figures of the same kind")
}

/// `batching continuous` on a GPU without hardware figures
pub(in crate::analysis) fn figures_of_other_batching(span: Span, gpu: &str, mode: &Mode) -> Diagnostic {
    let (here, needed, example) = match mode.batching {
        Batching::Phases => ("phases", "throughput", "prefill 2000 tok/s; decode 500 tok/s"),
        Batching::Continuous => ("continuous", "hardware", "bandwidth 3350 GB/s; compute 989 TFLOPS"),
    };
    let message = format!("`batching {here}` needs {needed} figures, `{gpu}` has none");
    Diagnostic::error(&definitions::MISSING_GPU_FIGURES, message, span, format!("no {needed} figures"))
        .with_label(mode.span, format!("`batching {here}`: {}", mode.why))
        .with_help(format!("add `{example}` to `gpu {gpu}`, or change the batching"))
}

/// `batching continuous` on a model of which only `kv_bytes_per_token` is known
pub(in crate::analysis) fn incomplete_architecture(span: Span, model: &str, missing: &[&str]) -> Diagnostic {
    let list = missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let message = format!("`batching continuous` needs the architecture of `{model}`: {list} missing");
    Diagnostic::error(&definitions::UNKNOWN_ARCHITECTURE, message, span, "served here")
        .with_help(format!("add {list} to `model {model}`: a step's cost follows from them"))
}

/// Two GPUs, models, parameters or scenarios of one name
pub(in crate::analysis) fn defined_twice(what: &str, name: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("{what} `{name}` is defined twice");
    Diagnostic::error(&definitions::DUPLICATE_DEFINITION, message, again, "defined again here")
        .with_label(first, "first defined here")
        .with_help("rename or remove one of the two")
}

/// Two workloads or traces of one name
pub(in crate::analysis) fn arrival_twice(name: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("two workloads or traces are called `{name}`");
    Diagnostic::error(&workloads::DUPLICATE_WORKLOAD, message, again, "again here")
        .with_label(first, "first here")
        .with_help("give each a name of its own: metrics are selected by it")
}

/// Two clusters in a file
pub(in crate::analysis) fn one_of_a_kind(block: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("there are two `{block}` blocks");
    Diagnostic::error(&definitions::DUPLICATE_DEFINITION, message, again, "again here")
        .with_label(first, "first here")
        .with_help("put their statements into one block; what differs between cases belongs into scenarios")
}

/// `gpu a extends b`, `gpu b extends a`; `path` leads from the parent's name back to it
pub(in crate::analysis) fn extends_cycle(parent: &Ident, path: &[&str]) -> Diagnostic {
    let way = path.join(" -> ");
    let message = format!("`{0}` extends itself: {way} -> {0}", parent.text);
    Diagnostic::error(&definitions::CIRCULAR_EXTENDS, message, parent.span, "closes the circle")
        .with_help("one of them must stand on its own")
}

/// A file without `cluster`
pub(in crate::analysis) fn no_cluster(at: Span) -> Diagnostic {
    Diagnostic::error(
        &definitions::MISSING_STATEMENT,
        "there is no `cluster`: nothing serves the requests",
        at,
        "in this file",
    )
    .with_help("add `cluster { serves MODEL; gpus TYPE x 1 }`")
}

/// A file without `workload` and `trace`
pub(in crate::analysis) fn nothing_arrives(at: Span) -> Diagnostic {
    Diagnostic::error(
        &definitions::MISSING_STATEMENT,
        "there is no `workload` and no `trace`: nothing arrives",
        at,
        "idle for ever",
    )
    .with_help("add `workload chat { arrivals poisson; rate 3 req/s; … }`, or a `trace`")
}

/// `matrix { n in [1]; n in [2] }`
pub(in crate::analysis) fn axis_twice(name: &Ident, first: Span) -> Diagnostic {
    let message = format!("`{}` stands twice in `matrix`", name.text);
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, name.span, "again here")
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
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, again, "again here")
        .with_label(first, "first here")
        .with_help("remove one of the two: each value makes a case of its own")
}

/// `matrix { n in [1, 2] }` and `scenario "big" { param n = 8 }`
pub(in crate::analysis) fn param_of_matrix(param: &Ident, axis: &Ident) -> Diagnostic {
    let message = format!("`{}` has its values from `matrix`, and this one would be in no case", param.text);
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, param.span, "would have no effect")
        .with_label(axis.span, "its values")
        .with_help(
            "remove the `param` here, or take it out of the matrix and write a scenario for each value",
        )
}

/// `matrix { n in [] }`
pub(in crate::analysis) fn empty_axis(axis: &Axis) -> Diagnostic {
    let message = format!("`{}` has no values in `matrix`: nothing would run", axis.name.text);
    Diagnostic::error(&definitions::MISSING_STATEMENT, message, axis.span, "no values")
        .with_help(format!("write `{} in [1, 2]`", axis.name.text))
}

/// A matrix whose product is too large
pub(in crate::analysis) fn too_many_points(at: Span, sizes: &[usize]) -> Diagnostic {
    let product = sizes.iter().map(|&size| size as u128).fold(1_u128, u128::saturating_mul);
    let factors: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    let message =
        format!("the matrix has {} = {product} cases, a file has at most {MAX_CASES}", factors.join(" x "));
    Diagnostic::error(&limits::TOO_MANY_CASES, message, at, "too many cases")
        .with_help("take values away, or split the file")
}

/// Scenarios whose matrices together are too large
pub(in crate::analysis) fn too_many_cases(at: Span) -> Diagnostic {
    let message =
        format!("the scenarios up to this one have more than {MAX_CASES} cases, the most of a file");
    Diagnostic::error(&limits::TOO_MANY_CASES, message, at, "too many cases")
        .with_help("take values out of the matrix, or split the file")
}

/// `model m { layers 32 }`
pub(in crate::analysis) fn no_kv_bytes(block: &Block<'_>) -> Diagnostic {
    let message = format!("`{}` does not say how large its KV cache is", block_name(block.table, block.name));
    Diagnostic::error(&definitions::UNKNOWN_CACHE_SIZE, message, block.header, "bytes a token?")
        .with_help("add `kv_bytes_per_token 128 KiB`, or `layers 32; kv_heads 8; head_dim 128`")
}

/// An architecture whose token takes more than any real one
pub(in crate::analysis) fn kv_bytes_too_large(block: &Block<'_>, bytes: u128, limit: u64) -> Diagnostic {
    let message =
        format!("a token of `{}` takes {bytes} bytes of KV cache", block_name(block.table, block.name));
    Diagnostic::error(&values::ARITHMETIC_ERROR, message, block.header, "too large to compute with")
        .with_help(format!("a token may take up to {limit} bytes: check the figures of the architecture"))
}
