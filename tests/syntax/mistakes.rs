//! What is not the language, and what is said about it.

use super::{dump, parse, parse_clean};

/// The mistakes of a text, as `line:column: code message`, in the order of the text.
#[track_caller]
fn mistakes(text: &str, expected: &[&str]) {
    let parsed = parse(text);
    let mut found: Vec<_> = parsed.diagnostics.iter().collect();
    found.sort_by_key(|diagnostic| diagnostic.span());
    let found: Vec<String> = (found.into_iter())
        .map(|diagnostic| {
            let (line, column) = parsed.sources.line_column(diagnostic.span());
            format!("{line}:{column}: {} {}", diagnostic.code(), diagnostic.message)
        })
        .collect();
    assert_eq!(found, expected, "{text}");
}

/// What could be read in spite of mistakes.
#[track_caller]
fn readable(text: &str, expected: &str) {
    let parsed = parse(text);
    assert!(!parsed.diagnostics.is_empty(), "{text}");
    assert_eq!(dump::items(&parsed.file.items), expected, "{text}");
}

#[test]
fn expectations_say_what_is_missing() {
    mistakes("expect p99 <   # c", &["1:13: E0002 expected a value after `<`, found the end of the line"]);
    mistakes("expect p99", &["1:11: E0018 expected a comparison after `p99`, found the end of the line"]);
    mistakes("expect", &["1:7: E0002 expected a condition after `expect`, found the end of the line"]);
    mistakes("expect a in 3", &["1:14: E0004 expected `..` after `3`, found the end of the line"]);
    mistakes(
        "expect a < 3 and",
        &["1:17: E0002 expected a condition after `and`, found the end of the line"],
    );
    mistakes("expect (a < 3", &["1:14: E0012 expected `)` after `3`, found the end of the line"]);
    mistakes("expect a over 3 s < 4", &["1:19: E0004 expected `windows` after `s`, found `<`"]);
    mistakes("expect a for < 3", &["1:14: E0003 expected the name of a workload after `for`, found `<`"]);
    mistakes("expect a < 3 in 60%", &["1:20: E0004 expected `of runs` after `%`, found the end of the line"]);
}

#[test]
fn expectations_say_what_is_too_much() {
    mistakes("expect 1 < a < 2", &["1:14: E0019 comparisons cannot be chained, found a second one, `<`"]);
    mistakes("expect (a < 1) < 2", &["1:16: E0019 comparisons cannot be chained, found a second one, `<`"]);
    mistakes("expect a < 3 && b < 3", &["1:14: E0022 `&&` is not allowed after `3`"]);
    mistakes("expect a = 3", &["1:10: E0022 `=` is not a comparison"]);
    mistakes("expect q == 0 within 3 s", &["1:15: E0020 `within` needs `eventually`"]);
    mistakes("expect q > 0 for 3 s for 4 s", &["1:22: E0020 `for` is given twice after a condition"]);
}

#[test]
fn a_newline_ends_an_expectation_and_makes_one_mistake() {
    mistakes("expect a <\n  3", &["1:11: E0002 expected a value after `<`, found the end of the line"]);
    mistakes("expect (a <\n  3)", &[]);
}

#[test]
fn statements() {
    let inside = |text: &str| format!("run {{\n{text}\nok 1\n}}");
    mistakes(&inside("a = 3"), &["2:3: E0022 a statement takes no `=`"]);
    mistakes(&inside("a 2 *"), &["2:6: E0002 expected a value after `*`, found the end of the line"]);
    mistakes(&inside("a-b 3"), &["2:1: E0001 a key is letters, digits and `_`, found `a-b`"]);
    mistakes(&inside("llama-3 8"), &["2:1: E0001 a key is letters, digits and `_`, found `llama-3`"]);
    mistakes(&inside("80 GB"), &["2:1: E0003 expected a key at the start of the statement, found `80`"]);
    mistakes(&inside("a 2 tok / s"), &["2:11: E0002 expected a value after `/`, found `s`"]);
    mistakes(&inside("a 1,000"), &["2:4: E0001 `,` is not allowed after `1`"]);
    mistakes(&inside("a $1.20"), &["2:3: E0002 the unit of an amount comes after it, found `$1.20`"]);
    mistakes(&inside("a b, c"), &["2:4: E0001 `,` is not allowed after `b`"]);
    mistakes(&inside("a [1, 2"), &["2:8: E0012 expected `,` or `]` after `2`, found the end of the line"]);
    mistakes(&inside("a (1 + 2"), &["2:9: E0012 expected `)` after `2`, found the end of the line"]);
    mistakes(&inside("a \"b"), &["2:3: E0005 unterminated string: expected `\"`, found the end of the line"]);
    mistakes(&inside("a \"\\q\""), &["2:4: E0006 there is no escape `\\q`"]);
    mistakes(&inside("a 1e999"), &["2:3: E0007 the number `1e999` is too large"]);
    mistakes(&inside("a { b 1 } c"), &["2:11: E0016 expected a new line or `;`, found `c`"]);
    mistakes(
        &inside("5 min -> 3"),
        &["2:1: E0021 expected a key at the start of the statement, found a stage"],
    );
    mistakes(&inside("a\u{a0}3"), &["2:2: E0001 the character U+00A0 is not allowed after `a`"]);
    mistakes(&inside("a { 5 min -> 3; b 1 }"), &["2:17: E0021 expected a stage, found a statement"]);
    mistakes(
        &inside("a { 5 min }"),
        &["2:10: E0004 expected `->` or `hold` after `min`, found the end of the line"],
    );
}

