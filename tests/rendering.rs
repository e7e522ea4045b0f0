//! How diagnostics look: drawn, on one line, as JSON.

use kvs::diagnostics::{CodeInfo, Diagnostic, ErrorFormat, MAX_SHOWN, render, render_within};
use kvs::source::{SourceId, Sources, Span};

static SOME: CodeInfo =
    CodeInfo { code: "E0103", summary: "some mistake", explanation: "", wrong: "", right: "" };

fn source(text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::default();
    let id = sources.add("dir/file.kvs", text);
    (sources, id)
}

/// The place of the first occurrence of a word.
fn place(sources: &Sources, source: SourceId, word: &str) -> Span {
    let start = sources.get(source).text.find(word).expect("the word is in the text");
    let byte = |position: usize| u32::try_from(position).expect("a short text");
    Span { source, start: byte(start), end: byte(start + word.len()) }
}

fn drawn(diagnostic: Diagnostic, sources: &Sources) -> String {
    render(&[diagnostic], sources, ErrorFormat::Full, false, MAX_SHOWN)
}

#[track_caller]
fn assert_drawn(diagnostic: Diagnostic, sources: &Sources, expected: &str) {
    let drawn = drawn(diagnostic, sources);
    assert_eq!(drawn.trim_end(), expected.trim_matches('\n'), "\n{drawn}");
}

#[test]
fn a_diagnostic_is_drawn_under_its_line() {
    let (sources, file) = source("policy {\n  routing  power_of_two\n}\n");
    let diagnostic = Diagnostic::error(
        &SOME,
        "unknown routing `power_of_two`",
        place(&sources, file, "power_of_two"),
        "unknown routing",
    )
    .with_help("did you mean `p2c`?");
    assert_drawn(
        diagnostic,
        &sources,
        "
error[E0103]

  × unknown routing `power_of_two`
   ╭─[dir/file.kvs:2:12]
 1 │ policy {
 2 │   routing  power_of_two
   ·            ──────┬─────
   ·                  ╰── unknown routing
 3 │ }
   ╰────
  help: did you mean `p2c`?",
    );
}

#[test]
fn two_places_of_one_file_are_drawn_together_and_far_ones_apart() {
    let near = "run {\n  seed 1\n  seed 2\n}\n".to_owned();
    let far = near.replace("  seed 2", &format!("{}  seed 2", "\n".repeat(5000)));
    for (text, drawings) in [(near, 1), (far, 2)] {
        let (sources, file) = source(&text);
        let diagnostic = Diagnostic::error(
            &SOME,
            "`seed` is set twice",
            place(&sources, file, "seed 2"),
            "set again here",
        )
        .with_label(place(&sources, file, "seed 1"), "first set here");
        let text = drawn(diagnostic, &sources);
        assert_eq!(text.matches("╭─[dir/file.kvs").count(), drawings, "{text}");
        assert_eq!(text.matches("first set here").count(), 1, "{text}");
        assert!(text.lines().count() < 30, "{text}");
    }
}

#[test]
fn a_place_in_another_file_is_drawn_with_its_name() {
    let (mut sources, file) = source("gpu a extends b { }");
    let other = sources.add("lib.kvs", "# library\ngpu b { }\n");
    let diagnostic =
        Diagnostic::error(&SOME, "`b` lacks `vram`", place(&sources, file, "b"), "extended here")
            .with_label(place(&sources, other, "b {"), "defined here");
    assert_drawn(
        diagnostic,
        &sources,
        "
error[E0103]

  × `b` lacks `vram`
   ╭─[dir/file.kvs:1:15]
 1 │ gpu a extends b { }
   ·               ┬
   ·               ╰── extended here
   ╰────

  ☞ defined here
   ╭─[lib.kvs:2:5]
 1 │ # library
 2 │ gpu b { }
   ·     ───
   ╰────",
    );
}

#[test]
fn columns_count_characters() {
    let (sources, file) = source("# ä\nnote \"äöü\" wrong\n");
    let diagnostic = || Diagnostic::error(&SOME, "no", place(&sources, file, "wrong"), "here");
    assert!(drawn(diagnostic(), &sources).contains("[dir/file.kvs:2:12]"));
    let line = render(&[diagnostic()], &sources, ErrorFormat::Concise, false, MAX_SHOWN);
    assert_eq!(line, "dir/file.kvs:2:12: error[E0103]: no\n");
}

#[test]
fn an_empty_place_at_the_end_of_the_file_is_drawn() {
    let (sources, file) = source("expect a <");
    let end = place(&sources, file, "<").after();
    assert_drawn(
        Diagnostic::error(&SOME, "expected a value", end, "missing"),
        &sources,
        "
error[E0103]

  × expected a value
   ╭─[dir/file.kvs:1:11]
 1 │ expect a <
   ·           ▲
   ·           ╰── missing
   ╰────",
    );
    let (sources, file) = source("");
    let empty = Span { source: file, start: 0, end: 0 };
    assert!(
        drawn(Diagnostic::error(&SOME, "nothing there", empty, "here"), &sources).contains("nothing there")
    );
}

