//! `vidur`: the traces of Vidur and of Splitwise.
//!
//! Both are CSV in seconds since the start of the trace and differ in what they call their columns. Some of Vidur's
//! files hold lengths alone: they can be drawn from and not replayed. (Agrawal et al., "Vidur", MLSys 2024; Patel et
//! al., "Splitwise", ISCA 2024.)

use super::cells::{scientific_time_of, tokens_of};
use super::table::{BadHeader, Table};
use super::{BadRow, Clock, Entry, Record, Records};
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "vidur",
        "the CSV of Vidur (arrived_at in s, num_prefill_tokens, num_decode_tokens) and of Splitwise \
                  (arrival_timestamp in s, prompt_size, token_size)",
    ),
    clock: Clock::Run,
    signs: &[&["num_prefill_tokens", "num_decode_tokens"], &["prompt_size", "token_size"]],
    open: |reader, _| Ok(Box::new(Vidur(Table::of_any(reader, COLUMNS).map_err(lengths_alone)?))),
};

/// Arrival, prompt and output, as Vidur and as Splitwise call them.
const COLUMNS: &[&[&str]] = &[
    &["arrived_at", "arrival_timestamp"],
    &["num_prefill_tokens", "prompt_size"],
    &["num_decode_tokens", "token_size"],
];

/// The place of the arrival in [`COLUMNS`].
const ARRIVAL: usize = 0;

const SECONDS: usize = 12;

struct Vidur(Table);

impl Records for Vidur {
    fn next(&mut self) -> Result<Option<Record>, BadRow> {
        let Some(row) = self.0.next()? else { return Ok(None) };
        Ok(Some(Record {
            line: Some(row.line()),
            at: row.value(0, |text| scientific_time_of(text, SECONDS))?,
            prompt: row.value(1, tokens_of)?,
            output: row.value(2, tokens_of)?,
            id: None,
            blocks: None,
            dropped: None,
        }))
    }
}

/// A file without times says nothing about when its requests came.
fn lengths_alone(header: BadHeader) -> BadRow {
    let BadHeader { mut bad, missing, names } = header;
    if missing == Some(ARRIVAL) && names.iter().any(|name| name == "num_prefill_tokens") {
        bad.message.push_str(
            "; a file of lengths alone has nothing to replay: draw from it in a `workload`, with \
             `lengths joint from \"…\" prompt \"num_prefill_tokens\" output \"num_decode_tokens\"`",
        );
    }
    bad
}