#[test]
fn items() {
    mistakes("gpuu small { vram 24 GB }", &["1:1: E0013 `gpuu` is not an item"]);
    mistakes(
        "routing p2c\nmax_queue 3",
        &["1:1: E0014 `routing` is outside any block", "2:1: E0014 `max_queue` is outside any block"],
    );
    mistakes("gpu { }", &["1:4: E0003 expected a name after `gpu`, found `{`"]);
    mistakes("gpu a extends { }", &["1:14: E0003 expected a name after `extends`, found `{`"]);
    mistakes("workload a extends b { }", &["1:12: E0017 `workload` cannot extend anything, found `extends`"]);
    mistakes("engine fast { }", &["1:8: E0017 `engine` takes no name, found `fast`"]);
    mistakes(
        "engine\n{\n a 1\n}",
        &["2:1: E0010 expected `{` on the line of its header, found it on the next line"],
    );
    mistakes("scenario { }", &["1:9: E0003 expected a name in quotes after `scenario`, found `{`"]);
    mistakes(
        "expects a < 1\nExpect a < 1",
        &["1:1: E0013 `expects` is not an item", "2:1: E0013 `Expect` is not an item"],
    );
    mistakes("scenario a { }", &["1:10: E0004 the name of a scenario is in quotes, found `a`"]);
    mistakes("trace a \"b\"", &["1:9: E0011 expected `from` or `{` after `a`, found `\"b\"`"]);
    mistakes("use lib.kvs", &["1:5: E0004 a path is written in quotes, found `lib.kvs`"]);
    mistakes("param n 4", &["1:9: E0004 expected `=` after `n`, found `4`"]);
    mistakes("matrix { n in 3 }", &["1:15: E0004 an axis takes a list or a range after `in`, found `3`"]);
    mistakes("matrix { n in [1 2] }", &["1:18: E0012 expected `,` between the values of a matrix"]);
    mistakes("engine { } run { }", &["1:12: E0016 expected a new line or `;`, found `run`"]);
    mistakes("trace { a 1\n b { } }", &["2:4: E0001 `{` is not allowed after `b`"]);
}

#[test]
fn braces() {
    mistakes(
        "gpu a {\n vram 3 GB\n\nexpect a < 1",
        &["1:7: E0008 the block of `gpu a` is not closed: expected `}`, found the next item"],
    );
    mistakes(
        "gpu a {\n vram 3 GB\n",
        &["1:7: E0008 the block of `gpu a` is not closed: expected `}`, found the end of the file"],
    );
    mistakes(
        "trace {\n a 1\nexpect a < 1",
        &["1:7: E0008 the block of `trace` is not closed: expected `}`, found the next item"],
    );
    mistakes("engine { } }\nexpect a < 1", &["1:12: E0009 `}` closes no block"]);
    mistakes(
        "gpu a {\n expect b < 1\n}\nexpect a < 1",
        &["2:2: E0015 `expect` is not allowed inside the block of `gpu a`"],
    );
    mistakes("scenario \"a\" {\n use \"b\"\n}", &["2:6: E0015 `use` is not allowed in a scenario"]);
    mistakes(
        "scenario \"a\" { scenario \"b\" { } }",
        &["1:16: E0015 `scenario` is not allowed in a scenario"],
    );
    mistakes(
        "scenario \"a\" {\n run { }\nscenario \"b\" { }",
        &["1:14: E0008 the block of `scenario \"a\"` is not closed: expected `}`, found the end of the file"],
    );
}

#[test]
fn each_mistake_is_reported_and_everything_else_is_read() {
    let text = "gpu a {\n vram = 3 GB\n prefill 2 *\n decode 3 tok/s\n}\nexpect b <\nexpect c < 1\ngpuu d { }\nrun { seed 1 }";
    mistakes(
        text,
        &[
            "2:7: E0022 a statement takes no `=`",
            "3:13: E0002 expected a value after `*`, found the end of the line",
            "6:11: E0002 expected a value after `<`, found the end of the line",
            "8:1: E0013 `gpuu` is not an item",
        ],
    );
    readable(text, "gpu a {decode 3[tok/s]} / expect (< c 1) / run {seed 1}");
    readable("gpu a {\n vram 3 GB\nexpect a < 1", "gpu a {vram 3[GB]} / expect (< a 1)");
    readable("gpu a extends { vram 3 GB }", "gpu a {vram 3[GB]}");
    readable("scenario \"a\" { scenario \"b\" { } }", "scenario \"a\" {} / scenario \"b\" {}");
}

#[test]
fn misspelt_items_are_suggested() {
    for (written, meant) in [
        ("gpuu", "gpu"),
        ("modle", "model"),
        ("Cluster", "cluster"),
        ("senario", "scenario"),
        ("expct", "expect"),
    ] {
        let parsed = parse(&format!("{written} x {{ }}"));
        let help = parsed.diagnostics[0].help.clone().unwrap_or_default();
        assert_eq!(help, format!("did you mean `{meant}`?"));
    }
}

#[test]
fn every_code_of_the_parser_has_an_example_that_shows_it() {
    let shown = |code: &str| code.starts_with("E00") || code == "E0702";
    for info in kvs::diagnostics::codes().filter(|info| shown(info.code)) {
        let found = parse(info.wrong).diagnostics;
        assert!(found.iter().any(|diagnostic| diagnostic.code() == info.code), "{}: {found:#?}", info.code);
        parse_clean(info.right);
    }
}
