//! `users`: a closed loop, each user thinking between its requests.

use super::{Arrivals, Entry};
use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;
use crate::workload::{nested, number};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "users",
        summary: "a closed loop: each user sends its next request a think time after the last one ended",
        params: &[
            Param::positional("users", Form::Count, Bound::Between(1.0, 10_000_000.0), "how many there are"),
            Param::required(
                "think",
                Form::Distribution(Dimension::TIME),
                Bound::NotNegative,
                "from the end of a request to the user's next one, and before the first",
            ),
        ],
        simulated: true,
    },
    build: |choice| Ok(Arrivals::Closed(number(choice, "users")? as u64, nested(choice, "think")?.clone())),
};
