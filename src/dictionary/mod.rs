//! What words of other tools are here: `max_num_seqs` of vLLM is `max_batch`.
//!
//! Looked at only when something is wrong, for messages, and printed as a reference page. Knows words and what to type
//! in their place, nothing of scenarios. Invariant: whatever is suggested is accepted; a test runs every suggestion
//! through the analysis.

mod fit;
mod measures;
mod names;
mod words;

pub use measures::{Measure, measure, percentile_without_a_metric};
pub use names::as_name;
pub use words::WORDS;

use fit::fitted;

/// Where a word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// `vllm serve` and its metrics.
    Vllm,
    /// SGLang's server and its metrics.
    Sglang,
    /// TensorRT-LLM's engine, executor and LLM API.
    TensorRtLlm,
    /// The architecture in a model's `config.json`.
    HuggingFace,
    /// Workloads, autoscalers and resource quantities.
    Kubernetes,
    /// PromQL and what exporters call things.
    Prometheus,
    /// k6's options, executors and metrics.
    K6,
    /// Benchmarks of inference servers: `vllm bench serve`, GuideLLM, AIPerf, GenAI-Perf, inference-perf, Locust.
    LoadTests,
    /// Python, JavaScript, Terraform and other languages.
    Languages,
    /// Words of this language that belong somewhere else.
    Here,
}

impl Tool {
    /// In the order of the reference page.
    pub const ALL: &[Tool] = &[
        Tool::Vllm,
        Tool::Sglang,
        Tool::TensorRtLlm,
        Tool::HuggingFace,
        Tool::Kubernetes,
        Tool::Prometheus,
        Tool::K6,
        Tool::LoadTests,
        Tool::Languages,
        Tool::Here,
    ];

    /// As its people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Tool::Vllm => "vLLM",
            Tool::Sglang => "SGLang",
            Tool::TensorRtLlm => "TensorRT-LLM",
            Tool::HuggingFace => "Hugging Face",
            Tool::Kubernetes => "Kubernetes",
            Tool::Prometheus => "Prometheus",
            Tool::K6 => "k6",
            Tool::LoadTests => "load tests",
            Tool::Languages => "other languages",
            Tool::Here => "kvs",
        }
    }
}

/// Where a word is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// As the first word of a statement, or as the name of an argument.
    Key,
    /// As the first word of a line of the file.
    Item,
    /// As a metric of an expectation.
    Metric,
    /// As the value of one of these keys, or as an entry of a registry that is called so: `routing policy`.
    Value(&'static [&'static str]),
    /// After a number.
    Unit,
}

