//! `routing prefix_aware`: where the longest part of the prompt is cached already.
//!
//! Declared with its argument; it routes once the engine keeps prefix caches (`batching continuous`).

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

pub(super) static SPEC: Spec = Spec {
    name: "prefix_aware",
    summary: "the replica with the longest cached prefix of the prompt, unless it is busier than the cap allows",
    params: &[Param::optional(
        "load_cap",
        Form::Quantity(Dimension::NUMBER),
        Bound::AtLeast(1.0),
        "replicas with more requests than this many times the mean are passed over",
    )
    .or("1.25")],
    simulated: false,
};
