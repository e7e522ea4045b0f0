//! Conversations: how many turns, when they arrive, what they hold, and that nothing of one depends on another.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use kvs::model::{Arg, Choice, Workload, WorkloadSource};
use kvs::units::{SimDuration, SimTime};
use kvs::workload::{Particulars, Request, Stretch, Traffic, Turn};
use statrs::distribution::{ContinuousCDF, LogNormal};

use crate::samples::{check_continuous, check_discrete, check_mean};
use crate::scenarios::{chat, choice, generated, traffic, workload};

fn session(turns: Choice, think: Choice, context: &str) -> Choice {
    let nested = |choice| Arg::Choice(Box::new(choice));
    let word = Arg::Word(context.to_owned());
    Choice::named("session").with("turns", nested(turns)).with("think", nested(think)).with("context", word)
}

fn constant(value: f64) -> Choice {
    choice("constant", &[("value", value)])
}

/// So many sessions, one a second on average.
fn conversations(session: Choice, n_sessions: u64) -> Workload {
    let rate = Some(constant_rate());
    let mut source = generated(Choice::named("poisson"), rate, None, Some(n_sessions));
    let WorkloadSource::Generated { session: place, .. } = &mut source else { unreachable!() };
    *place = Some(session);
    workload("chat", source)
}

fn constant_rate() -> Choice {
    choice("constant", &[("rate", 1.0)])
}

/// Sessions that begin every second, with turns of 100 tokens asked and 50 answered.
fn regular(session: Choice, n_sessions: u64) -> Workload {
    let mut workload = conversations(session, n_sessions);
    let WorkloadSource::Generated { arrivals, prompt, output, .. } = &mut workload.source else {
        unreachable!()
    };
    (*arrivals, *prompt, *output) = (Choice::named("constant"), constant(100.0), constant(50.0));
    workload
}

/// All requests with the time each is answered, which takes as long as `answer` says.
fn played(mut traffic: Traffic, answer: impl Fn(&Request) -> SimDuration) -> Vec<(Request, SimTime)> {
    let mut answered: BinaryHeap<Reverse<(SimTime, usize)>> = BinaryHeap::new();
    let mut requests: Vec<(Request, SimTime)> = Vec::new();
    loop {
        let ends = answered.peek().map(|Reverse((at, _))| *at);
        match (ends, traffic.peek()) {
            (None, None) => break,
            (Some(end), arrival) if arrival.is_none_or(|arrival| end <= arrival) => {
                let Reverse((at, index)) = answered.pop().unwrap();
                traffic.ended(&requests[index].0, at, true);
            }
            _ => {
                let request = traffic.next_request().unwrap();
                let end = request.arrival + answer(&request);
                answered.push(Reverse((end, requests.len())));
                requests.push((request, end));
            }
        }
    }
    assert_eq!(traffic.problem(), None);
    requests
}

/// The turns of each session, in order.
fn by_session(requests: &[(Request, SimTime)]) -> Vec<Vec<(Request, SimTime)>> {
    let mut sessions: Vec<Vec<(Request, SimTime)>> = Vec::new();
    for (request, end) in requests.iter().filter(|(request, _)| request.turn().is_some()) {
        let turn = request.turn().unwrap();
        if turn.number == 0 {
            assert_eq!(turn.session, sessions.len() as u64, "sessions are numbered as they begin");
            sessions.push(Vec::new());
        }
        let session = &mut sessions[turn.session as usize];
        assert_eq!(session.len(), turn.number as usize, "turns come one after the other");
        session.push((request.clone(), *end));
    }
    for session in &sessions {
        let n_turns = session.len() as u32;
        for (request, _) in session {
            let turn = request.turn().unwrap();
            assert_eq!((turn.number + turn.left + 1, turn.began), (n_turns, session[0].0.arrival));
        }
    }
    sessions
}

#[test]
fn a_turn_arrives_its_think_time_after_the_one_before_was_answered() {
    let three = session(constant(3.0), constant(2.0), "fresh");
    let requests = played(traffic(vec![regular(three, 2)], 1), |_| SimDuration::from_ms(500));
    let found: Vec<(u64, u64, u32)> = requests
        .iter()
        .map(|(request, _)| {
            let Turn { session, number, .. } = *request.turn().unwrap();
            (request.arrival.as_ps() / 1_000_000_000, session, number)
        })
        .collect();
    assert_eq!(found, [(0, 0, 0), (1000, 1, 0), (2500, 0, 1), (3500, 1, 1), (5000, 0, 2), (6000, 1, 2)]);
    assert!(requests.iter().all(|(request, _)| request.prompt.get() == 100 && request.content().is_none()));
    assert!(requests.iter().enumerate().all(|(index, (request, _))| request.sequence == index as u64));
}

#[test]
fn an_older_session_goes_first_where_two_come_at_once() {
    // The second turn of the first session falls on the second session's first.
    let two = session(constant(2.0), constant(0.5), "fresh");
    let requests = played(traffic(vec![regular(two, 2)], 1), |_| SimDuration::from_ms(500));
    let found: Vec<(u64, u32)> = requests
        .iter()
        .map(|(request, _)| request.turn().map(|turn| (turn.session, turn.number)).unwrap())
        .collect();
    assert_eq!(found, [(0, 0), (0, 1), (1, 0), (1, 1)]);
}

