//! The formats of traces, one by one: what each row of a small file means, and what is said of a wrong one.

use std::collections::BTreeSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use kvs::model::{Arg, TraceFile, WorkloadSource};
use kvs::units::Tokens;
use kvs::workload::formats::{DropReason, Survey, survey};
use kvs::workload::{Request, Stretch, Traffic};

use crate::scenarios::{drain, file, quantity, scenario, trace, workload};
use crate::traces::{check, check_error, recorded, replay};

/// The stretches of a request as (text, tokens): those of its prompt, and the one its answer is of.
fn content(request: &Request) -> (Vec<(u64, u32)>, u64) {
    let stretches = request.content().expect("a row with ids has a content");
    let (answer, prompt) = stretches.split_last().expect("a content names a text");
    assert_eq!(answer.tokens, 0, "none of the answer's text is in the prompt");
    (prompt.iter().map(|Stretch { text, tokens }| (*text, *tokens)).collect(), answer.text)
}

/// The number of a trace's block: of the first workload, by its id.
fn block(index: u64) -> u64 {
    5 << 44 | index
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
    // The last one has what is left of the prompt.
    assert_eq!(content(&requests[0]).0, [(block(0), 512), (block(900), 512), (block(17), 76)]);
    assert_eq!(content(&requests[1]).0, [(block(0), 512), (block(900), 512)]);
}

#[test]
fn mooncake_blocks_may_have_another_size_and_be_left_out() {
    let text = "{\"hash_ids\": [8, 9], \"timestamp\": 1, \"input_length\": 20, \"output_length\": 1}\n\
                {\"timestamp\": 5e-05, \"input_length\": 20, \"output_length\": 1}\n\
                {\"timestamp\": 2, \"input_length\": 0, \"output_length\": 1, \"hash_ids\": []}\n";
    let survey = check(&mooncake(16.0), text, &[(5e-5, 20, 1), (1.0, 20, 1), (2.0, 0, 1)]);
    assert!(!survey.sorted);
    let (_, requests) = replay(&mooncake(16.0), text.as_bytes()).unwrap();
    assert_eq!(content(&requests[1]).0, [(block(8), 16), (block(9), 4)]);
    assert_eq!((requests[0].content(), requests[2].content()), (None, None));
}

/// A recording says what was asked, never what was answered.
#[test]
fn equal_prompts_of_a_mooncake_trace_have_answers_of_their_own() {
    let row = "{\"timestamp\": 0, \"input_length\": 20, \"output_length\": 9, \"hash_ids\": [7, 8]}\n";
    let (_, requests) = replay(&mooncake(16.0), row.repeat(2).as_bytes()).unwrap();
    let (prompts, answers): (Vec<_>, Vec<u64>) = requests.iter().map(content).unzip();
    assert_eq!(prompts[0], prompts[1]);
    let blocks: Vec<u64> = prompts[0].iter().map(|(text, _)| *text).collect();
    assert!(answers[0] != answers[1] && answers.iter().all(|answer| !blocks.contains(answer)));
}

#[test]
fn ids_that_are_hashes_are_numbered_above_all_others() {
    let row = "{\"timestamp\": 0, \"input_length\": 60, \"output_length\": 9, \"hash_ids\": [18446744073709551615, 5, \
               8796093022208, 8796093022207]}\n";
    let (_, requests) = replay(&mooncake(16.0), row.repeat(2).as_bytes()).unwrap();
    let numbers = [1 << 43, 5, (1 << 43) + 1, (1 << 43) - 1];
    let expected: Vec<(u64, u32)> = numbers.map(block).into_iter().zip([16, 16, 16, 12]).collect();
    assert_eq!(content(&requests[0]).0, expected);
    assert_eq!(content(&requests[1]).0, expected);
}

#[test]
fn blocks_of_two_traces_are_different_texts() {
    let source = || WorkloadSource::File(trace("mooncake"));
    let scenario = scenario(vec![workload("one", source()), workload("two", source())]);
    let requests = drain(Traffic::new(&scenario, 1, &file(TURNS.as_bytes())).unwrap());
    let of = |workload| requests.iter().find(|request| request.workload == workload).map(content).unwrap();
    assert_eq!(of(0).0[0], (block(0), 512));
    assert_eq!(of(1).0[0], (1 << 48 | block(0), 512));
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
            "expected an object as `{\"timestamp\": 0, \"input_length\": 6758, …}`, found `0,6758,500`",
        ),
    ] {
        check_error("mooncake", format!("{TURNS}{row}\n").as_bytes(), Some(3), column, message);
    }
}

const BURSTGPT: &str = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type";

