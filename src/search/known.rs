//! What aims are worth before anything is evaluated, and along which variable it gets steadily worse.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::worth::Worth;
use super::{Aim, Candidate, Evaluation, Space};

/// What is bisected from here on; fewer values are enumerated, which costs as little and assumes nothing.
const FEW_VALUES: usize = 4;

/// Into how many parts a ladder is cut to see which way it goes.
const SAMPLES: usize = 4;

/// The worth of candidates, asked for once each.
pub(super) struct Known<'a> {
    aims: &'a [Aim<'a>],
    asked: RefCell<BTreeMap<Candidate, Option<Worth>>>,
}

/// The variable that is bisected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rungs {
    /// Which variable.
    pub(super) variable: usize,
    /// How many values.
    pub(super) len: usize,
    /// Whether the last value is the best.
    pub(super) descending: bool,
}

impl<'a> Known<'a> {
    pub(super) fn new(aims: &'a [Aim<'a>]) -> Known<'a> {
        Known { aims, asked: RefCell::new(BTreeMap::new()) }
    }

    /// Whether every aim is known before an evaluation, and there is one.
    pub(super) fn is_complete(&self) -> bool {
        !self.aims.is_empty() && self.aims.iter().all(|aim| aim.known.is_some())
    }

    /// Whether a candidate has a value in every aim that is known.
    pub(super) fn is_eligible(&self, candidate: &[usize]) -> bool {
        let mut known = self.aims.iter().filter_map(|aim| aim.known);
        known.all(|known| known(candidate).is_some_and(f64::is_finite))
    }

    /// The worth of a candidate; `None` where it is not eligible. Only where the aims are known.
    pub(super) fn worth(&self, candidate: &[usize]) -> Option<Worth> {
        if let Some(worth) = self.asked.borrow().get(candidate) {
            return worth.clone();
        }
        let value =
            |aim: &Aim<'_>| aim.known.and_then(|known| known(candidate)).filter(|value| value.is_finite());
        let values: Option<Vec<_>> = self.aims.iter().map(|aim| Some((aim.direction, value(aim)?))).collect();
        let worth = values.map(Worth::new);
        self.asked.borrow_mut().insert(candidate.to_vec(), worth.clone());
        worth
    }

    /// The worth of a candidate that was evaluated.
    pub(super) fn worth_of(&self, candidate: &[usize], evaluation: &Evaluation) -> Option<Worth> {
        let aims = self.aims.iter().enumerate();
        let values = aims.map(|(index, aim)| {
            let measured = || evaluation.values.get(index).copied().flatten();
            let value = aim.known.map_or_else(measured, |known| known(candidate));
            value.filter(|value| value.is_finite()).map(|value| (aim.direction, value))
        });
        values.collect::<Option<Vec<_>>>().map(Worth::new)
    }

    /// The longest ladder along which a better worth is on one side, whatever the other variables are.
    pub(super) fn rungs(&self, space: &Space) -> Option<Rungs> {
        if !self.is_complete() {
            return None;
        }
        let long = |variable: &usize| {
            space.variables[*variable].is_ordered && space.variables[*variable].len > FEW_VALUES
        };
        let mut variables: Vec<usize> = (0..space.variables.len()).filter(long).collect();
        variables.sort_by_key(|variable| std::cmp::Reverse(space.variables[*variable].len));
        variables.into_iter().find_map(|variable| self.rungs_of(space, variable))
    }

    fn rungs_of(&self, space: &Space, variable: usize) -> Option<Rungs> {
        let len = space.variables[variable].len;
        let mut better_first: Option<Ordering> = None;
        for candidate in space.combinations(Some(variable)) {
            let eligible: Vec<Worth> =
                samples(&candidate, variable, len).filter_map(|one| self.worth(&one)).collect();
            for pair in eligible.windows(2) {
                let order = pair[0].against(&pair[1])?;
                if order == Ordering::Equal || better_first.is_some_and(|first| first != order) {
                    return None;
                }
                better_first = Some(order);
            }
        }
        Some(Rungs { variable, len, descending: better_first? == Ordering::Greater })
    }
}

/// The ends of a ladder and some candidates between them.
pub(super) fn samples(candidate: &[usize], variable: usize, len: usize) -> impl Iterator<Item = Candidate> {
    let mut rungs: Vec<usize> = (0..=SAMPLES).map(|sample| (len - 1) * sample / SAMPLES).collect();
    rungs.dedup();
    let candidate = candidate.to_vec();
    rungs.into_iter().map(move |rung| {
        let mut one = candidate.clone();
        one[variable] = rung;
        one
    })
}
