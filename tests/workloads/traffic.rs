//! Workloads side by side: order, ends, independence, closed loops.

use kvs::model::{Arg, Choice, TraceRow, WorkloadSource};
use kvs::units::{SimDuration, SimTime, Tokens};
use kvs::workload::{Request, Traffic};

use crate::scenarios::{chat, choice, drain, generated, scenario, traffic, workload};

fn constant(per_second: f64) -> (Choice, Option<Choice>) {
    (Choice::named("constant"), Some(choice("constant", &[("rate", per_second)])))
}

fn rows(rows: &[(&str, u64)]) -> WorkloadSource {
    let row = |(id, ms): &(&str, u64)| TraceRow {
        id: (*id).to_owned(),
        arrival: SimTime::from_ms(*ms),
        prompt: Tokens::new(10),
        output: Tokens::new(1),
    };
    WorkloadSource::Rows(rows.iter().map(row).collect())
}

fn of(workload: u16, requests: &[Request]) -> Vec<Request> {
    let mine = requests.iter().filter(|request| request.workload == workload);
    mine.map(|request| Request { workload: 0, ..request.clone() }).collect()
}

#[test]
fn another_workload_changes_no_request_of_the_first() {
    let alone = drain(traffic(vec![chat("chat")], 9));
    let after = drain(traffic(vec![chat("chat"), chat("code")], 9));
    let before = drain(traffic(vec![chat("code"), chat("chat")], 9));
    assert_eq!(alone.len(), 500);
    assert_eq!(of(0, &after), alone);
    assert_eq!(of(1, &before), alone);
    assert_ne!(of(1, &after), alone);
}

/// The same with every process, and with prefixes.
#[test]
fn another_workload_changes_no_request_whatever_the_process() {
    let bursty = choice("bursty", &[("on", 2.0), ("off", 6.0), ("quiet", 0.2)]);
    let group = choice("prefix_group", &[("tokens", 9.0)]);
    let pool = choice("prefix_pool", &[("texts", 9.0), ("tokens", 9.0)]);
    for process in [
        Choice::named("constant"),
        Choice::named("poisson"),
        choice("gamma", &[("cv", 3.0)]),
        choice("weibull", &[("cv", 2.0)]),
        bursty,
    ] {
        let named = |name: &str| {
            let rate = Some(choice("constant", &[("rate", 3.0)]));
            let mut source = generated(process.clone(), rate, None, Some(300));
            let WorkloadSource::Generated { prefixes, .. } = &mut source else { unreachable!() };
            *prefixes = vec![group.clone(), pool.clone()];
            workload(name, source)
        };
        let alone = drain(traffic(vec![named("chat")], 9));
        let beside = drain(traffic(vec![named("chat"), chat("code"), named("other")], 9));
        assert_eq!(of(0, &beside), alone, "{}", process.name);
        let users = users(20.0, choice("exponential", &[("mean", 4.0)]));
        let people = workload("people", generated(users, None, None, Some(300)));
        let beside = drain(traffic(vec![named("chat"), people], 9));
        assert_eq!(of(0, &beside), alone, "{} beside a closed loop", process.name);
    }
}

#[test]
fn lengths_do_not_depend_on_when_requests_arrive() {
    let lengths = |arrivals: Choice| -> Vec<(Tokens, Tokens)> {
        let rate = choice("constant", &[("rate", 3.0)]);
        let requests =
            drain(traffic(vec![workload("chat", generated(arrivals, Some(rate), None, Some(100)))], 9));
        requests.iter().map(|request| (request.prompt, request.output)).collect()
    };
    assert_eq!(lengths(Choice::named("poisson")), lengths(choice("gamma", &[("cv", 5.0)])));
}

#[test]
fn a_seed_decides_the_requests() {
    assert_eq!(drain(traffic(vec![chat("chat")], 9)), drain(traffic(vec![chat("chat")], 9)));
    assert_ne!(drain(traffic(vec![chat("chat")], 9)), drain(traffic(vec![chat("chat")], 10)));
}

