//! What is said of traces and files of numbers that are not as they should be: what, where, and what to do.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::project::Project;

const AZURE: &str = "TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:00:00.0000000,100,10
2023-11-16 18:00:01.0000000,200,20
2023-11-16 18:00:02.0000000,300,30
";

/// What a scenario needs beside a workload.
const CLUSTER: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 1 }
";

/// The message of `kvs trace stats`, and its help.
#[track_caller]
fn stats(file: impl AsRef<[u8]>, more: &[&str], code: i32, words: &[&str]) {
    let project = Project::new().with("a.csv", file);
    let arguments = ["trace", "stats", "a.csv"].iter().chain(more);
    let finished = project.kvs(arguments).exits(code);
    words.iter().fold(finished, |finished, words| finished.warns(words));
}

/// The message of `kvs check` about a workload that reads `a.csv`.
#[track_caller]
fn check(file: &str, workload: &str, message: &str) {
    let scenario = format!("{CLUSTER}workload w {{ {workload}; duration 10 s }}\n");
    let project = Project::new().with("a.csv", file).with("w.kvs", scenario);
    project.kvs(["check", "--error-format", "concise"]).exits(3).warns(message);
}

#[test]
fn a_packed_trace_that_was_cut_short_is_called_that() {
    let rows: String =
        (0..2000).map(|row| format!("2023-11-16 18:00:00.{row:07},{},10\n", row % 97 + 1)).collect();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(format!("TIMESTAMP,ContextTokens,GeneratedTokens\n{rows}").as_bytes()).expect("memory");
    let packed = packed.finish().expect("memory");
    for length in [packed.len() - 4, packed.len() / 2, 100] {
        stats(&packed[..length], &["--format", "azure"], 5, &["`a.csv", "ends too early, it was cut short"]);
    }
    let mut damaged = packed.clone();
    // After the ten bytes of the header: blocks of a kind that does not exist.
    damaged[10..74].fill(0xff);
    stats(&damaged, &["--format", "azure"], 5, &["the compressed file is damaged"]);
}

#[test]
fn a_table_is_not_json() {
    let message = "`a.csv:1:1`: expected an object as `{\"timestamp\": 0, \"input_length\": 6758, …}`, found `TIMESTAMP,ContextTokens,Gen";
    stats(AZURE, &["--format", "mooncake"], 3, &[message, "give another `--format`"]);
    stats("{\"timestamp\": 0,\n", &["--format", "mooncake"], 3, &["`a.csv:1:", "EOF while parsing"]);
}

#[test]
fn a_slice_beyond_the_trace_says_where_the_trace_ends() {
    let message = "found none of `3` (`3` outside slice); the last is at `2 s`";
    stats(AZURE, &["--slice", "5 min .. 6 min"], 3, &[message, "another `--slice`"]);
    let header = AZURE.lines().next().expect("a header");
    stats(header, &[], 3, &["expected at least one row of a request, found none", "give a file with rows"]);
}

#[test]
fn a_misspelt_column_is_recognised() {
    let misspelt = AZURE.replace("ContextTokens", "contextToken");
    let message = "`ContextTokens` in the header, found `TIMESTAMP`, `contextToken`, `GeneratedTokens`; is `contextToken` it?";
    stats(&misspelt, &["--format", "azure"], 3, &["`a.csv:1:1`", message]);
    stats(&misspelt, &[], 3, &["none that is known: `TIMESTAMP,contextToken,GeneratedTokens`"]);
    let without = AZURE.replace("ContextTokens", "user");
    stats(without, &["--format", "azure"], 3, &["found `TIMESTAMP`, `user`, `GeneratedTokens`\n"]);
}

#[test]
fn times_of_a_rate_that_do_not_rise_have_their_line() {
    let rate = "arrivals poisson; rate from \"a.csv\" time \"s\" column \"rate\"; prompt constant 9; output constant 9";
    let message = "`a.csv:4:1`: expected a time later than that of the row before by a millisecond at least, found `10`";
    for text in ["s,rate\n0,1\n20,2\n10,3\n", "s,rate\r\n0,1\r\n20,2\r\n10,3\r\n"] {
        check(text, rate, message);
    }
    check("s,rate\n0,1\n0,2\n", rate, "`a.csv:3:1`");
}

#[test]
fn lines_of_files_of_numbers_are_those_of_an_editor() {
    let pairs = "arrivals poisson; rate 1 req/s; lengths joint from \"a.csv\"";
    for text in [
        "prompt,output\n10,1\n20,2\nx,3\n",
        "# pairs\nprompt,output\n10,1\nx,3",
        "prompt,output\n10,1\n\nx,3\n",
    ] {
        check(text, pairs, "`a.csv:4:1`: expected a number as `12.5`, not negative, found `x`");
        check(&text.replace('\n', "\r\n"), pairs, "`a.csv:4:1`: ");
    }
    check(
        "prompt,output\r\n10,1\r\n20\r\n",
        pairs,
        "`a.csv:3`: expected `2` cells as in the first row, found `1`",
    );
}
