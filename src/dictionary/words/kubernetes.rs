//! Kubernetes: fields of workloads and autoscalers, and suffixes of resource quantities.

use super::{item, key, nothing, unit};
use crate::dictionary::{Tool::Kubernetes, Word};

pub(super) static WORDS: &[Word] = &[
    key(Kubernetes, "replicas", "cluster", "gpus h100_sxm x 4")
        .note("a replica is one GPU, or as many as `tensor_parallel` says"),
    key(Kubernetes, "image", "cluster", "serves llama_3_1_8b"),
    key(Kubernetes, "priorityClassName", "workload", "priority high"),
    nothing(Kubernetes, "minReplicas", "the cluster keeps its size: nothing scales it during a run"),
    nothing(Kubernetes, "maxReplicas", "the cluster keeps its size: nothing scales it during a run"),
    nothing(Kubernetes, "terminationGracePeriodSeconds", "GPUs neither stop nor restart during a run"),
    nothing(Kubernetes, "nodeSelector", "a request goes where `routing` sends it"),
    item(Kubernetes, "deployment", "cluster { serves llama_3_1_8b; gpus h100_sxm x 4 }"),
    item(Kubernetes, "service", "policy { routing p2c }"),
    unit(Kubernetes, "Ki", "KiB"),
    unit(Kubernetes, "Mi", "MiB"),
    unit(Kubernetes, "Gi", "GiB"),
    unit(Kubernetes, "Ti", "TiB"),
];
