//! Draws ahead of their use are those that are drawn one by one, and count when they are handed out.

use kvs::model::{Arg, Choice, Stage, WorkloadSource};
use kvs::rng::{Stream, Streams};
use kvs::units::{Dimension, Quantity, SimDuration, SimTime, Tokens};
use kvs::workload::arrivals::{self, Arrivals};
use kvs::workload::lengths::{self, Length, LengthUse};
use kvs::workload::{Request, rates};

use crate::scenarios::{chat, choice, drain, generated, traffic, workload};

/// Sizes of blocks, over and over.
const SIZES: [usize; 6] = [4, 1, 64, 7, 16, 33];

const N_DRAWS: usize = 500;

fn stream() -> Stream {
    Streams::new(3).stream("workload.test.ahead")
}

fn quantity(value: f64) -> Quantity {
    Quantity { value, dimension: Dimension::TOKENS }
}

/// Every law of lengths, with limits where it has any.
fn laws() -> Vec<Choice> {
    let limited = |name: &str, args: &[(&str, f64)]| {
        let choice = choice(name, args);
        choice.with("min", Arg::Quantity(quantity(60.0))).with("max", Arg::Quantity(quantity(300.0)))
    };
    let lognormal = limited("lognormal", &[("median", 100.0), ("p95", 400.0)]);
    let part = limited("exponential", &[("mean", 100.0)]);
    let parts = vec![(0.5, part), (0.2, choice("constant", &[("value", 900.0)])), (0.3, lognormal.clone())];
    vec![
        choice("constant", &[("value", 12.0)]),
        Choice::named("uniform").with("range", Arg::Range(quantity(10.0), quantity(500.0))),
        lognormal,
        choice("exponential", &[("mean", 3.0)]),
        choice("gamma", &[("mean", 100.0), ("cv", 2.0)]),
        choice("geometric", &[("mean", 9.0)]),
        Choice::named("mixture")
            .with("parts", Arg::Weighted(parts))
            .with("max", Arg::Quantity(quantity(200.0))),
        limited("empirical", &[("p0", 10.0), ("p50", 100.0), ("p100", 900.0)]),
    ]
}

#[test]
fn lengths_in_blocks_are_those_drawn_one_by_one() {
    let laws = laws();
    let names: Vec<&str> = laws.iter().map(|law| law.name.as_str()).collect();
    assert_eq!(names, lengths::specs().map(|spec| spec.name).collect::<Vec<_>>(), "every law is here");
    for choice in &laws {
        let law = lengths::build(choice, LengthUse::Tokens).unwrap();
        let (mut one_by_one, mut in_blocks) = (stream(), stream());
        let expected: Vec<Length> = (0..N_DRAWS).map(|_| law.draw(&mut one_by_one).into()).collect();
        let mut found = Vec::new();
        for size in SIZES.into_iter().cycle() {
            let mut block = vec![Length::default(); size.min(N_DRAWS - found.len())];
            law.draw_lengths(&mut in_blocks, &mut block);
            found.extend(block);
            if found.len() == N_DRAWS {
                break;
            }
        }
        assert_eq!(found, expected, "{}", choice.name);
        assert_eq!(in_blocks.bits(), one_by_one.bits(), "{}: no draw is added or left out", choice.name);
    }
}

#[test]
fn arrivals_in_blocks_are_those_drawn_one_by_one() {
    let processes = [
        Choice::named("constant"),
        Choice::named("poisson"),
        choice("gamma", &[("cv", 3.0)]),
        choice("weibull", &[("cv", 2.0)]),
        choice("bursty", &[("on", 2.0), ("off", 6.0), ("quiet", 0.2)]),
    ];
    let names: Vec<&str> = processes.iter().map(|process| process.name.as_str()).collect();
    let open = arrivals::specs().map(|spec| spec.name).filter(|name| !arrivals::is_closed_loop(name));
    assert_eq!(names, open.collect::<Vec<_>>(), "every process is here");
    let rates = rates();
    let names: Vec<&str> = rates.iter().map(|rate| rate.name.as_str()).collect();
    for spec in rates::specs() {
        // Without its file a rate has one step, as a `curve` of one.
        assert!(names.contains(&spec.name) || spec.name == "from", "{} is here", spec.name);
    }
    for process in &processes {
        for rate in &rates {
            let (one_by_one, in_blocks) =
                (arrivals_of(process, rate, None), arrivals_of(process, rate, Some(SIZES)));
            assert!(one_by_one.len() > 100, "{} under {}", process.name, rate.name);
            assert_eq!(in_blocks, one_by_one, "{} under {}", process.name, rate.name);
        }
    }
}

