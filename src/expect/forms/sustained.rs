//! `C for 30 s [during a .. b]`: without a break for that long, at least once.

use std::ops::ControlFlow;

use super::Form;
use crate::expect::timeline::Timeline;
use crate::expect::verdict::{Status, Verdict, shown};
use crate::expect::view::Run;
use crate::model::Condition;
use crate::units::{Dimension, SimDuration, SimTime};

pub(super) static FORM: Form = Form {
    name: "sustained",
    syntax: "C for D [during A .. B]",
    summary: "it holds without a break for D at least once; the longest stretch is held against D",
};

/// No data where the run was cut short before the time selected begins. Without `during` only the run itself counts:
/// a drained system stays idle anyway.
pub(super) fn judge(
    condition: &Condition,
    duration: SimDuration,
    during: Option<(SimTime, SimTime)>,
    run: Run<'_, '_>,
) -> Result<Verdict, String> {
    let timeline = Timeline::new(condition, run)?;
    let (from, to) = timeline.span(during, duration);
    let mut seen = false;
    let mut no_data = None;
    let mut open: Option<SimTime> = None;
    let mut longest: Option<(SimTime, SimTime)> = None;
    timeline.walk(from, to, |stretch| {
        seen = true;
        match stretch.verdict.status {
            Status::Pass => {
                let begin = *open.get_or_insert(stretch.from);
                if longest.is_none_or(|(from, to)| stretch.to.since(begin) > to.since(from)) {
                    longest = Some((begin, stretch.to));
                }
            }
            Status::Fail => open = None,
            Status::NoData => {
                no_data = Some(stretch.verdict);
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    });
    if let Some(verdict) = no_data {
        return Ok(verdict);
    }
    if !seen {
        return Err(format!("the run ended at `{}`, before `{}`", shown(timeline.reach()), shown(from)));
    }
    let (lasted, detail) = match longest {
        Some((from, to)) => {
            (to.since(from), format!("the longest stretch is `{} .. {}`", shown(from), shown(to)))
        }
        None => (SimDuration::ZERO, "true at no instant".to_owned()),
    };
    let (value, limit) = (lasted.as_secs_f64(), duration.as_secs_f64());
    let holds = longest.is_some() && lasted >= duration;
    let verdict = Verdict::measured(holds, value, limit, value - limit, Dimension::TIME);
    Ok(verdict.with_detail(detail).lost_at(longest.map(|(from, to)| if holds { from } else { to })))
}
