//! Mistakes between the items of a file: definitions, parameters, matrices, and the files it uses.

use std::collections::BTreeSet;

use super::axis::MAX_VALUES;
use super::language::suggest::{alternatives, did_you_mean, nearest};
use super::matrix::MAX_CASES;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{definitions, files, limits, names, not_simulated, plans, values, workloads};
use crate::source::Span;
use crate::syntax::ast::{Axis, Ident, Plan, Text};

/// `use "missing.kvs"`
pub(super) fn cannot_use(path: &Text, reason: &str) -> Diagnostic {
    Diagnostic::error(
        &files::UNUSABLE_FILE,
        format!("cannot use `{}`: {reason}", path.value),
        path.span,
        "used here",
    )
    .with_help("paths are relative to the file that uses them")
}

/// `use "b.kvs"` in a file that `b.kvs` uses; `path` are the files from that one on
pub(super) fn use_cycle(path: &Text, files: &[String]) -> Diagnostic {
    let first = files.first().map_or("", String::as_str);
    let way = files.join(" -> ");
    Diagnostic::error(
        &files::CIRCULAR_USE,
        format!("`{first}` uses itself: {way} -> {first}"),
        path.span,
        "closes the circle",
    )
    .with_help("move what both need into a third file")
}

/// Two GPUs, models, parameters or scenarios of one name
pub(super) fn defined_twice(what: &str, name: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("{what} `{name}` is defined twice");
    Diagnostic::error(&definitions::DUPLICATE_DEFINITION, message, again, "defined again here")
        .with_label(first, "first defined here")
        .with_help("rename or remove one of the two")
}

/// Two workloads or traces of one name
pub(super) fn arrival_twice(name: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("two workloads or traces are called `{name}`");
    Diagnostic::error(&workloads::DUPLICATE_WORKLOAD, message, again, "again here")
        .with_label(first, "first here")
        .with_help("give each a name of its own: metrics are selected by it")
}

/// Two clusters in a file
pub(super) fn one_of_a_kind(block: &str, again: Span, first: Span) -> Diagnostic {
    let message = format!("there are two `{block}` blocks");
    Diagnostic::error(&definitions::DUPLICATE_DEFINITION, message, again, "again here")
        .with_label(first, "first here")
        .with_help("put their statements in one block; what differs between cases belongs in scenarios")
}

/// A file without `cluster`
pub(super) fn no_cluster(at: Span) -> Diagnostic {
    Diagnostic::error(
        &definitions::MISSING_STATEMENT,
        "there is no `cluster`: nothing serves the requests",
        at,
        "in this file",
    )
    .with_help("add `cluster { serves MODEL; gpus TYPE x 1 }`")
}

/// A file without `workload` and `trace`
pub(super) fn nothing_arrives(at: Span) -> Diagnostic {
    Diagnostic::error(
        &definitions::MISSING_STATEMENT,
        "there is no `workload` and no `trace`: nothing arrives",
        at,
        "idle forever",
    )
    .with_help("add `workload chat { arrivals poisson; rate 3 req/s; … }`, or a `trace`")
}

/// `matrix { n in [1]; n in [2] }`
pub(super) fn axis_twice(name: &Ident, block: &str, first: Span) -> Diagnostic {
    let message = format!("`{}` is given twice in `{block}`", name.text);
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, name.span, "again here")
        .with_label(first, "first here")
        .with_help("put all values into one list")
}

/// `matrix { n in [1, 1] }`
pub(super) fn axis_value_twice(
    name: &Ident,
    block: &str,
    value: &str,
    again: Span,
    first: Span,
) -> Diagnostic {
    let message = format!("`{}` has the value `{value}` twice in `{block}`", name.text);
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, again, "again here")
        .with_label(first, "first here")
        .with_help("remove one of the two: each value makes a case of its own")
}

/// `matrix { n in [1, 2] }` and `scenario "big" { param n = 8 }`
pub(super) fn param_of_matrix(param: &Ident, axis: &Ident) -> Diagnostic {
    let message =
        format!("`{}` has its values from `matrix`, and this one would apply to no case", param.text);
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, param.span, "would have no effect")
        .with_label(axis.span, "its values")
        .with_help(
            "remove the `param` here, or take it out of the matrix and write a scenario for each value",
        )
}

/// `matrix { n in [] }`
pub(super) fn empty_axis(axis: &Axis, block: &str) -> Diagnostic {
    let message = format!("`{}` has no values in `{block}`: nothing would run", axis.name.text);
    Diagnostic::error(&definitions::MISSING_STATEMENT, message, axis.span, "no values")
        .with_help(format!("write `{} in [1, 2]`", axis.name.text))
}

