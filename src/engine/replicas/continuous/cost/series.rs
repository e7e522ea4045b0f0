//! Many steps of a batch that keeps its members, summed up.
//!
//! Rest, compute and memory all grow by the same amount from step to step. The larger of compute and memory counts,
//! and two straight lines cross at most once: the steps are at most two arithmetic series.

use super::StepCost;
use crate::engine::gaps::Gaps;
use crate::engine::ticks::Ticks;

/// `first`, `first + difference`, …
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Line {
    pub(in crate::engine) first: Ticks,
    pub(in crate::engine) difference: Ticks,
}

impl Line {
    /// The sum of the first `n` terms.
    fn sum(&self, n: u64) -> Ticks {
        let n = Ticks::from(n);
        n * self.first + self.difference * (n * n.saturating_sub(1) / 2)
    }

    fn term(&self, index: u64) -> Ticks {
        self.first + self.difference * Ticks::from(index)
    }

    /// The sums after so many terms, each as often as the moments say.
    fn weighted(&self, moments: &Moments) -> Ticks {
        self.first * moments.first + self.difference * ((moments.second - moments.first) / 2)
    }

    /// The least `n` whose sum exceeds `limit`; the sum must exceed it at some `n`.
    fn first_above(&self, limit: Ticks) -> u64 {
        // n first + difference n (n - 1) / 2 = limit, solved in floating point and then put right: the estimate's error
        // costs time, never the result.
        let (half, limited) = (approximately(self.difference) / 2.0, approximately(limit));
        let linear = approximately(self.first) - half;
        let root = libm::sqrt(linear * linear + 4.0 * half * limited);
        let mut n = (2.0 * limited / (linear + root)) as u64;
        while self.sum(n) <= limit {
            n += 1;
        }
        while n > 0 && self.sum(n - 1) > limit {
            n -= 1;
        }
        n
    }
}

/// Weights of numbers, summed: as they are, times the numbers, times their squares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct Moments {
    pub(in crate::engine) zeroth: u128,
    pub(in crate::engine) first: u128,
    pub(in crate::engine) second: u128,
}

impl Moments {
    /// Of the numbers less `by`, none of which is smaller.
    fn less(&self, by: u64) -> Moments {
        let by = u128::from(by);
        let Moments { zeroth, first, second } = *self;
        Moments { zeroth, first: first - by * zeroth, second: second + by * by * zeroth - 2 * by * first }
    }
}

/// `as f64` but for the last digit, and without a call.
fn approximately(ticks: Ticks) -> f64 {
    const HALF: f64 = 18_446_744_073_709_551_616.0;
    (ticks >> 64) as u64 as f64 * HALF + ticks as u64 as f64
}

/// The durations of steps, in order.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Series {
    head: Line,
    /// Terms of `head`; from there on `tail` counts.
    crossing: u64,
    tail: Line,
}

impl Series {
    /// The first `n` steps, of which the first costs `cost` and each later one `growth` more.
    pub(in crate::engine) fn new(cost: StepCost, growth: StepCost, n: u64) -> Series {
        if n == 1 {
            return Series::single(cost.total());
        }
        let compute = Line { first: cost.compute, difference: growth.compute };
        let memory = Line { first: cost.memory, difference: growth.memory };
        let compute_leads = (compute.first, compute.difference) >= (memory.first, memory.difference);
        let (leader, other) = if compute_leads { (compute, memory) } else { (memory, compute) };
        let rest = |line: Line, index| Line {
            first: cost.rest + growth.rest * Ticks::from(index) + line.term(index),
            difference: growth.rest + line.difference,
        };
        let last = n.saturating_sub(1);
        let crossing = if other.difference > leader.difference && other.term(last) > leader.term(last) {
            let lead = leader.first - other.first;
            u64::try_from(lead / (other.difference - leader.difference)).map_or(u64::MAX, |before| before + 1)
        } else {
            u64::MAX
        };
        let tail = if crossing == u64::MAX { Line::default() } else { rest(other, crossing) };
        Series { head: rest(leader, 0), crossing, tail }
    }

    /// One step.
    #[inline]
    pub(in crate::engine) fn single(lasts: Ticks) -> Series {
        let head = Line { first: lasts, difference: 0 };
        Series { head, crossing: u64::MAX, tail: Line::default() }
    }

    /// The durations of steps from that index on.
    #[inline]
    pub(in crate::engine) fn terms_from(&self, index: u64) -> impl Iterator<Item = Ticks> {
        let mut next = (index, self.term(index));
        std::iter::repeat_with(move || {
            let (index, term) = next;
            let is_tail = index + 1 > self.crossing;
            let following = if index + 1 == self.crossing {
                self.tail.first
            } else {
                term + if is_tail { self.tail.difference } else { self.head.difference }
            };
            next = (index + 1, following);
            term
        })
    }

    /// How many of the first `n` steps can be summed exactly; at least one. What is left out lies beyond the end of the
    /// clock, 2^84 ticks, by far.
    pub(in crate::engine) fn exact(cost: StepCost, growth: StepCost, n: u64) -> u64 {
        // 2^26 steps of less than 3 x 2^64 ticks that rise by no more are below 2^118.
        let bits = |cost: &StepCost| cost.rest | cost.compute | cost.memory;
        if n <= 1 << 26 && (bits(&cost) | bits(&growth)) >> 64 == 0 {
            return n;
        }
        const LARGEST: f64 = (1_u128 << 120) as f64;
        let all =
            |cost: StepCost| [cost.rest, cost.compute, cost.memory].map(approximately).iter().sum::<f64>();
        let (first, difference) = (all(cost), all(growth));
        let mut n = n;
        while n > 1 && n as f64 * (first + n as f64 * difference) > LARGEST {
            n /= 2;
        }
        n
    }

