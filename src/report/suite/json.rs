//! The results themselves: what `kvs merge` joins and `kvs diff` compares.

use super::{Results, SuiteFormat};

pub(super) static FORMAT: SuiteFormat = SuiteFormat {
    name: "json",
    summary: "all results with the metrics of each case, for programs, `kvs merge` and `kvs diff`",
    draws: false,
    write: |results, _, into| {
        serde_json::to_writer_pretty(&mut *into, results)?;
        into.write_all(b"\n")
    },
};

/// Reads results back.
///
/// # Errors
/// A sentence where the text is none of ours.
pub fn read(text: &str) -> Result<Results, String> {
    serde_json::from_str(text).map_err(|error| format!("no results of `kvs check --report json=…`: {error}"))
}
