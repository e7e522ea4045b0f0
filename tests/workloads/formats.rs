//! The formats of traces, one by one: what each row of a small file means, and what is said of a wrong one.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use kvs::model::{TraceFile, WorkloadSource};
use kvs::units::Tokens;
use kvs::workload::formats::{Survey, survey};
use kvs::workload::{Request, Stretch, Traffic};

use crate::scenarios::{drain, file, quantity, scenario, trace, workload};
use crate::traces::{check, check_error, recorded, replay};

/// The stretches of a request as (text, tokens).
fn content(request: &Request) -> Vec<(u64, u32)> {
    let stretches = request.content.iter().flatten();
    stretches.map(|Stretch { text, tokens }| (*text, *tokens)).collect()
}

fn mooncake(block: f64) -> TraceFile {
    let mut trace = trace("mooncake");
    trace.format.args[0].1 = quantity(block, kvs::units::Dimension::NUMBER);
    trace
}

const TURNS: &str = "{\"timestamp\": 0, \"input_length\": 1100, \"output_length\": 5, \"hash_ids\": [0, 900, 17]}\n\
                     {\"timestamp\": 2999.5, \"input_length\": 1024, \"output_length\": 7, \"hash_ids\": [0, 900], \"type\": \"text\"}\n";

#[test]
fn mooncake_rows_are_blocks_that_may_be_shared() {
    let expected = [(0.0, 1100, 5), (2999.5, 1024, 7)];
    for text in [
        TURNS.to_owned(),
        TURNS.replace('\n', "\r\n"),
        format!("\u{feff}{}", TURNS.trim_end()),
        format!("\n{}\n\n", TURNS.replace('\n', "\n  \n")),
    ] {
        assert!(check(&trace("mooncake"), &text, &expected).sorted);
    }
    let (_, requests) = replay(&trace("mooncake"), TURNS.as_bytes()).unwrap();
    // Texts are numbered as they first occur; the last one has what is left of the prompt.
    assert_eq!(content(&requests[0]), [(0, 512), (1, 512), (2, 76)]);
    assert_eq!(content(&requests[1]), [(0, 512), (1, 512)]);
}

#[test]
fn mooncake_blocks_may_have_another_size_and_be_left_out() {
    let text = "{\"hash_ids\": [8, 9], \"timestamp\": 1, \"input_length\": 20, \"output_length\": 1}\n\
                {\"timestamp\": 5e-05, \"input_length\": 20, \"output_length\": 1}\n\
                {\"timestamp\": 2, \"input_length\": 0, \"output_length\": 1, \"hash_ids\": []}\n";
    let survey = check(&mooncake(16.0), text, &[(5e-5, 20, 1), (1.0, 20, 1), (2.0, 0, 1)]);
    assert!(!survey.sorted);
    let (_, requests) = replay(&mooncake(16.0), text.as_bytes()).unwrap();
    assert_eq!(content(&requests[1]), [(0, 16), (1, 4)]);
    assert_eq!((&requests[0].content, &requests[2].content), (&None, &None));
}

#[test]
fn blocks_of_two_traces_are_different_texts() {
    let source = || WorkloadSource::File(trace("mooncake"));
    let scenario = scenario(vec![workload("one", source()), workload("two", source())]);
    let requests = drain(Traffic::new(&scenario, 1, &file(TURNS.as_bytes())).unwrap());
    let of = |workload| requests.iter().find(|request| request.workload == workload).map(content).unwrap();
    assert_eq!(of(0)[0], (0, 512));
    assert_eq!(of(1)[0], (1 << 48, 512));
}

#[test]
fn mooncake_shows_what_is_wrong_with_a_row() {
    let row = |timestamp: &str, input: &str, ids: &str| {
        format!(
            "{{\"timestamp\": {timestamp}, \"input_length\": {input}, \"output_length\": 5, \"hash_ids\": {ids}}}"
        )
    };
    for (row, column, message) in [
        (
            row("-3", "9", "[1]"),
            Some(15),
            "`timestamp`: expected a number as `12.5`, not negative, found `-3`",
        ),
        (
            row("\"0\"", "9", "[1]"),
            Some(15),
            "`timestamp`: expected a number as `12.5`, not negative, found `\"0\"`",
        ),
        (row("0", "9.5", "[1]"), Some(34), "`input_length`: expected a whole number of tokens, found `9.5`"),
        (
            row("0", "600", "[1]"),
            Some(71),
            "`hash_ids`: expected `2` ids, one for each `512` tokens of `600`, found `1`",
        ),
        (row("0", "600", "[1, -2]"), Some(75), "`hash_ids`: expected a whole number below 2^64, found `-2`"),
        (row("0", "600", "7"), Some(71), "`hash_ids`: expected a list as `[0, 14, 15]`, found `7`"),
        ("{\"timestamp\": 0}".to_owned(), None, "expected a field `input_length`, found none"),
        (
            "0,6758,500".to_owned(),
            Some(1),
            "expected an object as `{\"timestamp\": 0, \"input_length\": 6758, …}`: invalid type: integer `0`, expected an object",
        ),
    ] {
        check_error("mooncake", format!("{TURNS}{row}\n").as_bytes(), Some(3), column, message);
    }
}

#[test]
fn files_are_unpacked_whatever_they_are_called() {
    let packed = |text: &str| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let (first, second) = TURNS.split_once('\n').unwrap();
    // Two files in one, as `cat a.gz b.gz` makes it.
    let text = [packed(first), packed(&format!("\n{second}"))].concat();
    let (survey, requests) = replay(&trace("mooncake"), &text).unwrap();
    assert_eq!((survey.rows_used, requests[1].prompt), (2, Tokens::new(1024)));
    let cut = &packed(TURNS)[..40];
    let error = replay(&trace("mooncake"), cut).unwrap_err();
    assert!(error.unreadable, "{error:?}");
}

const MOONCAKE: &str = "traces/mooncake_fast25/conversation_trace.first30min.jsonl";

/// The first-seen and the distinct blocks are those that the traces' description counts.
#[test]
fn half_an_hour_of_mooncake_conversations_is_replayed_row_by_row() {
    const TEST: &str = "half_an_hour_of_mooncake_conversations_is_replayed_row_by_row";
    let Some(text) = recorded(TEST, MOONCAKE) else { return };
    let (Survey { rows_read, sorted, last, .. }, requests) = replay(&trace("mooncake"), &text).unwrap();
    assert_eq!((rows_read, requests.len(), sorted), (5719, 5719, true));
    assert_eq!(last.map(|last| (last.as_secs_f64() * 10.0).round()), Some(17_970.0));
    let (mut blocks, mut most) = (0, 0);
    for request in &requests {
        let content = content(request);
        assert_eq!(content.len() as u32, request.prompt.get().div_ceil(512));
        assert_eq!(content.iter().map(|(_, tokens)| tokens).sum::<u32>(), request.prompt.get());
        // The system prompt, which all of them share.
        assert_eq!(content[0].0, 0);
        blocks += content.len();
        most = content.iter().map(|(text, _)| *text).chain([most]).max().unwrap();
    }
    assert_eq!((blocks, most + 1), (146_464, 96_534));
}

#[test]
fn measured_prompts_are_read_in_blocks_of_16() {
    for model in ["llama-3.1-8b", "qwen3-32b"] {
        let path = format!("traces/llmservingsim_vllm_runs/sharegpt-{model}-300-sps10.derived-blk16.jsonl");
        let Some(text) = recorded("measured_prompts_are_read_in_blocks_of_16", &path) else { return };
        assert_eq!(survey(&mooncake(16.0), &file(&text)).unwrap().rows_used, 300);
    }
}
