//! What prompts have in common: texts are picked by their law, nest as written, and add up.

use std::collections::BTreeMap;

use kvs::model::{Arg, Choice, Workload, WorkloadSource};
use kvs::rng::{Streams, Zipf};
use kvs::workload::{Request, Stretch, prefixes};

use crate::samples::{N_SAMPLES, check_discrete};
use crate::scenarios::{chat, choice, drain, traffic};

fn pool(texts: f64, tokens: f64, pick: &str) -> Choice {
    choice("prefix_pool", &[("texts", texts), ("tokens", tokens)]).with("pick", Arg::Word(pick.to_owned()))
}

fn zipf(texts: f64, tokens: f64, exponent: f64) -> Choice {
    let mut choice = choice("prefix_pool", &[("texts", texts), ("tokens", tokens), ("exponent", exponent)]);
    choice.args.push(("pick".to_owned(), Arg::Word("zipf".to_owned())));
    choice
}

fn group(tokens: f64) -> Choice {
    choice("prefix_group", &[("tokens", tokens)])
}

fn with_prefixes(name: &str, layers: Vec<Choice>, n_requests: u64) -> Workload {
    let mut workload = chat(name);
    let WorkloadSource::Generated { prefixes, requests, .. } = &mut workload.source else { unreachable!() };
    (*prefixes, *requests) = (layers, Some(n_requests));
    workload
}

fn drawn(layers: Vec<Choice>, n_requests: u64) -> Vec<Request> {
    drain(traffic(vec![with_prefixes("chat", layers, n_requests)], 3))
}

/// Which text is in a place of the prompt, from 0.
fn picks(requests: &[Request], place: usize) -> Vec<u32> {
    requests.iter().map(|request| request.content().unwrap()[place].text as u32).collect()
}

/// The probabilities of ranks up to each, from 1.
fn cumulative(n: usize, exponent: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = (1..=n).map(|rank| {
        sum += (rank as f64).powf(-exponent);
        sum
    });
    let sums: Vec<f64> = sums.collect();
    let total = sums[n - 1];
    sums.into_iter().map(|below| below / total).collect()
}

#[test]
fn zipf_ranks_follow_their_law() {
    for n in [1, 2, 7, 1000, 100_000] {
        for exponent in [0.0, 0.3, 0.999_999_9, 1.0, 1.1, 2.0, 10.0] {
            let law = Zipf::new(n, exponent);
            let cumulative = cumulative(n as usize, exponent);
            let mut stream = Streams::new(7).stream("zipf");
            let samples: Vec<f64> = (0..N_SAMPLES).map(|_| law.draw(&mut stream) as f64).collect();
            assert!(samples.iter().all(|rank| (1.0..=n as f64).contains(rank)));
            check_discrete(&format!("zipf {n} {exponent}"), samples, |rank| cumulative[rank as usize - 1]);
        }
    }
}

#[test]
fn zipf_ranks_of_ten_million_follow_their_law() {
    let n = 10_000_000;
    let (law, cumulative) = (Zipf::new(n, 1.0), cumulative(n as usize, 1.0));
    let mut stream = Streams::new(7).stream("zipf");
    let samples: Vec<f64> = (0..N_SAMPLES).map(|_| law.draw(&mut stream) as f64).collect();
    check_discrete("zipf 10,000,000", samples, |rank| cumulative[rank as usize - 1]);
}

/// Pearson's statistic over each single rank: a law that is right only on average shows here.
#[test]
fn each_rank_is_as_likely_as_its_popularity() {
    for exponent in [0.0, 0.5, 1.0, 1.1, 3.0] {
        let (n, n_samples) = (20, 1_000_000_u32);
        let cumulative = cumulative(n, exponent);
        let law = Zipf::new(n as u64, exponent);
        let mut stream = Streams::new(8).stream("zipf");
        let mut counts = vec![0_u32; n];
        for _ in 0..n_samples {
            counts[law.draw(&mut stream) as usize - 1] += 1;
        }
        let mut below = 0.0;
        let mut statistic = 0.0;
        for (count, cumulative) in counts.into_iter().zip(cumulative) {
            let expected = f64::from(n_samples) * (cumulative - below);
            below = cumulative;
            statistic += (f64::from(count) - expected).powi(2) / expected;
        }
        // The quantile of 99.9 % of chi-square with 19 degrees of freedom.
        assert!(statistic < 43.82, "exponent {exponent}: {statistic}");
    }
}

#[test]
fn texts_are_picked_by_popularity() {
    let requests = drawn(vec![zipf(50.0, 10.0, 1.1)], N_SAMPLES as u64);
    let cumulative = cumulative(50, 1.1);
    let ranks = picks(&requests, 0).into_iter().map(f64::from).collect();
    check_discrete("zipf", ranks, |rank| cumulative[rank as usize]);
}

#[test]
fn texts_are_picked_alike() {
    let requests = drawn(vec![pool(50.0, 10.0, "uniform")], N_SAMPLES as u64);
    let ranks = picks(&requests, 0).into_iter().map(f64::from).collect();
    check_discrete("uniform", ranks, |rank| (rank + 1.0) / 50.0);
}

