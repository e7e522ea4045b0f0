//! Candidates: one value of each variable.

/// One value of each variable, by its index. Candidates are ordered as they would be written: the last variable changes
/// first.
pub type Candidate = Vec<usize>;

/// The variables of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// In the order written.
    pub variables: Vec<Variable>,
}

/// A variable and its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// How many values.
    pub len: usize,
    /// Whether the values are a ladder, so that a search may skip some.
    pub is_ordered: bool,
}

impl Space {
    /// How many candidates there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.variables.iter().fold(1, |product, variable| product.saturating_mul(variable.len))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every candidate, in order.
    pub fn candidates(&self) -> impl Iterator<Item = Candidate> {
        self.combinations(None)
    }

    /// Every choice of all variables but one, which is at its first value; in order.
    pub(super) fn combinations(&self, free: Option<usize>) -> impl Iterator<Item = Candidate> {
        let variables = self.variables.iter().enumerate();
        let lens: Vec<usize> =
            variables.map(|(index, variable)| if free == Some(index) { 1 } else { variable.len }).collect();
        let first = lens.iter().all(|len| *len > 0).then(|| vec![0; lens.len()]);
        std::iter::successors(first, move |candidate| next(candidate, &lens))
    }
}

/// The candidate that follows.
fn next(candidate: &[usize], lens: &[usize]) -> Option<Candidate> {
    let place = (0..lens.len()).rev().find(|place| candidate[*place] + 1 < lens[*place])?;
    let mut next = candidate.to_vec();
    next[place] += 1;
    next[place + 1..].fill(0);
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_come_in_the_order_written() {
        let variable = |len| Variable { len, is_ordered: false };
        let space = Space { variables: vec![variable(2), variable(3)] };
        let all: Vec<Candidate> = space.candidates().collect();
        assert_eq!(all, [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
        assert_eq!(space.combinations(Some(1)).collect::<Vec<_>>(), [[0, 0], [1, 0]]);
        assert_eq!(Space { variables: vec![variable(2), variable(0)] }.candidates().count(), 0);
        assert_eq!(Space { variables: Vec::new() }.candidates().collect::<Vec<_>>(), [Vec::<usize>::new()]);
    }
}