/// Every shape of a rate, one of which ends.
fn rates() -> Vec<Choice> {
    let stage = |seconds: u64, target| Stage { duration: SimDuration::from_ms(seconds * 1000), target };
    let stages = vec![stage(20, Some(10.0)), stage(10, Some(0.0)), stage(15, Some(8.0))];
    let weights = [1.0, 0.0, 3.0].map(|value| Quantity { value, dimension: Dimension::NUMBER });
    vec![
        choice("constant", &[("rate", 5.0)]),
        // So rare that most cycles of bursts have no arrival.
        choice("constant", &[("rate", 1e-5)]),
        choice("diurnal", &[("mean", 5.0), ("peak_to_trough", 9.0), ("peak_at", 30.0), ("period", 100.0)]),
        choice("stages", &[("from", 1.0)]).with("stages", Arg::Stages(stages)),
        choice("curve", &[("every", 60.0), ("mean", 5.0)]).with("weights", Arg::List(weights.to_vec())),
    ]
}

fn arrivals_of(process: &Choice, rate: &Choice, sizes: Option<[usize; 6]>) -> Vec<f64> {
    let Arrivals::Open(mut process) = arrivals::build(process).unwrap() else { unreachable!() };
    let rate = rates::build(rate, SimTime::from_ms(7000)).unwrap();
    let mut stream = stream();
    let Some(sizes) = sizes else {
        return std::iter::from_fn(|| process.next(&*rate, &mut stream)).take(N_DRAWS).collect();
    };
    let mut found = Vec::new();
    for size in sizes.into_iter().cycle() {
        let mut block = vec![f64::NAN; size.min(N_DRAWS - found.len())];
        let drawn = process.next_block(&*rate, &mut stream, &mut block);
        found.extend(&block[..drawn]);
        if drawn < size {
            break;
        }
    }
    found
}

#[test]
fn only_lengths_that_are_handed_out_count_as_clamped() {
    let mut source = chat("chat").source;
    let WorkloadSource::Generated { prompt, output, .. } = &mut source else { unreachable!() };
    // All of them are raised.
    *prompt = choice("exponential", &[("mean", 1.0), ("min", 1000.0)]);
    // Raised as part of a mixture, and lowered as its value.
    let part = choice("exponential", &[("mean", 1.0), ("min", 1000.0)]);
    *output = choice("mixture", &[("max", 500.0)]).with("parts", Arg::Weighted(vec![(1.0, part)]));
    let mut traffic = traffic(vec![workload("chat", source)], 9);
    for handed_out in 1..=150 {
        let request = traffic.next_request().unwrap();
        assert_eq!((request.prompt, request.output), (Tokens::new(1000), Tokens::new(500)));
        let clamped = traffic.clamped().next().unwrap();
        assert_eq!(
            (clamped.prompts, clamped.outputs, clamped.drawn),
            (handed_out, 2 * handed_out, handed_out)
        );
    }
}

#[test]
fn many_workloads_are_merged_by_arrival_and_ties_by_their_order() {
    let each = |index: usize| {
        let (arrivals, rate) = match index % 3 {
            0 => ("poisson", 3.0),
            1 => ("constant", 2.0),
            _ => ("constant", 1.0),
        };
        let rate = choice("constant", &[("rate", rate)]);
        let requests = Some(index as u64 % 7);
        workload(&format!("w{index}"), generated(Choice::named(arrivals), Some(rate), None, requests))
    };
    for count in [1, 2, 3, 64, 300] {
        let merged = drain(traffic((0..count).map(each).collect(), 5));
        let mut expected: Vec<Request> = Vec::new();
        for index in 0..count {
            let alone = drain(traffic(vec![each(index)], 5));
            expected.extend(alone.into_iter().map(|request| Request { workload: index as u16, ..request }));
        }
        expected.sort_by_key(|request| (request.arrival, request.workload));
        assert_eq!(merged, expected, "{count} workloads");
    }
}