    /// How long the first `n` steps last.
    pub(in crate::engine) fn sum(&self, n: u64) -> Ticks {
        if n <= self.crossing {
            self.head.sum(n)
        } else {
            self.head.sum(self.crossing) + self.tail.sum(n - self.crossing)
        }
    }

    /// How long the step of that index lasts, from 0 on.
    pub(in crate::engine) fn term(&self, index: u64) -> Ticks {
        if index < self.crossing { self.head.term(index) } else { self.tail.term(index - self.crossing) }
    }

    /// The least number of steps that last longer than `limit`.
    pub(in crate::engine) fn first_above(&self, limit: Ticks) -> u64 {
        // Most often one of the first does, which takes less than a root.
        let mut sum = 0;
        for n in 0..3 {
            sum += self.term(n);
            if sum > limit {
                return n + 1;
            }
        }
        if self.crossing != u64::MAX {
            let head = self.head.sum(self.crossing);
            if head <= limit {
                return self.crossing + self.tail.first_above(limit - head);
            }
        }
        self.head.first_above(limit)
    }

    /// Things that begin after 1, 2, … `n - 1` steps, each times how long it is from there to the end of step `n`;
    /// `moments` of those that begin from after the one number of steps to before the other. Before that, how many.
    pub(in crate::engine) fn until_end(
        &self,
        n: u64,
        moments: impl Fn(u64, u64) -> Moments,
    ) -> (u128, Ticks) {
        let split = n.min(self.crossing.saturating_add(1));
        let head = moments(1, split);
        let mut passed = self.head.weighted(&head);
        let mut weight = head.zeroth;
        if split < n {
            let tail = moments(split, n).less(self.crossing);
            passed += self.head.sum(self.crossing) * tail.zeroth + self.tail.weighted(&tail);
            weight += tail.zeroth;
        }
        (weight, self.sum(n) * weight - passed)
    }

    /// What `requests` requests of a workload that get a token in each of the first `n` steps see of them.
    pub(in crate::engine) fn gaps(&self, n: u64, workload: u16, requests: u32) -> impl Iterator<Item = Gaps> {
        let head = n.min(self.crossing);
        let parts = [(head, self.head), (n - head, self.tail)].into_iter().filter(|(terms, _)| *terms > 0);
        parts.map(move |(terms, line)| Gaps::rising(workload, requests, terms, line.first, line.difference))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(rest: Ticks, compute: Ticks, memory: Ticks) -> StepCost {
        StepCost { rest, compute, memory }
    }

    #[test]
    fn what_would_not_fit_is_not_summed() {
        // A batch of 2^20 decodes at the bounds of a token and a pair, for as many steps as an output has tokens.
        let first = cost(1 << 100, 0, 1 << 94);
        let growth = cost(1 << 73, 0, 1 << 73);
        let n = Series::exact(first, growth, 1 << 31);
        let series = Series::new(first, growth, n);
        assert!(n > 1 << 10 && series.sum(n) > 1 << 90, "{n}");
        assert_eq!(series.first_above(series.sum(n - 1)), n);
        assert_eq!(Series::exact(cost(u128::MAX >> 1, 0, 0), growth, 1 << 31), 1);
        assert_eq!(Series::exact(cost(1 << 50, 1 << 50, 1 << 50), cost(0, 1 << 20, 0), 1 << 31), 1 << 31);
    }

    #[test]
    fn sums_are_those_of_single_steps() {
        let first = [cost(5, 100, 10), cost(0, 10, 100), cost(1, 7, 7), cost(3, 50, 50), cost(2, 0, 0)];
        let growths =
            [cost(0, 0, 0), cost(1, 2, 9), cost(0, 9, 2), cost(0, 0, 1), cost(7, 1, 1), cost(3, 0, 0)];
        for first in first {
            for growth in growths {
                let series = Series::new(first, growth, 200);
                let (mut sum, mut step) = (0, first);
                for n in 0..200 {
                    assert_eq!(series.sum(n), sum, "{first:?} {growth:?} {n}");
                    assert_eq!(series.gaps(n, 0, 3).map(|gaps| gaps.sum()).sum::<u128>(), 3 * sum);
                    sum += step.total();
                    step += growth;
                }
                for n in [1, 2, 3, 17, 200] {
                    let weight = |k: u64| u128::from(k * 7 % 5);
                    let moments = |from: u64, to: u64| Moments {
                        zeroth: (from..to).map(weight).sum(),
                        first: (from..to).map(|k| weight(k) * u128::from(k)).sum(),
                        second: (from..to).map(|k| weight(k) * u128::from(k * k)).sum(),
                    };
                    let one_by_one: u128 = (1..n).map(|k| weight(k) * (series.sum(n) - series.sum(k))).sum();
                    let (n_things, until_end) = series.until_end(n, moments);
                    assert_eq!(until_end, one_by_one, "{first:?} {growth:?} {n}");
                    assert_eq!(n_things, (1..n).map(weight).sum::<u128>());
                }
                for limit in 0..500 {
                    let by_scan = (0..).find(|n| series.sum(*n) > limit).expect("steps take time");
                    assert_eq!(series.first_above(limit), by_scan, "{first:?} {growth:?} {limit}");
                }
            }
        }
    }
}
