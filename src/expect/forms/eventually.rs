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

/// No data where the run was cut short before the time selected begins, or before the deadline has passed.
pub(super) fn judge(
    condition: &Condition,
    after: SimTime,
    within: Option<SimDuration>,
    run: Run<'_, '_>,
) -> Result<Verdict, String> {
    let timeline = Timeline::new(condition, run)?;
    let (reach, after) = (timeline.reach(), timeline.measured(after));
    let deadline = within.and_then(|within| after.checked_add(within)).unwrap_or(SimTime::MAX);
    let mut best: Option<Verdict> = None;
    let mut came_true = None;
    timeline.walk(after, deadline, |stretch| {
        let holds = stretch.verdict.status == Status::Pass;
        if best.as_ref().is_none_or(|best| holds || best.is_tighter_than(&stretch.verdict)) {
            best = Some(stretch.verdict.lost_at(Some(stretch.from)));
        }
        if !holds {
            return ControlFlow::Continue(());
        }
        came_true = Some(stretch.from);
        ControlFlow::Break(())
    });
    let best =
        best.ok_or_else(|| format!("the run ended at `{}`, before `{}`", shown(reach), shown(after)))?;
    match (came_true, within) {
        (Some(at), Some(within)) => {
            let (took, limit) = (at.since(after).as_secs_f64(), within.as_secs_f64());
            let verdict = Verdict::measured(true, took, limit, limit - took, Dimension::TIME);
            Ok(verdict.with_detail(format!("came true at `{}`", shown(at))))
        }
        (Some(at), None) => Ok(best.with_detail(format!("came true at `{}`", shown(at)))),
        (None, _) if best.status == Status::NoData => Ok(best),
        (None, Some(_)) if reach < deadline => {
            Err(format!("not true up to `{}`, where the run was cut short", shown(reach)))
        }
        (None, _) => {
            let until = deadline.min(run.outcome.end().max(after)).min(reach);
            Ok(best.with_detail(format!(
                "not true from `{}` to `{}`; this is the closest",
                shown(after),
                shown(until)
            )))
        }
    }
}
