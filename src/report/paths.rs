//! `kvs run --paths`: the paths that caches may take between GPUs.
//!
//! Plain text, a row at a time, since a thousand replicas have a million pairs; replicas that no link distinguishes
//! share a row. Not for what moved in a run, which the summary counts.

use std::ops::Range;

use super::number::natural;
use crate::engine::{self, Route};
use crate::model::{Cluster, Scenario};
use crate::units::{Bytes, Dimension};

/// Tokens of the example in the last column.
const TOKENS: u64 = 1000;

/// A table of all paths of a cluster with the time that the cache of 1000 tokens takes on each.
///
/// Where the cheapest path depends on the size, all that may be are listed, and a star marks the one for 1000 tokens.
#[must_use]
pub fn paths(scenario: &Scenario) -> String {
    let cluster = &scenario.cluster;
    if cluster.n_replicas() == 1 {
        return format!("  {} is alone: caches have nowhere to move\n", cluster.replica_name(0));
    }
    let bytes = Bytes::new(scenario.model.kv_bytes_per_token.saturating_mul(TOKENS));
    let width = longest_name(cluster);
    let mut text = line(width, ["from", "to", "latency", "bandwidth", "hops", "1000 tokens  "]);
    for route in engine::paths(cluster) {
        push_route(&mut text, &route, cluster, bytes, width);
    }
    text
}

fn push_route(text: &mut String, route: &Route, cluster: &Cluster, bytes: Bytes, width: usize) {
    let (from, to) = (replicas(cluster, &route.from), replicas(cluster, &route.to));
    let Some(cheapest) = route.cheapest(bytes) else {
        text.push_str(&line(width, [&from, &to, "no path", "", "", ""]));
        return;
    };
    for (index, path) in route.paths.iter().enumerate() {
        let ends = if index == 0 { [from.as_str(), to.as_str()] } else { ["", ""] };
        let mut time = match path.time(bytes) {
            Some(time) => natural(time.as_secs_f64(), Dimension::TIME),
            None => "forever".to_owned(),
        };
        let is_choice = route.paths.len() > 1 && index == cheapest;
        time.push_str(if is_choice { " *" } else { "  " });
        let latency = natural(path.latency.as_secs_f64(), Dimension::TIME);
        let bandwidth = natural(path.bandwidth.get(), Dimension::BANDWIDTH);
        let hops = path.hops.to_string();
        text.push_str(&line(width, [ends[0], ends[1], &latency, &bandwidth, &hops, &time]));
    }
}

/// As a scenario names them: `fast[0]`, `fast[0..3]`.
fn replicas(cluster: &Cluster, range: &Range<usize>) -> String {
    let (group, first) = cluster.locate(range.start);
    match range.len() {
        1 => cluster.replica_name(range.start),
        n => format!("{}[{first}..{}]", cluster.groups[group].name, first + n - 1),
    }
}

/// The characters that the name of a whole group may take.
fn longest_name(cluster: &Cluster) -> usize {
    let groups = (0..cluster.groups.len()).map(|group| cluster.replicas(group));
    groups
        .filter(|range| !range.is_empty())
        .map(|range| replicas(cluster, &range).chars().count())
        .max()
        .unwrap_or(0)
}

/// Names to the left, numbers to the right.
fn line(width: usize, [from, to, latency, bandwidth, hops, time]: [&str; 6]) -> String {
    let line =
        format!("  {from:<width$}  {to:<width$}  {latency:>9}  {bandwidth:>11}  {hops:>4}  {time:>13}");
    line.trim_end().to_owned() + "\n"
}
