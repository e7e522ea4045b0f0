//! Values that must never change: golden snapshots of scenarios rest on them.

use kvs::rng::{Stream, Streams, Zipf};

use crate::scenarios::{chat, drain, traffic};

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

#[test]
fn streams_differ_by_seed_and_by_name() {
    let first = |seed, name: &str| Streams::new(seed).stream(name).bits();
    let all = [first(1, "a"), first(2, "a"), first(1, "b"), first(1, ""), first(1 << 32, "a")];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[index + 1..].contains(one));
    }
    assert_eq!(first(1, "a"), first(1, "a"));
}
