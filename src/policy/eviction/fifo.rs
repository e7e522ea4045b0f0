//! `eviction fifo`: the resident admitted longest ago.

use super::{Entry, Evictor, Touch};
use crate::model::{Choice, Spec};

pub(super) static ENTRY: Entry = Entry { spec: Spec::new("fifo", "the request admitted first"), build };

fn build(_choice: &Choice) -> Box<dyn Evictor> {
    Box::new(FirstInFirstOut)
}

struct FirstInFirstOut;

impl Evictor for FirstInFirstOut {
    fn renews(&self, touch: Touch) -> bool {
        touch == Touch::Admission
    }
}
