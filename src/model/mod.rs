//! A scenario after analysis: validated, in base units, serialisable, without places and without I/O.
//!
//! Everything the engine needs and nothing it must doubt. Open choices (a routing policy, a distribution) stay
//! [`Choice`]s: a name from a registry with checked arguments; the engine builds the object.
//! Invariant: every value lies in the range its registry states, every reference resolves.

mod architecture;
mod choice;
mod cluster;
mod expectation;
mod field;
mod gpu;
mod language_model;
mod plan;
mod scenario;
mod spec;
mod workload;

pub use architecture::{Architecture, Experts, Latent, Window};
pub use choice::{Arg, Choice, DataFile, Stage, Values};
pub use cluster::{Cluster, Contention, Group, Link, LinkEnd, PeerLink, Phase, Pool};
pub use expectation::{
    Comparison, Condition, Expectation, GpuSelection, Mention, Metric, Operator, Selection, Term, Tolerance,
};
pub use field::{Bound, Field, Form};
pub use gpu::{Gpu, Hardware, Throughput};
pub use language_model::{LanguageModel, StoredAs};
pub use plan::{Aim, Axis, AxisValue, Direction, Objective, Plan};
pub use scenario::{Batching, Case, Engine, MAX_SEEDS, Policy, Run, Scenario};
pub use spec::Spec;
pub use workload::{Slo, TraceFile, TraceRow, Workload, WorkloadSource};
