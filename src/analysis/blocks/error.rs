//! What can be wrong in engines, policies, GPUs and models; the wording of every block's mistakes is beside it.

use crate::analysis::language::block::Block;
use crate::analysis::language::mode::Mode;
use crate::analysis::language::suggest::alternatives;
use crate::analysis::language::table::block_name;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{definitions, values};
use crate::model::{Batching, Group};
use crate::source::Span;
use crate::syntax::ast::{Ident, Statement};
use crate::units::Dimension;

pub(in crate::analysis) use crate::analysis::language::error::*;

/// `timing roofline` with `batching phases`
pub(in crate::analysis) fn timing_of_other_batching(
    statement: &Statement,
    name: &str,
    batching: Batching,
    known: &[&str],
) -> Diagnostic {
    let message = format!("`timing {name}` is not a timing of `batching {}`", batching.name());
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

/// `scheduling fair` with one workload
pub(in crate::analysis) fn scheduling_without_effect(
    statement: &Statement,
    name: &str,
    reason: &str,
) -> Diagnostic {
    let message = format!("{reason}, so `scheduling {name}` is first come, first served");
    let help = match name {
        "priority" => "give workloads different values of `priority`, or write `scheduling fifo`",
        _ => "add a workload, or write `scheduling fifo`",
    };
    Diagnostic::note(&definitions::POLICY_WITHOUT_EFFECT, message, statement.span, "has no effect")
        .with_help(help)
}

/// `routing prefix_aware` where no two prompts begin alike
pub(in crate::analysis) fn prefixes_never_shared(statement: &Statement) -> Diagnostic {
    let message =
        "no two prompts begin with the same tokens, so `routing prefix_aware` finds nothing to prefer";
    Diagnostic::note(&definitions::POLICY_WITHOUT_EFFECT, message, statement.span, "has no effect").with_help(
        "say what prompts have in common with `prefix_group`, `prefix_pool` or `session`, or write `routing \
         least_connections`",
    )
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
    let example = block.table.find(missing).map(|field| usage(field, Dimension::NUMBER)).unwrap_or_default();
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
    let here = mode.batching.name();
    let (needed, example) = match mode.batching {
        Batching::Phases => ("throughput", "prefill 2000 tok/s; decode 500 tok/s"),
        Batching::Continuous => ("hardware", "bandwidth 3350 GB/s; compute 989 TFLOPS"),
    };
    let message = format!("`batching {here}` needs {needed} figures, which `{gpu}` does not have");
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

/// `model m { layers 32 }`
pub(in crate::analysis) fn no_kv_bytes(block: &Block<'_>) -> Diagnostic {
    let message = format!("`{}` does not say how large its KV cache is", block_name(block.table, block.name));
    Diagnostic::error(&definitions::UNKNOWN_CACHE_SIZE, message, block.header, "bytes per token?")
        .with_help("add `kv_bytes_per_token 128 KiB`, or `layers 32; kv_heads 8; head_dim 128`")
}

/// An architecture whose token takes more than any real one
pub(in crate::analysis) fn kv_bytes_too_large(block: &Block<'_>, bytes: u128, limit: u64) -> Diagnostic {
    let message =
        format!("a token of `{}` takes {bytes} bytes of KV cache", block_name(block.table, block.name));
    Diagnostic::error(&values::ARITHMETIC_ERROR, message, block.header, "too large to compute with")
        .with_help(format!("a token may take up to {limit} bytes: check the figures of the architecture"))
}
