//! Shapes of rates: arrivals fall where the rate says, and the inverse of a cumulative is its inverse.

use kvs::model::{Arg, Choice, Stage};
use kvs::rng::Streams;
use kvs::units::{Dimension, Quantity, SimDuration, SimTime};
use kvs::workload::rates::Rate;
use kvs::workload::{arrivals, rates};
use statrs::distribution::{ContinuousCDF, Exp, Gamma, Weibull};

use crate::samples::{N_SAMPLES, check_continuous, check_mean};
use crate::scenarios::choice;

fn diurnal(mean: f64) -> Choice {
    choice(
        "diurnal",
        &[("mean", mean), ("peak_to_trough", 10.0), ("peak_at", 68_400.0), ("period", 86_400.0)],
    )
}

fn stages(from: f64, stages: &[(u64, Option<f64>)]) -> Choice {
    let stages = stages
        .iter()
        .map(|(seconds, target)| Stage { duration: SimDuration::from_ms(seconds * 1000), target: *target })
        .collect();
    choice("stages", &[("from", from)]).with("stages", Arg::Stages(stages))
}

fn curve(weights: &[f64]) -> Choice {
    let weights =
        weights.iter().map(|weight| Quantity { value: *weight, dimension: Dimension::NUMBER }).collect();
    choice("curve", &[("every", 60.0), ("mean", 50.0)]).with("weights", Arg::List(weights))
}

fn build(choice: &Choice, start_s: u64) -> Box<dyn Rate> {
    rates::build(choice, SimTime::from_ms(start_s * 1000)).unwrap()
}

/// Poisson arrivals before `until`.
fn arrivals_until(choice: &Choice, start_s: u64, until: f64) -> Vec<f64> {
    let arrivals::Arrivals::Open(mut process) = arrivals::build(&Choice::named("poisson")).unwrap() else {
        unreachable!()
    };
    let rate = build(choice, start_s);
    let mut stream = Streams::new(5).stream("workload.test.arrivals");
    std::iter::from_fn(|| process.next(&*rate, &mut stream)).take_while(|time| *time < until).collect()
}

/// Given their number, Poisson arrivals are independent draws whose density is the rate.
#[track_caller]
pub(crate) fn check_shape(name: &str, times: Vec<f64>, until: f64, rate: impl Fn(f64) -> f64) {
    const N_CELLS: usize = 1 << 16;
    let width = until / N_CELLS as f64;
    let mut cumulative = vec![0.0];
    for cell in 0..N_CELLS {
        cumulative.push(cumulative[cell] + width * rate((cell as f64 + 0.5) * width));
    }
    let total = cumulative[N_CELLS];
    let count = times.len() as f64;
    assert!((count - total).abs() < 4.0 * total.sqrt(), "{name}: {count} arrivals, expected {total}");
    check_continuous(name, times, |time| {
        let place = (time / width).min(N_CELLS as f64 - 1e-9);
        let cell = place as usize;
        (cumulative[cell] + place.fract() * (cumulative[cell + 1] - cumulative[cell])) / total
    });
}

#[test]
fn diurnal_arrivals_peak_at_their_hour_on_the_runs_clock() {
    let swing = 9.0 / 11.0;
    for start_s in [0, 43_200] {
        let times = arrivals_until(&diurnal(1.0), start_s, 130_000.0);
        check_shape("diurnal", times, 130_000.0, |time| {
            let angle = std::f64::consts::TAU * (time + start_s as f64 - 68_400.0) / 86_400.0;
            1.0 + swing * angle.cos()
        });
    }
}

#[test]
fn stages_ramp_hold_jump_and_end() {
    let shape = stages(0.0, &[(300, Some(200.0)), (600, None), (0, Some(50.0)), (300, Some(0.0))]);
    // 200 x 300/2 + 200 x 600 + 50 x 300/2.
    assert_eq!(build(&shape, 0).cumulative(1e9), 157_500.0);
    let times = arrivals_until(&shape, 7, f64::INFINITY);
    assert!(*times.last().unwrap() < 1200.0);
    check_shape("stages", times, 1200.0, |time| match time {
        time if time < 300.0 => time / 300.0 * 200.0,
        time if time < 900.0 => 200.0,
        time => 50.0 * (1200.0 - time) / 300.0,
    });
}

#[test]
fn constant_arrivals_in_stages_are_as_many_as_the_stages_hold() {
    let arrivals::Arrivals::Open(mut process) = arrivals::build(&Choice::named("constant")).unwrap() else {
        unreachable!()
    };
    let rate = build(&stages(10.0, &[(10, None)]), 0);
    let mut stream = Streams::new(5).stream("unused");
    let times: Vec<f64> = std::iter::from_fn(|| process.next(&*rate, &mut stream)).collect();
    assert_eq!(times.len(), 100);
    assert_eq!((times[0], times[99]), (0.0, 9.9));
}

#[test]
fn a_curve_repeats_and_passes_over_empty_steps() {
    let weights = [0.0, 3.0, 0.0, 1.0, 0.0];
    let times = arrivals_until(&curve(&weights), 90, 2000.0);
    check_shape("curve", times, 2000.0, |time| {
        let step = ((time + 90.0) / 60.0) as usize % 5;
        50.0 * weights[step] / 0.8
    });
}

