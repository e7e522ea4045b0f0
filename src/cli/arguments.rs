//! Arguments that several subcommands take.

use std::io::{self, IsTerminal as _};
use std::num::NonZeroUsize;
use std::thread;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use regex::Regex;

use crate::diagnostics::ErrorFormat;
use crate::engine::Stepping;
use crate::model::MAX_SEEDS;

/// Arguments of every subcommand.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalArgs {
    /// Format of diagnostics: with their source, one line each, JSON Lines, annotations, or one SARIF document
    #[arg(
        long,
        global = true,
        env = "KVS_ERROR_FORMAT",
        hide_env = true,
        value_enum,
        default_value = "full",
        value_name = "FORMAT"
    )]
    pub(super) error_format: Format,
    /// Maximum number of diagnostics per file; 0 shows all
    #[arg(
        long,
        global = true,
        env = "KVS_MAX_ERRORS",
        hide_env = true,
        default_value_t = 20,
        value_name = "N"
    )]
    pub(super) max_errors: usize,
    /// When to use colors; NO_COLOR and CLICOLOR_FORCE are honored
    #[arg(
        long,
        global = true,
        env = "KVS_COLOR",
        hide_env = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN"
    )]
    pub(super) color: Color,
    /// Print diagnostics and results, but no progress
    #[arg(long, short, global = true, env = "KVS_QUIET", hide_env = true, value_parser = BoolishValueParser::new())]
    pub(super) quiet: bool,
    /// Use the settings of `[profile.NAME]` in kvs.toml
    #[arg(long, global = true, env = "KVS_PROFILE", hide_env = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Allow reading files outside the project (the folder of the nearest `kvs.toml` or `.git`)
    #[arg(long, global = true, env = "KVS_ALLOW_OUTSIDE", hide_env = true, value_parser = BoolishValueParser::new())]
    pub(super) allow_outside: bool,
}

/// `--error-format`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Full,
    Concise,
    Json,
    Github,
    Sarif,
}

impl From<Format> for ErrorFormat {
    fn from(format: Format) -> ErrorFormat {
        match format {
            Format::Full => ErrorFormat::Full,
            Format::Concise => ErrorFormat::Concise,
            Format::Json => ErrorFormat::Json,
            // SARIF is one document over all, which is written at the end instead.
            Format::Github | Format::Sarif => ErrorFormat::Github,
        }
    }
}

/// `--color`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// `--engine`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineKind {
    Leap,
    Step,
}

impl From<EngineKind> for Stepping {
    fn from(kind: EngineKind) -> Stepping {
        match kind {
            EngineKind::Leap => Stepping::Leap,
            EngineKind::Step => Stepping::Step,
        }
    }
}

/// `--plots`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Plots {
    Auto,
    Always,
    Never,
}

impl Plots {
    /// Whether to draw on stdout.
    pub(super) fn wanted(self) -> bool {
        match self {
            Plots::Auto => io::stdout().is_terminal(),
            Plots::Always => true,
            Plots::Never => false,
        }
    }
}

/// The largest first seed: with as many runs as `--seeds` takes, the last seed still fits.
const LARGEST_SEED: u64 = u64::MAX - u32::MAX as u64;

/// Arguments of the subcommands that run scenarios.
#[derive(Args)]
pub(super) struct RunningArgs {
    /// Set a parameter of the file, as in --set n=8; repeatable
    #[arg(long = "set", env = "KVS_SET", hide_env = true, value_name = "NAME=VALUE", value_parser = setting)]
    pub(super) settings: Vec<(String, String)>,
    /// Number of seeds to run, overriding the scenario
    #[arg(long, env = "KVS_SEEDS", hide_env = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_SEEDS)))]
    pub(super) seeds: Option<u32>,
    /// How `batching continuous` executes steps: summed up between two changes of the batch, or one at a time; results are
    /// identical
    #[arg(
        long,
        env = "KVS_ENGINE",
        hide_env = true,
        value_enum,
        default_value = "leap",
        value_name = "ENGINE"
    )]
    pub(super) engine: EngineKind,
    /// Number of parallel runs [default: number of cores]
    #[arg(long, short, env = "KVS_JOBS", hide_env = true, value_name = "N", allow_negative_numbers = true, value_parser = jobs)]
    pub(super) jobs: Option<NonZeroUsize>,
}

