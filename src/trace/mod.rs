//! What recorded traffic is like, and the workload that is like it.
//!
//! [`stats`] measures a trace, [`fit`] writes a workload, [`guess`] recognises formats. Not for reading files
//! and not for parsing: requests come from [`Traffic`], passed over as often as it takes, so that memory grows with
//! the variety of a trace and not with its rows. Invariant: the same requests give the same figures on every machine.

pub mod fit;
pub mod guess;
pub mod stats;
pub mod text;

use crate::workload::{Request, Traffic, TrafficError};

/// Begins a pass over the requests of a trace; each call gives the same ones.
pub type Requests<'a> = &'a dyn Fn() -> Result<Traffic, TrafficError>;

/// Passes every request to `each`, in order of arrival.
pub(crate) fn pass(requests: Requests<'_>, mut each: impl FnMut(&Request)) -> Result<(), TrafficError> {
    let mut traffic = requests()?;
    while let Some(request) = traffic.next_request() {
        each(&request);
    }
    traffic.problem().map_or(Ok(()), |problem| Err(problem.clone()))
}
