//! What every result says whose backlog was growing: that it held may be due to its end alone.

use crate::metrics::Saturation;

/// A sentence for a run that may not keep up with what arrives; `None` for one that does.
#[must_use]
pub fn saturation_note(saturation: Saturation) -> Option<String> {
    let about = match saturation {
        Saturation::Stable => return None,
        Saturation::Backlogged => "the backlog may be growing when arrivals end; a longer run would tell",
        Saturation::Overloaded => "the backlog grows until arrivals end; a longer run would be worse",
    };
    Some(format!("{}: {about}", saturation.name()))
}
