//! `vllm`: what serving benchmarks of vLLM save.
//!
//! Two forms, told apart by their fields and read one JSON value after the other: the result of `vllm bench serve
//! --save-result --save-detailed`, one object with a list for each of `input_lens`, `output_lens` and `start_times`,
//! and rows of `input_toks`, `output_toks` and `arrival_time` (or `queued_ts`), an object each, as LLMServingSim's
//! bench writes them. Times are seconds on a clock of their own; the earliest request is time 0. Requests that failed
//! have no tokens of an answer and are dropped. Everything else in the file, texts above all, is passed over.
//!
//! A result is written column by column: its three lists are held, 16 bytes a request, and nothing else of it. Times
//! are floating-point numbers as they were measured: exact to some tenths of a microsecond where they count from 1970.

use std::fmt;
use std::io::BufReader;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde_json::de::IoRead;
use serde_json::{StreamDeserializer, Value};

use super::json::sentence;
use super::{BadRow, Clock, DropReason, Entry, Reader, Record, Records};
use crate::model::Spec;
use crate::units::Tokens;
use crate::workload::lengths::MAX_TOKENS;

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new(
        "vllm",
        "the JSON of vLLM's serving benchmark: a result saved with `--save-detailed`, or rows of input_toks, \
                  output_toks and arrival_time",
    ),
    clock: Clock::Recorded,
    signs: &[&["\"input_lens\""], &["\"input_toks\"", "\"output_toks\""], &["\"request_throughput\""]],
    open: |reader, _| {
        let values = serde_json::Deserializer::from_reader(BufReader::new(reader)).into_iter();
        Ok(Box::new(Vllm { values, result: Columns::default(), next: 0 }))
    },
};

struct Vllm {
    values: StreamDeserializer<'static, IoRead<BufReader<Reader>>, Object>,
    /// The result that was read last.
    result: Columns,
    /// How many of its requests were taken.
    next: usize,
}

/// The lists of a result, of one length.
#[derive(Default)]
struct Columns {
    prompts: Vec<Count>,
    outputs: Vec<Count>,
    starts: Vec<Seconds>,
}

/// A result or a row, by what is in it.
#[derive(serde::Deserialize)]
#[serde(expecting = "the result of `vllm bench serve` or an object for a request")]
struct Object {
    input_lens: Option<Vec<Count>>,
    output_lens: Option<Vec<Count>>,
    start_times: Option<Vec<Seconds>>,
    request_id: Option<String>,
    input_toks: Option<Count>,
    output_toks: Option<Count>,
    arrival_time: Option<Seconds>,
    queued_ts: Option<Seconds>,
    /// A number, or `inf` where all requests were sent at once.
    request_rate: Option<Value>,
    burstiness: Option<Value>,
}

impl Records for Vllm {
    fn next(&mut self) -> Result<Option<Record>, BadRow> {
        loop {
            if let Some(start) = self.result.starts.get(self.next) {
                let (prompt, output) = (self.result.prompts[self.next], self.result.outputs[self.next]);
                self.next += 1;
                return Ok(Some(record(*start, prompt, output, None)));
            }
            let Some(value) = self.values.next() else { return Ok(None) };
            let object = value.map_err(|error| bad_value(&error))?;
            if object.input_toks.is_some() || object.output_toks.is_some() {
                return object.row().map(Some);
            }
            self.result = object.columns()?;
            self.next = 0;
        }
    }
}

impl Object {
    fn row(self) -> Result<Record, BadRow> {
        let at = self.arrival_time.or(self.queued_ts);
        let at = at.ok_or_else(|| missing("`arrival_time` or `queued_ts` of a request"))?;
        let prompt = self.input_toks.ok_or_else(|| missing("`input_toks` of a request"))?;
        let output = self.output_toks.ok_or_else(|| missing("`output_toks` of a request"))?;
        Ok(record(at, prompt, output, self.request_id.map(Into::into)))
    }

