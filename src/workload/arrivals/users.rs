//! `users`: a closed loop, each user thinking between its requests.

use super::{Arrivals, Entry};
use crate::model::{Bound, Field, Form, Spec};
use crate::units::Dimension;
use crate::workload::{nested, number};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "users",
        "a closed loop: each user sends the next request a think time after the previous one ended",
    )
    .arguments(&[
        Field::positional("users", Form::Count, "how many there are")
            .within(Bound::Between(1.0, 10_000_000.0)),
        Field::required(
            "think",
            Form::Distribution(Dimension::TIME),
            "from the end of a request to the user's next one, and before the first",
        )
        .within(Bound::NotNegative),
    ]),
    build: |choice| Ok(Arrivals::Closed(number(choice, "users")? as u64, nested(choice, "think")?.clone())),
};
