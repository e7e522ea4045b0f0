//! Values that must never change: golden snapshots of scenarios rest on them.

use kvs::rng::{Stream, Streams, Zipf};

use kvs::model::{Arg, Choice, WorkloadSource};
use kvs::units::{Dimension, Quantity, SimDuration};

use crate::scenarios::{chat, choice, drain, generated, quantity, traffic, workload};

#[track_caller]
fn check<T: PartialEq + std::fmt::Debug>(draw: impl Fn(&mut Stream) -> T, expected: &[T]) {
    let mut stream = Streams::new(12345).stream("workload.chat.arrivals");
    let found: Vec<T> = expected.iter().map(|_| draw(&mut stream)).collect();
    assert_eq!(found, expected);
}

#[test]
fn streams_keep_their_bits() {
    check(Stream::bits, &[14903911140069454709, 618468758693417049, 16535572474190946732]);
}

#[test]
fn samplers_keep_their_values() {
    check(Stream::uniform, &[0.8079426418297108, 0.033527258589490905, 0.8963951799904667]);
    check(|stream| stream.below(1000), &[807, 33, 896]);
    check(Stream::exponential, &[0.21326421081531363, 3.395396481778201, 0.10937391414426753]);
    check(Stream::normal, &[0.9920135844367699, -1.6930191306786995, 0.982186305069298]);
    check(|stream| stream.gamma(0.25), &[0.5670870647610673, 0.9493699838580141, 0.01588294158879389]);
    check(|stream| stream.gamma(4.0), &[5.913140612048892, 5.88730017620949, 1.4467176247754245]);
}

#[test]
fn zipf_ranks_keep_their_values() {
    let law = Zipf::new(1000, 1.1);
    check(|stream| law.draw(stream), &[2, 693, 1, 3, 730]);
}

#[test]
fn members_of_a_family_keep_their_bits() {
    let streams = Streams::new(12345);
    let family = streams.family("workload.chat.prompt");
    let first = |session, turn| family.member(session, turn).bits();
    assert_eq!(first(0, 0), streams.stream("workload.chat.prompt").bits());
    let all = [first(0, 0), first(1, 0), first(0, 1), first(1 << 33, 7), first(u64::MAX, u32::MAX)];
    assert_eq!(
        all,
        [
            4058984239223765124,
            18404270300113580954,
            6273153542741298279,
            2348875846641342044,
            11995200484390941850
        ]
    );
}

#[test]
fn a_workload_keeps_its_requests() {
    let requests = drain(traffic(vec![chat("chat")], 12345));
    let found: Vec<(u64, u32, u32)> = requests[..5]
        .iter()
        .map(|request| (request.arrival.as_ps(), request.prompt.get(), request.output.get()))
        .collect();
    assert_eq!(
        found,
        [
            (71088070272, 228, 229),
            (1202886897531, 276, 107),
            (1239344868913, 566, 285),
            (1345293382154, 292, 94),
            (2528352809803, 715, 124)
        ]
    );
}

/// Arrivals of the first requests under seed 12345, in picoseconds.
fn arrivals(process: Choice, rate: Choice) -> Vec<u64> {
    let source = generated(process, Some(rate), None, Some(3));
    drain(traffic(vec![workload("chat", source)], 12345)).iter().map(|one| one.arrival.as_ps()).collect()
}

#[test]
fn every_process_keeps_its_arrivals() {
    let bursty = |quiet| choice("bursty", &[("on", 2.0), ("off", 6.0), ("quiet", quiet)]);
    let processes = [
        Choice::named("constant"),
        Choice::named("poisson"),
        choice("gamma", &[("cv", 3.0)]),
        choice("weibull", &[("cv", 2.0)]),
        bursty(0.0),
        bursty(0.2),
    ];
    let found = processes.map(|process| arrivals(process, choice("constant", &[("rate", 3.0)])));
    assert_eq!(
        found,
        [
            [0, 333333333333, 666666666667],
            [71088070272, 1202886897531, 1239344868913],
            [2819974555867, 3379998463812, 3380403896664],
            [73949654557, 97149583017, 2076103636724],
            [17772017568, 44259145878, 2199737499554],
            [28435228109, 70814633405, 1845200709171]
        ]
    );
}

