//! Two choices against one, at 1,000 GPUs and load 0.9 (Mitzenmacher, "The Power of Two Choices in Randomized Load
//! Balancing", IEEE TPDS 12(10), 2001).
//!
//! The share of GPUs that hold at least i requests is 0.9^i where each request picks one GPU, for every GPU is an M/M/1
//! of its own then, and 0.9^(2^i - 1) where it goes to the lesser of two: the fixed point for infinitely many GPUs, from
//! which 1,000 differ by less than the statistical error here.
//!
//! Errors: one choice makes the GPUs independent, so each GPU's share of time is one observation. Two choices tie them
//! together but forget fast: along the fixed points, the number present changes by 12 a GPU for each unit of load, so
//! a deviation decays in some 12 services; the observations are the means of 40 services, consecutive.

use kvs::engine::{Levels, Sink};
use kvs::units::SimTime;

use super::estimate::Estimate;
use crate::support::{compile, run};

const N_GPUS: usize = 1000;
const LOAD: f64 = 0.9;

/// A service takes a second.
const SECOND: u64 = 1_000_000_000_000;

/// Longer queues count as this long.
const MOST: usize = 200;

/// How queues are spread over GPUs and time, after a warm-up.
struct Spread {
    warm_up: u64,
    end: u64,
    now: u64,
    held: Vec<usize>,
    since: Vec<u64>,
    /// Time by GPU and number held, in picoseconds.
    times: Vec<[u64; MOST]>,
    /// GPUs by number held.
    n_holding: [usize; MOST],
    longest: usize,
    peak: usize,
    longest_integral: f64,
    /// By batch of [`BATCH_S`] and number: the integral of the GPUs that hold at least so many.
    batches: Vec<[f64; 8]>,
}

const BATCH_S: u64 = 40;

impl Spread {
    fn new(warm_up_s: u64, end_s: u64) -> Spread {
        let mut n_holding = [0; MOST];
        n_holding[0] = N_GPUS;
        Spread {
            warm_up: warm_up_s * SECOND,
            end: end_s * SECOND,
            now: 0,
            held: vec![0; N_GPUS],
            since: vec![0; N_GPUS],
            times: vec![[0; MOST]; N_GPUS],
            n_holding,
            longest: 0,
            peak: 0,
            longest_integral: 0.0,
            batches: Vec::new(),
        }
    }

    /// Books the time since its last change to what a GPU holds.
    fn book(&mut self, gpu: usize, now: u64) {
        let since = self.since[gpu].max(self.warm_up);
        self.times[gpu][self.held[gpu]] += now.saturating_sub(since);
        self.since[gpu] = now;
    }

    fn span(&self) -> f64 {
        (self.end - self.warm_up) as f64
    }

    /// Each GPU's share of time with at least so many.
    fn by_gpu(&self, number: usize) -> Estimate {
        let shares = self.times.iter().map(|times| times[number..].iter().sum::<u64>() as f64 / self.span());
        Estimate::of_independent(&shares.collect::<Vec<f64>>())
    }

    /// The share of GPUs with at least so many, in each batch.
    fn by_batch(&self, number: usize) -> Estimate {
        let whole = (BATCH_S * SECOND) as f64 * N_GPUS as f64;
        let shares = self.batches.iter().map(|integrals| integrals[number] / whole);
        Estimate::of_independent(&shares.collect::<Vec<f64>>())
    }

    /// The longest queue, averaged over time.
    fn mean_longest(&self) -> f64 {
        self.longest_integral / self.span()
    }
}

impl Sink for Spread {
    fn advance(&mut self, to: SimTime) {
        let to = to.as_ps();
        if self.now >= self.warm_up {
            self.longest_integral += self.longest as f64 * (to - self.now) as f64;
            self.peak = self.peak.max(self.longest);
            // An interval is microseconds long: the batch it begins in gets it.
            let batch = ((self.now - self.warm_up) / (BATCH_S * SECOND)) as usize;
            self.batches.resize(self.batches.len().max(batch + 1), [0.0; 8]);
            let mut n_at_least = N_GPUS;
            for (number, integral) in self.batches[batch].iter_mut().enumerate() {
                *integral += n_at_least as f64 * (to - self.now) as f64;
                n_at_least -= self.n_holding[number];
            }
        }
        self.now = to;
    }

