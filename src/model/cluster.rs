//! What is built.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Gpu;
use crate::units::{Bandwidth, SimDuration};

/// GPUs, links and pools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// In the order written; physical GPUs are numbered through in this order.
    pub groups: Vec<Group>,
    /// As written; empty means a separate link for every pair.
    pub links: Vec<Link>,
    /// How transfers share a link.
    pub contention: Contention,
    /// Which groups prefill and which decode.
    pub pools: Vec<Pool>,
}

/// How transfers on one directed link share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Contention {
    /// Max–min fairly, re-rated at each start and end.
    #[default]
    Fair,
    /// Not at all: each has the link to itself.
    None,
}

/// Equal replicas under one name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// `large` in `large[0]`.
    pub name: String,
    /// What each is.
    pub gpu: Gpu,
    /// Physical GPUs.
    pub n_gpus: u32,
    /// Physical GPUs per replica.
    pub tensor_parallel: u32,
}

impl Group {
    /// Replicas: `large[0]` to `large[n_replicas - 1]`.
    #[must_use]
    pub fn n_replicas(&self) -> u32 {
        self.n_gpus / self.tensor_parallel
    }
}

impl Cluster {
    /// Replicas in all.
    #[must_use]
    pub fn n_replicas(&self) -> usize {
        self.groups.iter().map(|group| group.n_replicas() as usize).sum()
    }

    /// GPUs in all.
    #[must_use]
    pub fn n_gpus(&self) -> u64 {
        self.groups.iter().map(|group| u64::from(group.n_gpus)).sum()
    }

    /// What all GPUs cost an hour; `None` where one has no price.
    #[must_use]
    pub fn usd_per_hour(&self) -> Option<f64> {
        self.groups.iter().map(|group| Some(group.gpu.price?.get() * f64::from(group.n_gpus))).sum()
    }

    /// The cluster-wide replica indices of a group.
    #[must_use]
    pub fn replicas(&self, group: usize) -> Range<usize> {
        let before: usize = self.groups[..group].iter().map(|group| group.n_replicas() as usize).sum();
        before..before + self.groups[group].n_replicas() as usize
    }

    /// The group and the index in it of a cluster-wide replica index.
    #[must_use]
    pub fn locate(&self, replica: usize) -> (usize, usize) {
        let mut index = replica;
        for (position, group) in self.groups.iter().enumerate() {
            if index < group.n_replicas() as usize {
                return (position, index);
            }
            index -= group.n_replicas() as usize;
        }
        unreachable!("replica {replica} lies outside the cluster")
    }

    /// What joins the GPUs of a group's replicas for all-reduces: a link within the whole group,
    /// otherwise what the GPU type says, otherwise `link default`. `None` if nothing joins them.
    #[must_use]
    pub fn peers(&self, group: usize) -> Option<PeerLink> {
        if let Some(link) = self.peers_stated(group) {
            return Some(PeerLink { bandwidth: link.bandwidth, latency: link.latency });
        }
        let bandwidth = self.link_of_type(group)?;
        Some(PeerLink { bandwidth, latency: SimDuration::ZERO })
    }

    /// The `link` statement among what [`Cluster::peers`] says, where it is one that counts.
    #[must_use]
    pub fn peers_stated(&self, group: usize) -> Option<&Link> {
        let whole = Some(LinkEnd { group, first: 0, last: self.groups[group].n_replicas() - 1 });
        let between = |ends| self.links.iter().rfind(|link| link.from == ends && link.to == ends);
        between(whole).or_else(|| between(None).filter(|_| self.link_of_type(group).is_none()))
    }

    fn link_of_type(&self, group: usize) -> Option<Bandwidth> {
        self.groups[group].gpu.hardware.as_ref()?.link_bandwidth
    }

    /// `large[0]`, as a scenario names it.
    #[must_use]
    pub fn replica_name(&self, replica: usize) -> String {
        let (group, index) = self.locate(replica);
        format!("{}[{index}]", self.groups[group].name)
    }
}

/// One `link` statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// From; `None` for both ends is `link default`.
    pub from: Option<LinkEnd>,
    /// To.
    pub to: Option<LinkEnd>,
    /// Only in this direction.
    pub one_way: bool,
    /// A direction's.
    pub bandwidth: Bandwidth,
    /// A message's.
    pub latency: SimDuration,
}

/// What joins the GPUs of a replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeerLink {
    /// One way.
    pub bandwidth: Bandwidth,
    /// Of a message, beside what GPUs spend on any.
    pub latency: SimDuration,
}

/// Replicas of one group: `group[first ..= last]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkEnd {
    /// Index of the group.
    pub group: usize,
    /// First replica in it.
    pub first: u32,
    /// Last replica in it.
    pub last: u32,
}

/// What a pool does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Prompts.
    Prefill,
    /// Outputs.
    Decode,
}

/// `pool prefill GROUP`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// What it does.
    pub phase: Phase,
    /// Index of the group.
    pub group: usize,
}
