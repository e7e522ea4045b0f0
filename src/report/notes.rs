//! What a reader of any number should know of its run, a sentence each: a backlog that grows, times that rest on
//! figures of other GPUs.

use super::number::percent;
use crate::engine::hardware::attained::uncalibrated;
use crate::metrics::{Backlog, Saturation};
use crate::model::Scenario;

/// How the backlog of a run develops, in one line.
pub(super) fn backlog(backlog: Option<Backlog>) -> String {
    let Some(Backlog { saturation, growth }) = backlog else {
        return "too few requests to tell whether it grows".to_owned();
    };
    let name = saturation.name();
    match words(saturation) {
        None => name.to_owned(),
        Some((grows, advice)) => {
            format!("{name}: it {grows} by {} of the arrivals; {advice}", percent(growth))
        }
    }
}

/// A sentence for a run that may not keep up with what arrives; `None` for one that does.
#[must_use]
pub fn saturation_note(saturation: Saturation) -> Option<String> {
    let (grows, advice) = words(saturation)?;
    Some(format!("{}: the backlog {grows} until arrivals end; {advice}", saturation.name()))
}

/// What the backlog does, and what follows from that; `None` where it does not grow.
const fn words(saturation: Saturation) -> Option<(&'static str, &'static str)> {
    match saturation {
        Saturation::Stable => None,
        Saturation::Backlogged => Some(("may be growing", "a longer run would tell")),
        Saturation::Overloaded => Some(("grows", "a longer run would be worse")),
    }
}

/// A sentence for the GPU types of a scenario that no figure was fitted to; `None` where there are none.
#[must_use]
pub fn uncalibrated_note(scenario: &Scenario) -> Option<String> {
    let names = uncalibrated(scenario);
    (!names.is_empty()).then(|| uncalibrated_on("", &names.join(", ")))
}

/// The same over several cases, `n_cases` of them affected.
#[must_use]
pub fn uncalibrated_in(n_cases: usize, names: &[String]) -> Option<String> {
    let noun = if n_cases == 1 { "case" } else { "cases" };
    (n_cases > 0).then(|| uncalibrated_on(&format!("in {n_cases} {noun} "), &names.join(", ")))
}

fn uncalibrated_on(place: &str, names: &str) -> String {
    format!("uncalibrated {place}on {names}: shares and overheads were measured on other GPUs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_describe_a_backlog_everywhere() {
        let line = |saturation| backlog(Some(Backlog { saturation, growth: 0.25 }));
        assert_eq!(line(Saturation::Stable), "stable");
        assert_eq!(
            line(Saturation::Overloaded),
            "overloaded: it grows by 25% of the arrivals; a longer run would be worse"
        );
        assert_eq!(
            saturation_note(Saturation::Backlogged).as_deref(),
            Some("backlogged: the backlog may be growing until arrivals end; a longer run would tell")
        );
        assert_eq!(saturation_note(Saturation::Stable), None);
    }
}
