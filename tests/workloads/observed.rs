//! What is drawn from files: values and pairs against the law of the file, rates against its steps.

use kvs::model::{Arg, Choice, DataFile, Workload, WorkloadSource};
use kvs::units::{Dimension, SimDuration, SimTime};
use kvs::workload::{Request, Traffic, TrafficError};

use crate::data;
use crate::rates::check_shape;
use crate::samples::{N_SAMPLES, check_discrete};
use crate::scenarios::{choice, drain, file, generated, quantity, scenario, workload};

fn from(name: &str, key: &str) -> Choice {
    let file = DataFile { path: "data.csv".to_owned(), resolved: "folder/trace.csv".to_owned() };
    Choice::named(name).with(key, Arg::File(file))
}

fn text(text: &str) -> Arg {
    Arg::Text(text.to_owned())
}

/// Requests of these lengths, ten a second.
fn of_lengths(prompt: Choice, output: Choice, n_requests: u64) -> Workload {
    let rate = choice("constant", &[("rate", 10.0)]);
    let mut source = generated(Choice::named("constant"), Some(rate), None, Some(n_requests));
    if let WorkloadSource::Generated { prompt: old_prompt, output: old_output, .. } = &mut source {
        (*old_prompt, *old_output) = (prompt, output);
    }
    workload("chat", source)
}

fn requests(workload: Workload, text: &str) -> Result<Vec<Request>, TrafficError> {
    Traffic::new(&scenario(vec![workload]), 7, &file(text.as_bytes())).map(drain)
}

fn prompts(empirical: &Choice, n_requests: u64, text: &str) -> Result<Vec<u32>, TrafficError> {
    let workload = of_lengths(empirical.clone(), choice("constant", &[("value", 1.0)]), n_requests);
    Ok(requests(workload, text)?.iter().map(|request| request.prompt.get()).collect())
}

fn pairs(joint: Choice, n_requests: u64, text: &str) -> Result<Vec<(u32, u32)>, TrafficError> {
    let (prompt, output) = kvs::workload::lengths::sides(joint);
    let requests = requests(of_lengths(prompt, output, n_requests), text)?;
    Ok(requests.iter().map(|request| (request.prompt.get(), request.output.get())).collect())
}

#[track_caller]
fn check_error<T: std::fmt::Debug>(
    found: Result<T, TrafficError>,
    line: Option<u64>,
    column: Option<u64>,
    message: &str,
) {
    let error = found.unwrap_err();
    assert_eq!((error.line, error.column, error.message.as_str()), (line, column, message));
}

#[test]
fn values_of_a_file_are_drawn_alike() {
    let values = [3.0, 5.0, 5.0, 80.0, 900.0, 900.0, 900.0, 4000.0];
    let lines: String = values.iter().map(|value| format!("{value}\n")).collect();
    let found = prompts(&from("empirical", "from"), N_SAMPLES as u64, &lines).unwrap();
    let found = found.into_iter().map(f64::from).collect();
    check_discrete("empirical from", found, |x| {
        values.iter().filter(|value| **value <= x).count() as f64 / values.len() as f64
    });
}

#[test]
fn draws_from_files_keep_their_values() {
    let lines: String = (0..1000).map(|value| format!("{value}\n")).collect();
    assert_eq!(prompts(&from("empirical", "from"), 5, &lines).unwrap(), [554, 649, 187, 276, 812]);
    let rows: String = (0..1000).map(|value| format!("{value},{}\n", 2 * value)).collect();
    assert_eq!(pairs(from("joint", "from"), 3, &rows).unwrap(), [(919, 1838), (917, 1834), (641, 1282)]);
}

#[test]
fn values_are_read_however_the_file_is_written() {
    let plain = from("empirical", "from");
    let of_column = plain.clone().with("column", text("in"));
    for (empirical, text) in [
        (&plain, "7\n7\n"),
        (&plain, "\u{feff}# measured in May\r\n\r\n 7 \r\n7.2"),
        (&plain, "prompt\n7\n"),
        (&of_column, "out,in,note\n1,7,\"a, b\"\n2,7,\n"),
        (&of_column, "in\n7e0\n"),
    ] {
        assert_eq!(prompts(empirical, 20, text).unwrap(), [7; 20], "{text:?}");
    }
    let clamped = plain.with("max", quantity(5.0, Dimension::TOKENS));
    assert_eq!(prompts(&clamped, 3, "7\n").unwrap(), [5; 3]);
}