    fn levels(&mut self, at: SimTime, gpu: u32, levels: &Levels) {
        let gpu = gpu as usize;
        self.book(gpu, at.as_ps());
        self.n_holding[self.held[gpu]] -= 1;
        self.held[gpu] = ((levels.queued + levels.prefill) as usize).min(MOST - 1);
        self.n_holding[self.held[gpu]] += 1;
        self.longest = self.longest.max(self.held[gpu]);
        while self.n_holding[self.longest] == 0 {
            self.longest -= 1;
        }
    }
}

fn spread(routing: &str, warm_up_s: u64, end_s: u64) -> Spread {
    let rate = LOAD * N_GPUS as f64;
    let scenario = compile(&format!(
        "
gpu server {{ vram 1 TB; max_concurrent 1; prefill 1_000_000 tok/s; decode 1_000_000 tok/s }}
model tiny {{ kv_bytes_per_token 1 B }}
cluster {{ serves tiny; gpus server x {N_GPUS} }}
policy {{ routing {routing}; decode_routing stay }}
workload customers {{
  arrivals poisson; rate {rate} req/s; duration {end_s} s
  prompt exponential mean 1_000_000; output constant 0
}}
run {{ until {end_s} s }}
"
    ));
    let mut spread = Spread::new(warm_up_s, end_s);
    run(&scenario, 1, &mut spread);
    for gpu in 0..N_GPUS {
        spread.book(gpu, end_s * SECOND);
    }
    spread
}

/// The mean of the longest of 1,000 queues, were they independent: the sum over k of the probability that one of them
/// holds at least k.
fn expected_longest(share_at_least: impl Fn(u32) -> f64) -> f64 {
    (1..1000).map(|number| 1.0 - libm::pow(1.0 - share_at_least(number), N_GPUS as f64)).sum()
}

#[test]
fn one_choice_makes_queues_geometric() {
    let spread = spread("random", 1200, 1500);
    for number in [1_u32, 2, 3, 5, 8, 12, 20] {
        let name = format!("random, share with {number} or more");
        spread.by_gpu(number as usize).agrees(&name, libm::pow(LOAD, f64::from(number)), 0.08);
    }
    // 71 on average, with a deviation of 12; a queue of 0.9 forgets in 400 services, so this is hardly more than one look.
    let theory = expected_longest(|number| libm::pow(LOAD, f64::from(number)));
    let longest = spread.mean_longest();
    println!("random: longest {longest:.2} on average, theory {theory:.2}, peak {}", spread.peak);
    assert!((longest - theory).abs() < 0.25 * theory, "{longest} on average, theory {theory}");
}

#[test]
fn two_choices_make_them_doubly_exponential() {
    let share = |number: u32| libm::pow(LOAD, f64::from((1_u32 << number.min(20)) - 1));
    let spread = spread("p2c choices 2", 100, 740);
    for number in 1..=6 {
        let name = format!("p2c, share with {number} or more");
        // A deviation of the load is raised to the power of the tail: the error doubles from each to the next.
        let precision = 0.003 * f64::from(1_u32 << number);
        spread.by_batch(number as usize).agrees(&name, share(number), precision);
    }
    // 5.7 on average; a seventh request is somewhere for a thousandth of the time.
    let theory = expected_longest(share);
    let longest = spread.mean_longest();
    println!("p2c: longest {longest:.2} on average, theory {theory:.2}, peak {}", spread.peak);
    assert!((longest - theory).abs() < 0.05 * theory, "{longest} on average, theory {theory}");
    assert!((6..=8).contains(&spread.peak), "{} at most", spread.peak);
}