#[test]
fn an_accumulated_prompt_holds_all_that_was_said() {
    let some = session(choice("geometric", &[("mean", 5.0)]), constant(1.0), "accumulate");
    let requests = played(traffic(vec![conversations(some, 200)], 1), |_| SimDuration::from_ms(700));
    let mut texts = Vec::new();
    for session in by_session(&requests) {
        let mut said = 0;
        for (request, _) in &session {
            let prompt = request.prompt.get();
            assert!(prompt > said, "a turn asks something of its own");
            let content = request.content().unwrap();
            let [Stretch { text, tokens }] = *content else { panic!("one text a session: {content:?}") };
            assert_eq!(tokens, prompt);
            if said == 0 {
                assert!(!texts.contains(&text), "each session has a text of its own");
                texts.push(text);
            }
            assert_eq!(texts.last(), Some(&text));
            said = prompt + request.output.get();
        }
    }
    assert_eq!(texts.len(), 200);
}

#[test]
fn what_a_turn_adds_does_not_depend_on_the_context() {
    let turns = |context| {
        let some = session(choice("geometric", &[("mean", 4.0)]), constant(1.0), context);
        by_session(&played(traffic(vec![conversations(some, 100)], 1), |_| SimDuration::from_ms(700)))
    };
    for (fresh, accumulated) in turns("fresh").iter().zip(turns("accumulate")) {
        let mut said = 0;
        for ((fresh, _), (accumulated, _)) in fresh.iter().zip(&accumulated) {
            said += fresh.prompt.get();
            assert_eq!((accumulated.prompt.get(), accumulated.arrival), (said, fresh.arrival));
            said += fresh.output.get();
        }
    }
}

#[test]
fn the_number_of_turns_and_the_thoughts_follow_their_laws() {
    let think = choice("lognormal", &[("median", 12.0), ("p95", 60.0)]);
    let some = session(choice("geometric", &[("mean", 4.0)]), think, "accumulate");
    let answer = |request: &Request| SimDuration::from_ms(u64::from(request.output.get()) * 20);
    let sessions = by_session(&played(traffic(vec![conversations(some, 25_000)], 1), answer));
    let turns: Vec<f64> = sessions.iter().map(|session| session.len() as f64).collect();
    assert_eq!(turns.len(), 25_000);
    check_mean("turns", &turns, 4.0, 12.0_f64.sqrt());
    check_discrete("turns", turns, |x| 1.0 - 0.75_f64.powf(x));
    let pairs = sessions.iter().flat_map(|session| session.windows(2));
    // `since` asserts that no turn arrives before the one before it was answered.
    let thoughts: Vec<f64> = pairs.map(|pair| pair[1].0.arrival.since(pair[0].1).as_secs_f64()).collect();
    let law = LogNormal::new(12.0_f64.ln(), 5.0_f64.ln() / 1.644_853_626_951_472_7).unwrap();
    check_continuous("thoughts", thoughts, |x| law.cdf(x));
}

#[test]
fn lengths_of_turns_follow_their_laws() {
    let some = session(choice("uniform", &[]).with("range", turns(1.0, 9.0)), constant(0.0), "fresh");
    let mut workload = conversations(some, 10_000);
    let WorkloadSource::Generated { prompt, output, .. } = &mut workload.source else { unreachable!() };
    *prompt = choice("uniform", &[]).with("range", turns(1.0, 1000.0));
    *output = choice("geometric", &[("mean", 50.0)]);
    let requests = played(traffic(vec![workload], 1), |_| SimDuration::from_ms(1));
    let of = |read: fn(&Request) -> u32| requests.iter().map(move |(request, _)| f64::from(read(request)));
    check_discrete("prompts", of(|request| request.prompt.get()).collect(), |x| x / 1000.0);
    check_discrete("outputs", of(|request| request.output.get()).collect(), |x| 1.0 - 0.98_f64.powf(x));
}

fn turns(low: f64, high: f64) -> Arg {
    let end = |value| kvs::units::Quantity { value, dimension: kvs::units::Dimension::NUMBER };
    Arg::Range(end(low), end(high))
}

#[test]
fn a_session_is_the_same_whatever_the_others_do() {
    let sessions = |answer: fn(&Request) -> SimDuration, n| {
        let think = choice("exponential", &[("mean", 3.0)]);
        let some = session(choice("geometric", &[("mean", 4.0)]), think, "accumulate");
        let requests = played(traffic(vec![conversations(some, n)], 1), answer);
        by_session(&requests)
            .iter()
            .map(|session| {
                let of = |(request, _): &(Request, SimTime)| {
                    (request.prompt, request.output, request.content().map(<[Stretch]>::to_vec))
                };
                let thoughts = session.windows(2).map(|pair| pair[1].0.arrival.since(pair[0].1));
                (session.iter().map(of).collect::<Vec<_>>(), thoughts.collect::<Vec<_>>())
            })
            .collect::<Vec<_>>()
    };
    let at_once = sessions(|_| SimDuration::from_ms(0), 50);
    let slowly = sessions(|request| SimDuration::from_ms(20_000 / (request.sequence + 1) + 5_000), 50);
    assert_eq!(at_once, slowly, "answers decide when, not what");
    assert_eq!(at_once, sessions(|_| SimDuration::from_ms(0), 100)[..50], "nor do sessions that come later");
}

