//! The registry of diagnostic codes: what `kvs explain` prints and the reference documents.
//!
//! One file a family, a family a hundred codes. A code, once released, keeps its meaning.

mod definitions;
mod expectations;
mod files;
pub(crate) mod imports;
pub(crate) mod limits;
pub(crate) mod names;
mod not_simulated;
mod project;
pub(crate) mod text;
mod values;
mod verdicts;
mod workloads;

use std::fmt;

/// A stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// What `kvs explain CODE` prints.
#[derive(Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// One line: what is wrong.
    pub summary: &'static str,
    /// Why it is refused and how to mend it.
    pub explanation: &'static str,
    /// A short text with the mistake.
    pub wrong: &'static str,
    /// The same, mended.
    pub right: &'static str,
}

/// The entry of a code, however it is capitalised.
#[must_use]
pub fn explain(code: &str) -> Option<&'static CodeInfo> {
    codes().find(|info| info.code.0.eq_ignore_ascii_case(code))
}

/// Every code, in order.
pub fn codes() -> impl Iterator<Item = &'static CodeInfo> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

static FAMILIES: &[&[CodeInfo]] = &[
    text::CODES,
    names::CODES,
    values::CODES,
    definitions::CODES,
    workloads::CODES,
    expectations::CODES,
    files::CODES,
    project::CODES,
    imports::CODES,
    limits::CODES,
    verdicts::CODES,
    not_simulated::CODES,
];