#[test]
fn files_of_values_are_shown_where_they_are_wrong() {
    let plain = from("empirical", "from");
    let of_column = plain.clone().with("column", text("in"));
    for (empirical, text, line, column, message) in [
        (&plain, "", None, None, "expected rows of numbers, found none"),
        (&plain, "prompt\n", None, None, "expected rows of numbers, found none"),
        (&plain, "7\n-1\n", Some(2), Some(1), "expected a number as `12.5`, not negative, found `-1`"),
        (&plain, "7\nmany\n", Some(2), Some(1), "expected a number as `12.5`, not negative, found `many`"),
        (&plain, "7\n7,8\n", Some(2), None, "expected `1` cells as in the first row, found `2`"),
        (&plain, "7,8\n", Some(1), None, "expected one cell for each of `column`, found `2` cells"),
        (&plain, "in,out\n7,8\n", Some(1), None, "expected `column` to name one of the columns `in`, `out`"),
        (&of_column, "7\n", Some(1), None, "expected a header with the column `in`, found numbers"),
        (&of_column, "out\n7\n", Some(1), Some(1), "expected a column `in` in the header, found `out`"),
        (
            &of_column,
            "out,in\n7,x\n",
            Some(2),
            Some(3),
            "expected a number as `12.5`, not negative, found `x`",
        ),
        (
            &plain,
            "3000000000\n",
            None,
            None,
            "expected at most `2147483647` tokens in the file, found `3000000000`",
        ),
    ] {
        check_error(prompts(empirical, 1, text), line, column, message);
    }
}

#[test]
fn pairs_of_a_file_stay_pairs_and_are_drawn_alike() {
    let rows = [(10, 400), (10, 1), (3000, 20), (7, 7)];
    let joint = from("joint", "from");
    let text: String = rows.iter().map(|(prompt, output)| format!("{prompt},{output}\n")).collect();
    let found = pairs(joint.clone(), N_SAMPLES as u64, &text).unwrap();
    let places = found.iter().map(|pair| rows.iter().position(|row| row == pair).unwrap() as f64);
    check_discrete("joint from", places.collect(), |place| (place + 1.0) / rows.len() as f64);
    let named = joint.clone().with("prompt", self::text("in")).with("output", self::text("out"));
    for (joint, text) in [
        (&joint, "prompt,gen\n5,6\n"),
        (&joint, "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03,5,6"),
        (&joint, "num_prefill_tokens,num_decode_tokens,num_total_tokens\n5,6,11\n"),
        (&named, "out,who,in\n6,x,5\n"),
    ] {
        assert_eq!(pairs(joint.clone(), 2, text).unwrap(), [(5, 6); 2], "{text:?}");
    }
    let message = "expected a column `gen` or `output` or `GeneratedTokens` or `Response tokens` or \
                   `num_decode_tokens` or `token_size` in the header, found `prompt`, `answer`";
    check_error(pairs(joint, 1, "prompt,answer\n1,2\n"), Some(1), Some(1), message);
}

/// Constant arrivals come whenever the cumulative rate has risen by one.
fn arrivals(rate: Choice, n_requests: u64, start_s: u64, text: &str) -> Result<Vec<f64>, TrafficError> {
    let mut source = generated(Choice::named("constant"), Some(rate), None, Some(n_requests));
    if let WorkloadSource::Generated { start, .. } = &mut source {
        *start = SimTime::from_ms(1000 * start_s);
    }
    let requests = requests(workload("chat", source), text)?;
    Ok(requests.iter().map(|request| request.arrival.as_secs_f64()).collect())
}

fn rate() -> Choice {
    from("from", "file")
        .with("values", Arg::Word("rate".to_owned()))
        .with("shape", Arg::Word("steps".to_owned()))
}

fn with_word(rate: Choice, key: &str, word: &str) -> Choice {
    let mut rate = rate;
    rate.args.retain(|(name, _)| name != key);
    rate.with(key, Arg::Word(word.to_owned()))
}

fn every(rate: Choice, seconds: f64) -> Choice {
    rate.with("every", quantity(seconds, Dimension::TIME))
}

#[test]
fn rates_of_a_file_are_steps_that_repeat() {
    // One a second for two seconds, none for two, four a second for two.
    let expected = [0.0, 1.0, 4.0, 4.25, 4.5, 4.75, 5.0, 5.25, 5.5, 5.75, 6.0, 7.0, 10.0];
    for (rate, text) in [
        (every(rate(), 2.0), "1\n0\n4\n"),
        (every(rate(), 2.0), "# of a day\nrate\n1\n0\n4"),
        (with_word(every(rate(), 2.0), "values", "count"), "2\n0\n8\n"),
        (rate(), "time,rate\n100,1\n102,0\n104,4\n"),
        (rate(), "0,1\n2,0\n4,4\n"),
        (rate().with("time", text("t")), "rate,t\n1,0\n0,2\n4,4\n"),
        (
            rate().with("time", text("t")).with("column", text("code")),
            "conv,t,code\n9,2024-05-10T00:00:00Z,1\n9,2024-05-10T00:00:02Z,0\n9,2024-05-10T00:00:04Z,4\n",
        ),
    ] {
        let found = arrivals(rate, 13, 0, text).unwrap();
        let worst = found.iter().zip(expected).map(|(found, at)| (found - at).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-9, "{text:?}: {found:?}");
    }
    // On the run's clock: a workload that starts at 4 s begins with the third step.
    let found = arrivals(every(rate(), 2.0), 3, 4, "1\n0\n4\n").unwrap();
    assert_eq!(found, [4.0, 4.25, 4.5]);
}

