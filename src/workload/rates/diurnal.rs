//! `diurnal`: a day's swing, a cosine around the mean.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

/// What a scenario may write.
pub(super) static SPEC: Spec = Spec {
    name: "diurnal",
    summary: "a daily swing: a cosine around the mean, on the run's clock",
    params: &[
        Param::required(
            "mean",
            Form::Quantity(Dimension::REQUEST_RATE),
            Bound::Positive,
            "the mean over a period",
        ),
        Param::required(
            "peak_to_trough",
            Form::Quantity(Dimension::NUMBER),
            Bound::AtLeast(1.0),
            "the highest rate over the lowest",
        ),
        Param::required(
            "peak_at",
            Form::Quantity(Dimension::TIME),
            Bound::NotNegative,
            "when the rate is highest, on the run's clock",
        ),
        Param::optional("period", Form::Quantity(Dimension::TIME), Bound::Positive, "from peak to peak")
            .or("24 h"),
    ],
    simulated: false,
};