#[test]
fn burstgpt_rows_without_tokens_are_dropped_and_counted() {
    let rows = [
        "3,ChatGPT,7,0,7,API log",
        "5,ChatGPT,472,18,490,Conversation log",
        "45.25,GPT-4,10,2,12,\"API log, v2\"",
        "46,GPT-4,0,4,4,API log",
    ];
    // Time 0 is the first request, not the failed one before it.
    let expected = [(0.0, 472, 18), (40_250.0, 10, 2)];
    for text in [
        format!("{BURSTGPT}\n{}\n", rows.join("\n")),
        format!("\u{feff}{BURSTGPT}\r\n{}", rows.join("\r\n")),
        format!("Session ID,{BURSTGPT}\n9,{}\n", rows.join("\n9,")),
    ] {
        let survey = check(&trace("burstgpt"), &text, &expected);
        assert_eq!((survey.rows_read, survey.rows_used), (4, 2));
        assert_eq!(survey.dropped, [(DropReason::NoTokens, 2)]);
    }
    let row = format!("{BURSTGPT}\n5,ChatGPT,472,some,490,API log\n");
    let message = "expected a whole number of tokens, found `some`";
    check_error("burstgpt", row.as_bytes(), Some(2), Some(15), message);
}

#[test]
fn vllm_results_are_read_column_by_column() {
    let text = "{\"date\": \"20260102-030405\", \"request_rate\": \"inf\", \"itls\": [[0.05], [], [0.1, 0.2]],\n\
                \"output_lens\": [3, 0, 2], \"start_times\": [10.5, 0.0, 10],\n\
                \"generated_texts\": [\"{\\\"x\\\"\", \"\", \"]\"], \"input_lens\": [100, 50, 200]}\n";
    let survey = check(&trace("vllm"), text, &[(0.0, 200, 2), (500.0, 100, 3)]);
    assert_eq!((survey.sorted, survey.dropped), (false, vec![(DropReason::NoTokens, 1)]));
    for (text, line, column, message) in [
        (
            "{\"completed\": 300}",
            None,
            None,
            "expected `input_lens` and `output_lens`, which `vllm bench serve --save-result` saves with \
             `--save-detailed`, found none",
        ),
        (
            "{\"input_lens\": [1], \"output_lens\": [1]}",
            None,
            None,
            "expected `start_times` in the result, found none: later versions of vLLM save them, and nothing else says \
             when requests came; measure again, or describe them in a `workload` with `arrivals` and `rate`",
        ),
        (
            "{\"request_rate\": 4.5, \"burstiness\": 0.25, \"input_lens\": [1], \"output_lens\": [1]}",
            None,
            None,
            "expected `start_times` in the result, found none: later versions of vLLM save them, and nothing else says \
             when requests came; measure again, or write a `workload` with what was asked for: `rate 4.5 req/s` and \
             `arrivals gamma cv 2`",
        ),
        (
            "{\"input_lens\": [1, 2], \"output_lens\": [1], \"start_times\": [1, 2]}",
            None,
            None,
            "expected as many `output_lens` as `input_lens`, `2`, found `1`",
        ),
        (
            "\n{\"input_lens\": [1, -2]",
            Some(2),
            Some(22),
            "expected a whole number of tokens up to `2147483647`, found integer `-2`",
        ),
        (
            "{\"start_times\": [\"soon\"]",
            Some(1),
            Some(23),
            "expected a time in seconds from 0 to 10^12, found string \"soon\"",
        ),
        ("{\"input_lens\": [1", Some(1), Some(17), "expected JSON: EOF while parsing a list"),
        (
            "7",
            Some(1),
            Some(1),
            "expected the result of `vllm bench serve` or an object for a request, found integer `7`",
        ),
    ] {
        check_error("vllm", text.as_bytes(), line, column, message);
    }
}

#[test]
fn vllm_rows_are_on_a_clock_of_their_own() {
    let text = "{\"request_id\": \"bench-0\", \"input_toks\": 2358, \"output_toks\": 531, \"arrival_time\": 1777142838.5, \
                \"queued_ts\": 479748.34, \"x\": null}\r\n\
                {\"input_toks\": 10, \"output_toks\": 20, \"arrival_time\": 1777142840}";
    check(&trace("vllm"), text, &[(0.0, 2358, 531), (1500.0, 10, 20)]);
    let (_, requests) = replay(&trace("vllm"), text.as_bytes()).unwrap();
    assert_eq!(requests[0].label(), Some("bench-0"));
    let text = "{\"input_toks\": 1, \"output_toks\": 2, \"queued_ts\": 7.25}{\"input_toks\": 3, \"output_toks\": 4, \"queued_ts\": 8}";
    check(&trace("vllm"), text, &[(0.0, 1, 2), (750.0, 3, 4)]);
    let text = b"{\"input_toks\": 1, \"output_toks\": 2}";
    check_error("vllm", text, None, None, "expected `arrival_time` or `queued_ts` of a request, found none");
}

