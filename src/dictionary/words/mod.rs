//! The words, a file a tool, as its documentation spells them. What an engine's flag means was looked up there; words of
//! Kubernetes, Prometheus, Hugging Face and load generators mean what they commonly mean.

mod here;
mod hugging_face;
mod k6;
mod kubernetes;
mod languages;
mod load_tests;
mod prometheus;
mod sglang;
mod tensorrt_llm;
mod vllm;

use super::{Instead, Met, Tool, Word};

/// Every word, by tool.
pub static WORDS: &[&[Word]] = &[
    vllm::WORDS,
    sglang::WORDS,
    tensorrt_llm::WORDS,
    hugging_face::WORDS,
    kubernetes::WORDS,
    prometheus::WORDS,
    k6::WORDS,
    load_tests::WORDS,
    languages::WORDS,
    here::WORDS,
];

/// A key that is a statement of a block here.
const fn key(tool: Tool, name: &'static str, block: &'static str, statement: &'static str) -> Word {
    Word::new(name, tool, Met::Key, Instead::Statement(block, statement))
}

/// A key of what is not modelled.
const fn nothing(tool: Tool, name: &'static str, reason: &'static str) -> Word {
    Word::new(name, tool, Met::Key, Instead::Nothing(reason))
}

/// A value of a key.
const fn value(
    tool: Tool,
    name: &'static str,
    keys: &'static [&'static str],
    block: &'static str,
    statement: &'static str,
) -> Word {
    Word::new(name, tool, Met::Value(keys), Instead::Statement(block, statement))
}

/// A value of a key that has no counterpart.
const fn no_value(
    tool: Tool,
    name: &'static str,
    keys: &'static [&'static str],
    reason: &'static str,
) -> Word {
    Word::new(name, tool, Met::Value(keys), Instead::Nothing(reason))
}

/// A metric.
const fn metric(tool: Tool, name: &'static str, here: &'static str) -> Word {
    Word::new(name, tool, Met::Metric, Instead::Metric(here))
}

/// A metric of what is not measured.
const fn no_metric(tool: Tool, name: &'static str, reason: &'static str) -> Word {
    Word::new(name, tool, Met::Metric, Instead::Nothing(reason))
}

/// The first word of a line that is an item here.
const fn item(tool: Tool, name: &'static str, here: &'static str) -> Word {
    Word::new(name, tool, Met::Item, Instead::Item(here))
}

/// The first word of a line that nothing here does.
const fn no_item(tool: Tool, name: &'static str, reason: &'static str) -> Word {
    Word::new(name, tool, Met::Item, Instead::Nothing(reason))
}

/// A unit.
const fn unit(tool: Tool, name: &'static str, here: &'static str) -> Word {
    Word::new(name, tool, Met::Unit, Instead::Unit(here))
}
