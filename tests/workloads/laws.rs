//! Distributions of lengths against their exact laws.

use kvs::model::{Arg, Choice};
use kvs::rng::{Stream, Streams};
use kvs::units::{Dimension, Quantity};
use kvs::workload::lengths::{self, LengthUse, whole_tokens};
use statrs::distribution::{ContinuousCDF, Exp, Gamma, LogNormal, Normal};

use crate::samples::{N_SAMPLES, check_continuous, check_discrete, check_mean};
use crate::scenarios::choice;

fn stream(name: &str) -> Stream {
    Streams::new(7).stream(name)
}

fn drawn(choice: &Choice, place: LengthUse) -> Vec<f64> {
    let law = lengths::build(choice, place).unwrap();
    let mut stream = stream(&choice.name);
    (0..N_SAMPLES).map(|_| law.draw(&mut stream).value).collect()
}

fn range(low: f64, high: f64, dimension: Dimension) -> Choice {
    let end = |value| Quantity { value, dimension };
    Choice::named("uniform").with("range", Arg::Range(end(low), end(high)))
}

#[test]
fn uniform_reals_lie_strictly_between_0_and_1() {
    let mut stream = stream("uniform");
    let samples: Vec<f64> = (0..N_SAMPLES).map(|_| stream.uniform()).collect();
    assert!(samples.iter().all(|sample| 0.0 < *sample && *sample < 1.0));
    check_mean("uniform", &samples, 0.5, (1.0_f64 / 12.0).sqrt());
    check_continuous("uniform", samples, |x| x);
}

#[test]
fn normal_values_are_normal_into_the_tails() {
    let mut stream = stream("normal");
    let samples: Vec<f64> = (0..10 * N_SAMPLES).map(|_| stream.normal()).collect();
    let normal = Normal::new(0.0, 1.0).unwrap();
    check_mean("normal", &samples, 0.0, 1.0);
    // Beyond the ziggurat's last edge, 3.65, on both sides.
    for (name, sign) in [("upper", 1.0), ("lower", -1.0)] {
        let tail: Vec<f64> = samples.iter().map(|x| sign * x).filter(|x| *x > 3.0).collect();
        let beyond = normal.sf(3.0);
        let expected = beyond * samples.len() as f64;
        let found = tail.len() as f64;
        assert!((found - expected).abs() < 4.0 * expected.sqrt(), "{name} tail: {found} of {expected}");
        check_continuous(name, tail, |x| 1.0 - normal.sf(x) / beyond);
    }
    check_continuous("normal", samples, |x| normal.cdf(x));
}

#[test]
fn gamma_values_follow_their_law_for_every_shape() {
    for shape in [0.006, 0.1, 0.5, 1.0, 1.5, 4.0, 100.0] {
        let mut stream = stream("gamma");
        let samples: Vec<f64> = (0..N_SAMPLES).map(|_| stream.gamma(shape)).collect();
        check_mean("gamma", &samples, shape, f64::sqrt(shape));
        let gamma = Gamma::new(shape, 1.0).unwrap();
        // Of the smallest shape one value in seventy lies below the least float and has become 0.
        let least = 1e-300;
        let above = 1.0 - gamma.cdf(least);
        let samples = samples.into_iter().filter(|value| *value > least).collect();
        check_continuous(&format!("gamma {shape}"), samples, |x| (gamma.cdf(x) - gamma.cdf(least)) / above);
    }
}

#[test]
fn integers_below_a_limit_are_alike() {
    for limit in [1, 2, 3, 10, 1000, (1 << 63) + 1] {
        let mut stream = stream("below");
        let samples: Vec<u64> = (0..N_SAMPLES).map(|_| stream.below(limit)).collect();
        assert!(samples.iter().all(|sample| *sample < limit));
        let samples = samples.into_iter().map(|sample| sample as f64).collect();
        check_discrete(&format!("below {limit}"), samples, |x| (x + 1.0) / limit as f64);
    }
}

