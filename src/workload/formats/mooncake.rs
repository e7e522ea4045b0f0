//! `mooncake`: the traces of Mooncake.
//!
//! A row a line: `{"timestamp": 0, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1, …]}`, the timestamp
//! in milliseconds since the start of the trace, an id for every 512 tokens of the prompt and one for what is left.
//! Equal ids mean equal tokens from the prompt's beginning on. `block` and `unit` read files of the same form with
//! other blocks or clocks; fields beside these are not looked at, and rows without `hash_ids` share nothing.
//! (Qin et al., "Mooncake", FAST 2025.)

use serde::Deserialize;
use serde_json::value::RawValue;

use super::cells::{UNITS, exponent_of, scientific_time_of, tokens_of};
use super::json::{sentence, shown};
use super::lines::Lines;
use super::usual_row::UsualRow;
use super::{BadRow, Blocks, Clock, Entry, Record, Records};
use crate::model::{Arg, Bound, Choice, Field, Form, Spec};
use crate::units::Tokens;
use crate::workload::{Misfit, number};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "mooncake",
        "the JSON lines of the Mooncake traces: timestamp, input_length, output_length, hash_ids",
    )
    .arguments(&[
        Field::optional("block", Form::Count, "tokens per id of `hash_ids`")
            .within(Bound::Between(1.0, 1e6))
            .or("512"),
        Field::optional("unit", Form::Word(UNITS), "the unit of `timestamp`").or("ms"),
    ]),
    clock: Clock::Run,
    signs: &[&["\"timestamp\"", "\"input_length\"", "\"output_length\""]],
    open: |reader, choice| {
        let (block, exponent) = settings(choice).map_err(BadRow::misfit)?;
        Ok(Box::new(Mooncake { lines: Lines::new(reader), block, exponent }))
    },
};

fn settings(choice: &Choice) -> Result<(u32, usize), Misfit> {
    let Some(Arg::Word(unit)) = choice.arg("unit") else { return Err(Misfit::missing(choice, "unit")) };
    let exponent = exponent_of(unit).ok_or_else(|| Misfit::missing(choice, "unit"))?;
    Ok((number(choice, "block")? as u32, exponent))
}

struct Mooncake {
    lines: Lines,
    /// Tokens of a block.
    block: u32,
    /// Of the unit of timestamps, in picoseconds.
    exponent: usize,
}

/// The values as they are written, so that each can be shown at its place.
#[derive(Deserialize)]
#[serde(expecting = "an object as `{\"timestamp\": 0, \"input_length\": 6758, …}`")]
struct Row<'a> {
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    input_length: Option<&'a RawValue>,
    #[serde(borrow)]
    output_length: Option<&'a RawValue>,
    #[serde(borrow)]
    hash_ids: Option<&'a RawValue>,
}

impl Records for Mooncake {
    fn next(&mut self) -> Result<Option<Record>, BadRow> {
        while let Some((line, text)) = self.lines.next()? {
            if !text.trim().is_empty() {
                return Line { line, text }.record(self.block, self.exponent).map(Some);
            }
        }
        Ok(None)
    }
}

/// A row of JSON and where it is.
struct Line<'a> {
    line: u64,
    text: &'a str,
}