    fn columns(self) -> Result<Columns, BadRow> {
        let (Some(prompts), Some(outputs)) = (self.input_lens, self.output_lens) else {
            return Err(missing(
                "`input_lens` and `output_lens`, which `vllm bench serve --save-result` saves with `--save-detailed`",
            ));
        };
        let starts = self.start_times.ok_or_else(|| {
            bad(format!(
                "expected `start_times` in the result, found none: later versions of vLLM save them, and nothing else says \
                 when requests came; measure again, or {}",
                described(self.request_rate.as_ref(), self.burstiness.as_ref())
            ))
        })?;
        for (name, length) in [("output_lens", outputs.len()), ("start_times", starts.len())] {
            if length != prompts.len() {
                let n_prompts = prompts.len();
                return Err(bad(format!(
                    "expected as many `{name}` as `input_lens`, `{n_prompts}`, found `{length}`"
                )));
            }
        }
        Ok(Columns { prompts, outputs, starts })
    }
}

/// How the arrivals that a benchmark was asked for are written in a workload. It draws gaps of a gamma distribution whose
/// shape is the burstiness: their coefficient of variation is one over its square root.
fn described(rate: Option<&Value>, burstiness: Option<&Value>) -> String {
    let positive = |value: Option<&Value>| value?.as_f64().filter(|number| *number > 0.0);
    let Some(rate) = positive(rate) else {
        return "describe them in a `workload` with `arrivals` and `rate`".to_owned();
    };
    let arrivals = match positive(burstiness) {
        Some(shape) if shape != 1.0 => {
            format!("gamma cv {}", libm::round(1000.0 / libm::sqrt(shape)) / 1000.0)
        }
        _ => "poisson".to_owned(),
    };
    format!("write a `workload` with what was asked for: `rate {rate} req/s` and `arrivals {arrivals}`")
}

const PS_PER_SECOND: i128 = 1_000_000_000_000;

fn record(Seconds(at): Seconds, prompt: Count, output: Count, id: Option<Box<str>>) -> Record {
    Record {
        line: None,
        // Whole seconds apart, so that the product keeps the digits of the fraction.
        at: libm::trunc(at) as i128 * PS_PER_SECOND + libm::round((at - libm::trunc(at)) * 1e12) as i128,
        prompt: Tokens::new(prompt.0),
        output: Tokens::new(output.0),
        id,
        blocks: None,
        dropped: (output.0 == 0).then_some(DropReason::NoTokens),
    }
}

fn missing(what: &str) -> BadRow {
    bad(format!("expected {what}, found none"))
}

fn bad(message: String) -> BadRow {
    BadRow { line: None, column: None, message, unreadable: false }
}

fn bad_value(error: &serde_json::Error) -> BadRow {
    BadRow {
        line: (error.line() > 0).then_some(error.line() as u64),
        column: (error.column() > 0).then_some(error.column() as u64),
        message: if error.is_io() { error.to_string() } else { sentence(error) },
        unreadable: error.is_io(),
    }
}

/// A whole number of tokens.
#[derive(Clone, Copy)]
struct Count(u32);

/// A time on a clock of its own, not negative.
#[derive(Clone, Copy)]
struct Seconds(f64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Count, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Count;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "a whole number of tokens up to `{MAX_TOKENS}`")
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Count, E> {
                match u32::try_from(value) {
                    Ok(tokens) if tokens <= MAX_TOKENS => Ok(Count(tokens)),
                    _ => Err(E::invalid_value(de::Unexpected::Unsigned(value), &self)),
                }
            }
        }
        deserializer.deserialize_u64(Expected)
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Seconds, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Seconds;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a time in seconds from 0 to 10^12")
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Seconds, E> {
                self.visit_f64(value as f64)
            }

            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Seconds, E> {
                if (0.0..=1e12).contains(&value) {
                    Ok(Seconds(value))
                } else {
                    Err(E::invalid_value(de::Unexpected::Float(value), &self))
                }
            }
        }
        deserializer.deserialize_f64(Expected)
    }
}
