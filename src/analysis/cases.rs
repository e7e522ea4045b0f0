//! The cases of a file, compiled together: what one may say about another is checked against that other.
//!
//! `p99_ttft_ms for chat of "random"` names a workload of the scenario `random`, whose workloads and GPUs need not be
//! those of the scenario that asks. So every case is built first, and expectations are lowered when all are known.

use std::rc::Rc;

use super::CompiledCase;
use super::expectation::Cases;
use super::language::context::Context;
use super::language::value::Params;
use super::layers::{File, Merged};
use super::scenario::{self, Draft, case_name};
use crate::diagnostics::Diagnostics;
use crate::model::Case;

/// A case to be compiled.
pub(super) struct Wanted<'s> {
    /// Its blocks, which the points of a matrix have in common.
    pub(super) merged: Rc<Merged<'s>>,
    /// Which it is.
    pub(super) case: Case,
    /// The parameters in force.
    pub(super) params: Params,
}

/// Compiles cases; those with mistakes are reported and left out.
pub(super) fn compile(
    file: &File<'_, '_>,
    wanted: &[Wanted<'_>],
    diagnostics: &mut Diagnostics,
) -> Vec<CompiledCase> {
    compile_with(file, wanted, diagnostics, |_, _| ())
}

/// The same; `beside` lowers what else is said of the cases, which are known by then.
pub(super) fn compile_with(
    file: &File<'_, '_>,
    wanted: &[Wanted<'_>],
    diagnostics: &mut Diagnostics,
    beside: impl FnOnce(&Cases<'_>, &mut [Context<'_>]),
) -> Vec<CompiledCase> {
    let mut contexts: Vec<Context<'_>> = wanted.iter().map(|case| file.context(&case.params)).collect();
    let drafts: Vec<Draft<'_>> = wanted
        .iter()
        .zip(&mut contexts)
        .map(|(case, ctx)| scenario::draft(file, &case.merged, &case.case, &case.params, ctx))
        .collect();
    let places: Cases<'_> = wanted
        .iter()
        .zip(&drafts)
        .map(|(case, draft)| (case_name(&case.case), draft.case_context()))
        .collect();
    let expectations: Vec<_> = wanted
        .iter()
        .zip(&mut contexts)
        .map(|(case, ctx)| scenario::expectations(file, &case.merged, &case.case, &places, ctx))
        .collect();
    beside(&places, &mut contexts);
    let mut cases = Vec::new();
    for (((case, draft), ctx), expectations) in wanted.iter().zip(drafts).zip(contexts).zip(expectations) {
        diagnostics.extend(ctx.diagnostics.iter().cloned());
        cases.extend(draft.complete(&case.merged, expectations, ctx));
    }
    cases
}
