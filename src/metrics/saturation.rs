//! Whether the cluster keeps up: is the backlog growing at the end of arrivals?
//!
//! Looked at are the requests in the system as arrivals find them: how many more they are around the end of arrivals
//! than around their middle. This growth is compared with what chance makes of it: the last half of arrivals is cut into
//! some tens of equal parts, and if growth in these were independent, the growth over all would have the sum of their
//! variances. More than three standard deviations are an overload, more than one is a backlog that may be growing: the
//! run is too short to decide.
//! A rate that rises brings more requests into a system that keeps up, so growth in proportion to the rate is none;
//! neither is that by fewer than ten requests. Requests that were turned away are in no backlog, `reject_rate` has them.
//!
//! Measured on M/M/1 (`tests/theory/saturation.rs`), 20 seeds each: at loads of 0.5 and 0.95 always stable; at 1.2 with
//! 2,000 arrivals overloaded in 16 and backlogged in 4, with 20,000 always overloaded.
//!
//! Assumption: parts are long against what correlates arrivals. Where they are not, as in a stable queue near
//! saturation, growth in one part is made good in others, and the variance is larger than chance would have it: the
//! verdict errs on the side of `stable` for the queue and never calls it overloaded. Memory does not grow with the run.

use super::info::Better;
use super::spec::{ITSELF, Measure, MetricSpec, Source};
use crate::units::SimTime;

pub(super) static METRICS: &[MetricSpec] = &[
    MetricSpec {
        name: "saturation",
        statistics: ITSELF,
        measure: Measure::Count,
        better: Better::Lower,
        source: Source::Run(|totals| Some(totals.backlog?.saturation.value().into())),
        definition: "whether the backlog was growing when arrivals ended: 0 no (stable), 1 perhaps (backlogged), 2 yes (overloaded)",
    },
    MetricSpec {
        name: "backlog_growth",
        statistics: ITSELF,
        measure: Measure::Share,
        better: Better::Lower,
        source: Source::Run(|totals| Some(totals.backlog?.growth)),
        definition: "growth of the requests in the system over the last half of arrivals, as a share of these, beyond what a higher rate explains",
    },
];

/// Whether a run shows a cluster that keeps up with what arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Saturation {
    /// The backlog does not grow.
    Stable,
    /// It may be growing; a longer run would tell.
    Backlogged,
    /// It grows: the longer the run, the worse its times.
    Overloaded,
}

impl Saturation {
    const EACH: [Saturation; 3] = [Saturation::Stable, Saturation::Backlogged, Saturation::Overloaded];

    /// The one that reports call so.
    #[must_use]
    pub fn named(name: &str) -> Option<Saturation> {
        Saturation::EACH.into_iter().find(|saturation| saturation.name() == name)
    }

    /// As a metric.
    #[must_use]
    pub const fn value(self) -> u8 {
        self as u8
    }

    /// As in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Saturation::Stable => "stable",
            Saturation::Backlogged => "backlogged",
            Saturation::Overloaded => "overloaded",
        }
    }
}

/// What became of the backlog over the last half of arrivals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backlog {
    /// Whether it grows.
    pub saturation: Saturation,
    /// By how much, as a share of these arrivals: at twice the rate that can be served it is a half.
    pub growth: f64,
}

/// Below this many arrivals chance decides.
const FEWEST_ARRIVALS: u64 = 100;

/// Samples are thinned out when there are this many.
const MOST_SAMPLES: usize = 128;

/// Growth by fewer requests does not count as a backlog.
const SMALLEST_GROWTH: f64 = 10.0;

/// Counts requests in the system while a run goes on.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    n_arrived: u64,
    n_inside: u64,
    /// Arrivals from one sample to the next.
    stride: u64,
    /// The number of the arrival that gives the next one.
    next: u64,
    samples: Vec<Seen>,
}

/// What an arrival sees.
#[derive(Clone, Copy, Debug)]
struct Seen {
    at: SimTime,
    /// Requests in the system before it.
    inside: u64,
}

impl Watch {
    pub(super) fn new() -> Watch {
        Watch { n_arrived: 0, n_inside: 0, stride: 1, next: 0, samples: Vec::new() }
    }

    /// `measured`: not in the warm-up, of which only what is still there counts.
    #[inline]
    pub(super) fn arrived(&mut self, at: SimTime, measured: bool) {
        if measured {
            if self.n_arrived == self.next {
                self.sample(at);
            }
            self.n_arrived += 1;
        }
        self.n_inside += 1;
    }

    #[cold]
    fn sample(&mut self, at: SimTime) {
        if self.samples.len() == MOST_SAMPLES {
            let mut position = 0;
            self.samples.retain(|_| {
                position += 1;
                position % 2 == 1
            });
            self.stride *= 2;
        }
        self.samples.push(Seen { at, inside: self.n_inside });
        self.next = self.n_arrived + self.stride;
    }

    /// A request finished or was turned away.
    #[inline]
    pub(super) fn left(&mut self) {
        self.n_inside -= 1;
    }

