//! `kvs trace`: figures on stdout, mistakes with their place on stderr.

use crate::project::Project;

const AZURE: &str = "TIMESTAMP,ContextTokens,GeneratedTokens\r
2023-11-16 18:00:00.0000000,100,10\r
2023-11-16 18:00:01.0000000,200,20\r
2023-11-16 18:00:02.0000000,300,30\r
2023-11-16 18:00:04.0000000,400,40";

#[test]
fn the_format_is_guessed_and_named() {
    let project = Project::new().with("a.csv", AZURE);
    let guessed = project.kvs(["trace", "stats", "a.csv"]).exits(0);
    assert_eq!(guessed.stderr, "");
    let guessed = guessed
        .says("a.csv  azure, guessed from its content")
        .says("4 read, 4 used")
        .says("4.0 s")
        .says("1.000 req/s")
        .says("250: 250/370/397/400")
        .says("25: 25/37/40/40")
        .says("+1.00/+1.00")
        .says("100 .. 100");
    assert!(!guessed.stdout.contains(['█', '\u{1b}']), "a pipe gets neither plots nor colors: {guessed:#?}");
    let named = project.kvs(["trace", "stats", "a.csv", "--format", "azure"]).exits(0);
    assert_eq!(named.stdout, guessed.stdout.replace(", guessed from its content", ""));
}

#[test]
fn plots_are_drawn_where_they_are_wanted() {
    let project = Project::new().with("a.csv", AZURE);
    let drawn = project.kvs(["trace", "stats", "a.csv", "--plots", "always"]).exits(0);
    let _ = drawn.says("  rate  ███ █\n").says("        256 .. 511        50.0%  ████");
}

#[test]
fn a_slice_drops_rows_and_says_so() {
    let project = Project::new().with("a.csv", AZURE);
    let finished = project.kvs(["trace", "stats", "a.csv", "--slice", "1 s .. 2 s"]).exits(0);
    let _ = finished.says("4 read, 2 used, 2 outside slice").says("1.0 s");
}

#[test]
fn json_has_every_figure() {
    let project = Project::new().with("a.csv", AZURE);
    let printed = project.kvs(["trace", "stats", "a.csv", "--json"]).exits(0).stdout;
    let value: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(value["format"], "azure");
    assert_eq!(value["rows_read"], 4);
    assert_eq!(value["rate_per_s"], 1.0);
    assert_eq!(value["prompt_tokens"]["p50"], 250.0);
    assert_eq!(value["quartiles"][3]["mean_output"], 40.0);
    // Counts 1, 1, 1 and, its end included, 1.
    assert_eq!(value["dispersion"][0]["index"], 0.0);
    assert!(value["dispersion"][2]["index"].is_null() && value["prefixes"].is_null(), "{value:#}");
}

#[test]
fn rows_out_of_order_are_sorted_and_it_is_said() {
    let project = Project::new().with("rows.txt", "b 2000 10 1\na 0 10 1\nc 3000 10 1\n");
    let finished = project.kvs(["trace", "stats", "rows.txt"]).exits(0);
    let _ = finished.says("kvs, guessed").says("out of order in the file, sorted here").says("3.0 s");
}

#[test]
fn one_row_has_no_rate() {
    let project = Project::new().with("rows.txt", "a 0 10 1\n");
    let finished = project.kvs(["trace", "stats", "rows.txt"]).exits(0).says("1 read, 1 used");
    assert!(finished.stdout.contains("rate         -  "), "{finished:#?}");
    assert!(finished.stdout.contains("-/-/-"), "{finished:#?}");
}

#[test]
fn batches_of_a_slow_clock_are_pointed_out() {
    let rows: String = (0..400).map(|row| format!("r{row} {} 10 1\n", row / 10 * 3000)).collect();
    let project = Project::new().with("rows.txt", rows);
    let finished = project.kvs(["trace", "stats", "rows.txt"]).exits(0);
    let _ = finished.says("every 3.000 s, 90% of gaps are 0").says("tell of the clock");
}

#[test]
fn mistakes_name_file_place_and_what_to_do() {
    let project = Project::new()
        .with("a.csv", AZURE)
        .with("bad.csv", AZURE.replace(",300,", ",three,").replace('\r', ""))
        .with("empty.csv", "")
        .with("header.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n")
        .with("other.csv", "time,tokens\n1,2\n");
    for (arguments, code, message) in [
        (&["missing.csv"][..], 5, "`missing.csv`: no such file or folder"),
        (&["."], 2, "expected a file, found the folder `.`"),
        (&["bad.csv"], 3, "`bad.csv:4:29`: expected a whole number of tokens, found `three`"),
        (&["empty.csv"], 3, "`empty.csv`: expected the beginning of a trace format, found an empty file"),
        (&["header.csv"], 3, "`header.csv`: expected at least one row of a request, found none"),
        (&["other.csv"], 3, "name it with `--format`, one of `kvs`, `azure`"),
        (&["a.csv", "--format", "kvs"], 3, "`a.csv:1"),
        (&["a.csv", "--format", "azur"], 2, "`azure`"),
        (&["a.csv", "--slice", "5 min"], 2, "slice"),
        (&["a.csv", "--slice", "1 h .. 2 h"], 3, "found none of `4` (`4` outside slice)"),
        (&[], 2, "FILE"),
    ] {
        let finished = project.kvs([&["trace", "stats"][..], arguments].concat()).exits(code).warns(message);
        assert_eq!(finished.stdout, "", "{arguments:?}");
    }
}
