//! The forms a condition may take: one file and one line of [`FORMS`] each.

mod always;
mod compare;
mod eventually;
mod logic;
mod sustained;
mod within;

pub(super) use compare::mirrored;

use super::verdict::Verdict;
use super::view::{Run, View};
use super::windows;
use crate::model::Condition;

/// What a form is, for lists and docs.
#[derive(Debug)]
pub struct Form {
    /// What it is called.
    pub name: &'static str,
    /// How it is written.
    pub syntax: &'static str,
    /// One sentence.
    pub summary: &'static str,
}

/// Every form, in the order shown to users.
pub static FORMS: &[&Form] = &[
    &compare::FORM,
    &within::FORM,
    &logic::AND,
    &logic::OR,
    &logic::NOT,
    &always::FORM,
    &eventually::FORM,
    &sustained::FORM,
];

/// Judges a condition where `view` looks.
pub(super) fn judge(condition: &Condition, view: View<'_, '_>) -> Verdict {
    match condition {
        Condition::Compare { left, operator, right, tolerance } => over_windows(condition, view)
            .unwrap_or_else(|| compare::judge(left, *operator, right, *tolerance, view)),
        Condition::Within { left, low, high } => {
            over_windows(condition, view).unwrap_or_else(|| within::judge(left, low, high, view))
        }
        Condition::And(left, right) => logic::and(judge(left, view), judge(right, view)),
        Condition::Or(left, right) => logic::or(judge(left, view), judge(right, view)),
        Condition::Not(inner) => logic::not(judge(inner, view)),
        Condition::Always { condition, during } => {
            over_time(view, |run| always::judge(condition, *during, run))
        }
        Condition::Eventually { condition, after, within } => {
            over_time(view, |run| eventually::judge(condition, *after, *within, run))
        }
        Condition::Sustained { condition, duration, during } => {
            over_time(view, |run| sustained::judge(condition, *duration, *during, run))
        }
    }
}

fn over_windows(condition: &Condition, view: View<'_, '_>) -> Option<Verdict> {
    match view {
        View::Run(run) => windows::judge(condition, run),
        View::Moment(_) => None,
    }
}

fn over_time<'v, 'o>(view: View<'v, 'o>, judge: impl Fn(Run<'v, 'o>) -> Result<Verdict, String>) -> Verdict {
    match view {
        View::Run(run) => judge(run).unwrap_or_else(Verdict::no_data),
        View::Moment(_) => {
            Verdict::no_data("`always`, `eventually` and `for` are not allowed inside each other")
        }
    }
}
