//! The runs of a group under one seed, as its expectations see them.

use std::collections::BTreeMap;

use super::{NotRun, Simulated};
use crate::check::{Group, Suite};
use crate::metrics::Outcome;

/// The runs of a group under one seed, as its expectations see them.
pub(super) struct Siblings<'a> {
    pub(super) by_name: BTreeMap<&'a str, &'a Outcome>,
    /// Why a case that is only compared with has no numbers.
    missing: Option<&'a NotRun>,
}

impl<'a> Siblings<'a> {
    /// By the names of their scenarios.
    pub(super) fn new(
        suite: &'a Suite,
        group: &'a Group,
        runs: &'a [Result<Simulated, NotRun>],
    ) -> Siblings<'a> {
        let mut siblings = Siblings { by_name: BTreeMap::new(), missing: None };
        for (member, run) in group.members.iter().zip(runs) {
            match (run, &suite.cases[member.case].scenario.case.scenario) {
                (Ok(ran), Some(name)) => {
                    siblings.by_name.insert(name, &ran.outcome);
                }
                (Ok(_), None) => {}
                (Err(reason), _) if !member.selected => siblings.missing = Some(reason),
                (Err(_), _) => {}
            }
        }
        siblings
    }

    /// A case cannot be judged against one that did not run.
    pub(super) fn complete(&self) -> Result<(), &'a NotRun> {
        self.missing.map_or(Ok(()), Err)
    }
}