#[test]
fn every_rate_keeps_its_arrivals() {
    let number = |value| Quantity { value, dimension: Dimension::NUMBER };
    let stage =
        |seconds: u64, target| kvs::model::Stage { duration: SimDuration::from_ms(1000 * seconds), target };
    let diurnal = [("mean", 3.0), ("peak_to_trough", 10.0), ("peak_at", 68_400.0), ("period", 86_400.0)];
    let rates = [
        choice("diurnal", &diurnal),
        choice("stages", &[("from", 1.0)])
            .with("stages", Arg::Stages(vec![stage(10, Some(5.0)), stage(20, None)])),
        choice("curve", &[("every", 0.25), ("mean", 3.0)])
            .with("weights", Arg::List([1.0, 0.0, 4.0].map(number).to_vec())),
    ];
    let found = rates.map(|rate| arrivals(Choice::named("poisson"), rate));
    assert_eq!(
        found,
        [
            [58665171602, 992700028545, 1022788233170],
            [204869877476, 2428823740302, 2483991676727],
            [118480117120, 1376202873971, 1391393695380]
        ]
    );
}

#[test]
fn every_law_keeps_its_lengths() {
    let number = |value| Quantity { value, dimension: Dimension::NUMBER };
    let laws = [
        choice("uniform", &[]).with("range", Arg::Range(number(100.0), number(900.0))),
        choice("lognormal", &[("mean", 400.0), ("cv", 1.5)]),
        choice("exponential", &[("mean", 400.0)]),
        choice("gamma", &[("mean", 400.0), ("cv", 2.0)]),
        choice("geometric", &[("mean", 400.0)]),
        choice("empirical", &[("p0", 10.0), ("p50", 400.0), ("p100", 9000.0)]),
        Choice::named("mixture").with(
            "parts",
            Arg::Weighted(vec![
                (0.5, Choice::named("constant").with("value", quantity(7.0, Dimension::NUMBER))),
                (0.5, choice("exponential", &[("mean", 400.0)])),
            ]),
        ),
    ];
    let found = laws.map(|law| {
        let mut source = chat("chat").source;
        let WorkloadSource::Generated { prompt, .. } = &mut source else { unreachable!() };
        *prompt = law;
        let mut traffic = traffic(vec![workload("chat", source)], 12345);
        [(); 4].map(|()| traffic.next_request().unwrap().prompt.get())
    });
    assert_eq!(
        found,
        [
            [276, 349, 640, 292],
            [89, 122, 390, 133],
            [606, 467, 158, 571],
            [2, 11, 68, 81],
            [605, 467, 158, 571],
            [182, 253, 3400, 197],
            [7, 7, 571, 293]
        ]
    );
}

#[test]
fn sessions_keep_their_turns() {
    let law = |name: &str, mean| Arg::Choice(Box::new(choice(name, &[("mean", mean)])));
    let mut source = chat("chat").source;
    let WorkloadSource::Generated { session, prefixes, .. } = &mut source else { unreachable!() };
    *session = Some(
        Choice::named("session").with("turns", law("geometric", 4.0)).with("think", law("exponential", 9.0)),
    );
    let zipf = choice("prefix_pool", &[("texts", 50.0), ("tokens", 100.0), ("exponent", 1.1)]);
    *prefixes = vec![zipf.with("pick", Arg::Word("zipf".to_owned()))];
    let mut traffic = traffic(vec![workload("chat", source)], 12345);
    let found = [(); 5].map(|()| {
        let request = traffic.next_request().unwrap();
        traffic.ended(&request, request.arrival, true);
        let turn = request.turn().unwrap();
        let text = request.content().unwrap()[0].text & 0xffff_ffff;
        (
            request.arrival.as_ps(),
            turn.session,
            turn.number,
            turn.left,
            text,
            request.prompt.get(),
            request.output.get(),
        )
    });
    assert_eq!(
        found,
        [
            (71088070272, 0, 0, 5, 44, 328, 229),
            (1202886897531, 1, 0, 5, 5, 1089, 291),
            (1239344868913, 2, 0, 0, 1, 289, 75),
            (1345293382154, 3, 0, 1, 5, 783, 69),
            (1818173705951, 3, 1, 0, 5, 1310, 44)
        ]
    );
}

#[test]
fn streams_differ_by_seed_and_by_name() {
    let first = |seed, name: &str| Streams::new(seed).stream(name).bits();
    let all = [first(1, "a"), first(2, "a"), first(1, "b"), first(1, ""), first(1 << 32, "a")];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[index + 1..].contains(one));
    }
    assert_eq!(first(1, "a"), first(1, "a"));
}
