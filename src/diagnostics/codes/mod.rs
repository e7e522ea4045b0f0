//! The registry of diagnostic codes: what `kvs explain` prints and the reference documents.
//!
//! One file a family, a family a hundred codes; each code is a static, which a diagnostic names:
//! `Diagnostic::error(&values::MISSING_UNIT, ..)`. So a misspelt code does not compile, `tests/tidy` finds one that
//! is not listed or never used, and a search for its name finds the registry and the wording. A code, once
//! released, keeps its meaning.

pub(crate) mod definitions;
pub(crate) mod expectations;
pub(crate) mod files;
pub(crate) mod imports;
pub(crate) mod limits;
pub(crate) mod names;
pub(crate) mod not_simulated;
pub(crate) mod plans;
pub(crate) mod project;
pub(crate) mod text;
pub(crate) mod values;
pub(crate) mod verdicts;
pub(crate) mod workloads;

/// A kind of mistake: its code, and what `kvs explain CODE` prints.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The stable code, as `E0104`.
    pub code: &'static str,
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
    codes().find(|info| info.code.eq_ignore_ascii_case(code))
}

/// Every code, in order.
pub fn codes() -> impl Iterator<Item = &'static CodeInfo> {
    FAMILIES.iter().flat_map(|family| family.iter().copied())
}

static FAMILIES: &[&[&CodeInfo]] = &[
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
    plans::CODES,
];