#[test]
fn distinct_integers_are_distinct_and_every_pair_is_alike() {
    let mut stream = stream("distinct");
    let mut counts = [0_u32; 25];
    for _ in 0..N_SAMPLES {
        let mut pair = [0; 2];
        stream.distinct(5, &mut pair);
        assert_ne!(pair[0], pair[1]);
        pair.sort_unstable();
        counts[(pair[0] * 5 + pair[1]) as usize] += 1;
    }
    let seen: Vec<u32> = counts.into_iter().filter(|count| *count > 0).collect();
    assert_eq!(seen.len(), 10);
    for count in seen {
        // 10,000 of each with a deviation of 95.
        assert!((f64::from(count) - 10_000.0).abs() < 4.0 * 95.0, "{count}");
    }
    let mut all = [0; 7];
    stream.distinct(7, &mut all);
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_constant_is_always_the_same() {
    assert!(
        drawn(&choice("constant", &[("value", 300.0)]), LengthUse::Tokens)
            .iter()
            .all(|value| *value == 300.0)
    );
}

#[test]
fn uniform_tokens_include_both_ends_alike() {
    let samples = drawn(&range(3.0, 7.0, Dimension::TOKENS), LengthUse::Tokens);
    check_mean("uniform", &samples, 5.0, 2.0_f64.sqrt());
    check_discrete("uniform", samples, |x| (x - 2.0) / 5.0);
}

#[test]
fn uniform_times_are_spread_evenly() {
    let samples = drawn(&range(2.0, 6.0, Dimension::TIME), LengthUse::Time);
    check_continuous("uniform", samples, |x| (x - 2.0) / 4.0);
}

#[test]
fn exponential_values_follow_their_law() {
    let samples = drawn(&choice("exponential", &[("mean", 250.0)]), LengthUse::Time);
    check_mean("exponential", &samples, 250.0, 250.0);
    let law = Exp::new(1.0 / 250.0).unwrap();
    check_continuous("exponential", samples, |x| law.cdf(x));
}

#[test]
fn lognormal_values_have_the_median_and_quantile_asked_for() {
    let samples = drawn(&choice("lognormal", &[("median", 900.0), ("p95", 4000.0)]), LengthUse::Time);
    let below = |limit: f64| samples.iter().filter(|value| **value < limit).count() as f64 / N_SAMPLES as f64;
    assert!((below(900.0) - 0.5).abs() < 4.0 * 0.5 / (N_SAMPLES as f64).sqrt());
    assert!((below(4000.0) - 0.95).abs() < 4.0 * 0.218 / (N_SAMPLES as f64).sqrt());
    let law = LogNormal::new(900.0_f64.ln(), (4000.0_f64 / 900.0).ln() / 1.644_853_626_951_472_7).unwrap();
    check_continuous("lognormal", samples, |x| law.cdf(x));
}

#[test]
fn lognormal_values_have_the_mean_and_cv_asked_for() {
    let samples = drawn(&choice("lognormal", &[("mean", 900.0), ("cv", 0.5)]), LengthUse::Time);
    check_mean("lognormal", &samples, 900.0, 450.0);
}

#[test]
fn gamma_lengths_have_the_mean_and_cv_asked_for() {
    let samples = drawn(&choice("gamma", &[("mean", 600.0), ("cv", 2.0)]), LengthUse::Time);
    check_mean("gamma", &samples, 600.0, 1200.0);
    let law = Gamma::new(0.25, 0.25 / 600.0).unwrap();
    check_continuous("gamma", samples, |x| law.cdf(x));
}

#[test]
fn geometric_counts_begin_at_1() {
    let samples = drawn(&choice("geometric", &[("mean", 4.0)]), LengthUse::Turns);
    check_mean("geometric", &samples, 4.0, 12.0_f64.sqrt());
    check_discrete("geometric", samples, |x| 1.0 - 0.75_f64.powf(x));
    assert!(
        drawn(&choice("geometric", &[("mean", 1.0)]), LengthUse::Turns).iter().all(|turns| *turns == 1.0)
    );
}

#[test]
fn a_mixture_draws_each_part_by_its_weight() {
    let parts = vec![
        (3.0, choice("exponential", &[("mean", 10.0)])),
        (0.0, choice("constant", &[("value", 5.0)])),
        (1.0, choice("exponential", &[("mean", 1000.0)])),
    ];
    let samples = drawn(&Choice::named("mixture").with("parts", Arg::Weighted(parts)), LengthUse::Time);
    let (short, long) = (Exp::new(0.1).unwrap(), Exp::new(0.001).unwrap());
    check_continuous("mixture", samples, |x| 0.75 * short.cdf(x) + 0.25 * long.cdf(x));
}

#[test]
fn an_empirical_law_is_linear_between_its_quantiles() {
    let table = choice("empirical", &[("p50", 20.0), ("p0", 10.0), ("p100", 520.0), ("p90", 120.0)]);
    let samples = drawn(&table, LengthUse::Tokens);
    check_continuous("empirical", samples, |x| match x {
        x if x < 20.0 => (x - 10.0) / 20.0,
        x if x < 120.0 => 0.5 + 0.4 * (x - 20.0) / 100.0,
        x => 0.9 + 0.1 * (x - 120.0) / 400.0,
    });
}

#[test]
fn an_empirical_law_without_its_ends_or_order_is_refused() {
    for table in [
        &[("p50", 20.0), ("p100", 30.0)][..],
        &[("p0", 20.0), ("p50", 30.0)],
        &[("p0", 20.0), ("p50", 10.0), ("p100", 30.0)],
        &[("p0", 1.0), ("p50", 10.0), ("p500", 11.0), ("p100", 30.0)],
    ] {
        assert!(lengths::check(&choice("empirical", table)).is_err(), "{table:?}");
    }
}

#[test]
fn limits_clamp_and_count_what_they_change() {
    let limited = choice("exponential", &[("mean", 100.0), ("min", 20.0), ("max", 200.0)]);
    let law = lengths::build(&limited, LengthUse::Tokens).unwrap();
    let unlimited =
        lengths::build(&choice("exponential", &[("mean", 100.0), ("min", 0.0)]), LengthUse::Tokens).unwrap();
    let (mut stream, mut same) = (stream("clamp"), stream("clamp"));
    let mut changed = 0;
    for _ in 0..N_SAMPLES {
        let raw = unlimited.draw(&mut same);
        assert_eq!(raw.n_clamped, 0);
        let drawn = law.draw(&mut stream);
        assert_eq!(drawn.value, raw.value.clamp(20.0, 200.0));
        assert_eq!(drawn.n_clamped, u32::from(!(20.0..=200.0).contains(&raw.value)));
        changed += drawn.n_clamped;
    }
    assert!(changed > 0);
    assert!(
        lengths::check(&choice("exponential", &[("mean", 100.0), ("min", 20.0), ("max", 10.0)])).is_err()
    );
}

#[test]
fn a_length_is_at_least_one_token_unless_0_is_written() {
    let least = |choice: &Choice| {
        let drawn = drawn(choice, LengthUse::Tokens).into_iter().map(|value| whole_tokens(value).get());
        drawn.min().unwrap()
    };
    assert_eq!(least(&choice("exponential", &[("mean", 2.0)])), 1);
    assert_eq!(least(&choice("exponential", &[("mean", 2.0), ("min", 0.0)])), 0);
    assert_eq!(least(&choice("exponential", &[("mean", 2.0), ("max", 0.0)])), 0);
    assert_eq!(least(&choice("constant", &[("value", 0.0)])), 0);
    assert_eq!(least(&range(0.0, 3.0, Dimension::TOKENS)), 0);
}

#[test]
fn tokens_are_rounded_to_the_nearest() {
    for (value, tokens) in [(0.0, 0), (0.49, 0), (0.5, 1), (1.49, 1), (2.5, 3), (1e20, (1 << 31) - 1)] {
        assert_eq!(whole_tokens(value).get(), tokens, "{value}");
    }
}
