//! `reservation`: how much memory a request holds from its admission on. A closed set: the engine knows both.

use crate::model::{Choice, Spec};

/// How much memory a request holds before it decodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// Prompt and output from admission on: a decode never runs out.
    Safe,
    /// The prompt from admission on, the output from the start of decode.
    Lazy,
}

static SAFE: Spec = Spec::new("safe", "prompt and output are reserved at admission");

static LAZY: Spec =
    Spec::new("lazy", "the prompt is reserved at admission, the output at the start of decode");

/// What a scenario may write, in the order shown to users.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    [&SAFE, &LAZY].into_iter()
}

impl Reservation {
    /// The reservation a choice names.
    #[must_use]
    pub fn of(choice: &Choice) -> Reservation {
        match choice.name.as_str() {
            "safe" => Reservation::Safe,
            "lazy" => Reservation::Lazy,
            name => unreachable!("analysis admits no reservation `{name}`"),
        }
    }
}
