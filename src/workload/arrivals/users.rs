//! `users`: a closed loop, each user thinking between its requests.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "users",
    summary: "a closed loop: each user sends its next request a think time after the last one ended; takes no `rate`",
    params: &[
        Param::positional(
            "users",
            Form::Count,
            Bound::Between(1.0, 10_000_000.0),
            "how many users there are",
        ),
        Param::required(
            "think",
            Form::Distribution(Dimension::TIME),
            Bound::NotNegative,
            "from the end of a request to the user's next one",
        ),
    ],
    simulated: false,
};
