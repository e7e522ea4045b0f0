//! `csv`: any CSV whose columns the scenario names.

use super::{Clock, Entry, not_simulated};
use crate::model::{Bound, Form, Param, Spec};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "csv",
        summary: "any CSV with a header, its columns named",
        params: &[
            Param::required("arrival", Form::Text, Bound::Any, "the column of arrival times"),
            Param::required("prompt", Form::Text, Bound::Any, "the column of prompt tokens"),
            Param::required("output", Form::Text, Bound::Any, "the column of output tokens"),
            Param::optional("id", Form::Text, Bound::Any, "the column of ids"),
            Param::optional(
                "unit",
                Form::Word(&["s", "ms", "us", "ns", "ps"]),
                Bound::Any,
                "the unit of arrival times",
            )
            .or("s"),
        ],
        simulated: false,
    },
    clock: Clock::Recorded,
    open: not_simulated,
};