#[test]
fn a_mean_scales_what_is_in_the_file() {
    let scaled = every(rate(), 2.0).with("mean", quantity(0.5, Dimension::REQUEST_RATE));
    // A mean of 5/3 in the file: times are those of requests that are 10/3 as many.
    let found = arrivals(scaled, 4, 0, "1\n0\n4\n").unwrap();
    let expected = [0.0, 4.0 + (1.0 - 0.6) / 1.2, 4.0 + (2.0 - 0.6) / 1.2, 6.0];
    let worst = found.iter().zip(expected).map(|(found, at)| (found - at).abs()).fold(0.0, f64::max);
    assert!(worst < 1e-9, "{found:?}");
}

#[test]
fn a_rate_of_a_file_may_be_a_line_from_value_to_value() {
    let linear = with_word(rate(), "shape", "linear");
    let text = "0,50\n20,200\n50,0\n80,30\n";
    let mut source =
        generated(Choice::named("poisson"), Some(linear), Some(SimDuration::from_ms(220_000)), None);
    if let WorkloadSource::Generated { prompt, output, .. } = &mut source {
        (*prompt, *output) = (choice("constant", &[("value", 1.0)]), choice("constant", &[("value", 1.0)]));
    }
    let times = requests(workload("chat", source), text).unwrap();
    let times = times.iter().map(|request| request.arrival.as_secs_f64()).collect();
    // From the last value to the first in 30 s, as long as the step before.
    let at = |seconds: f64| match seconds % 110.0 {
        x if x < 20.0 => 50.0 + 7.5 * x,
        x if x < 50.0 => 200.0 - 200.0 / 30.0 * (x - 20.0),
        x if x < 80.0 => x - 50.0,
        x => 30.0 + 20.0 / 30.0 * (x - 80.0),
    };
    check_shape("linear", times, 220.0, at);
}

#[test]
fn files_of_rates_are_shown_where_they_are_wrong() {
    for (rate, text, line, message) in [
        (every(rate(), 2.0), "0\n0\n", None, "expected a value above 0 in the file of a rate, found none"),
        (rate(), "1\n2\n", Some(1), "expected one cell for each of `time`, `column`, found `1` cells"),
        (rate(), "0,1\n", None, "expected two times or more in the file of a rate, found one"),
        (
            rate(),
            "0,1\n60,2\n30,1\n",
            Some(3),
            "expected a time later than that of the row before by a millisecond at least, found `30`: sort the file by its \
             times",
        ),
        (rate(), "0,1\nsoon,2\n", Some(2), "expected a number as `12.5`, not negative, found `soon`"),
        (
            every(rate(), 1.0),
            "1\n2e12\n",
            None,
            "expected rates of at most `1e12` requests a second, found a higher one",
        ),
    ] {
        let error = arrivals(rate, 1, 0, text).unwrap_err();
        assert_eq!((error.line, error.message.as_str()), (line, message), "{text:?}");
    }
    let source = generated(
        Choice::named("poisson"),
        Some(every(rate(), 1.0)),
        Some(SimDuration::from_ms(1_000_000)),
        None,
    );
    let error = requests(workload("chat", source), "5e7\n").unwrap_err();
    assert!(
        error.message.starts_with("expected at most `1e10` requests, found a rate that brings `5.0e10`"),
        "{}",
        error.message
    );
}

/// The text of a file of the data folder, if there is one.
fn recorded(test: &str, path: &str) -> Option<String> {
    Some(std::fs::read_to_string(data::folder(test)?.join(path)).unwrap())
}

#[test]
fn lengths_recorded_without_times_can_be_drawn() {
    let path = "traces/vidur_arxiv_lengths/arxiv_summarization_stats_llama2_tokenizer_filtered_v2.csv";
    let Some(text) = recorded("lengths_recorded_without_times_can_be_drawn", path) else { return };
    let found = pairs(from("joint", "from"), N_SAMPLES as u64, &text).unwrap();
    assert!(found.iter().all(|(prompt, output)| prompt + output <= 4096));
    let mut prompts: Vec<f64> =
        text.lines().skip(1).map(|row| row.split(',').next().unwrap().parse().unwrap()).collect();
    assert_eq!(prompts.len(), 28_257);
    prompts.sort_by(f64::total_cmp);
    check_discrete("prompts", found.iter().map(|(prompt, _)| f64::from(*prompt)).collect(), |x| {
        prompts.partition_point(|prompt| *prompt <= x) as f64 / prompts.len() as f64
    });
}

#[test]
fn a_week_of_hourly_counts_is_a_rate() {
    let path = "traces/azure2024_hourly/azure2024_hourly_digitised.csv";
    let Some(text) = recorded("a_week_of_hourly_counts_is_a_rate", path) else { return };
    let counts = with_word(rate(), "values", "count");
    let counts = counts.with("time", self::text("code_hour_utc")).with("column", self::text("code_requests"));
    // 77,842 in the first hour and 78,983 in the second: request 77,842 is the first of the second.
    let found = arrivals(counts, 77_843 + 78_983, 0, &text).unwrap();
    assert!((found[77_842] - 3600.0).abs() < 1e-6, "{}", found[77_842]);
    assert!((found[77_842 + 78_983] - 7200.0).abs() < 1e-6);
}