/// A matrix whose product is too large
pub(super) fn too_many_points(at: Span, sizes: &[usize]) -> Diagnostic {
    let product = sizes.iter().map(|&size| size as u128).fold(1_u128, u128::saturating_mul);
    let factors: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    let message =
        format!("the matrix has {} = {product} cases, a file has at most {MAX_CASES}", factors.join(" x "));
    Diagnostic::error(&limits::TOO_MANY_CASES, message, at, "too many cases")
        .with_help("take values away, or split the file")
}

/// Scenarios whose matrices together are too large
pub(super) fn too_many_cases(at: Span) -> Diagnostic {
    let message =
        format!("the scenarios up to this one have more than {MAX_CASES} cases, the most of a file");
    Diagnostic::error(&limits::TOO_MANY_CASES, message, at, "too many cases")
        .with_help("take values out of the matrix, or split the file")
}

/// `--set m=8` where only `n` is declared
pub(super) fn cannot_set(name: &Ident, near: &[&str], declared: &[&str]) -> Diagnostic {
    let help = did_you_mean(near).unwrap_or_else(|| {
        if declared.is_empty() {
            "the file declares no parameters".to_owned()
        } else {
            format!("the file declares {}", alternatives(declared))
        }
    });
    Diagnostic::error(
        &names::UNDECLARED_PARAMETER,
        format!("the file has no parameter `{}` to set", name.text),
        name.span,
        "not declared",
    )
    .with_help(help)
}

/// `8 .. 1`
pub(super) fn reversed_ladder(span: Span, text: &str) -> Diagnostic {
    let message = format!("the range `{text}` has no values: its first is above its last");
    Diagnostic::error(&values::REVERSED_RANGE, message, span, "the first is above the last")
        .with_help("exchange the two ends")
}

/// `0.5 .. 2`
pub(super) fn ladder_without_step(span: Span, text: &str) -> Diagnostic {
    let message = format!("`{text}` does not say which values it has: its ends are not whole numbers");
    Diagnostic::error(&values::UNCLEAR_STEP, message, span, "how far apart are the values?")
        .with_help(format!("write `{text} step 0.1`, or `{text} within 5%`"))
}

/// `1 .. 8 step 0`
pub(super) fn step_not_positive(span: Span, text: &str) -> Diagnostic {
    let message = format!("the step `{text}` leads nowhere");
    Diagnostic::error(&values::UNCLEAR_STEP, message, span, "not above zero")
        .with_help("a step is a positive amount: `5 .. 50 step 5 req/s`")
}

/// `5 .. 200 within 1`
pub(super) fn not_a_spacing(span: Span, text: &str) -> Diagnostic {
    let message = format!("`within` takes a share from 0% to 100%, found `{text}`");
    Diagnostic::error(&values::UNCLEAR_STEP, message, span, "not such a share")
        .with_help("write `within 1%`: each value is at most that much above the one before it")
}

/// `0 .. 200 within 1%`
pub(super) fn shares_of_zero(span: Span, text: &str) -> Diagnostic {
    let message = format!("a range in equal shares begins above zero, found `{text}`");
    Diagnostic::error(&values::UNCLEAR_STEP, message, span, "no share of this leads further")
        .with_help("begin at the smallest value that is worth a run, or write a `step`")
}

/// `5 ms .. 200 req/s`
pub(super) fn other_unit_in_ladder(span: Span, text: &str, unit: &str) -> Diagnostic {
    let message = format!("`{text}` is not in `{unit}`, the unit of the range");
    Diagnostic::error(&values::WRONG_DIMENSION, message, span, "of another dimension")
        .with_help("the ends and the step of a range are of one dimension: `5 .. 50 step 5 req/s`")
}

/// `1 .. 1_000_000`
pub(super) fn too_many_values(span: Span, n: &str) -> Diagnostic {
    let message = format!("the range has {n} values, an axis has at most {MAX_VALUES}");
    Diagnostic::error(&limits::TOO_MANY_CASES, message, span, "too many values")
        .with_help("take larger steps: `step 100`, or `within 1%`")
}

