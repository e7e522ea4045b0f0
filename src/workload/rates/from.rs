//! `from "file"`: a rate in steps, read from a file.

use super::{Entry, PER_SECOND, STEP};
use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;
use crate::workload::Misfit;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec {
        name: "from",
        summary: "steps of equal length read from a file, one weight a line, that repeat, on the run's clock",
        params: &[
            Param::positional("file", Form::File, Bound::Any, "the file, one weight a line"),
            Param::required("every", Form::Quantity(Dimension::TIME), STEP, "the length of a step"),
            Param::required(
                "mean",
                Form::Quantity(Dimension::REQUEST_RATE),
                PER_SECOND,
                "the mean over all steps",
            ),
        ],
        simulated: false,
    },
    build: |_, _| {
        Err(Misfit::new(
            "a rate from a file is not simulated yet",
            "write the values, as in `curve [1, 3, 2]`",
        ))
    },
};
