//! `always C [during a .. b]`: at every instant.

use std::ops::ControlFlow;

use super::Form;
use crate::expect::timeline::Timeline;
use crate::expect::verdict::{Status, Verdict, shown};
use crate::expect::view::Run;
use crate::model::Condition;
use crate::units::{SimDuration, SimTime};

pub(super) static FORM: Form = Form {
    name: "always",
    syntax: "always C [during A .. B]",
    summary: "it holds at every instant, on the exact series; the worst instant is shown",
};

/// No data where the run was cut short before the time selected begins.
pub(super) fn judge(
    condition: &Condition,
    during: Option<(SimTime, SimTime)>,
    run: Run<'_, '_>,
) -> Result<Verdict, String> {
    let timeline = Timeline::new(condition, run)?;
    let (from, to) = timeline.span(during, SimDuration::ZERO);
    let mut worst: Option<(Verdict, SimTime)> = None;
    let mut first_broken = None;
    let mut broken = SimDuration::ZERO;
    timeline.walk(from, to, |stretch| {
        if stretch.verdict.status != Status::Pass {
            first_broken.get_or_insert(stretch.from);
            broken = broken + stretch.to.since(stretch.from);
        }
        if worst.as_ref().is_none_or(|(worst, _)| stretch.verdict.is_worse_than(worst)) {
            worst = Some((stretch.verdict, stretch.from));
        }
        ControlFlow::Continue(())
    });
    let (verdict, at) = worst
        .ok_or_else(|| format!("the run ended at `{}`, before `{}`", shown(timeline.reach()), shown(from)))?;
    if verdict.status == Status::NoData {
        return Ok(verdict);
    }
    let detail = match first_broken {
        Some(first) => {
            let broken = shown(SimTime::from_ps(broken.as_ps()));
            format!("first broken at `{}`, for `{broken}` in all, worst at `{}`", shown(first), shown(at))
        }
        None => format!("closest at `{}`", shown(at)),
    };
    Ok(verdict.with_detail(detail).lost_at(first_broken))
}