impl RunningArgs {
    /// A parameter that `--set` gives two values, of which one would be lost.
    pub(super) fn set_twice(&self) -> Option<&str> {
        let names = || self.settings.iter().map(|(name, _)| name.as_str());
        names()
            .enumerate()
            .find(|(index, name)| names().take(*index).any(|other| other == *name))
            .map(|(_, name)| name)
    }

    /// The number of parallel runs.
    pub(super) fn n_threads(&self) -> usize {
        let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(cores).get()
    }
}

/// The first seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    let seed = text.parse().ok().filter(|seed| *seed <= LARGEST_SEED);
    seed.ok_or_else(|| format!("expected a whole number from 0 to {LARGEST_SEED}"))
}

/// The most parallel runs: each has a stack of its own, and no machine is better used by more.
const MAX_JOBS: usize = 1024;

/// A number of parallel runs.
fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= MAX_JOBS);
    jobs.ok_or_else(|| format!("expected a number of parallel runs from 1 to {MAX_JOBS}"))
}

/// `name=value` of `--set`.
pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err("expected a parameter and its value, such as `n=8`".to_owned()),
    }
}

/// Whether this is CI, where no snapshot is written.
pub(super) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// What `--filter` takes: text that is a part of the ids of cases; otherwise a regular expression.
#[derive(Clone, Debug)]
pub(super) struct CaseFilter {
    text: String,
    /// `None` where the text is not one.
    regex: Option<Regex>,
}

impl CaseFilter {
    /// As typed.
    pub(super) fn new(text: &str) -> CaseFilter {
        CaseFilter { text: text.to_owned(), regex: Regex::new(text).ok() }
    }

    /// The filter among all ids. They have brackets, so one that was copied is taken as it is.
    pub(super) fn among(&self, mut ids: impl Iterator<Item = String>) -> FilterAmong<'_> {
        FilterAmong { filter: self, is_literal: ids.any(|id| id.contains(&self.text)) }
    }
}

/// A filter, and whether it is read as text.
pub(super) struct FilterAmong<'f> {
    filter: &'f CaseFilter,
    is_literal: bool,
}

impl FilterAmong<'_> {
    /// Whether it lets an id through.
    pub(super) fn matches(&self, id: &str) -> bool {
        match &self.filter.regex {
            Some(regex) if !self.is_literal => regex.is_match(id),
            _ => id.contains(&self.filter.text),
        }
    }
}

impl std::fmt::Display for CaseFilter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The text of `--filter`.
#[expect(clippy::unnecessary_wraps, reason = "clap takes parsers that can refuse")]
pub(super) fn case_filter(text: &str) -> Result<CaseFilter, std::convert::Infallible> {
    Ok(CaseFilter::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_the_text_of_an_id_before_it_is_an_expression() {
        let ids = || ["a.kvs[n=1]", "a.kvs[n=12]", "abkvs"].into_iter().map(str::to_owned);
        let chosen = |text: &str| -> Vec<String> {
            let filter = CaseFilter::new(text);
            let filter = filter.among(ids());
            ids().filter(|id| filter.matches(id)).collect()
        };
        assert_eq!(chosen("a.kvs[n=1]"), ["a.kvs[n=1]"]);
        assert_eq!(chosen("a.kvs["), ["a.kvs[n=1]", "a.kvs[n=12]"]);
        assert_eq!(chosen("a.kvs"), ["a.kvs[n=1]", "a.kvs[n=12]"]);
        assert_eq!(chosen("^a.kvs$"), ["abkvs"]);
        assert_eq!(chosen("other["), [""; 0]);
    }
}
