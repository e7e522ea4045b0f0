//! `eventually C [within D] [after t]`: at some instant.

use std::ops::ControlFlow;

use super::Form;
use crate::expect::timeline::Timeline;
use crate::expect::verdict::{Status, Verdict, shown};
use crate::expect::view::Run;
use crate::model::Condition;
use crate::units::{Dimension, SimDuration, SimTime};

pub(super) static FORM: Form = Form {
    name: "eventually",
    syntax: "eventually C [within D] [after T]",
    summary: "it holds at some instant; with `within` the time it took is held against D",
};

/// A system that drained stays as it is, so that what is asked about later times is answered by its last state. A
/// run that was cut short says nothing about them.
pub(super) fn judge(
    condition: &Condition,
    after: SimTime,
    within: Option<SimDuration>,
    run: Run<'_, '_>,
) -> Result<Verdict, String> {
    let end = run.outcome.end();
    let at_rest = run.outcome.drained();
    if after > end && !at_rest {
        return Err(format!("the run ended at `{}`, before `{}`", shown(end), shown(after)));
    }
    let deadline = within.and_then(|within| after.checked_add(within)).unwrap_or(SimTime::MAX);
    let mut best: Option<Verdict> = None;
    let mut came_true = None;
    Timeline::new(condition, run)?.walk(after.min(end), deadline, |stretch| {
        let holds = stretch.verdict.status == Status::Pass;
        if best.as_ref().is_none_or(|best| holds || best.is_tighter_than(&stretch.verdict)) {
            best = Some(stretch.verdict);
        }
        if !holds {
            return ControlFlow::Continue(());
        }
        came_true = Some(stretch.from.max(after));
        ControlFlow::Break(())
    });
    let best = best.ok_or_else(|| format!("the runs compared ended before `{}`", shown(after)))?;
    match (came_true, within) {
        (Some(at), Some(within)) => {
            let (took, limit) = (at.since(after).as_secs_f64(), within.as_secs_f64());
            let verdict = Verdict::measured(true, took, limit, limit - took, Dimension::TIME);
            Ok(verdict.with_detail(format!("came true at `{}`", shown(at))))
        }
        (Some(at), None) => Ok(best.with_detail(format!("came true at `{}`", shown(at)))),
        (None, _) if best.status == Status::NoData => Ok(best),
        (None, Some(_)) if !at_rest && end < deadline => {
            Err(format!("not true up to `{}`, where the run was cut short", shown(end)))
        }
        (None, _) => {
            let until = if at_rest { deadline.min(end.max(after)) } else { deadline.min(end) };
            Ok(best.with_detail(format!(
                "not true from `{}` to `{}`; this is the closest",
                shown(after),
                shown(until)
            )))
        }
    }
}