#[test]
fn texts_are_picked_in_turn() {
    assert_eq!(picks(&drawn(vec![pool(3.0, 10.0, "round_robin")], 7), 0), [0, 1, 2, 0, 1, 2, 0]);
}

#[test]
fn prefixes_nest_in_the_order_written_and_add_up() {
    let plain = drain(traffic(vec![chat("chat")], 3));
    let requests = drawn(vec![pool(4.0, 30.0, "uniform"), group(20.0), zipf(9.0, 7.0, 1.0)], 500);
    for (request, plain) in requests.iter().zip(&plain) {
        let content = request.content().unwrap();
        let tokens: Vec<u32> = content.iter().map(|stretch| stretch.tokens).collect();
        assert_eq!(tokens, [30, 20, 7, plain.prompt.get()]);
        assert_eq!(request.prompt.get(), tokens.iter().sum::<u32>());
        assert_eq!((request.arrival, request.output), (plain.arrival, plain.output), "nothing else moves");
        assert_eq!(plain.content(), None);
    }
}

#[test]
fn equal_texts_and_only_those_have_equal_numbers() {
    let layers = || vec![group(20.0), pool(4.0, 30.0, "uniform"), pool(4.0, 30.0, "uniform")];
    let workloads = vec![with_prefixes("a", layers(), 100), with_prefixes("b", layers(), 100)];
    let requests = drain(traffic(workloads, 3));
    let mut seen: BTreeMap<u64, (u16, usize, usize)> = BTreeMap::new();
    for request in &requests {
        for (place, stretch) in request.content().unwrap().iter().enumerate() {
            let (workload, at, count) = seen.entry(stretch.text).or_insert((request.workload, place, 0));
            assert_eq!((*workload, *at), (request.workload, place), "a text is in one place");
            *count += 1;
        }
    }
    // In each workload a group, four texts of each pool, and what every request has for itself.
    assert_eq!(seen.len(), 2 * (1 + 4 + 4 + 100));
    assert_eq!(seen.values().filter(|(_, _, count)| *count == 100).count(), 2);
    assert!(seen.values().all(|(_, place, count)| (*place == 3) == (*count == 1)));
}

#[test]
fn an_output_continues_after_a_prompt_without_tokens_of_its_own() {
    let mut workload = with_prefixes("chat", vec![group(20.0)], 2);
    let WorkloadSource::Generated { prompt, .. } = &mut workload.source else { unreachable!() };
    *prompt = choice("constant", &[("value", 0.0)]);
    let requests = drain(traffic(vec![workload], 3));
    let last: Vec<Stretch> = requests.iter().map(|request| request.content().unwrap()[1]).collect();
    assert_eq!((last[0].tokens, last[1].tokens, requests[0].prompt.get()), (0, 0, 20));
    assert_ne!(last[0].text, last[1].text);
}

#[test]
fn a_session_keeps_its_texts_and_grows_after_them() {
    let mut workload = with_prefixes("chat", vec![group(20.0), pool(5.0, 30.0, "round_robin")], 10);
    let WorkloadSource::Generated { session, .. } = &mut workload.source else { unreachable!() };
    let nested = |value| Arg::Choice(Box::new(choice("constant", &[("value", value)])));
    *session = Some(Choice::named("session").with("turns", nested(3.0)).with("think", nested(1000.0)));
    let mut traffic = traffic(vec![workload], 3);
    let mut of_session: BTreeMap<u64, (Vec<Stretch>, u32)> = BTreeMap::new();
    let mut n_turns = 0;
    while let Some(request) = traffic.next_request() {
        traffic.ended(&request, request.arrival, true);
        let turn = request.turn().unwrap();
        let (last, prefix) = request.content().unwrap().split_last().unwrap();
        let (first, said) = of_session.entry(turn.session).or_insert((prefix.to_vec(), 0));
        assert_eq!(first, prefix);
        assert_eq!(prefix[1].text & 0xffff_ffff, turn.session % 5, "each session draws once");
        assert!(last.tokens > *said);
        assert_eq!(request.prompt.get(), 50 + last.tokens);
        *said = last.tokens + request.output.get();
        n_turns += 1;
    }
    assert_eq!((n_turns, of_session.len()), (30, 10));
}

#[test]
fn prefixes_that_do_not_fit_together_are_refused() {
    for (layers, message) in [
        (vec![pool(4.0, 30.0, "zipf")], "`pick zipf` needs its exponent"),
        (
            vec![choice("prefix_pool", &[("texts", 4.0), ("tokens", 9.0), ("exponent", 1.1)])],
            "`pick uniform` takes no exponent, found `1.1`",
        ),
        (
            vec![group(2e9), group(2e9)],
            "a prompt has at most `2147483647` tokens, found prefixes of `4000000000`",
        ),
        (vec![group(1.0); 65], "a workload has at most `64` prefixes, found `65`"),
        (vec![choice("prefix_grupe", &[])], "expected the name of a prefix, found `prefix_grupe`"),
    ] {
        // An unknown name comes after the argument that both kinds have.
        let layers: Vec<Choice> = layers
            .into_iter()
            .map(
                |layer| if layer.args.is_empty() { Choice { args: group(1.0).args, ..layer } } else { layer },
            )
            .collect();
        assert_eq!(prefixes::check(&layers).unwrap_err().message, message);
    }
}
