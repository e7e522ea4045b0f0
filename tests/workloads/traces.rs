//! Recorded requests: every quirk survived, every bad row shown at its place, every row accounted for.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kvs::model::{TraceFile, WorkloadSource};
use kvs::rng::Streams;
use kvs::units::{Ratio, SimDuration, SimTime, Tokens};
use kvs::workload::formats::{DropReason, Survey, survey};
use kvs::workload::{Request, Traffic, TrafficError};

use crate::data;
use crate::scenarios::{drain, file, scenario, trace, workload};

const HEADER: &str = "TIMESTAMP,ContextTokens,GeneratedTokens";

/// Surveyed and replayed; the two must agree.
pub(crate) fn replay(trace: &TraceFile, text: &[u8]) -> Result<(Survey, Vec<Request>), TrafficError> {
    let open = file(text);
    let survey = survey(trace, &open)?;
    let scenario = scenario(vec![workload("recorded", WorkloadSource::File(trace.clone()))]);
    let requests = drain(Traffic::new(&scenario, 1, &open)?);
    let dropped: u64 = survey.dropped.iter().map(|(_, count)| count).sum();
    assert_eq!(survey.rows_read, survey.rows_used + dropped);
    assert_eq!(survey.rows_used, requests.len() as u64);
    assert_eq!(survey.first, requests.first().map(|request| request.arrival));
    assert_eq!(survey.last, requests.last().map(|request| request.arrival));
    Ok((survey, requests))
}

/// Arrivals in milliseconds with prompt and output, as the text says them.
#[track_caller]
pub(crate) fn check(trace: &TraceFile, text: &str, expected: &[(f64, u32, u32)]) -> Survey {
    let (survey, requests) = replay(trace, text.as_bytes()).unwrap();
    let found: Vec<(f64, u32, u32)> = requests
        .iter()
        .map(|request| (request.arrival.as_ms_f64(), request.prompt.get(), request.output.get()))
        .collect();
    assert_eq!(found, expected, "{text:?}");
    survey
}

#[track_caller]
pub(crate) fn check_error(format: &str, text: &[u8], line: Option<u64>, column: Option<u64>, message: &str) {
    let error = survey(&trace(format), &file(text)).unwrap_err();
    let (path, message) = ("trace.csv".to_owned(), message.to_owned());
    let expected = TrafficError { path, line, column, message, unreadable: false };
    assert_eq!(error, expected, "{:?}", String::from_utf8_lossy(text));
}

#[test]
fn azure_begins_with_its_first_row_however_its_lines_end() {
    let rows = ["2023-11-16 18:17:03.9799600,4808,10", "2023-11-16 18:17:04.0319600,3180,8"];
    let expected = [(0.0, 4808, 10), (52.0, 3180, 8)];
    for text in [
        format!("{HEADER}\n{}\n{}\n", rows[0], rows[1]),
        format!("{HEADER}\r\n{}\r\n{}", rows[0], rows[1]),
        format!("\u{feff}{HEADER}\n{}\n{}", rows[0], rows[1]),
        format!("{HEADER}\n\n{}\n\n{}\n\n", rows[0], rows[1]),
    ] {
        assert!(check(&trace("azure"), &text, &expected).sorted);
    }
}

#[test]
fn azure_takes_columns_by_name_and_timestamps_with_a_zone() {
    let text = "GeneratedTokens, extra ,TIMESTAMP,ContextTokens\n\
                20,x,2024-05-10 00:00:00.009930+00:00, 2162\n\
                \"5\",,2024-05-10 02:00:01+02:00,10\n";
    check(&trace("azure"), text, &[(0.0, 2162, 20), (990.07, 10, 5)]);
}

#[test]
fn azure_shows_what_is_wrong_with_a_row() {
    let with = |row: &str| format!("{HEADER}\n2023-11-16 18:17:03,1,1\n{row}\n").into_bytes();
    let timestamp = "expected a timestamp as `2023-11-16 18:17:03.97996`, found";
    for (row, column, message) in [
        ("16/11/2023,1,1", Some(1), format!("{timestamp} `16/11/2023`")),
        (",1,1", Some(1), format!("{timestamp} ``")),
        ("2023-11-16 18:17:04, -5,1", Some(22), "expected a whole number of tokens, found `-5`".to_owned()),
        (
            "2023-11-16 18:17:04,1,12.0",
            Some(23),
            "expected a whole number of tokens, found `12.0`".to_owned(),
        ),
        (
            "2023-11-16 18:17:04,2147483648,1",
            Some(21),
            "expected at most `2147483647` tokens, found `2147483648`".to_owned(),
        ),
        ("2023-11-16 18:17:04,1", None, "expected `3` cells as in the header, found `2`".to_owned()),
        ("2023-11-16 18:17:04,1,1,1", None, "expected `3` cells as in the header, found `4`".to_owned()),
    ] {
        check_error("azure", &with(row), Some(3), column, &message);
    }
}

