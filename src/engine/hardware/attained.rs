//! What is attained of a GPU's peaks, and what a step costs beside: one set of figures for all GPUs and models.
//!
//! Each figure has a prior and its spread, set by hand from what is known without the measured servers, and a value:
//! what `cargo run --release --example calibrate` prints for the rows of docs/reference/accuracy.md, rounded. The fit
//! begins at the priors, and what the rows do not identify stays near them, so such a value is the prior's more than the
//! measurements'; the page lists both. Invariant: these are the only fitted numbers of the engine, and none is otherwise.

use crate::model::{Batching, Bound, Choice, Field, Form, Gpu, Hardware, Scenario};
use crate::units::Dimension;

/// One of the figures.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// As an argument of `timing roofline`, its default the fitted value.
    pub field: Field,
    /// The fitted value, rounded, in seconds or as a share.
    pub fitted: f64,
    /// What is known of it without the measurements.
    pub prior: f64,
    /// How well: one standard deviation of the logarithm.
    pub spread: f64,
}

const SHARE: Form = Form::Quantity(Dimension::NUMBER);
const SHARES: Bound = Bound::Between(0.01, 1.0);
const TIME: Form = Form::Quantity(Dimension::TIME);
/// Up to a second, far beyond any overhead.
const TIMES: Bound = Bound::Between(0.0, 1.0);

/// In the order shown to users.
pub static PARAMETERS: [Parameter; 9] = [
    Parameter {
        field: Field::optional("compute_share", SHARE, "the share of peak compute attained")
            .within(SHARES)
            .or("62.9%"),
        fitted: 0.629,
        prior: 0.55,
        spread: 0.15,
    },
    Parameter {
        field: Field::optional("weight_share", SHARE, "the share of bandwidth at which weights are read")
            .within(SHARES)
            .or("92.6%"),
        fitted: 0.926,
        prior: 0.85,
        spread: 0.1,
    },
    Parameter {
        field: Field::optional("cache_share", SHARE, "the share of bandwidth at which the cache is read")
            .within(SHARES)
            .or("91.5%"),
        fitted: 0.915,
        prior: 0.85,
        spread: 0.15,
    },
    Parameter {
        field: Field::optional("base", TIME, "every step").within(TIMES).or("111 us"),
        fitted: 111e-6,
        prior: 130e-6,
        spread: 1.0,
    },
    Parameter {
        field: Field::optional("per_layer", TIME, "every layer of every step").within(TIMES).or("48.4 us"),
        fitted: 48.4e-6,
        prior: 40e-6,
        spread: 0.5,
    },
    Parameter {
        field: Field::optional("per_request", TIME, "each request in a step").within(TIMES).or("10.1 us"),
        fitted: 10.1e-6,
        prior: 7e-6,
        spread: 0.7,
    },
    Parameter {
        field: Field::optional("per_message", TIME, "each sum over the GPUs of a replica, two a layer")
            .within(TIMES)
            .or("9.6 us"),
        fitted: 9.6e-6,
        prior: 8e-6,
        spread: 0.6,
    },
    Parameter {
        field: Field::optional("link_share", SHARE, "the share of link bandwidth such sums attain")
            .within(SHARES)
            .or("51.4%"),
        fitted: 0.514,
        // An assumption: a prompt's sums are megabytes, which rings carry at half to two thirds of NVLink. The measured
        // rows hold small sums almost only, in which share and latency look alike, and would with a wide prior pull the
        // share down for the sake of one row near its batch limit. So the prior is narrow, and most of the value.
        prior: 0.6,
        spread: 0.1,
    },
    Parameter {
        field: Field::optional("before_queue", TIME, "from a request's arrival until it is queued")
            .within(TIMES)
            .or("7.2 ms"),
        fitted: 7.2e-3,
        prior: 3.5e-3,
        spread: 0.5,
    },
];

/// As an argument of `timing roofline`: how much longer everything takes on a GPU.
pub const SLOWDOWN: Field = Field::optional(
    "slowdown",
    SHARE,
    "how many times as long everything takes; where not set, what was measured for the GPU, otherwise 1",
)
.within(Bound::Between(0.1, 100.0));