#[test]
fn sessions_and_other_workloads_do_not_touch_each_other() {
    let some = || session(choice("geometric", &[("mean", 4.0)]), constant(1.0), "accumulate");
    let answer = |_: &Request| SimDuration::from_ms(300);
    let of = |workload, requests: &[(Request, SimTime)]| -> Vec<Request> {
        let mine = requests.iter().map(|(request, _)| request).filter(|request| request.workload == workload);
        // Texts are numbered by workload as well.
        let without_texts = |request: &Request| {
            let turn = request.turn().copied();
            let particulars =
                turn.map(|turn| Box::new(Particulars { turn: Some(turn), ..Particulars::default() }));
            Request { workload: 0, particulars, ..request.clone() }
        };
        mine.map(without_texts).collect()
    };
    let named = |name: &str| Workload { name: name.to_owned(), ..conversations(some(), 50) };
    let alone = played(traffic(vec![named("a")], 1), answer);
    let beside = played(traffic(vec![chat("other"), named("b"), named("a")], 1), answer);
    assert_eq!(of(0, &alone), of(2, &beside));
    assert_ne!(of(0, &alone), of(1, &beside));
    let plain = played(traffic(vec![chat("other")], 1), answer);
    assert_eq!(of(0, &plain), of(0, &beside));
}

#[test]
fn a_turn_that_is_turned_away_ends_its_session() {
    let four = session(constant(4.0), constant(1.0), "accumulate");
    let mut traffic = traffic(vec![regular(four, 1)], 1);
    let first = traffic.next_request().unwrap();
    assert_eq!(traffic.peek(), None, "the next turn waits for the answer");
    traffic.ended(&first, SimTime::from_ms(200), true);
    assert_eq!(traffic.peek(), Some(SimTime::from_ms(1200)));
    let second = traffic.next_request().unwrap();
    assert_eq!((second.prompt.get(), second.turn().map(|turn| turn.left)), (250, Some(2)));
    traffic.ended(&second, SimTime::from_ms(1300), false);
    assert_eq!((traffic.peek(), traffic.problem()), (None, None));
}

#[test]
fn sessions_begin_as_requests_would() {
    let some = session(choice("geometric", &[("mean", 3.0)]), constant(1.0), "fresh");
    let sessions =
        by_session(&played(traffic(vec![conversations(some, 100)], 1), |_| SimDuration::from_ms(1)));
    let rate = Some(constant_rate());
    let plain = workload("chat", generated(Choice::named("poisson"), rate, None, Some(100)));
    let plain = crate::scenarios::drain(traffic(vec![plain], 1));
    let begun: Vec<SimTime> = sessions.iter().map(|session| session[0].0.arrival).collect();
    assert_eq!(begun, plain.iter().map(|request| request.arrival).collect::<Vec<_>>());
}

#[test]
fn a_duration_bounds_when_sessions_begin() {
    let three = session(constant(3.0), constant(7.0), "fresh");
    let mut workload = regular(three, 100);
    let WorkloadSource::Generated { duration, .. } = &mut workload.source else { unreachable!() };
    *duration = Some(SimDuration::from_ms(10_000));
    let requests = played(traffic(vec![workload], 1), |_| SimDuration::from_ms(0));
    assert_eq!(requests.len(), 30);
    assert_eq!(requests.last().unwrap().0.arrival, SimTime::from_ms(9_000 + 14_000));
}

#[test]
fn sessions_are_drawn_as_they_begin() {
    let endless = session(constant(4e9), constant(1.0), "fresh");
    let mut traffic = traffic(vec![regular(endless, u64::MAX)], 1);
    for _ in 0..1000 {
        let request = traffic.next_request().unwrap();
        traffic.ended(&request, request.arrival, request.sequence.is_multiple_of(2));
    }
}

#[test]
fn what_cannot_go_on_is_a_problem_and_not_an_end() {
    for (session, message) in [
        (
            session(constant(3.0), constant(1e8), "fresh"),
            "turn `1` of session `0` would arrive after the simulation's clock has ended, at 213 days",
        ),
        (
            session(constant(20.0), constant(0.0), "accumulate"),
            "a prompt has at most `2147483647` tokens, that of request `5` has `2400000250`; limit `turns`, or the \
             lengths with `max`",
        ),
    ] {
        let mut workload = regular(session, 1);
        let WorkloadSource::Generated { prompt, .. } = &mut workload.source else { unreachable!() };
        *prompt = constant(4e8);
        let mut traffic = traffic(vec![workload], 1);
        while let Some(request) = traffic.next_request() {
            traffic.ended(&request, request.arrival, true);
        }
        let problem = traffic.problem().unwrap();
        assert_eq!((problem.path.as_str(), problem.message.as_str()), ("chat", message));
    }
}
