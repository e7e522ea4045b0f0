//! Which format a file is written in, from how it begins.
//!
//! Each format is known by what no other has, the names of its columns or fields, which its entry in the registry
//! states; `kvs` by the shape of its rows. `csv` is never guessed, since only its user knows which column is which.

use crate::workload::formats;

/// As much of a file as a guess needs, in bytes.
pub const ENOUGH_BYTES: usize = 64 * 1024;

/// The format of a file that begins with these bytes, no more of them than [`ENOUGH_BYTES`]; `None` where nothing is
/// recognised.
#[must_use]
pub fn guess(begin: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(begin);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let first_line = text.lines().next()?;
    // An object may lie over many lines.
    let looked_at = if text.starts_with('{') { text } else { first_line };
    let has = |words: &&[&str]| words.iter().all(|word| looked_at.contains(word));
    let recognised = formats::signs().find(|(_, lists)| lists.iter().any(has));
    recognised.map(|(format, _)| format).or_else(|| is_kvs(text).then_some("kvs"))
}

/// Whether the first row is one of `kvs`: blank-separated cells, a `columns` row or numbers where they belong.
fn is_kvs(text: &str) -> bool {
    let rows = text.lines().map(|line| line.split('#').next().unwrap_or(""));
    let Some(row) = rows.map(str::trim).find(|row| !row.is_empty()) else { return false };
    let cells: Vec<&str> = row.split_whitespace().collect();
    match cells.as_slice() {
        ["columns", _, ..] => true,
        [_, arrival, prompt, output] | [_, arrival, prompt, output, _] => {
            arrival.parse::<f64>().is_ok() && [prompt, output].iter().all(|cell| cell.parse::<u32>().is_ok())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_first_line() {
        for (begin, format) in [
            ("TIMESTAMP,ContextTokens,GeneratedTokens\r\n", Some("azure")),
            ("\u{feff}TIMESTAMP,ContextTokens,GeneratedTokens", Some("azure")),
            ("Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n", Some("burstgpt")),
            ("arrived_at,num_prefill_tokens,num_decode_tokens\n", Some("vidur")),
            (
                "{\"timestamp\": 0, \"input_length\": 6758, \"output_length\": 500, \"hash_ids\": [0]}\n",
                Some("mooncake"),
            ),
            ("{\n  \"date\": \"x\",\n  \"input_lens\": [1]\n}", Some("vllm")),
            ("# rows\n\nr1 0 500 200\n", Some("kvs")),
            ("r1 0.5 500 200 1\n", Some("kvs")),
            ("columns arrival_s prompt gen\n", Some("kvs")),
            ("time,prompt,output\n", None),
            ("r1 zero 500 200\n", None),
            ("", None),
            ("\n\n", None),
        ] {
            assert_eq!(guess(begin.as_bytes()), format, "{begin}");
        }
        assert_eq!(guess(b"\xff\xfe\x00"), None);
    }
}
