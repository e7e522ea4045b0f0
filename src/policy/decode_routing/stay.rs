//! `decode_routing stay`: decode where the prompt was computed.

use super::{DecodeRouter, Destination};
use crate::model::{Choice, Spec};

pub(super) static SPEC: Spec = Spec {
    name: "stay",
    summary: "decode where the prompt was computed; elsewhere only what does not fit there under `reservation lazy`",
    params: &[],
    simulated: true,
};

pub(super) fn build(_choice: &Choice) -> Box<dyn DecodeRouter> {
    Box::new(Stay)
}

struct Stay;

impl DecodeRouter for Stay {
    fn cost(&self, _destination: Destination) -> f64 {
        0.0
    }

    fn stays(&self) -> bool {
        true
    }
}
