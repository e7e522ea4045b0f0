//! Arrival processes against their exact laws, at a constant rate.

use kvs::model::Choice;
use kvs::rng::Streams;
use kvs::units::SimTime;
use kvs::workload::{arrivals, rates};
use statrs::distribution::{Continuous, ContinuousCDF, Exp, Gamma, Weibull};
use statrs::function::gamma::gamma;

use crate::samples::{N_SAMPLES, check_continuous, check_mean};
use crate::scenarios::choice;

const RATE: f64 = 5.0;

/// Times of the first arrivals in seconds.
fn arrivals(process: &Choice, seed: u64, count: usize) -> Vec<f64> {
    let arrivals::Arrivals::Open(mut process) = arrivals::build(process).unwrap() else {
        panic!("{} is a closed loop", process.name)
    };
    let rate = rates::build(&choice("constant", &[("rate", RATE)]), SimTime::ZERO).unwrap();
    let mut stream = Streams::new(seed).stream("workload.test.arrivals");
    (0..count).map(|_| process.next(&*rate, &mut stream).unwrap()).collect()
}

fn gaps(process: &Choice) -> Vec<f64> {
    arrivals(process, 3, N_SAMPLES + 1).windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Arrivals as seen from a start that falls anywhere in a gap.
fn first_arrivals(process: &Choice) -> Vec<f64> {
    (0..20_000).map(|seed| arrivals(process, seed, 1)[0]).collect()
}

#[test]
fn constant_arrivals_begin_at_once_and_do_not_drift() {
    let times = arrivals(&Choice::named("constant"), 1, 100_001);
    assert_eq!(times[..4], [0.0, 0.2, 0.4, 3.0 / 5.0]);
    assert_eq!(times[100_000], 20_000.0);
}

#[test]
fn poisson_gaps_are_exponential() {
    let poisson = Choice::named("poisson");
    let law = Exp::new(RATE).unwrap();
    let gaps = gaps(&poisson);
    check_mean("poisson", &gaps, 1.0 / RATE, 1.0 / RATE);
    check_continuous("poisson", gaps, |x| law.cdf(x));
    check_continuous("first arrival", first_arrivals(&poisson), |x| law.cdf(x));
}

#[test]
fn gamma_gaps_have_the_cv_asked_for() {
    for cv in [0.3, 1.0, 3.0, 13.0] {
        let process = choice("gamma", &[("cv", cv)]);
        let shape = 1.0 / (cv * cv);
        let law = Gamma::new(shape, shape * RATE).unwrap();
        let by_length = Gamma::new(shape + 1.0, shape * RATE).unwrap();
        let gaps = gaps(&process);
        check_mean(&format!("gamma {cv}"), &gaps, 1.0 / RATE, cv / RATE);
        // Sums of times blur the shortest gaps of a very bursty process.
        let gaps = gaps.into_iter().filter(|gap| *gap > 1e-9);
        let share = 1.0 - law.cdf(1e-9);
        check_continuous(&format!("gamma {cv}"), gaps.collect(), |x| (law.cdf(x) - law.cdf(1e-9)) / share);
        check_continuous(&format!("first arrival, gamma {cv}"), first_arrivals(&process), |x| {
            RATE * x * (1.0 - law.cdf(x)) + by_length.cdf(x)
        });
    }
}

#[test]
fn burstiness_is_the_shape_of_gamma() {
    let by_shape = arrivals(&choice("gamma", &[("burstiness", 0.25)]), 1, 100);
    assert_eq!(by_shape, arrivals(&choice("gamma", &[("cv", 2.0)]), 1, 100));
    for args in [&[][..], &[("cv", 2.0), ("burstiness", 0.25)]] {
        assert!(arrivals::check(&choice("gamma", args)).is_err());
    }
}

#[test]
fn weibull_gaps_have_the_cv_asked_for() {
    // Shapes whose cv is known in closed form: 1 for 1, sqrt(5) for 1/2, sqrt(4/pi - 1) for 2.
    for (cv, shape) in [(1.0, 1.0), (5.0_f64.sqrt(), 0.5), ((4.0 / std::f64::consts::PI - 1.0).sqrt(), 2.0)] {
        let process = choice("weibull", &[("cv", cv)]);
        let scale = 1.0 / (RATE * gamma(1.0 + 1.0 / shape));
        let law = Weibull::new(shape, scale).unwrap();
        let by_length = Gamma::new(1.0 + 1.0 / shape, 1.0).unwrap();
        let gaps = gaps(&process);
        check_mean(&format!("weibull {cv}"), &gaps, 1.0 / RATE, cv / RATE);
        check_continuous(&format!("weibull {cv}"), gaps, |x| law.cdf(x));
        check_continuous(&format!("first arrival, weibull {cv}"), first_arrivals(&process), |x| {
            RATE * x * (1.0 - law.cdf(x)) + by_length.cdf((x / scale).powf(shape))
        });
    }
}

/// An on-off Poisson process is a renewal process with hyperexponential gaps (A. Kuczura, "The interrupted Poisson
/// process as an overflow process", Bell System Technical Journal 52, 1973).
#[test]
fn bursty_gaps_are_those_of_an_interrupted_poisson_process() {
    // The second has thousands of periods between two requests, which are skipped at once.
    for (on, off) in [(9.0, 27.0), (4e-5, 1e-4)] {
        let process = choice("bursty", &[("on", on), ("off", off), ("quiet", 0.0)]);
        let busy_rate = RATE * (on + off) / on;
        let sum = busy_rate + 1.0 / on + 1.0 / off;
        let root = (sum * sum - 4.0 * busy_rate / off).sqrt();
        let (fast, slow) = (0.5 * (sum + root), 0.5 * (sum - root));
        let share = (busy_rate - slow) / (fast - slow);
        check_continuous("bursty", gaps(&process), |x| {
            1.0 - share * (-fast * x).exp() - (1.0 - share) * (-slow * x).exp()
        });
    }
}

/// With arrivals in quiet periods too, a gap survives `x` with `phi exp(Cx) 1`: `C` are the rates between the two
/// states without an arrival, `phi` how often an arrival finds each (Fischer and Meier-Hellstern, 1993).
#[test]
fn bursty_gaps_with_some_in_the_quiet_are_those_of_a_modulated_poisson_process() {
    let (on, off) = (0.9, 2.7);
    for quiet in [0.1, 0.5, 1.0] {
        let process = choice("bursty", &[("on", on), ("off", off), ("quiet", quiet)]);
        // Neighbouring gaps tend to lie in the same period; those 40 requests apart are as good as independent.
        let times = arrivals(&process, 3, 40 * N_SAMPLES + 2);
        let gaps: Vec<f64> = times.windows(2).step_by(40).map(|pair| pair[1] - pair[0]).collect();
        let busy = RATE * (on + off) / (on + quiet * off);
        let (calm, stop, start) = (quiet * busy, 1.0 / on, 1.0 / off);
        let sum = busy + calm + stop + start;
        let product = busy * calm + busy * start + calm * stop;
        let root = (sum * sum - 4.0 * product).sqrt();
        let (fast, slow) = (0.5 * (sum + root), 0.5 * (sum - root));
        // The rate just after an arrival.
        let after = (on * busy * busy + off * calm * calm) / (on * busy + off * calm);
        let share = (after - slow) / (fast - slow);
        check_continuous(&format!("bursty, quiet {quiet}"), gaps, |x| {
            1.0 - share * (-fast * x).exp() - (1.0 - share) * (-slow * x).exp()
        });
    }
}

#[test]
fn short_bursts_of_rare_requests_keep_the_mean_rate() {
    for quiet in [0.0, 0.2, 1.0] {
        let process = choice("bursty", &[("on", 4e-5), ("off", 1e-4), ("quiet", quiet)]);
        let gaps: Vec<f64> = gaps(&process);
        check_mean(&format!("quiet {quiet}"), &gaps, 1.0 / RATE, 1.001 / RATE);
    }
}

#[test]
fn bursty_arrivals_keep_the_mean_rate() {
    for quiet in [0.0, 0.2, 1.0] {
        let (on, off) = (9.0, 27.0);
        let process = choice("bursty", &[("on", on), ("off", off), ("quiet", quiet)]);
        let times = arrivals(&process, 11, 400_000);
        let span = times.last().unwrap();
        // Dispersion of counts over long windows: 1 + 2 variance of the rate x its correlation time / mean rate.
        let busy_share = on / (on + off);
        let busy_rate = RATE * (on + off) / (on + quiet * off);
        let difference = busy_rate * (1.0 - quiet);
        let correlation = 1.0 / (1.0 / on + 1.0 / off);
        let dispersion =
            1.0 + 2.0 * difference.powi(2) * busy_share * (1.0 - busy_share) * correlation / RATE;
        let expected = RATE * span;
        let limit = 4.0 * (expected * dispersion).sqrt();
        assert!((times.len() as f64 - expected).abs() < limit, "quiet {quiet}: {expected} within {limit}");
    }
}

#[test]
fn a_gap_is_as_likely_as_its_density_says() {
    // The share of short gaps near a point, against the density: catches a law right only on a coarse scale.
    let law = Exp::new(RATE).unwrap();
    let near = gaps(&Choice::named("poisson")).into_iter().filter(|gap| (0.1..0.102).contains(gap)).count();
    let expected = law.pdf(0.101) * 0.002 * N_SAMPLES as f64;
    assert!((near as f64 - expected).abs() < 4.0 * expected.sqrt(), "{near} of {expected}");
}
