//! Conversations: several requests, each sent after the one before it ended.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a `session { … }` block may hold.
pub static SPEC: Spec = Spec {
    name: "session",
    summary: "conversations: a turn arrives its think time after the previous one finished",
    params: &[
        Param::required(
            "turns",
            Form::Distribution(Dimension::NUMBER),
            Bound::AtLeast(1.0),
            "requests of a session",
        ),
        Param::required(
            "think",
            Form::Distribution(Dimension::TIME),
            Bound::NotNegative,
            "from the end of a turn to the next one",
        ),
        Param::optional(
            "context",
            Form::Word(&["accumulate", "fresh"]),
            Bound::Any,
            "whether a turn's prompt holds all earlier turns",
        )
        .or("accumulate"),
    ],
    simulated: false,
};
