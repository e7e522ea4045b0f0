//! `kvs explain CODE`: what a diagnostic means, with a wrong and a right example.

use clap::Args;

use super::exit::Exit;
use super::output::{BAD, GOOD, Output, STRONG};
use crate::diagnostics::{codes, explain};

/// Arguments of `kvs explain`.
#[derive(Args)]
pub(super) struct ExplainArgs {
    /// As printed with the diagnostic: E0104
    code: String,
}

/// Prints the entry of a code.
pub(super) fn run(arguments: &ExplainArgs, output: &Output) -> Exit {
    let Some(info) = explain(&arguments.code) else {
        let mut known: Vec<&str> = codes().map(|info| info.code.0).collect();
        known.sort_by_key(|code| strsim::levenshtein(code, &arguments.code.to_ascii_uppercase()));
        known.truncate(3);
        let near = known.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
        output.error(
            &format!("no code `{}`", arguments.code),
            Some(&format!("near it: {near}; `kvs list codes` shows all")),
        );
        return Exit::USAGE;
    };
    let mut text =
        format!("{STRONG}{}: {}{STRONG:#}\n\n{}\n", info.code, info.summary, info.explanation.trim());
    for (style, title, example) in [(BAD, "Wrong:", info.wrong), (GOOD, "Right:", info.right)] {
        if !example.trim().is_empty() {
            text.push_str(&format!("\n{style}{title}{style:#}\n"));
            for line in example.trim_matches('\n').lines() {
                text.push_str(&format!("    {line}\n").replace("    \n", "\n"));
            }
        }
    }
    output.result(&text);
    Exit::PASSED
}