    /// `None` where too few arrived.
    pub(super) fn finish(&self) -> Option<Backlog> {
        if self.n_arrived < FEWEST_ARRIVALS {
            return None;
        }
        let half = &self.samples[self.samples.len() / 2..];
        let n_parts = (half.len() - 1) as f64;
        let (first, last) = (half[0], half[half.len() - 1]);
        let growths = half.windows(2).map(|pair| pair[1].inside as f64 - pair[0].inside as f64);
        let mean = (last.inside as f64 - first.inside as f64) / n_parts;
        let squares: f64 = growths.map(|growth| (growth - mean) * (growth - mean)).sum();
        let deviation = libm::sqrt(squares * n_parts / (n_parts - 1.0));
        let growth = self.growth();
        let saturation = match growth {
            growth if growth < SMALLEST_GROWTH || growth <= deviation => Saturation::Stable,
            growth if growth <= 3.0 * deviation => Saturation::Backlogged,
            _ => Saturation::Overloaded,
        };
        let n = n_parts * self.stride as f64;
        Some(Backlog { saturation, growth: (growth / n).clamp(0.0, 1.0) })
    }

    /// By how many requests the system grew over the last half of arrivals: from the quarter around their middle to the
    /// last eighth, which are 7/16 of all arrivals apart. What is there in the middle counts as much more as the rate
    /// has risen.
    fn growth(&self) -> f64 {
        let n = self.samples.len() - 1;
        let (middle, end) = (&self.samples[n * 3 / 8..=n * 5 / 8], &self.samples[n * 7 / 8..]);
        let inside =
            |seen: &[Seen]| seen.iter().map(|seen| seen.inside as f64).sum::<f64>() / seen.len() as f64;
        // Where either takes no time there is no rate.
        let rise = rate(middle).zip(rate(end)).map_or(1.0, |(middle, end)| end / middle);
        (inside(end) - inside(middle) * rise.max(1.0)) * 8.0 / 7.0
    }
}

fn rate(seen: &[Seen]) -> Option<f64> {
    let seconds = seen[seen.len() - 1].at.since(seen[0].at).as_secs_f64();
    (seconds > 0.0).then(|| (seen.len() - 1) as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arrivals a second apart by default; `inside` is what number i finds.
    fn verdict(n: u64, at: impl Fn(u64) -> f64, inside: impl Fn(u64) -> u64) -> Option<Backlog> {
        let mut watch = Watch::new();
        for number in 0..n {
            while watch.n_inside > inside(number) {
                watch.left();
            }
            watch.n_inside = watch.n_inside.max(inside(number));
            watch.arrived(SimTime::from_ps((at(number) * 1e12) as u64), true);
        }
        watch.finish()
    }

    fn every_second(number: u64) -> f64 {
        number as f64
    }

    #[track_caller]
    fn check(found: Option<Backlog>, saturation: Saturation, growth: f64) {
        let found = found.expect("enough have arrived");
        assert_eq!(found.saturation, saturation, "{found:?}");
        assert!((found.growth - growth).abs() < 0.005, "{found:?}");
    }

    #[test]
    fn a_level_backlog_is_stable_and_one_that_grows_evenly_an_overload() {
        check(verdict(10_000, every_second, |_| 40), Saturation::Stable, 0.0);
        check(verdict(10_000, every_second, |number| number / 5), Saturation::Overloaded, 0.2);
        check(verdict(10_000, every_second, |number| 5_000 - number / 5), Saturation::Stable, 0.0);
    }

    #[test]
    fn a_wave_that_ends_high_is_not_an_overload() {
        let wave = |number: u64| (50.0 + 50.0 * libm::sin(number as f64 / 137.0)) as u64;
        for n in [9_000, 9_100, 9_200, 9_300] {
            let found = verdict(n, every_second, wave).expect("enough have arrived");
            assert_eq!(found.saturation, Saturation::Stable, "{n} arrivals: {found:?}");
        }
    }

    #[test]
    fn more_requests_of_a_higher_rate_are_not_a_backlog() {
        // The rate rises in proportion to time, each request stays for 100 s: rate times 100 s are inside.
        let at = |number: u64| libm::sqrt(number as f64 * 100.0);
        let inside = |number: u64| (at(number) * 2.0 / 100.0 * 100.0) as u64;
        check(verdict(100_000, at, inside), Saturation::Stable, 0.0);
    }

    #[test]
    fn the_warm_up_is_not_part_of_the_growth() {
        // A backlog of 5,000 builds up in the warm-up and stays: nothing of it grows while it is measured.
        let mut watch = Watch::new();
        for number in 0..10_000_u64 {
            watch.arrived(SimTime::from_ps(number * 1_000_000), number >= 5_000);
            if number >= 5_000 {
                watch.left();
            }
        }
        check(watch.finish(), Saturation::Stable, 0.0);
        let mut watch = Watch::new();
        (0..1_000_u64).for_each(|number| watch.arrived(SimTime::from_ps(number), number >= 901));
        assert_eq!(watch.finish(), None, "99 are measured");
    }

    #[test]
    fn few_requests_decide_nothing() {
        assert_eq!(verdict(99, every_second, |number| number), None);
        check(verdict(100, every_second, |number| number), Saturation::Overloaded, 1.0);
    }
}