#[test]
fn vidur_and_splitwise_differ_in_names_alone() {
    let expected = [(0.0, 374, 44), (50.0, 396, 109)];
    for text in [
        "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,374,44\n5e-02,396,109\n",
        "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size\r\n\
         0,2,0,0.0,1,374,44\r\n1,2,0,0.05,1,396,109",
    ] {
        assert!(check(&trace("vidur"), text, &expected).sorted);
    }
    let message = "expected a column `arrived_at` or `arrival_timestamp` in the header, found \
                   `num_prefill_tokens`, `num_decode_tokens`, `pd_ratio`; a file of lengths alone has nothing to \
                   replay: draw from it in a `workload`, with `lengths joint from \"…\" prompt \
                   \"num_prefill_tokens\" output \"num_decode_tokens\"`";
    check_error(
        "vidur",
        b"num_prefill_tokens,num_decode_tokens,pd_ratio\n1,2,0.5\n",
        Some(1),
        Some(1),
        message,
    );
    let twice = b"arrived_at,arrival_timestamp,num_prefill_tokens,num_decode_tokens\n";
    let message = "expected one column `arrived_at` or `arrival_timestamp` in the header, found several";
    check_error("vidur", twice, Some(1), Some(1), message);
}

#[test]
fn any_csv_is_read_by_the_columns_that_are_named() {
    let with = |unit: &str| {
        let mut trace = trace("csv");
        trace.format.args[3].1 = Arg::Word(unit.to_owned());
        TraceFile { format: trace.format.with("id", Arg::Text("who".to_owned())), ..trace }
    };
    for (unit, first, second) in [
        ("s", "100", "100.25"),
        ("ms", "5e3", "5250"),
        ("us", "0", "250000"),
        ("ns", "1777142838000000000", "1777142838250000000"),
        ("ps", "1", "250000000001"),
        ("timestamp", "2024-05-10T00:00:00Z", "2024-05-10 02:00:00.25+02:00"),
    ] {
        let text = format!("who,out,\"the, rest\",when,in\na,2,\"x\ny\",{first},1\nb,4,,{second},3\n");
        check(&with(unit), &text, &[(0.0, 1, 2), (250.0, 3, 4)]);
        let (_, requests) = replay(&with(unit), text.as_bytes()).unwrap();
        assert_eq!(requests[1].label(), Some("b"), "{unit}");
    }
    check_error(
        "csv",
        b"when,in\n",
        Some(1),
        Some(1),
        "expected a column `out` in the header, found `when`, `in`",
    );
    let message = "expected a number as `12.5`, not negative, found `noon`";
    check_error("csv", b"when,in,out\nnoon,1,1\n", Some(2), Some(1), message);
}

/// A quote that is never closed, and a text without line ends.
#[test]
fn endless_rows_are_refused_before_they_fill_the_memory() {
    let filler = "x".repeat(17 * 1024 * 1024);
    for (format, text) in [
        ("csv", format!("when,in,out\n0,1,\"{filler}")),
        ("kvs", format!("a 0 1 1\n{filler}")),
        ("mooncake", filler.clone()),
    ] {
        let error = survey(&trace(format), &file(text.as_bytes())).unwrap_err();
        assert_eq!(error.message, "expected lines of at most 16 MiB, found a longer one", "{format}");
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
    let (mut blocks, mut texts) = (0, BTreeSet::new());
    for request in &requests {
        let (content, _) = content(request);
        assert_eq!(content.len() as u32, request.prompt.get().div_ceil(512));
        assert_eq!(content.iter().map(|(_, tokens)| tokens).sum::<u32>(), request.prompt.get());
        // The system prompt, which all of them share.
        assert_eq!(content[0].0, block(0));
        blocks += content.len();
        texts.extend(content.iter().map(|(text, _)| *text));
    }
    assert_eq!((blocks, texts.len()), (146_464, 96_534));
}

#[test]
fn measured_prompts_are_read_in_blocks_of_16() {
    for model in ["llama-3.1-8b", "qwen3-32b"] {
        let path = format!("traces/llmservingsim_vllm_runs/sharegpt-{model}-300-sps10.derived-blk16.jsonl");
        let Some(text) = recorded("measured_prompts_are_read_in_blocks_of_16", &path) else { return };
        assert_eq!(survey(&mooncake(16.0), &file(&text)).unwrap().rows_used, 300);
    }
}

#[test]
fn runs_of_vllm_are_replayed_as_they_arrived() {
    for (model, first) in [("Llama-3.1-8B", 2358), ("Qwen3-32B", 2361)] {
        let path = format!("traces/llmservingsim_vllm_runs/RTXPRO6000/{model}/requests.jsonl");
        let Some(text) = recorded("runs_of_vllm_are_replayed_as_they_arrived", &path) else { return };
        let (survey, requests) = replay(&trace("vllm"), &text).unwrap();
        assert_eq!((survey.rows_read, survey.rows_used), (300, 300));
        let of_first = requests.iter().find(|request| request.label() == Some("bench-0")).unwrap();
        assert_eq!(of_first.prompt.get(), first);
        // Ten requests a second for 29.1 s.
        assert_eq!((requests[299].arrival.as_secs_f64() * 10.0).round(), 291.0);
    }
}

#[test]
fn lengths_without_times_are_refused_with_what_to_do() {
    let path = "traces/vidur_arxiv_lengths/arxiv_summarization_stats_llama2_tokenizer_filtered_v2.csv";
    let Some(text) = recorded("lengths_without_times_are_refused_with_what_to_do", path) else { return };
    let error = survey(&trace("vidur"), &file(&text)).unwrap_err();
    assert!(error.message.contains("lengths joint from"), "{}", error.message);
}