#[test]
fn arrivals_of_one_instant_come_in_the_order_of_the_workloads() {
    let (arrivals, rate) = constant(1.0);
    let ticks = || generated(arrivals.clone(), rate.clone(), None, Some(3));
    let requests = drain(traffic(
        vec![
            workload("a", rows(&[("x", 1000), ("y", 1000)])),
            workload("b", ticks()),
            workload("c", ticks()),
        ],
        1,
    ));
    let order: Vec<(u64, u16)> =
        requests.iter().map(|request| (request.arrival.as_ps() / 1_000_000_000, request.workload)).collect();
    assert_eq!(order, [(0, 1), (0, 2), (1000, 0), (1000, 0), (1000, 1), (1000, 2), (2000, 1), (2000, 2)]);
    assert_eq!(requests[2].label(), Some("x"));
    assert_eq!(requests[3].label(), Some("y"));
    assert_eq!(requests[4].label(), None);
    assert_eq!(requests[4].sequence, 1);
}

#[test]
fn a_duration_ends_before_its_last_instant() {
    let (arrivals, rate) = constant(5.0);
    let source = generated(arrivals, rate, Some(SimDuration::from_ms(10_000)), None);
    let requests = drain(traffic(vec![workload("chat", source)], 1));
    assert_eq!(requests.len(), 50);
    assert_eq!(requests[49].arrival, SimTime::from_ms(9_800));
}

#[test]
fn whichever_of_duration_and_requests_comes_first_ends_a_workload() {
    let count = |duration_ms, n_requests| {
        let (arrivals, rate) = constant(5.0);
        let source = generated(arrivals, rate, Some(SimDuration::from_ms(duration_ms)), Some(n_requests));
        drain(traffic(vec![workload("chat", source)], 1)).len()
    };
    assert_eq!(count(10_000, 7), 7);
    assert_eq!(count(1_000, 7), 5);
    assert_eq!(count(10_000, 0), 0);
}

#[test]
fn a_workload_begins_at_its_start() {
    let mut source = chat("chat").source;
    let WorkloadSource::Generated { start, .. } = &mut source else { unreachable!() };
    *start = SimTime::from_ms(60_000);
    let late = drain(traffic(vec![workload("chat", source)], 9));
    let early = drain(traffic(vec![chat("chat")], 9));
    for (late, early) in late.iter().zip(&early) {
        assert_eq!(late.arrival, early.arrival + SimDuration::from_ms(60_000));
    }
}

#[test]
fn requests_are_drawn_as_they_are_taken() {
    // As many as there can be: anything kept or drawn for each in advance would never end.
    let (arrivals, rate) = constant(1e6);
    let mut traffic = traffic(vec![workload("chat", generated(arrivals, rate, None, Some(u64::MAX)))], 1);
    for sequence in 0..1000 {
        let request = traffic.next_request().unwrap();
        assert_eq!((request.sequence, request.arrival), (sequence, SimTime::from_ps(sequence * 1_000_000)));
    }
}

#[test]
fn arrivals_beyond_the_clock_are_a_problem_and_not_an_end() {
    let (arrivals, rate) = constant(1e-7);
    let mut traffic = traffic(vec![workload("chat", generated(arrivals, rate, None, Some(10)))], 1);
    while traffic.next_request().is_some() {}
    let problem = traffic.problem().unwrap();
    assert_eq!(problem.path, "chat");
    assert_eq!(
        problem.message,
        "request `2` would arrive after the simulation's clock has ended, at 213 days"
    );
}

#[test]
fn clamped_lengths_are_counted() {
    let mut source = chat("chat").source;
    let WorkloadSource::Generated { prompt, .. } = &mut source else { unreachable!() };
    *prompt = choice("lognormal", &[("median", 400.0), ("p95", 1200.0), ("max", 400.0)]);
    let mut traffic = traffic(vec![workload("chat", source)], 9);
    let requests: Vec<Request> = std::iter::from_fn(|| traffic.next_request()).collect();
    let at_limit = requests.iter().filter(|request| request.prompt == Tokens::new(400)).count() as u64;
    let clamped = traffic.clamped().next().unwrap();
    assert_eq!((clamped.outputs, clamped.drawn), (0, 500));
    // Half of the draws; a few lie close enough to the limit to be rounded to it.
    assert!(
        clamped.prompts <= at_limit && clamped.prompts + 10 > at_limit,
        "{clamped:?}, {at_limit} at the limit"
    );
}

