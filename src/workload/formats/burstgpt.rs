//! `burstgpt`: the traces of BurstGPT.
//!
//! Timestamps are seconds; the earliest row is time 0. A request that failed has no tokens of an answer: such rows, and
//! those without a prompt, are dropped. Columns beside the three are not looked at. (Wang et al., "BurstGPT", KDD 2025.)

use super::cells::{scientific_time_of, tokens_of};
use super::table::Table;
use super::{BadRow, Clock, DropReason, Entry, Record, Records};
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "burstgpt",
        "the CSV of BurstGPT: Timestamp in s, Request tokens, Response tokens; rows without tokens are dropped",
    ),
    clock: Clock::Recorded,
    signs: &[&["Timestamp", "Request tokens", "Response tokens"]],
    open: |reader, _| {
        Ok(Box::new(BurstGpt(Table::new(reader, &["Timestamp", "Request tokens", "Response tokens"])?)))
    },
};

const SECONDS: usize = 12;

struct BurstGpt(Table);

impl Records for BurstGpt {
    fn next(&mut self) -> Result<Option<Record>, BadRow> {
        let Some(row) = self.0.next()? else { return Ok(None) };
        let at = row.value(0, |text| scientific_time_of(text, SECONDS))?;
        let (prompt, output) = (row.value(1, tokens_of)?, row.value(2, tokens_of)?);
        let dropped = (prompt.get() == 0 || output.get() == 0).then_some(DropReason::NoTokens);
        Ok(Some(Record { line: Some(row.line()), at, prompt, output, id: None, blocks: None, dropped }))
    }
}
