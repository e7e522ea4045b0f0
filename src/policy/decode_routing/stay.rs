//! `decode_routing stay`: decode where the prompt was computed.

use super::{DecodeRouter, Destination, Entry};
use crate::model::{Choice, Spec};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "stay",
        "decode where the prompt was computed; elsewhere only if it does not fit there under `reservation lazy`",
    ),
    build,
};

fn build(_choice: &Choice) -> Box<dyn DecodeRouter> {
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
