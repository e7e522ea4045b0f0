//! Files and outputs shown in the documentation are the real ones.
//!
//! `<!-- file PATH -->` is followed by that file (`<!-- file PATH wrong -->` by one that must be rejected) and `<!-- $ kvs … -->`
//! by what the command prints; both end with `<!-- end -->`. Commands run in the package root. The time a command took is
//! replaced, because it varies.

use std::process::Command;

use crate::page::with_part;
use crate::{compare_or_write, pages, read, root};

#[test]
fn files_and_outputs_are_the_real_ones() {
    let mut n_parts = 0;
    for path in pages() {
        let page = read(&path);
        let mut expected = page.clone();
        for mark in page.lines().filter_map(|line| line.strip_prefix("<!-- ")?.strip_suffix(" -->")) {
            let part = match mark.split_once(' ') {
                Some(("file", file)) => match file.split_once(' ') {
                    Some((file, kind)) => format!("```kvs,{kind}\n{}```\n", read(file)),
                    None => format!("```kvs\n{}```\n", read(file)),
                },
                Some(("$", command)) => format!("```console\n$ {command}\n{}```\n", output(command)),
                _ => continue,
            };
            n_parts += 1;
            expected = with_part(&expected, mark, &part);
        }
        if expected != page {
            compare_or_write(&path, &expected);
        }
    }
    assert!(n_parts >= 4, "the documentation shows only {n_parts} files and outputs");
}

/// What a command of the documentation prints: diagnostics, then results.
fn output(command: &str) -> String {
    let arguments =
        command.strip_prefix("kvs ").unwrap_or_else(|| panic!("`{command}` is no command of kvs"));
    let mut kvs = Command::new(env!("CARGO_BIN_EXE_kvs"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KVS_")) {
        kvs.env_remove(name);
    }
    let run = kvs
        .args(arguments.split_whitespace())
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "110")
        .env("CI", "true")
        .output()
        .expect("the binary was built for this test");
    let text =
        [run.stderr, run.stdout].map(|bytes| String::from_utf8(bytes).expect("output is UTF-8")).concat();
    let lines: Vec<String> = text.lines().map(|line| without_duration(line.trim_end())).collect();
    lines.join("\n") + "\n"
}

/// The line with the time at its end, as in `3 passed in 0.41 s`, replaced.
pub(crate) fn without_duration(line: &str) -> String {
    let number = line.strip_suffix(" s").and_then(|rest| rest.rsplit_once(" in "));
    match number {
        Some((before, number)) if number.parse::<f64>().is_ok() => format!("{before} in 0.01 s"),
        _ => line.to_owned(),
    }
}

#[test]
fn the_time_taken_is_replaced() {
    assert_eq!(without_duration("2 passed, 0 failed in 1.23 s"), "2 passed, 0 failed in 0.01 s");
    assert_eq!(without_duration("served in 3 of 4 s"), "served in 3 of 4 s");
}
