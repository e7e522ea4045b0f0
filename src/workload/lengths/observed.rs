//! Values as observed, each drawn as often as any other.

use super::{Distribution, Draw, LengthUse, MAX_TOKENS};
use crate::model::Values;
use crate::rng::Stream;
use crate::workload::Misfit;

/// Values of a file; draws are with replacement.
pub(super) struct Observed(Values);

impl Observed {
    /// The values that were read, for a place; before they are, a single one in their place.
    pub(super) fn new(values: Option<&Values>, place: LengthUse) -> Result<Observed, Misfit> {
        let values = values.cloned().unwrap_or_else(|| Values([1.0].into()));
        let most = match place {
            LengthUse::Tokens => f64::from(MAX_TOKENS),
            LengthUse::Time | LengthUse::Turns => f64::INFINITY,
        };
        match values.0.iter().find(|value| **value > most) {
            Some(value) => Err(Misfit::new(
                format!("expected at most `{MAX_TOKENS}` tokens in the file, found `{value}`"),
                "check that it is the right column",
            )),
            None => Ok(Observed(values)),
        }
    }
}

impl Distribution for Observed {
    fn draw(&self, stream: &mut Stream) -> Draw {
        let index = stream.below(self.0.0.len() as u64);
        Draw::of(self.0.0[index as usize])
    }
}
