//! How busy each replica is, as policies see it.

use super::executor::Costs;
use crate::model::Cluster;
use crate::policy::view::View;

/// By cluster-wide replica index.
#[derive(Debug)]
pub(super) struct Loads {
    held: Vec<u32>,
    load: Vec<u64>,
    expected_work: Vec<u64>,
    /// Load of one request, in 2^-32: 1000 tok/s over the replica's prefill rate.
    weight: Vec<f64>,
}

impl Loads {
    pub(super) fn new(cluster: &Cluster) -> Loads {
        let n = cluster.n_replicas();
        let weights = cluster.groups.iter().flat_map(|group| {
            let prefill =
                group.gpu.throughput.as_ref().expect("`batching phases` needs throughput figures").prefill;
            std::iter::repeat_n(1000.0 / prefill.get() * 4_294_967_296.0, group.n_replicas() as usize)
        });
        Loads { held: vec![0; n], load: vec![0; n], expected_work: vec![0; n], weight: weights.collect() }
    }

    pub(super) fn view(&self) -> View<'_> {
        View { held: &self.held, load: &self.load, expected_work: &self.expected_work, cached: &[] }
    }

    /// Requests a GPU holds.
    pub(super) fn held(&self, gpu: u32) -> u32 {
        self.held[gpu as usize]
    }

    pub(super) fn join(&mut self, gpu: u32, expected_work: u64) {
        self.set(gpu, self.held[gpu as usize] + 1);
        self.expected_work[gpu as usize] += expected_work;
    }

    pub(super) fn leave(&mut self, gpu: u32, expected_work: u64) {
        self.set(gpu, self.held[gpu as usize] - 1);
        self.expected_work[gpu as usize] -= expected_work;
    }

    fn set(&mut self, gpu: u32, held: u32) {
        self.held[gpu as usize] = held;
        self.load[gpu as usize] = self.load_of(gpu, held);
    }

    fn load_of(&self, gpu: u32, held: u32) -> u64 {
        (f64::from(held) * self.weight[gpu as usize] + 0.5) as u64
    }
}

/// What outputs to expect of each workload: the mean of those finished, in whole tokens; nothing before the first.
#[derive(Debug)]
pub(super) struct Outlook {
    /// Tokens and requests, by workload.
    finished: Vec<(u64, u64)>,
}

impl Outlook {
    pub(super) fn new(n_workloads: usize) -> Outlook {
        Outlook { finished: vec![(0, 0); n_workloads] }
    }

    pub(super) fn learn(&mut self, workload: u16, output: u32) {
        let (tokens, requests) = &mut self.finished[workload as usize];
        *tokens += u64::from(output);
        *requests += 1;
    }

    /// Expected work of a request on a GPU, in microseconds of its full rates.
    pub(super) fn expect(&self, workload: u16, prompt: u32, costs: &Costs) -> u64 {
        let (tokens, requests) = self.finished[workload as usize];
        let output = tokens.checked_div(requests).unwrap_or(0).min(u64::from(u32::MAX)) as u32;
        let picoseconds = (costs.prefill_work(prompt) + costs.decode_work(output)) >> 32;
        u64::try_from(picoseconds / 1_000_000).unwrap_or(u64::MAX >> 20)
    }
}
