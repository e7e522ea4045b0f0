//! `kvs.toml`: marks the root of a project, and sets the defaults of its commands.
//!
//! ```toml
//! [diff]
//! gates = ["regress 2% and 5 ms"]
//!
//! [defaults]                          # for every command that has the flag
//! jobs = 4
//!
//! [defaults.check]                    # for one command
//! report = ["html=target/report.html"]
//!
//! [profile.ci]                        # with `--profile ci`, before the defaults
//! seeds = 5
//! ```
//! Invariant: nothing in it is ignored silently, and all of it is checked, whichever command runs.

mod apply;
mod error;
mod flags;
mod read;

use std::collections::BTreeMap;
use std::io;

use toml::de::DeTable;

use crate::analysis::suggest::{did_you_mean, nearest};
use crate::diagnostics::Diagnostic;
use crate::host::{Host, HostError, Problem, Root};
use crate::report::Gate;
use crate::source::{Sources, Span};

pub(super) use apply::with_defaults;

/// What the `kvs.toml` of a root says.
#[derive(Default)]
pub(super) struct Project {
    /// Which changes `kvs diff` and `--baseline` fail for.
    pub(super) gates: Vec<Gate>,
    /// Of `[defaults]`.
    defaults: Vec<Setting>,
    /// Of each `[profile.NAME]`.
    profiles: BTreeMap<String, Vec<Setting>>,
}

/// A flag and what it says unless it is given.
#[derive(Clone)]
struct Setting {
    /// The command it is for; all that have the flag without it.
    command: Option<String>,
    /// Without its dashes.
    flag: String,
    /// Several for a flag that repeats.
    values: Vec<String>,
}

/// Why a project's file cannot be used.
pub(super) enum Wrong {
    /// It cannot be read.
    Unreadable(HostError),
    /// It says what it must not.
    Mistaken(Vec<Diagnostic>, Sources),
}

impl Project {
    /// Reads the `kvs.toml` of a root; where there is none, nothing is set.
    pub(super) fn of(host: &Host, root: &Root) -> Result<Project, Wrong> {
        let path = root.folder.join("kvs.toml");
        let text = match host.read_scenario(root, &path) {
            Ok(text) => text,
            Err(error) => match &error.problem {
                Problem::Io(problem) if problem.kind() == io::ErrorKind::NotFound => {
                    return Ok(Project::default());
                }
                _ => return Err(Wrong::Unreadable(error)),
            },
        };
        let mut sources = Sources::default();
        let source = sources.add(host.shown(&path), text.as_str());
        let span = |range: std::ops::Range<usize>| {
            // A mistake at the end of the text has no byte of its own.
            let (start, end) = (range.start.min(text.len()), range.end.min(text.len()));
            Span { source, start: start as u32, end: end as u32 }
        };
        let table = match DeTable::parse(&text) {
            Ok(table) => table,
            Err(error) => {
                let mistake = error::no_toml(error.message(), span(error.span().unwrap_or_default()));
                return Err(Wrong::Mistaken(vec![mistake], sources));
            }
        };
        read::read(table.get_ref(), &span).map_err(|mistakes| Wrong::Mistaken(mistakes, sources))
    }

    /// The flags that a profile sets, before those of the defaults.
    ///
    /// # Errors
    /// When there is no such profile: a sentence, and what to do.
    fn settings(&self, profile: Option<&str>) -> Result<Vec<Setting>, (String, String)> {
        let of_profile = match profile {
            None => &[][..],
            Some(name) => self.profiles.get(name).ok_or_else(|| {
                let names: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
                let help = did_you_mean(&nearest(name, names.iter().copied())).unwrap_or_else(|| {
                    if names.is_empty() {
                        format!("make it in kvs.toml as a table `[profile.{name}]`")
                    } else {
                        format!("kvs.toml has: {}", names.join(", "))
                    }
                });
                (format!("no profile `{name}`"), help)
            })?,
        };
        // Of two for the same flag the later wins.
        Ok(self.defaults.iter().chain(of_profile).cloned().collect())
    }
}
