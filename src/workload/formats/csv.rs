//! `csv`: any CSV whose columns the scenario names.

use crate::model::{Bound, Form, Param, Spec};

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "csv",
    summary: "any CSV with a header, its columns named",
    params: &[
        Param::required("arrival", Form::Text, Bound::Any, "the column of arrival times"),
        Param::required("prompt", Form::Text, Bound::Any, "the column of prompt tokens"),
        Param::required("output", Form::Text, Bound::Any, "the column of output tokens"),
        Param::optional("id", Form::Text, Bound::Any, "the column of ids"),
        Param::optional(
            "unit",
            Form::Word(&["ps", "ns", "us", "ms", "s", "min", "h"]),
            Bound::Any,
            "the unit of arrival times",
        )
        .or("s"),
    ],
    simulated: false,
};