/// A chip that was measured.
#[derive(Clone, Copy, Debug)]
pub struct Chip {
    /// The catalogue's name of the boards that were measured.
    pub gpu: &'static str,
    /// Its bf16 peak, by which it is known whatever a scenario calls it.
    pub compute: f64,
    /// The bandwidth of the boards that were measured.
    pub bandwidth: f64,
    /// How many times as long everything takes as the common figures say.
    pub slowdown: f64,
    /// The share of bandwidth at which the cache is read, as a part of the common one.
    pub cache: f64,
}

/// The common figures are those of the H100. The A100's two factors are fitted together with them, by the same command,
/// on four rows of two experiments: little to tell two numbers apart. One is not enough to describe them: decoding slows
/// with the size of the cache far more than the rest does. The likely reason is that attention there is FlashAttention 2
/// where Hopper has FlashAttention 3, but that was not measured.
pub static CHIPS: [Chip; 2] = [
    Chip { gpu: "h100_sxm", compute: 989e12, bandwidth: 3350e9, slowdown: 1.0, cache: 1.0 },
    Chip { gpu: "a100_sxm_80gb", compute: 312e12, bandwidth: 2039e9, slowdown: 1.2, cache: 0.349 },
];

/// The figures for one GPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::engine) struct Attained {
    /// Of peak compute, a share.
    pub(in crate::engine) compute: f64,
    /// Of bandwidth, for weights, a share.
    pub(in crate::engine) weights: f64,
    /// Of bandwidth, for the cache, a share.
    pub(in crate::engine) cache: f64,
    /// A step, in seconds.
    pub(in crate::engine) base: f64,
    /// A layer of a step, in seconds.
    pub(in crate::engine) layer: f64,
    /// A request of a step, in seconds.
    pub(in crate::engine) request: f64,
    /// A sum over GPUs, in seconds.
    pub(in crate::engine) message: f64,
    /// Of link bandwidth, a share.
    pub(in crate::engine) link: f64,
    /// From arrival to queue, in seconds.
    pub(in crate::engine) before_queue: f64,
    /// How many times as long everything takes.
    pub(in crate::engine) slowdown: f64,
}

impl Attained {
    /// What a scenario's timing and GPU say.
    pub(in crate::engine) fn of(timing: &Choice, hardware: &Hardware) -> Attained {
        let chip = CHIPS.iter().find(|chip| chip.compute == hardware.compute);
        let figure = |name: &str, factor: f64| {
            let parameter = PARAMETERS.iter().find(|parameter| parameter.field.name == name);
            let fitted = parameter.expect("every figure is a parameter").fitted;
            timing.number(name).unwrap_or(fitted * factor)
        };
        Attained {
            compute: figure("compute_share", 1.0),
            weights: figure("weight_share", 1.0),
            cache: figure("cache_share", chip.map_or(1.0, |chip| chip.cache)),
            base: figure("base", 1.0),
            layer: figure("per_layer", 1.0),
            request: figure("per_request", 1.0),
            message: figure("per_message", 1.0),
            link: figure("link_share", 1.0),
            before_queue: figure("before_queue", 1.0),
            slowdown: timing.number(SLOWDOWN.name).unwrap_or(chip.map_or(1.0, |chip| chip.slowdown)),
        }
    }
}

/// The GPU types of a scenario whose timings rest on figures measured on others, in the order written.
#[must_use]
pub fn uncalibrated(scenario: &Scenario) -> Vec<&str> {
    if scenario.engine.batching != Batching::Continuous || scenario.engine.timing.name != "roofline" {
        return Vec::new();
    }
    let mut names: Vec<&str> = Vec::new();
    for group in &scenario.cluster.groups {
        if !is_calibrated(&group.gpu) && !names.contains(&group.gpu.name.as_str()) {
            names.push(&group.gpu.name);
        }
    }
    names
}

fn is_calibrated(gpu: &Gpu) -> bool {
    gpu.hardware.is_some_and(|hardware| {
        let measured =
            |chip: &Chip| chip.compute == hardware.compute && chip.bandwidth == hardware.bandwidth.get();
        CHIPS.iter().any(measured)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::unit;

    #[test]
    fn defaults_are_the_fitted_values() {
        for parameter in &PARAMETERS {
            let text = parameter.field.default.expect("each has one");
            let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').expect("a unit");
            let (number, spelt) = text.split_at(digits);
            let unit = unit(spelt.trim()).expect("a unit of the language");
            let written = unit.to_base(number.parse().expect("a number"));
            assert!((written / parameter.fitted - 1.0).abs() < 1e-9, "{}: {text}", parameter.field.name);
        }
    }
}