#[test]
fn a_header_without_a_column_is_shown() {
    let expected = "expected a column `ContextTokens` in the header, found `TIMESTAMP`, `Prompt`";
    check_error("azure", b"TIMESTAMP,Prompt\n", Some(1), Some(1), expected);
    check_error(
        "azure",
        b"",
        Some(1),
        Some(1),
        "expected a column `TIMESTAMP` in the header, found an empty file",
    );
}

#[test]
fn bytes_that_are_not_text_are_an_error() {
    check_error("kvs", b"a 0 1 1\n\xff 0 1 1\n", Some(2), None, "expected UTF-8 text, found other bytes");
    let text = [HEADER.as_bytes(), b"\n\xff,1,1\n"].concat();
    check_error("azure", &text, Some(2), None, "expected UTF-8 text, found other bytes");
}

#[test]
fn kvs_rows_are_on_the_runs_clock_in_any_order() {
    let survey = check(
        &trace("kvs"),
        "\u{feff}# id arrival prompt gen\r\nc 300 100 50 0\r\n\r\n  a\t0.5 10 5 1 # first\nb 300 20 0",
        &[(0.5, 10, 5), (300.0, 100, 50), (300.0, 20, 0)],
    );
    assert!(!survey.sorted);
    let survey = check(
        &trace("kvs"),
        "a 60000 100 50 0\nb 60010 100 50 0\n",
        &[(60_000.0, 100, 50), (60_010.0, 100, 50)],
    );
    assert!(survey.sorted);
}

#[test]
fn kvs_columns_may_be_named() {
    let text = "columns arrival_ms gen prompt id\n5 1 2 first\n7.25 3 4 second\n";
    check(&trace("kvs"), text, &[(5.0, 2, 1), (7.25, 4, 3)]);
    let (_, requests) = replay(&trace("kvs"), text.as_bytes()).unwrap();
    assert_eq!(requests[1].label(), Some("second"));
}

