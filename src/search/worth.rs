//! Which of two candidates is better, and which of many no other beats.

use std::cmp::Ordering;

use super::{Candidate, Direction};

/// The values of a candidate's aims, each turned so that less is better.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Worth(Vec<f64>);

impl Worth {
    /// Of values in the order of their aims.
    pub(super) fn new(values: impl IntoIterator<Item = (Direction, f64)>) -> Worth {
        let less_is_better = |(direction, value): (Direction, f64)| match direction {
            Direction::Minimize => value,
            // Zero keeps its sign, so that it equals itself.
            Direction::Maximize => 0.0 - value,
        };
        Worth(values.into_iter().map(less_is_better).collect())
    }

    /// Whether it is better in one aim and worse in none; `None` where each is better in one, or there are no aims.
    pub(super) fn against(&self, other: &Worth) -> Option<Ordering> {
        let pairs = self.0.iter().zip(&other.0);
        pairs.map(|(one, other)| one.total_cmp(other)).try_fold(None, |so_far, next| match so_far {
            None | Some(Ordering::Equal) => Some(Some(next)),
            Some(decided) if next == Ordering::Equal || next == decided => Some(so_far),
            Some(_) => None,
        })?
    }

    /// The order in which candidates are promising: by the first aim, then the next.
    pub(super) fn cmp(&self, other: &Worth) -> Ordering {
        let pairs = self.0.iter().zip(&other.0);
        let unequal = pairs.map(|(one, other)| one.total_cmp(other)).find(|order| order.is_ne());
        unequal.unwrap_or(Ordering::Equal)
    }
}

/// The feasible candidates that no other beats; of equal ones the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Front {
    best: Vec<(Candidate, Worth)>,
}

impl Front {
    /// Whether a candidate could not be added: one in it is better, or equal and earlier, or the candidate itself.
    pub(super) fn rules_out(&self, candidate: &[usize], worth: &Worth) -> bool {
        self.best.iter().any(|(best, of_best)| match of_best.against(worth) {
            Some(Ordering::Less) => true,
            Some(Ordering::Equal) => best.as_slice() <= candidate,
            Some(Ordering::Greater) => false,
            None => best.as_slice() == candidate,
        })
    }

    /// Adds a candidate unless it is ruled out, and drops what it beats.
    pub(super) fn add(&mut self, candidate: &[usize], worth: Worth) {
        if self.rules_out(candidate, &worth) {
            return;
        }
        self.best
            .retain(|(_, of_best)| !matches!(worth.against(of_best), Some(Ordering::Less | Ordering::Equal)));
        self.best.push((candidate.to_vec(), worth));
    }

    /// Adds all of another.
    pub(super) fn merge(&mut self, other: &Front) {
        other.best.iter().for_each(|(candidate, worth)| self.add(candidate, worth.clone()));
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.best.is_empty()
    }

    /// Whether it has one of these candidates.
    pub(super) fn holds(&self, is_one: impl Fn(&[usize]) -> bool) -> bool {
        self.best.iter().any(|(candidate, _)| is_one(candidate))
    }

    /// By the first aim, then in order.
    pub(super) fn into_candidates(mut self) -> Vec<Candidate> {
        self.best.sort_by(|(one, of_one), (other, of_other)| of_one.cmp(of_other).then(one.cmp(other)));
        self.best.into_iter().map(|(candidate, _)| candidate).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(points: &[(f64, f64)]) -> Vec<usize> {
        let mut front = Front::default();
        for (index, (cost, rate)) in points.iter().enumerate() {
            front.add(&[index], Worth::new([(Direction::Minimize, *cost), (Direction::Maximize, *rate)]));
        }
        front.into_candidates().into_iter().map(|candidate| candidate[0]).collect()
    }

    #[test]
    fn a_front_has_what_no_other_beats_in_both() {
        assert_eq!(front(&[(4.0, 9.0), (1.0, 2.0), (2.0, 2.0), (2.0, 5.0), (5.0, 9.0)]), [1, 3, 0]);
        assert_eq!(front(&[(2.0, 2.0), (2.0, 2.0), (1.0, 2.0)]), [2]);
        assert_eq!(front(&[(2.0, 2.0), (2.0, 2.0)]), [0]);
    }

    #[test]
    fn of_two_aims_the_sign_must_agree() {
        let worth = |values: [f64; 2]| Worth::new(values.map(|value| (Direction::Minimize, value)));
        assert_eq!(worth([1.0, 2.0]).against(&worth([1.0, 3.0])), Some(Ordering::Less));
        assert_eq!(worth([2.0, 2.0]).against(&worth([1.0, 2.0])), Some(Ordering::Greater));
        assert_eq!(worth([1.0, 2.0]).against(&worth([1.0, 2.0])), Some(Ordering::Equal));
        assert_eq!(worth([1.0, 2.0]).against(&worth([2.0, 1.0])), None);
    }
}
