//! Files of numbers that the choices of a workload name: `empirical from`, `joint from`, `rate from`.
//!
//! They are read once, before laws and rates are built, and take their place beside the argument that names them. Not
//! for traces, which are replayed row by row. Invariant: a workload that leaves here has the numbers of all its files.

use std::borrow::Cow;

use super::lengths;
use super::rates;
use super::{MAX_REQUESTS, OpenTrace, TrafficError};
use crate::model::{Arg, Choice, DataFile, Workload, WorkloadSource};

/// Reads the file of a choice and adds its numbers to the arguments.
pub(super) type Read = fn(&mut Choice, &DataFile, OpenTrace<'_>) -> Result<(), TrafficError>;

/// The workload with the numbers of its files.
pub(super) fn read<'a>(
    workload: &'a Workload,
    open: OpenTrace<'_>,
) -> Result<Cow<'a, Workload>, TrafficError> {
    let mut workload = Cow::Borrowed(workload);
    if !matches!(workload.source, WorkloadSource::Generated { .. }) || workload.files().is_empty() {
        return Ok(workload);
    }
    if let WorkloadSource::Generated { arrivals, rate, prompt, output, session, prefixes, .. } =
        &mut workload.to_mut().source
    {
        let choices = [arrivals, prompt, output].into_iter();
        for choice in choices.chain(rate).chain(session).chain(prefixes) {
            read_choice(choice, open)?;
        }
    }
    few_enough(&workload)?;
    Ok(workload)
}

/// A file may bring more requests than can be simulated; rates without one are looked at before anything runs.
fn few_enough(workload: &Workload) -> Result<(), TrafficError> {
    let WorkloadSource::Generated {
        rate: Some(rate), start, duration: Some(duration), requests: None, ..
    } = &workload.source
    else {
        return Ok(());
    };
    // What does not fit together is reported where it is built for good.
    let Ok(built) = rates::build(rate, *start) else { return Ok(()) };
    let expected = built.cumulative(duration.as_secs_f64());
    if expected <= MAX_REQUESTS {
        return Ok(());
    }
    let message = format!(
        "expected at most `{MAX_REQUESTS:e}` requests, found a rate that brings `{expected:.1e}`; lower its `mean` or \
         the `duration`, or add `requests`"
    );
    Err(TrafficError { path: workload.name.clone(), line: None, column: None, message, unreadable: false })
}

fn read_choice(choice: &mut Choice, open: OpenTrace<'_>) -> Result<(), TrafficError> {
    let mut file = None;
    for (_, arg) in &mut choice.args {
        match arg {
            Arg::Choice(nested) => read_choice(nested, open)?,
            Arg::Weighted(parts) => parts.iter_mut().try_for_each(|(_, part)| read_choice(part, open))?,
            Arg::File(named) => file = Some(named.clone()),
            Arg::Quantity(_)
            | Arg::Range(..)
            | Arg::Word(_)
            | Arg::Text(_)
            | Arg::Values(_)
            | Arg::List(_)
            | Arg::Quantiles(_)
            | Arg::Stages(_) => {}
        }
    }
    let Some(file) = file else { return Ok(()) };
    let mut readers = lengths::READERS.iter().chain(rates::READERS);
    let (_, read) =
        readers.find(|(name, _)| *name == choice.name).expect("a choice that takes a file can read it");
    read(choice, &file, open)
}
