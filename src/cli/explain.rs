//! `kvs explain CODE`: what a diagnostic means, with a wrong and a right example.

use std::cmp::Reverse;

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
        let wanted = arguments.code.to_ascii_uppercase();
        let common =
            |code: &str| code.chars().zip(wanted.chars()).take_while(|(one, other)| one == other).count();
        let mut near: Vec<&str> =
            codes().map(|info| info.code).filter(|code| strsim::levenshtein(code, &wanted) <= 2).collect();
        near.sort_by_key(|code| (Reverse(common(code)), strsim::levenshtein(code, &wanted)));
        let near: Vec<String> = near.iter().take(3).map(|code| format!("`{code}`, ")).collect();
        let near = if near.is_empty() { String::new() } else { format!("near it: {}or ", near.concat()) };
        output.error(
            &format!("no code `{}`", arguments.code),
            Some(&format!("{near}see all with: kvs list codes")),
        );
        return Exit::USAGE;
    };
    let mut text =
        format!("{STRONG}{}: {}{STRONG:#}\n\n{}\n", info.code, info.summary, wrapped(info.explanation));
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

/// The text in lines of at most 80 characters.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 80 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
