//! The original simulator's files: what each becomes, and what is said about lines that are not understood.

use kvs::diagnostics::{Diagnostic, ErrorFormat, codes, render};
use kvs::import::{Import, Timing, import};
use kvs::source::Sources;

const TRACE: &str = "req1 0 500 200 0\n";

fn imported(config: &str, trace: &str) -> (Import, Sources) {
    let mut sources = Sources::default();
    let config = sources.add("config.txt", config);
    let trace = sources.add("trace.txt", trace);
    (import(config, trace, &sources, Timing::Shared), sources)
}

/// Codes found, in the order of their places.
fn found(list: &[Diagnostic]) -> Vec<&'static str> {
    list.iter().map(Diagnostic::code).collect()
}

#[track_caller]
fn check(config: &str, trace: &str, expected: &str) {
    let (import, sources) = imported(config, trace);
    let text = render(&import.diagnostics, &sources, ErrorFormat::Concise, false, usize::MAX);
    assert_eq!(text.trim_end(), expected);
}

#[track_caller]
fn line(config: &str, expected: &str) {
    let (import, _) = imported(config, TRACE);
    let text = import.text.expect("the files are sound");
    let squeezed: Vec<String> =
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert!(squeezed.iter().any(|line| line == expected), "no line `{expected}` in\n{text}");
}

#[test]
fn defaults_are_written_out() {
    for expected in [
        "max_concurrent 16",
        "prefill 1000 tok/s",
        "vram 26388279066624 B",
        "decode_efficiency 0.8",
        "max_queue 1024",
    ] {
        line("", expected);
    }
}

#[test]
fn intended_differences_are_stated_where_they_apply() {
    let text = |config: &str| imported(config, TRACE).0.text.expect("the files are sound");
    let (one, two) = (text(""), text("num_gpus 2"));
    for (difference, needs_two) in [
        ("# - percentiles are nearest-rank", false),
        ("# - requests share the rates of a GPU", false),
        ("# - each GPU has its own settings", true),
    ] {
        assert!(two.contains(difference), "no `{difference}` in\n{two}");
        assert_eq!(one.contains(difference), !needs_two, "{difference} in\n{one}");
    }
}

#[test]
fn settings_of_one_gpu_make_a_group() {
    let config = "num_gpus 3\ngpu 1 prefill_tps 2000\nlink 0 2 25 0.1 # slow";
    line(config, "gpus original_1 x 1");
    line(config, "prefill 2000 tok/s");
    line(config, "link original_0[0] -> original_2[0] bandwidth 25 GB/s latency 0.1 ms");
}

#[test]
fn lines_that_are_not_understood_are_reported() {
    check("prefil_tps 1200", TRACE, "config.txt:1:1: note[E0651]: unknown key `prefil_tps` in the config");
    check(
        "max_concurrent 2 4",
        TRACE,
        "config.txt:1:18: note[E0652]: `4` is after the last value of its line",
    );
    check(
        "num_gpus 0",
        TRACE,
        "config.txt:1:10: error[E0653]: `num_gpus` takes a whole number from 1 to 100000, found `0`",
    );
    check("routing_policy best", TRACE, "config.txt:1:16: error[E0653]: `routing_policy` takes no `best`");
    check(
        "",
        "a 0 5",
        "trace.txt:1:1: error[E0654]: expected `id arrival_ms prompt gen [streaming]`, found fewer values",
    );
    check("", "a 0 5 -1", "trace.txt:1:7: error[E0653]: `gen` takes a whole number of tokens, found `-1`");
}

#[test]
fn a_note_about_the_config_does_not_hide_an_empty_trace() {
    let (import, _) = imported("prefil_tps 1200", "# nothing\n");
    assert_eq!(found(&import.diagnostics), ["E0651", "E0656"]);
}

#[test]
fn the_examples_of_explain_are_wrong_and_right() {
    for info in codes().filter(|info| info.code.starts_with("E065")) {
        let is_trace = |text: &str| text.starts_with("req1") || text.starts_with("# id");
        let of = |text: &str| if is_trace(text) { imported("", text).0 } else { imported(text, TRACE).0 };
        assert_eq!(found(&of(info.wrong).diagnostics), [info.code], "the wrong example of {}", info.code);
        assert_eq!(
            found(&of(info.right).diagnostics),
            Vec::<&str>::new(),
            "the right example of {}",
            info.code
        );
    }
}