#[test]
fn shapes_without_requests_are_refused() {
    assert!(rates::check(&curve(&[0.0, 0.0])).is_err());
    assert!(rates::check(&stages(0.0, &[(10, Some(0.0)), (10, None)])).is_err());
    assert!(rates::check(&stages(5.0, &[])).is_err());
}

#[test]
fn the_inverse_undoes_the_cumulative() {
    let shapes = [
        choice("constant", &[("rate", 3.0)]),
        diurnal(6.0),
        stages(2.0, &[(300, Some(200.0)), (600, None), (0, Some(50.0)), (300, Some(1.0))]),
        curve(&[1.0, 5.0, 0.5]),
    ];
    for shape in &shapes {
        let rate = build(shape, 1000);
        for step in 1..1199 {
            let time = f64::from(step) * if shape.name == "stages" { 1.0 } else { 173.21 };
            let back = rate.time_of(rate.cumulative(time), 0.0).unwrap();
            assert!((back - time).abs() < 1e-9 * time.max(1.0), "{}: {time} became {back}", shape.name);
            assert_eq!(rate.time_of(rate.cumulative(time), time + 5.0), Some(time + 5.0));
        }
    }
}

/// Rates that bring more than 100,000 requests, each with the start of its workload in seconds.
fn shapes() -> Vec<(Choice, u64)> {
    let rising = [(3600, Some(20.0)), (3600, None), (0, Some(5.0)), (1800, Some(60.0))];
    vec![
        (choice("constant", &[("rate", 3.0)]), 0),
        (diurnal(6.0), 43_200),
        (stages(1.0, &rising), 7),
        (curve(&[0.0, 3.0, 0.0, 1.0, 0.2]), 90),
    ]
}

/// Gaps between arrivals, measured in requests expected: what is left when the rate is taken out.
fn rescaled(process: &Choice, shape: &Choice, start_s: u64) -> Vec<f64> {
    let arrivals::Arrivals::Open(mut process) = arrivals::build(process).unwrap() else { unreachable!() };
    let rate = build(shape, start_s);
    let mut stream = Streams::new(6).stream("workload.test.arrivals");
    let times: Vec<f64> =
        std::iter::from_fn(|| process.next(&*rate, &mut stream)).take(N_SAMPLES + 1).collect();
    assert_eq!(times.len(), N_SAMPLES + 1, "the shape brings enough requests");
    times.windows(2).map(|pair| rate.cumulative(pair[1]) - rate.cumulative(pair[0])).collect()
}

#[test]
fn gaps_without_their_rate_are_those_of_the_process() {
    let weibull_scale = 1.0 / statrs::function::gamma::gamma(3.0);
    for (shape, start_s) in shapes() {
        let poisson = rescaled(&Choice::named("poisson"), &shape, start_s);
        check_mean(&shape.name, &poisson, 1.0, 1.0);
        let law = Exp::new(1.0).unwrap();
        check_continuous(&format!("poisson under {}", shape.name), poisson, |x| law.cdf(x));

        let gamma = rescaled(&choice("gamma", &[("cv", 2.0)]), &shape, start_s);
        check_mean(&shape.name, &gamma, 1.0, 2.0);
        // Differences of cumulatives blur the shortest gaps.
        let law = Gamma::new(0.25, 0.25).unwrap();
        let share = 1.0 - law.cdf(1e-6);
        let gamma = gamma.into_iter().filter(|gap| *gap > 1e-6).collect();
        check_continuous(&format!("gamma under {}", shape.name), gamma, |x| {
            (law.cdf(x) - law.cdf(1e-6)) / share
        });

        let weibull = rescaled(&choice("weibull", &[("cv", 5.0_f64.sqrt())]), &shape, start_s);
        check_mean(&shape.name, &weibull, 1.0, 5.0_f64.sqrt());
        let law = Weibull::new(0.5, weibull_scale).unwrap();
        let share = 1.0 - law.cdf(1e-6);
        let weibull = weibull.into_iter().filter(|gap| *gap > 1e-6).collect();
        check_continuous(&format!("weibull under {}", shape.name), weibull, |x| {
            (law.cdf(x) - law.cdf(1e-6)) / share
        });

        let constant = rescaled(&Choice::named("constant"), &shape, start_s);
        let widest = constant.iter().map(|gap| (gap - 1.0).abs()).fold(0.0, f64::max);
        assert!(widest < 1e-6, "constant under {}: off by {widest}", shape.name);
    }
}

/// Bursts lie in real time: the rate scales what comes inside them, and the mean over many stays the rate's.
#[test]
fn bursts_keep_the_shape_of_the_rate() {
    for quiet in [0.0, 0.3] {
        let process = choice("bursty", &[("on", 2.0), ("off", 6.0), ("quiet", quiet)]);
        for (shape, start_s) in shapes() {
            let gaps = rescaled(&process, &shape, start_s);
            // Dispersion as in `bursty_arrivals_keep_the_mean_rate`, at the highest rate of the shapes, 375 a second.
            let difference = 4.0 / (1.0 + 3.0 * quiet) * (1.0 - quiet);
            let dispersion = 1.0 + 2.0 * difference * difference * 0.25 * 0.75 * 1.5 * 375.0;
            let expected: f64 = gaps.iter().sum();
            let limit = 4.0 * (expected * dispersion).sqrt();
            let found = gaps.len() as f64;
            assert!((found - expected).abs() < limit, "{} {quiet}: {expected} within {limit}", shape.name);
        }
    }
}