impl Line<'_> {
    fn record(&self, block: u32, exponent: usize) -> Result<Record, BadRow> {
        let usual = UsualRow::of(self.text).and_then(|row| self.usual(row, block, exponent));
        usual.map_or_else(|| self.parsed(block, exponent), Ok)
    }

    /// The request of a row that was read in one pass; `None` where anything is wrong with it.
    fn usual(&self, row: UsualRow<'_>, size: u32, exponent: usize) -> Option<Record> {
        let at = scientific_time_of(row.timestamp?, exponent).ok()?;
        let prompt = tokens_of(row.input_length?).ok()?;
        let output = tokens_of(row.output_length?).ok()?;
        let blocks = row.hash_ids.map(|ids| Blocks { ids: ids.into(), size });
        let fits = |blocks: &Blocks| blocks.ids.len() == prompt.get().div_ceil(size) as usize;
        if !blocks.as_ref().is_none_or(fits) {
            return None;
        }
        Some(Record { line: Some(self.line), at, prompt, output, id: None, blocks, dropped: None })
    }

    /// The request of any row, or what is wrong with it.
    fn parsed(&self, block: u32, exponent: usize) -> Result<Record, BadRow> {
        let row: Row<'_> = serde_json::from_str(self.text).map_err(|error| self.no_row(&error))?;
        let at = self.value("timestamp", row.timestamp, |text| scientific_time_of(text, exponent))?;
        let prompt = self.value("input_length", row.input_length, tokens_of)?;
        let output = self.value("output_length", row.output_length, tokens_of)?;
        let blocks = row.hash_ids.map(|ids| self.blocks(ids, prompt, block)).transpose()?;
        Ok(Record { line: Some(self.line), at, prompt, output, id: None, blocks, dropped: None })
    }

    fn value<T>(
        &self,
        name: &str,
        value: Option<&RawValue>,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, BadRow> {
        let value = value.ok_or_else(|| self.bad(None, format!("expected a field `{name}`, found none")))?;
        parse(value.get()).map_err(|message| self.bad(Some(value.get()), format!("`{name}`: {message}")))
    }

    fn blocks(&self, ids: &RawValue, prompt: Tokens, size: u32) -> Result<Blocks, BadRow> {
        let list = ids.get().strip_prefix('[').and_then(|list| list.strip_suffix(']')).ok_or_else(|| {
            let found = shown(ids.get());
            let message = format!("`hash_ids`: expected a list as `[0, 14, 15]`, found `{found}`");
            self.bad(Some(ids.get()), message)
        })?;
        let id = |text: &str| {
            let text = text.trim();
            text.parse::<u64>().map_err(|_| {
                let found = shown(text);
                let message = format!("`hash_ids`: expected a whole number below 2^64, found `{found}`");
                self.bad(Some(text), message)
            })
        };
        let texts = list.split(',').filter(|_| !list.trim().is_empty());
        let found = texts.map(id).collect::<Result<Box<[u64]>, BadRow>>()?;
        let expected = prompt.get().div_ceil(size);
        if found.len() != expected as usize {
            let meant = match implied_block(prompt.get().into(), found.len() as u64) {
                Some(block) => format!(", which is one for each `{block}`: `mooncake block {block}`"),
                None => String::new(),
            };
            let message = format!(
                "`hash_ids`: expected `{expected}` ids, one for each `{size}` tokens of `{}`, found `{}`{meant}",
                prompt.get(),
                found.len()
            );
            return Err(self.bad(Some(ids.get()), message));
        }
        Ok(Blocks { ids: found, size })
    }

    fn no_row(&self, error: &serde_json::Error) -> BadRow {
        let message = if self.text.trim_start().starts_with('{') {
            sentence(error)
        } else {
            format!(
                "expected an object as `{{\"timestamp\": 0, \"input_length\": 6758, …}}`, found `{}`",
                shown(self.text.trim_end())
            )
        };
        BadRow {
            line: Some(self.line),
            column: Some(error.column().max(1) as u64),
            message,
            unreadable: false,
        }
    }

    /// A mistake at a part of the line.
    fn bad(&self, part: Option<&str>, message: String) -> BadRow {
        let column = part.map(|part| {
            let before = &self.text[..offset(self.text, part)];
            before.chars().count() as u64 + 1
        });
        BadRow { line: Some(self.line), column, message, unreadable: false }
    }
}

/// The tokens of a block with which a prompt has this many ids: a power of two where one fits, as blocks of engines
/// mostly are, otherwise a number if only one fits.
fn implied_block(prompt: u64, n_ids: u64) -> Option<u64> {
    let gaps = n_ids.checked_sub(1).filter(|gaps| *gaps > 0)?;
    let (least, most) = (prompt.div_ceil(n_ids), prompt.saturating_sub(1) / gaps);
    let power = least.next_power_of_two();
    if least > 0 && power <= most { Some(power) } else { Some(least).filter(|_| least > 0 && least == most) }
}

/// Where a part of a text begins, in bytes.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_follows_from_a_prompt_and_its_ids() {
        assert_eq!(implied_block(2358, 148), Some(16));
        assert_eq!(implied_block(160, 10), Some(16));
        assert_eq!(implied_block(1000, 2), Some(512));
        assert_eq!(implied_block(20_000, 200), Some(100), "alone, and not a power of two");
        assert_eq!(implied_block(6758, 13), None, "521 to 563 would all fit");
        assert_eq!(implied_block(600, 1), None, "any larger block would fit");
        assert_eq!(implied_block(0, 3), None);
        assert_eq!(implied_block(5, 9), None);
    }
}
