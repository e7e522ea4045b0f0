//! `routing p2c`: the less loaded of two replicas picked at random.
//!
//! Two samples take the longest queue from Θ(log n / log log n) to Θ(log log n) (Mitzenmacher, "The Power of Two
//! Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001); more samples gain little.

use super::{Entry, Router};
use crate::model::{Bound, Choice, Field, Form, Spec};
use crate::policy::view::{Candidates, View};
use crate::rng::Stream;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "p2c",
        "power of two choices: the less loaded of two replicas picked at random; ties by the draw",
    )
    .arguments(&[Field::optional("choices", Form::Count, "replicas picked, all different")
        .within(Bound::Between(2.0, 1024.0))
        .or("2")]),
    build,
};

fn build(choice: &Choice, _n: u32) -> Box<dyn Router> {
    let choices = choice.number("choices").expect("`choices` has a default");
    Box::new(PowerOfChoices { choices: choices as u32, sample: Vec::new(), rising: Vec::new() })
}

struct PowerOfChoices {
    choices: u32,
    /// Positions picked, in the order picked; kept to spare an allocation a request.
    sample: Vec<u32>,
    /// The same, rising.
    rising: Vec<u32>,
}

impl Router for PowerOfChoices {
    /// Ties are broken by a draw: the first of equals in the order picked, which is random.
    fn route(&mut self, candidates: Candidates<'_>, view: View<'_>, stream: &mut Stream) -> Option<u32> {
        match (candidates.len(), self.choices) {
            (0, _) => None,
            (1, _) => Some(candidates.at(0)),
            (n, 2) => {
                let [first, second] = pick_two(n, stream);
                let (first, second) = (candidates.at(first), candidates.at(second));
                Some(if view.is_less_loaded(second, first) { second } else { first })
            }
            (n, _) => {
                self.pick(n, stream);
                let replicas = self.sample.iter().map(|&position| candidates.at(position));
                replicas.min_by_key(|&replica| view.load(replica))
            }
        }
    }
}

/// What [`PowerOfChoices::pick`] does where two are picked, without its lists.
#[inline]
fn pick_two(n: u32, stream: &mut Stream) -> [u32; 2] {
    let first = stream.below(u64::from(n)) as u32;
    let second = stream.below(u64::from(n - 1)) as u32;
    [first, second + u32::from(first <= second)]
}

impl PowerOfChoices {
    /// Picks different positions below `n`, in random order: the k-th is drawn from the `n - k` left and moved up
    /// past those picked before it that lie at or below it.
    fn pick(&mut self, n: u32, stream: &mut Stream) {
        self.sample.clear();
        self.rising.clear();
        for k in 0..self.choices.min(n) {
            let mut position = stream.below(u64::from(n - k)) as u32;
            let mut rank = 0;
            while rank < self.rising.len() && self.rising[rank] <= position {
                position += 1;
                rank += 1;
            }
            self.rising.insert(rank, position);
            self.sample.push(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn two_are_picked_as_any_number_is() {
        let [mut stream, mut other] = [0; 2].map(|_| Streams::new(1).stream("test"));
        let mut router = PowerOfChoices { choices: 2, sample: Vec::new(), rising: Vec::new() };
        for n in (2..9).cycle().take(200) {
            router.pick(n, &mut stream);
            assert_eq!(router.sample, pick_two(n, &mut other));
        }
    }

    #[test]
    fn picks_are_different_and_uniform() {
        let mut stream = Streams::new(1).stream("test");
        for choices in [2, 3, 5, 9] {
            let mut router = PowerOfChoices { choices, sample: Vec::new(), rising: Vec::new() };
            let mut counts = [0_u32; 7];
            for _ in 0..7_000 {
                router.pick(7, &mut stream);
                let mut sample = router.sample.clone();
                sample.sort_unstable();
                sample.dedup();
                assert_eq!(sample.len(), choices.min(7) as usize, "picks are different");
                counts[router.sample[0] as usize] += 1;
            }
            // The first pick is uniform: 1,000 each, standard deviation 29.
            assert!(counts.iter().all(|count| count.abs_diff(1_000) < 150), "{counts:?}");
        }
    }
}