#[test]
fn a_very_long_line_is_cut_around_the_place() {
    let (sources, file) = source(&format!("{}wrong{}", "ä 1 ".repeat(200_000), " 2".repeat(500_000)));
    let text = drawn(Diagnostic::error(&SOME, "no", place(&sources, file, "wrong"), "here"), &sources);
    assert!(
        text.len() < 2000 && text.contains("wrong") && text.contains("[dir/file.kvs:1:800001]"),
        "{text}"
    );
}

#[test]
fn characters_that_steer_a_terminal_are_not_written_to_one() {
    let (sources, file) = source("a \u{1b}[31m\u{202e}\u{9b} wrong\r\nnext\r\n");
    let diagnostic = || {
        Diagnostic::error(&SOME, "no \u{1b}[0m", place(&sources, file, "wrong"), "here").with_help("\u{7}")
    };
    for format in [ErrorFormat::Full, ErrorFormat::Concise, ErrorFormat::Json] {
        let text = render(&[diagnostic()], &sources, format, false, MAX_SHOWN);
        assert!(!text.chars().any(|character| character.is_control() && character != '\n'), "{text:?}");
    }
}

#[test]
fn a_newline_in_the_name_of_a_file_begins_no_line() {
    let mut sources = Sources::default();
    let file = sources.add("dir/two\nlines.kvs", "wrong\n");
    let list = [Diagnostic::error(&SOME, "no", place(&sources, file, "wrong"), "here")];
    let concise = render(&list, &sources, ErrorFormat::Concise, false, MAX_SHOWN);
    assert_eq!(concise, "dir/two lines.kvs:1:1: error[E0103]: no\n");
    let drawn = render(&list, &sources, ErrorFormat::Full, false, MAX_SHOWN);
    assert!(drawn.contains("[dir/two lines.kvs:1:1]"), "{drawn}");
}

#[test]
fn color_is_written_only_when_asked_for() {
    let (sources, file) = source("wrong");
    let list = [Diagnostic::error(&SOME, "no", place(&sources, file, "wrong"), "here")];
    assert!(render(&list, &sources, ErrorFormat::Full, true, 1).contains("\u{1b}["));
    assert!(!render(&list, &sources, ErrorFormat::Full, false, 1).contains("\u{1b}["));
}

#[test]
fn json_is_one_valid_object_a_line() {
    let (sources, file) = source("one \"\u{1}\n\" two");
    let diagnostic =
        Diagnostic::note(&SOME, "quoted \"\u{1}\"", place(&sources, file, "\"\u{1}\n\""), "a\tb")
            .with_label(place(&sources, file, "one"), "first");
    let text = render(&[diagnostic.clone(), diagnostic], &sources, ErrorFormat::Json, true, 1);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0],
        serde_json::json!({
            "code": "E0103", "severity": "note", "message": "quoted \"\u{1}\"",
            "file": "dir/file.kvs", "line": 1, "column": 5, "end_line": 2, "end_column": 2,
            "labels": [
                { "text": "a\tb", "file": "dir/file.kvs", "line": 1, "column": 5, "end_line": 2, "end_column": 2 },
                { "text": "first", "file": "dir/file.kvs", "line": 1, "column": 1, "end_line": 1, "end_column": 4 },
            ],
            "help": null,
        })
    );
    assert_eq!(lines[1], serde_json::json!({ "omitted": 1 }));
}

#[test]
fn no_more_than_asked_for_are_shown_and_the_rest_is_counted() {
    let (sources, file) = source("wrong");
    let list: Vec<_> = (0..25)
        .map(|index| {
            Diagnostic::error(&SOME, format!("mistake {index}"), place(&sources, file, "wrong"), "here")
        })
        .collect();
    let text = render(&list, &sources, ErrorFormat::Concise, false, MAX_SHOWN);
    assert_eq!(text.lines().count(), 21);
    assert_eq!(text.lines().last(), Some("and 5 more, not shown"));
    assert_eq!(render(&list, &sources, ErrorFormat::Concise, false, 25).lines().count(), 25);
}

#[test]
fn drawings_keep_to_their_width_and_words_stay_whole() {
    let (sources, file) = source("expect p99_latency_ms < 800\n");
    let words = "a label with many words ".repeat(8);
    let diagnostic =
        Diagnostic::error(&SOME, words.trim(), place(&sources, file, "p99_latency_ms"), words.trim())
            .with_help(words.trim());
    let text = render_within(60, &[diagnostic], &sources, ErrorFormat::Full, false, MAX_SHOWN);
    for line in text.lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
    let of = |word: &str| text.split_whitespace().filter(|found| *found == word).count();
    assert_eq!((of("label"), of("words")), (24, 24), "{text}");
}
