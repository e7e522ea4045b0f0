//! `from "file"`: a rate in steps, read from a file.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "from",
    summary: "steps of equal length read from a file, one weight a line, that repeat, on the run's clock",
    params: &[
        Param::positional("file", Form::File, Bound::Any, "the file, one weight a line"),
        Param::required("every", Form::Quantity(Dimension::TIME), Bound::Positive, "the length of a step"),
        Param::required(
            "mean",
            Form::Quantity(Dimension::REQUEST_RATE),
            Bound::Positive,
            "the mean over all steps",
        ),
    ],
    simulated: false,
};