fn users(count: f64, think: Choice) -> Choice {
    choice("users", &[("users", count)]).with("think", Arg::Choice(Box::new(think)))
}

#[test]
fn a_user_comes_back_a_think_time_after_its_request_ended() {
    let arrivals = users(2.0, choice("constant", &[("value", 1.0)]));
    let mut traffic = traffic(vec![workload("loop", generated(arrivals, None, None, Some(4)))], 1);
    let first = traffic.next_request().unwrap();
    let second = traffic.next_request().unwrap();
    assert_eq!((first.arrival, second.arrival), (SimTime::from_ms(1000), SimTime::from_ms(1000)));
    assert_eq!(traffic.peek(), None, "both users wait for an answer");
    traffic.ended(&second, SimTime::from_ms(1700), true);
    assert_eq!(traffic.peek(), Some(SimTime::from_ms(2700)));
    traffic.ended(&first, SimTime::from_ms(1500), false);
    assert_eq!(traffic.peek(), Some(SimTime::from_ms(2500)), "the earlier one comes first");
    let third = traffic.next_request().unwrap();
    assert_eq!(third.sequence, 2);
    assert_eq!(traffic.peek(), Some(SimTime::from_ms(2700)));
    traffic.next_request().unwrap();
    traffic.ended(&third, SimTime::from_ms(3000), true);
    assert_eq!(traffic.peek(), None, "`requests 4` have been sent");
}

/// Answered at once, a user is a Poisson process of rate 1/think: N of them one of N/think.
#[test]
fn users_answered_at_once_send_one_request_a_think_time() {
    let arrivals = users(20.0, choice("exponential", &[("mean", 4.0)]));
    let duration = SimDuration::from_ms(10_000_000);
    let mut traffic = traffic(vec![workload("loop", generated(arrivals, None, Some(duration), None))], 1);
    let mut count = 0.0;
    while let Some(request) = traffic.next_request() {
        traffic.ended(&request, request.arrival, true);
        count += 1.0;
    }
    let expected: f64 = 20.0 / 4.0 * 10_000.0;
    assert!((count - expected).abs() < 4.0 * expected.sqrt(), "{count} of {expected}");
}

#[test]
fn what_cannot_be_drawn_is_an_error_with_the_workloads_name() {
    let (constant, rate) = constant(1.0);
    let loop_of_users = users(1.0, choice("constant", &[("value", 1.0)]));
    for (arrivals, rate, message) in [
        (constant, None, "`constant` arrivals need a `rate`"),
        (loop_of_users, rate.clone(), "`users` take no `rate`"),
        (Choice::named("poison"), rate.clone(), "expected the name of an arrival process, found `poison`"),
        (choice("gamma", &[]), rate, "`gamma` needs `cv`"),
    ] {
        let workload = workload("chat", generated(arrivals, rate, None, Some(1)));
        let error = Traffic::new(&scenario(vec![workload]), 1, &|_| unreachable!()).err().unwrap();
        assert_eq!((error.path.as_str(), error.message.as_str()), ("chat", message));
    }
}

/// 213 days hold 1e10 periods of a millisecond: they are passed over at once, and the clock's end is an end.
#[test]
fn hardly_any_requests_in_short_bursts_take_no_time() {
    let bursty = choice("bursty", &[("on", 0.001), ("off", 0.001), ("quiet", 0.0)]);
    let rare = |duration| {
        let rate = choice("constant", &[("rate", 1e-9)]);
        workload("rare", generated(bursty.clone(), Some(rate), duration, Some(5)))
    };
    let mut ended = traffic(vec![rare(Some(SimDuration::from_ms(1_000_000)))], 1);
    assert_eq!((ended.next_request(), ended.problem()), (None, None));
    let mut endless = traffic(vec![rare(None)], 1);
    while endless.next_request().is_some() {}
    assert!(endless.problem().is_some_and(|problem| problem.message.contains("213 days")));
}
