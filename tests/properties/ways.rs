//! How long a KV transfer from one replica to another takes without contention: by looking at every link.

use kvs::model::{Cluster, LinkEnd};

/// Seconds that `bytes` take alone on the quickest way, by path search above every bandwidth; `None` without a way.
pub(crate) fn quickest(cluster: &Cluster, from: u32, to: u32, bytes: u64) -> Option<f64> {
    let links = links(cluster);
    let n = cluster.n_replicas();
    let times = links.iter().filter_map(|&(_, _, slowest, _)| {
        let mut latency = vec![f64::INFINITY; n];
        latency[from as usize] = 0.0;
        for _ in 0..n {
            for &(start, end, bandwidth, hop) in &links {
                if bandwidth >= slowest {
                    latency[end] = latency[end].min(latency[start] + hop);
                }
            }
        }
        let time = latency[to as usize] + bytes as f64 / slowest;
        time.is_finite().then_some(time)
    });
    times.min_by(f64::total_cmp)
}

/// Every directed link between two replicas: from, to, bytes a second, seconds.
fn links(cluster: &Cluster) -> Vec<(usize, usize, f64, f64)> {
    let n = cluster.n_replicas();
    let inside = |end: LinkEnd, replica: usize| {
        let (group, index) = cluster.locate(replica);
        group == end.group && (end.first..=end.last).contains(&(index as u32))
    };
    let mut links = Vec::new();
    for from in 0..n {
        for to in (0..n).filter(|&to| to != from) {
            let stated = cluster.links.iter().filter(|link| {
                let (Some(a), Some(b)) = (link.from, link.to) else { return false };
                (inside(a, from) && inside(b, to)) || (!link.one_way && inside(b, from) && inside(a, to))
            });
            let figures = |link: &kvs::model::Link| (link.bandwidth.get(), link.latency.as_secs_f64());
            let mut between: Vec<(f64, f64)> = stated.map(figures).collect();
            if between.is_empty() {
                between.extend(cluster.links.iter().filter(|link| link.from.is_none()).map(figures));
            }
            if cluster.links.is_empty() {
                between.push((300e9, 10e-6));
            }
            links.extend(between.into_iter().map(|(bandwidth, latency)| (from, to, bandwidth, latency)));
        }
    }
    links
}