/// `matrix { kv in [bf16, fp8] }` without `param kv`
pub(super) fn undeclared_axis(
    name: &Ident,
    block: &str,
    declared: &BTreeSet<&str>,
    first: &str,
) -> Diagnostic {
    let help = did_you_mean(&nearest(&name.text, declared.iter().copied()))
        .unwrap_or_else(|| format!("declare it: `param {} = {first}`", name.text));
    Diagnostic::error(
        &names::UNDECLARED_PARAMETER,
        format!("unknown parameter `{}` in `{block}`", name.text),
        name.span,
        "not declared",
    )
    .with_help(help)
}

/// `param n = 4` and no `$n`
pub(super) fn unused_param(name: &Ident) -> Diagnostic {
    let message = format!("parameter `{}` is never used", name.text);
    Diagnostic::note(&names::UNUSED_PARAMETER, message, name.span, "has no effect")
        .with_help(format!("write `${}` where its value belongs, or remove it", name.text))
}

/// `--set n="1; param m = 2"`
pub(super) fn not_one_value(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        &values::WRONG_FORM,
        format!("`--set {name}` takes one value"),
        span,
        "more than a value",
    )
    .with_help(format!("write `--set {name}=8`, with a unit where one is needed: `--set {name}=\"80 GB\"`"))
}

/// `--vary n="[1]; m in [2]"`
pub(super) fn not_one_axis(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(
        &values::WRONG_FORM,
        format!("`--vary {name}` takes one list or range"),
        span,
        "not one list or range",
    )
    .with_help(format!("write `--vary {name}=1,2,4` or `--vary {name}='5..50 step 5 req/s'`"))
}

/// `param p = [1, 2]`
pub(super) fn not_a_param_value(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(
        &values::WRONG_FORM,
        format!("a parameter is a quantity, a name or a string, found `{text}`"),
        span,
        "not one value",
    )
    .with_help("several values belong in a matrix: `matrix { p in [1, 2] }`")
}

/// `tensor_parallel 2` with `batching phases`
pub(super) fn tensor_parallel_phases(at: Span) -> Diagnostic {
    let message = "`tensor_parallel` with `batching phases` is not simulated yet";
    Diagnostic::error(&not_simulated::NOT_SIMULATED, message, at, "asked for here")
        .with_help("the file is checked in full; only a run of this case stops here")
}

/// `plan "cheapest" { minimize n }`
pub(super) fn nothing_varies(plan: &Plan) -> Diagnostic {
    let message = format!("the plan `{}` varies nothing", plan.name.value);
    Diagnostic::error(&plans::NOTHING_VARIES, message, plan.name.span, "only one case to choose from")
        .with_help("say which parameter takes which values: `vary n in 1 .. 16`")
}

/// A plan whose lists together are too long
pub(super) fn too_many_combinations(at: Span, limit: usize) -> Diagnostic {
    let message = format!("the lists of the plan have more than {limit} combinations");
    Diagnostic::error(&limits::TOO_MANY_CASES, message, at, "too many combinations")
        .with_help("take values away, write a range where the values are numbers, or make two plans of it")
}

/// `plan "cheapest" { vary n in 1 .. 16 }`
pub(super) fn no_objective(plan: &Plan) -> Diagnostic {
    let message = format!("the plan `{}` does not say what is best", plan.name.value);
    Diagnostic::error(&definitions::MISSING_STATEMENT, message, plan.name.span, "best in what?")
        .with_help("add `minimize cost_per_hour` or `maximize rate`, or `frontier cost_per_hour p95_ttft_ms`")
}

/// `minimize n` and `maximize rate` in one plan
pub(super) fn two_objectives(again: Span, first: Span) -> Diagnostic {
    Diagnostic::error(&definitions::DUPLICATE_KEY, "a plan has one objective", again, "a second one")
        .with_label(first, "the first one")
        .with_help("remove one of the two, make two plans, or write `frontier` with both")
}

/// `minimize card`
pub(super) fn objective_of_names(name: &Ident) -> Diagnostic {
    let message = format!("the values of `{}` are not all numbers: none is the least or the most", name.text);
    Diagnostic::error(&plans::NOT_AN_OBJECTIVE, message, name.span, "not a number")
        .with_help("minimize or maximize a number that depends on it, such as `cost_per_hour`")
}

/// `frontier mean_batch_size p95_ttft_ms`
pub(super) fn neither_is_better(name: &Ident) -> Diagnostic {
    let message = format!("neither less nor more of `{}` is better", name.text);
    Diagnostic::error(&plans::NOT_AN_OBJECTIVE, message, name.span, "no direction is better")
        .with_help("a frontier is of two numbers to be good at: `frontier cost_per_hour p95_ttft_ms`")
}