#[test]
fn kvs_shows_what_is_wrong_with_a_row() {
    for (row, column, message) in [
        ("b 1 2", None, "expected `4` or `5` cells (`id arrival_ms prompt gen streaming`), found `3`"),
        (
            "b 1 2 3 0 x",
            Some(11),
            "expected `4` or `5` cells (`id arrival_ms prompt gen streaming`), found `6`",
        ),
        ("b  -1 2 3", Some(4), "expected a number as `12.5`, not negative, found `-1`"),
        (
            "columns id arrival_ms prompt gen",
            Some(9),
            "expected a number as `12.5`, not negative, found `id`",
        ),
        ("b 1 2.5 3", Some(5), "expected a whole number of tokens, found `2.5`"),
        ("é 1 2 many", Some(7), "expected a whole number of tokens, found `many`"),
        (
            "b 19000000000 1 1",
            None,
            "expected an arrival within 213 days of the trace's start, found a later one",
        ),
        (
            "b 9999999999999999999999999 1 1",
            Some(3),
            "expected a time within 213 days, found `9999999999999999999999999`",
        ),
    ] {
        check_error("kvs", format!("a 0 1 1\n{row}\n").as_bytes(), Some(2), column, message);
    }
    for (columns, column, message) in [
        (
            "columns id arrival prompt gen",
            Some(12),
            "expected one of the columns `id`, `arrival_ms`, `arrival_s`, `prompt`, `gen`, `streaming`, found `arrival`",
        ),
        ("columns id id", Some(12), "expected each column once, found `id` again"),
        ("columns id arrival_ms gen", None, "expected a column `prompt`, found none"),
    ] {
        check_error("kvs", columns.as_bytes(), Some(1), column, message);
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error_with_its_path() {
    let error = survey(&trace("kvs"), &|_| Err(std::io::Error::other("disk on fire"))).unwrap_err();
    assert_eq!(
        (error.path.as_str(), error.line, error.message.as_str()),
        ("trace.csv", None, "disk on fire")
    );
}

#[test]
fn an_unsorted_recording_begins_with_its_earliest_row() {
    let text =
        format!("{HEADER}\n2023-11-16 00:00:05,3,3\n2023-11-16 00:00:04,1,1\n2023-11-16 00:00:05,4,4\n");
    let survey = check(&trace("azure"), &text, &[(0.0, 1, 1), (1000.0, 3, 3), (1000.0, 4, 4)]);
    assert!(!survey.sorted);
    let slice = Some((SimTime::ZERO, SimTime::from_ms(500)));
    let survey = check(&TraceFile { slice, ..trace("azure") }, &text, &[(0.0, 1, 1)]);
    assert_eq!(survey.dropped, [(DropReason::OutsideSlice, 2)]);
}

#[test]
fn a_slice_includes_both_ends_and_begins_at_0_before_speedup() {
    let text = "a 0 1 1\nb 1000 2 2\nc 1500 3 3\nd 3000 4 4\ne 3000.000000001 5 5\n";
    let slice = Some((SimTime::from_ms(1000), SimTime::from_ms(3000)));
    let expected = [(0.0, 2, 2), (500.0, 3, 3), (2000.0, 4, 4)];
    let survey = check(&TraceFile { slice, ..trace("kvs") }, text, &expected);
    assert_eq!((survey.rows_read, survey.rows_used), (5, 3));
    assert_eq!(survey.dropped, [(DropReason::OutsideSlice, 2)]);
    let twice = TraceFile { slice, speedup: Ratio::new(2.0), ..trace("kvs") };
    check(&twice, text, &[(0.0, 2, 2), (250.0, 3, 3), (1000.0, 4, 4)]);
}

#[test]
fn a_sample_keeps_its_share_and_the_same_rows_for_every_seed() {
    let text: String = (0..10_000).map(|row| format!("r{row} {row} 1 1\n")).collect();
    let quarter = TraceFile { sample: Some(Ratio::new(0.25)), ..trace("kvs") };
    let (survey, requests) = replay(&quarter, text.as_bytes()).unwrap();
    // A deviation of 43.
    assert!((survey.rows_used as f64 - 2500.0).abs() < 4.0 * 43.3, "{}", survey.rows_used);
    assert_eq!(survey.dropped, [(DropReason::SampledOut, 10_000 - survey.rows_used)]);
    let scenario = scenario(vec![workload("recorded", WorkloadSource::File(quarter))]);
    assert_eq!(drain(Traffic::new(&scenario, 2, &file(text.as_bytes())).unwrap()), requests);
    let whole = TraceFile { sample: Some(Ratio::ONE), ..trace("kvs") };
    assert_eq!(replay(&whole, text.as_bytes()).unwrap().0.rows_used, 10_000);
}

/// Counts what is read through it.
struct Counted {
    inner: Cursor<Vec<u8>>,
    count: Arc<AtomicUsize>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.fetch_add(n, Ordering::Relaxed);
        Ok(n)
    }
}

#[test]
fn a_sorted_file_is_read_as_its_rows_arrive() {
    let rows = |n_rows: u32| (0..n_rows).map(|row| format!("2023-11-16 00:{:02}:00,7,7\n", row % 60));
    let mut sorted: Vec<String> = rows(60_000).collect();
    sorted.sort();
    let text = format!("{HEADER}\n{}", sorted.concat()).into_bytes();
    let size = text.len();
    let count = Arc::new(AtomicUsize::new(0));
    let open = {
        let count = Arc::clone(&count);
        move |_: &str| -> std::io::Result<Box<dyn BufRead + Send>> {
            Ok(Box::new(BufReader::new(Counted {
                inner: Cursor::new(text.clone()),
                count: Arc::clone(&count),
            })))
        }
    };
    let scenario = scenario(vec![workload("recorded", WorkloadSource::File(trace("azure")))]);
    let mut traffic = Traffic::new(&scenario, 1, &open).unwrap();
    let ahead = count.load(Ordering::Relaxed) - size;
    assert!(ahead <= 32_768, "{ahead} bytes are read ahead of the first request");
    for _ in 0..1000 {
        traffic.next_request().unwrap();
    }
    assert!(count.load(Ordering::Relaxed) - size <= 32_768 + 1000 * 30);
    assert_eq!(drain(traffic).len(), 59_000);
}

#[test]
fn a_file_that_changes_during_the_run_is_a_problem_and_not_an_end() {
    let opened = AtomicUsize::new(0);
    let open = move |_: &str| -> std::io::Result<Box<dyn BufRead + Send>> {
        let text: &[u8] =
            if opened.fetch_add(1, Ordering::Relaxed) == 0 { b"a 0 1 1\nb 1 1 1\n" } else { b"a 0 1 1\nb\n" };
        Ok(Box::new(Cursor::new(text)))
    };
    let scenario = scenario(vec![workload("recorded", WorkloadSource::File(trace("kvs")))]);
    let mut traffic = Traffic::new(&scenario, 1, &open).unwrap();
    while traffic.next_request().is_some() {}
    assert_eq!(traffic.problem().and_then(|problem| problem.line), Some(2));
}

/// Any bytes are a trace or an error; a replay of a trace agrees with its survey.
#[test]
fn damaged_files_are_read_or_refused() {
    let mut stream = Streams::new(1).stream("damage");
    for (format, text) in SOUND {
        for _ in 0..1_500 {
            let mut damaged = text.as_bytes().to_vec();
            for _ in 0..=stream.below(3) {
                let place = stream.below(damaged.len() as u64) as usize;
                match stream.below(3) {
                    0 => damaged[place] = stream.bits() as u8,
                    1 => damaged.truncate(place + 1),
                    _ => damaged.insert(place, b"09,.:- \"\n#\xff[e{\x1f"[stream.below(15) as usize]),
                }
            }
            if let Err(error) = replay(&trace(format), &damaged) {
                assert_eq!(error.path, "trace.csv");
                assert!(!error.message.is_empty());
            }
        }
    }
}

/// Two requests in each format.
const SOUND: &[(&str, &str)] = &[
    ("kvs", "columns id arrival_ms prompt gen\nr1 0 5 6 # x\nr2 1.5 7 8\n"),
    (
        "azure",
        "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.97,12,3\r\n\"2023-11-16 18:17:04\",1,2\r\n",
    ),
    (
        "mooncake",
        "{\"timestamp\": 0, \"input_length\": 600, \"output_length\": 5, \"hash_ids\": [0, 7]}\n\
         {\"timestamp\": 5e-1, \"input_length\": 60, \"output_length\": 5, \"hash_ids\": [0]}\n",
    ),
    (
        "burstgpt",
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,API log\n\
         45.5,GPT-4,10,0,10,API log\n",
    ),
    ("vllm", "{\"input_lens\": [10, 20], \"output_lens\": [1, 2], \"start_times\": [7.5, 8]}"),
    (
        "vllm",
        "{\"input_toks\": 10, \"output_toks\": 3, \"queued_ts\": 7.5}\n{\"input_toks\": 1, \"output_toks\": 3, \"arrival_time\": 9}",
    ),
    ("vidur", "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,10,20\n5e-05,30,40\n"),
    ("csv", "in,when,out\n10,0.5,20\n30,1,40\n"),
];

const AZURE: &str = "traces/azure2023/AzureLLMInferenceTrace_conv.first40min.csv";

/// The content of a file of the data folder, if there is one.
pub(crate) fn recorded(test: &str, path: &str) -> Option<Vec<u8>> {
    let path = data::folder(test)?.join(path);
    Some(std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

#[test]
fn forty_minutes_of_azure_conversations_are_replayed_row_by_row() {
    const TEST: &str = "forty_minutes_of_azure_conversations_are_replayed_row_by_row";
    let Some(text) = recorded(TEST, AZURE) else { return };
    let (survey, requests) = replay(&trace("azure"), &text).unwrap();
    assert_eq!((survey.rows_read, survey.rows_used, survey.dropped.len()), (13_927, 13_927, 0));
    assert!(survey.sorted);
    // As pandas finds them in the file: 5.918 requests a second over 2353.2 s.
    let span = requests[13_926].arrival.as_secs_f64();
    assert_eq!((span * 10.0).round(), 23_532.0);
    assert_eq!((13_927.0 / span * 1000.0).round(), 5918.0);
    let mean = |tokens: fn(&Request) -> u32| {
        requests.iter().map(|request| f64::from(tokens(request))).sum::<f64>() / 13_927.0
    };
    assert_eq!(mean(|request| request.prompt.get()).round(), 1201.0);
    assert_eq!(mean(|request| request.output.get()).round(), 201.0);
}

#[test]
fn twice_the_speed_halves_the_span_and_keeps_the_burstiness() {
    const TEST: &str = "twice_the_speed_halves_the_span_and_keeps_the_burstiness";
    let Some(text) = recorded(TEST, AZURE) else { return };
    let slice = Some((SimTime::from_ms(300_000), SimTime::from_ms(1_500_000)));
    let (once, slow) = replay(&TraceFile { slice, ..trace("azure") }, &text).unwrap();
    let (twice, fast) =
        replay(&TraceFile { slice, speedup: Ratio::new(2.0), ..trace("azure") }, &text).unwrap();
    assert_eq!((once.rows_read, once.rows_used), (twice.rows_read, twice.rows_used));
    assert!(once.last.unwrap() <= SimTime::ZERO + SimDuration::from_ms(1_200_000));
    for (slow, fast) in slow.iter().zip(&fast) {
        assert!(slow.arrival.as_ps().abs_diff(2 * fast.arrival.as_ps()) <= 1);
    }
    let span = |survey: &Survey| survey.last.unwrap().since(survey.first.unwrap()).as_secs_f64();
    assert!((span(&once) / span(&twice) - 2.0).abs() < 1e-9);
    let (slow, fast) = (cv_of_gaps(&slow), cv_of_gaps(&fast));
    assert!((slow / fast - 1.0).abs() < 1e-9 && slow > 1.0, "{slow} and {fast}");
}

/// The standard deviation of the times between arrivals over their mean.
fn cv_of_gaps(requests: &[Request]) -> f64 {
    let gaps: Vec<f64> =
        requests.windows(2).map(|pair| pair[1].arrival.since(pair[0].arrival).as_secs_f64()).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    variance.sqrt() / mean
}

#[test]
fn traces_of_the_original_are_read() {
    for (case, rows) in
        [("s01_readme_trace", 3), ("s27_zero_tokens", 4), ("s29_unsorted_trace", 4), ("s32_late_start", 2)]
    {
        let path = format!("seed_cases/{case}/trace.txt");
        let Some(text) = recorded("traces_of_the_original_are_read", &path) else { return };
        assert_eq!(replay(&trace("kvs"), &text).unwrap().0.rows_used, rows, "{case}");
    }
}

#[test]
fn a_trace_of_which_nothing_is_used_is_refused() {
    let slice = Some((SimTime::from_ms(5000), SimTime::from_ms(6000)));
    let beyond = TraceFile { slice, ..trace("kvs") };
    for (trace, text, found) in [
        (trace("azure"), HEADER, "found none"),
        (trace("kvs"), "# nothing\n", "found none"),
        (beyond, "a 0 1 1\nb 1 2 2\n", "found none of `2` (`2` outside slice); the last is at `1 ms`"),
    ] {
        let problem = replay(&trace, text.as_bytes()).unwrap_err();
        assert!(problem.message.ends_with(found), "{}", problem.message);
    }
}

#[test]
fn traces_of_two_names_keep_different_rows() {
    let text: String = (0..1000).map(|row| format!("r{row} {row} 1 1\n")).collect();
    let kept = |name: &str| {
        let half = TraceFile { name: name.to_owned(), sample: Some(Ratio::new(0.5)), ..trace("kvs") };
        replay(&half, text.as_bytes()).unwrap().1
    };
    assert_eq!(kept("chat"), kept("chat"));
    assert_ne!(kept("chat"), kept("code"));
}

#[test]
fn kvs_rows_may_lack_an_id_and_count_in_seconds() {
    let text = "columns arrival_s prompt gen\n0.000000000001 1_000 2\n12_000.5 3 4\n";
    let (_, requests) = replay(&trace("kvs"), text.as_bytes()).unwrap();
    assert_eq!(requests[0].arrival, SimTime::from_ps(1));
    assert_eq!(requests[0].prompt, Tokens::new(1000));
    assert_eq!(requests[1].arrival, SimTime::from_ms(12_000_500));
    assert_eq!(requests[1].label(), Some("2"));
}
