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
pub(super) struct Plan<'s> {
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
    plans: &[Plan<'_>],
    diagnostics: &mut Diagnostics,
) -> Vec<CompiledCase> {
    let mut contexts: Vec<Context<'_>> = plans.iter().map(|plan| file.context(&plan.params)).collect();
    let drafts: Vec<Draft<'_>> = plans
        .iter()
        .zip(&mut contexts)
        .map(|(plan, ctx)| scenario::draft(file, &plan.merged, &plan.case, &plan.params, ctx))
        .collect();
    let places: Cases<'_> = plans
        .iter()
        .zip(&drafts)
        .map(|(plan, draft)| (case_name(&plan.case), draft.case_context()))
        .collect();
    let expectations: Vec<_> = plans
        .iter()
        .zip(&mut contexts)
        .map(|(plan, ctx)| scenario::expectations(file, &plan.merged, &plan.case, &places, ctx))
        .collect();
    let mut cases = Vec::new();
    for (((plan, draft), ctx), expectations) in plans.iter().zip(drafts).zip(contexts).zip(expectations) {
        diagnostics.extend(ctx.diagnostics.iter().cloned());
        cases.extend(draft.complete(&plan.merged, expectations, ctx));
    }
    cases
}