/// What to type in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// A statement of a block: `("engine", "max_batch 256")`.
    Statement(&'static str, &'static str),
    /// An item of the file.
    Item(&'static str),
    /// A metric.
    Metric(&'static str),
    /// A unit.
    Unit(&'static str),
    /// Nothing: it is not modelled, for this reason.
    Nothing(&'static str),
}

/// One word of another tool.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// As the tool writes it.
    pub name: &'static str,
    /// Whose it is.
    pub tool: Tool,
    /// Where it is met.
    pub met: Met,
    /// What it is here.
    pub instead: Instead,
    /// What else there is to know, if anything.
    pub note: &'static str,
}

impl Word {
    const fn new(name: &'static str, tool: Tool, met: Met, instead: Instead) -> Word {
        Word { name, tool, met, instead, note: "" }
    }

    const fn note(self, note: &'static str) -> Word {
        Word { note, ..self }
    }

    /// The key, item, metric or unit that it is here; `None` for what is not modelled.
    #[must_use]
    pub fn target(&self) -> Option<&'static str> {
        match self.instead {
            Instead::Statement(_, text) | Instead::Item(text) => text.split(' ').next(),
            Instead::Metric(name) | Instead::Unit(name) => Some(name),
            Instead::Nothing(_) => None,
        }
    }

    /// What to type, with the value that was written where it fits.
    #[must_use]
    pub fn suggestion(&self, written: Option<&str>) -> Option<String> {
        match self.instead {
            Instead::Statement(_, example) => Some(fitted(self, example, written)),
            Instead::Item(text) | Instead::Metric(text) | Instead::Unit(text) => Some(text.to_owned()),
            Instead::Nothing(_) => None,
        }
    }

    /// Help for someone who wrote it in `block`, before `written`.
    #[must_use]
    pub fn help(&self, block: Option<&str>, written: Option<&str>) -> String {
        let Some(suggestion) = self.suggestion(written) else {
            let Instead::Nothing(reason) = self.instead else {
                unreachable!("only nothing has no suggestion")
            };
            return match self.met {
                Met::Item => reason.to_owned(),
                _ => format!("{} has no counterpart here: {reason}", self.called()),
            };
        };
        let elsewhere = match self.instead {
            Instead::Statement(home, _) if block != Some(home) => Some(home),
            _ => None,
        };
        let target = self.target().unwrap_or_default();
        let typed = match elsewhere {
            Some(home) if is_named(home) => format!("`{suggestion}` in a `{home}`"),
            Some(home) => format!("`{home} {{ {suggestion} }}`"),
            None => format!("`{suggestion}`"),
        };
        let note = if self.note.is_empty() { String::new() } else { format!("; {}", self.note) };
        match self.tool {
            Tool::Here => format!("{}: write {typed}", self.note),
            _ if suggestion == target => format!("{} is {typed} here{note}", self.called()),
            _ => format!("{} is `{target}` here: write {typed}{note}", self.called()),
        }
    }

    /// Help for someone who wrote it as the value of a key.
    #[must_use]
    pub fn help_as_value(&self, written: Option<&str>) -> String {
        let Instead::Statement(_, example) = self.instead else { return self.help(None, None) };
        let statement = fitted(self, example, written);
        let value = statement.split_once(' ').map_or(statement.as_str(), |(_, value)| value);
        let note = if self.note.is_empty() { String::new() } else { format!("; {}", self.note) };
        match self.tool {
            Tool::LoadTests | Tool::Languages | Tool::Here => format!("write `{value}`{note}"),
            _ => format!("{} is `{value}` here{note}", self.called()),
        }
    }

    /// With its owner where it has one: ``vLLM's `max_num_seqs` ``.
    fn called(&self) -> String {
        match self.tool {
            Tool::LoadTests | Tool::Languages | Tool::Here => format!("`{}`", self.name),
            tool => format!("{}'s `{}`", tool.name(), self.name),
        }
    }
}

/// Whether blocks of a kind have names, so that there may be several.
#[must_use]
pub fn is_named(block: &str) -> bool {
    matches!(block, "gpu" | "model" | "workload" | "trace")
}

/// The word met as a key, whatever its spelling: `--max-num-seqs`, `maxNumSeqs`. Those of `block` come first.
#[must_use]
pub fn key(name: &str, block: &str) -> Option<&'static Word> {
    let matching = || spelt(name).filter(|word| word.met == Met::Key);
    let at_home = |word: &&Word| matches!(word.instead, Instead::Statement(home, _) if home == block);
    matching().find(at_home).or_else(|| matching().next())
}

/// The word met as the value of a key.
#[must_use]
pub fn value(name: &str, key: &str) -> Option<&'static Word> {
    spelt(name).find(|word| matches!(word.met, Met::Value(keys) if keys.contains(&key)))
}

/// The word at the start of a line of the file: an item of another language, otherwise a key.
#[must_use]
pub fn item(name: &str) -> Option<&'static Word> {
    spelt(name).find(|word| word.met == Met::Item).or_else(|| spelt(name).find(|word| word.met == Met::Key))
}

/// The word met as a metric.
#[must_use]
pub fn metric(name: &str) -> Option<&'static Word> {
    spelt(name).find(|word| word.met == Met::Metric)
}

fn spelt(name: &str) -> impl Iterator<Item = &'static Word> {
    let first = letters(name).next();
    let alike = move |word: &&Word| first.is_some() && letters(word.name).eq(letters(name));
    WORDS.iter().copied().flatten().filter(alike)
}

/// A name without what spellings differ in.
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase())
}
