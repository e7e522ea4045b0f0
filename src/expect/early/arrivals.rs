//! How many requests a run will have, before it is over.

use crate::model::{Scenario, Selection, WorkloadSource};
use crate::units::SimTime;
use crate::workload::Traffic;
use crate::workload::arrivals::is_closed_loop;

/// Requests by workload and time of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// By workload, whether its requests are among them.
    workloads: Vec<bool>,
    /// First and last time of arrival, inclusive.
    from: SimTime,
    to: SimTime,
}

impl Arrivals {
    /// Those selected that are measured; of every workload, or only of those with an `slo`.
    pub(super) fn of(scenario: &Scenario, selection: &Selection, only_with_slo: bool) -> Arrivals {
        let workloads = scenario.workloads.iter().enumerate().map(|(index, workload)| {
            selection.workload.is_none_or(|selected| selected == index)
                && (!only_with_slo || workload.slo.is_some())
        });
        let (from, to) = selection.during.unwrap_or((SimTime::ZERO, SimTime::MAX));
        Arrivals { workloads: workloads.collect(), from: from.max(scenario.run.warmup), to }
    }

    /// Whether a request is among them.
    #[inline]
    pub(super) fn hold(&self, workload: u16, arrival: SimTime) -> bool {
        (self.from..=self.to).contains(&arrival) && self.workloads[usize::from(workload)]
    }
}

/// Draws the requests of a run and counts those of each kind. More than there will be where turns of a session, or
/// requests of users, arrive when others end; `None` where such a workload has no bound.
#[must_use]
pub fn count_arrivals(scenario: &Scenario, mut traffic: Traffic, of: &[Arrivals]) -> Vec<Option<u64>> {
    let closed: Vec<Option<Option<u64>>> =
        scenario.workloads.iter().map(|workload| closed(&workload.source)).collect();
    let until = scenario.run.until.unwrap_or(SimTime::MAX);
    let mut totals: Vec<Option<u64>> = of
        .iter()
        .map(|arrivals| {
            let selected = closed.iter().zip(&arrivals.workloads).filter(|(_, selected)| **selected);
            selected.filter_map(|(closed, _)| *closed).sum::<Option<u64>>()
        })
        .collect();
    if totals.iter().all(Option::is_none) {
        return totals;
    }
    while let Some(request) = traffic.next_request().filter(|request| request.arrival <= until) {
        let workload = usize::from(request.workload);
        if closed[workload].is_some() {
            continue;
        }
        let later_turns = request.turn().map_or(0, |turn| u64::from(turn.left));
        for (total, arrivals) in totals.iter_mut().zip(of) {
            // Turns that follow arrive no earlier than the first, and otherwise at any time.
            let now = u64::from(arrivals.hold(request.workload, request.arrival));
            let later =
                if arrivals.workloads[workload] && request.arrival <= arrivals.to { later_turns } else { 0 };
            *total = total.map(|total| total + now + later);
        }
    }
    if traffic.problem().is_some() { vec![None; of.len()] } else { totals }
}

/// Of a workload whose users wait for answers the most requests it has, if that is known; `None` for any other.
fn closed(source: &WorkloadSource) -> Option<Option<u64>> {
    match source {
        WorkloadSource::Generated { arrivals, session, requests, .. } if is_closed_loop(&arrivals.name) => {
            Some(requests.filter(|_| session.is_none()))
        }
        WorkloadSource::Generated { .. } | WorkloadSource::Rows(_) | WorkloadSource::File(_) => None,
    }
}
