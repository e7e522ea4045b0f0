//! `azure`: the traces of the Azure public dataset.
//!
//! The LLM inference traces of 2023 (naive timestamps, seven fractional digits) and 2024 (with a zone) have the same
//! columns. The earliest row is time 0. (Patel et al., "Splitwise", ISCA 2024; Stojkovic et al., "DynamoLLM", HPCA
//! 2025.)

use super::cells::tokens_of;
use super::instant::instant;
use super::table::Table;
use super::{BadRow, Clock, Entry, Record, Records};
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "azure",
        "the CSV of the Azure LLM inference traces: TIMESTAMP, ContextTokens, GeneratedTokens",
    ),
    clock: Clock::Recorded,
    signs: &[&["TIMESTAMP", "ContextTokens", "GeneratedTokens"]],
    open: |reader, _| {
        Ok(Box::new(Azure(Table::new(reader, &["TIMESTAMP", "ContextTokens", "GeneratedTokens"])?)))
    },
};

struct Azure(Table);

impl Records for Azure {
    fn next(&mut self) -> Result<Option<Record>, BadRow> {
        let Some(row) = self.0.next()? else { return Ok(None) };
        Ok(Some(Record {
            line: Some(row.line()),
            at: row.value(0, instant)?,
            prompt: row.value(1, tokens_of)?,
            output: row.value(2, tokens_of)?,
            id: None,
            blocks: None,
            dropped: None,
        }))
    }
}
