//! Paths against hand computation, and against a search over every simple path.

use super::*;
use crate::model::{Contention, Gpu, Group, Link, LinkEnd};
use crate::units::{Bandwidth, Bytes};

/// Groups of these sizes; links as ((group, first, last), (group, first, last), GB/s, us, one way).
pub(in crate::engine) type End = (usize, u32, u32);

pub(in crate::engine) fn cluster(sizes: &[u32], links: &[(End, End, f64, u64, bool)]) -> Cluster {
    let gpu = Gpu {
        name: "gpu".to_owned(),
        vram: Bytes::new(1),
        max_concurrent: 1,
        throughput: None,
        hardware: None,
        price: None,
    };
    let group =
        |&n_gpus: &u32| Group { name: "group".to_owned(), gpu: gpu.clone(), n_gpus, tensor_parallel: 1 };
    let end = |(group, first, last): End| Some(LinkEnd { group, first, last });
    let link = |&(from, to, gigabytes, microseconds, one_way): &(End, End, f64, u64, bool)| Link {
        from: end(from),
        to: end(to),
        one_way,
        bandwidth: Bandwidth::from_bytes_per_sec(gigabytes * 1e9),
        latency: SimDuration::from_ps(microseconds * 1_000_000),
    };
    Cluster {
        groups: sizes.iter().map(group).collect(),
        links: links.iter().map(link).collect(),
        contention: Contention::Fair,
        pools: Vec::new(),
    }
}

pub(in crate::engine) fn one(group: usize, replica: u32) -> End {
    (group, replica, replica)
}

#[track_caller]
fn check(cluster: &Cluster, from: u32, to: u32, bytes: u64, microseconds: Option<f64>) {
    let way = Topology::new(cluster).way(from, to, Bytes::new(bytes));
    let found = way.map(|way| way.time.as_ps() as f64 / 1e6);
    match (found, microseconds) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() < 1e-5, "{found} us, not {expected} us");
        }
        (found, expected) => assert_eq!(found, expected),
    }
}

#[test]
fn without_links_every_pair_has_its_own() {
    // 3 MB at 300 GB/s are 10 us, and 10 us of latency.
    check(&cluster(&[3], &[]), 0, 2, 3_000_000, Some(20.0));
}

#[test]
fn latency_and_bottleneck_are_charged_once() {
    let ring = cluster(
        &[4],
        &[
            (one(0, 0), one(0, 1), 300.0, 2, false),
            (one(0, 1), one(0, 2), 300.0, 2, false),
            (one(0, 2), one(0, 3), 150.0, 2, false),
        ],
    );
    check(&ring, 0, 3, 3_000_000, Some(20.0 + 6.0));
    check(&ring, 3, 0, 3_000_000, Some(20.0 + 6.0));
}

#[test]
fn the_cheapest_path_depends_on_the_bytes() {
    // Direct: slow but near. Around: fast but far.
    let triangle = cluster(
        &[3],
        &[
            (one(0, 0), one(0, 2), 1.0, 1, false),
            (one(0, 0), one(0, 1), 100.0, 50, false),
            (one(0, 1), one(0, 2), 100.0, 50, false),
        ],
    );
    check(&triangle, 0, 2, 1_000, Some(1.0 + 1.0));
    check(&triangle, 0, 2, 1_000_000, Some(100.0 + 10.0));
}

#[test]
fn one_way_links_lead_one_way() {
    let pair = cluster(&[2], &[(one(0, 0), one(0, 1), 1.0, 1, true)]);
    check(&pair, 0, 1, 1_000, Some(2.0));
    check(&pair, 1, 0, 1_000, None);
}

#[test]
fn whole_groups_are_one_class_and_reach_themselves_through_others() {
    // Two groups of 1,000: no link inside a group, so two replicas of one reach each other through the other group.
    let groups = cluster(&[1000, 1000], &[((0, 0, 999), (1, 0, 999), 1.0, 3, false)]);
    let topology = Topology::new(&groups);
    assert_eq!(topology.classes().len(), 2);
    check(&groups, 0, 1500, 1_000, Some(3.0 + 1.0));
    check(&groups, 0, 1, 1_000, Some(6.0 + 1.0));
    let way = topology.way(7, 9, Bytes::new(1)).expect("the groups are linked");
    let mut links = Vec::new();
    topology.links(7, 9, &way, &mut links);
    let stops: Vec<(u32, u32)> = links.iter().map(|link| (link.from, link.to)).collect();
    assert_eq!(stops, [(7, 1007), (1007, 9)]);
}

#[test]
fn agrees_with_a_search_over_every_simple_path() {
    let mut state = 7_u64;
    let mut draw = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for _ in 0..60 {
        let n = 2 + draw(5) as u32;
        let mut links: Vec<(End, End, f64, u64, bool)> = Vec::new();
        for _ in 0..draw(9) {
            let (a, b) = (draw(u64::from(n)) as u32, draw(u64::from(n)) as u32);
            if a != b {
                links.push((one(0, a), one(0, b), 1.0 + draw(3) as f64, 1 + draw(20), draw(3) == 0));
            }
        }
        if links.is_empty() {
            continue;
        }
        let cluster = cluster(&[n], &links);
        let bytes = 1 + draw(40_000);
        for (from, to) in (0..n).flat_map(|from| (0..n).map(move |to| (from, to))).filter(|(a, b)| a != b) {
            check(&cluster, from, to, bytes, by_search(&links, from, to, bytes));
        }
    }
}

/// The least time over every simple path, in microseconds.
fn by_search(links: &[(End, End, f64, u64, bool)], from: u32, to: u32, bytes: u64) -> Option<f64> {
    let mut best: Option<f64> = None;
    let mut stack = vec![(from, vec![from], 0_u64, f64::INFINITY)];
    while let Some((here, visited, latency, bottleneck)) = stack.pop() {
        if here == to {
            let time = latency as f64 + bytes as f64 / (bottleneck * 1e3);
            best = Some(best.map_or(time, |best| best.min(time)));
            continue;
        }
        for &((_, a, _), (_, b, _), gigabytes, microseconds, one_way) in links {
            for (start, end) in [(a, b), (b, a)].into_iter().take(if one_way { 1 } else { 2 }) {
                if start == here && !visited.contains(&end) {
                    let mut visited = visited.clone();
                    visited.push(end);
                    stack.push((end, visited, latency + microseconds, bottleneck.min(gigabytes)));
                }
            }
        }
    }
    best
}
