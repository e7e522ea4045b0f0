//! Results on their way out, in the order of files and cases.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::Listener;
use crate::check::{CaseResult, Ending, Group, Suite};

/// Results on their way out, in order.
pub(super) struct Ordered<'a> {
    suites: &'a [Suite],
    listener: &'a dyn Listener,
    state: Mutex<Waiting>,
}

struct Waiting {
    /// (file, case) in order, the next to go out first.
    order: std::vec::IntoIter<(usize, usize)>,
    next: Option<(usize, usize)>,
    results: BTreeMap<(usize, usize), CaseResult>,
    /// Nothing goes out any more.
    is_closed: bool,
}

impl<'a> Ordered<'a> {
    /// Expects a result of each selected case.
    pub(super) fn new(suites: &'a [Suite], groups: &[Group], listener: &'a dyn Listener) -> Ordered<'a> {
        let selected = groups.iter().flat_map(|group| {
            let members = group.members.iter().filter(|member| member.selected);
            members.map(|member| (group.suite, member.case))
        });
        let mut order: Vec<_> = selected.collect();
        order.sort_unstable();
        let mut order = order.into_iter();
        let next = order.next();
        Ordered {
            suites,
            listener,
            state: Mutex::new(Waiting { order, next, results: BTreeMap::new(), is_closed: false }),
        }
    }

    /// Passes a result on once those before it are there.
    pub(super) fn push(&self, result: CaseResult) {
        let mut waiting = self.state.lock().expect("no panic while the lock is held");
        if waiting.is_closed {
            return;
        }
        self.listener.ended(&result);
        waiting.results.insert((result.suite, result.case), result);
        while let Some(result) = waiting.next.and_then(|next| waiting.results.remove(&next)) {
            waiting.next = waiting.order.next();
            self.listener.finished(&self.suites[result.suite], result);
        }
    }

    /// Passes on what is there, whatever is missing before it, and nothing more; skipped cases count as missing.
    pub(super) fn close(&self) {
        let mut waiting = self.state.lock().expect("no panic while the lock is held");
        if std::mem::replace(&mut waiting.is_closed, true) {
            return;
        }
        let results = std::mem::take(&mut waiting.results);
        let n_ahead = waiting.order.len() + usize::from(waiting.next.is_some());
        let finished: Vec<CaseResult> =
            results.into_values().filter(|result| result.ending != Ending::Skipped).collect();
        let n_left = n_ahead - finished.len();
        for result in finished {
            self.listener.finished(&self.suites[result.suite], result);
        }
        if n_left > 0 {
            self.listener.interrupted(n_left);
        }
    }
}
