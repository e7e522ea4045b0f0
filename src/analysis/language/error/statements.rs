//! Statements of a block, whichever it is.

use super::names::usage;
use super::strangers::help_for_key;
use crate::analysis::language::mode::Mode;
use crate::analysis::language::suggest::all_of;
use crate::analysis::language::table::Table;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::{definitions, names};
use crate::model::Field;
use crate::source::Span;
use crate::syntax::ast::{Ident, Statement};
use crate::units::Dimension;

/// `prefil 12000 tok/s`
pub(in crate::analysis) fn unknown_key(
    key: &Ident,
    written: &str,
    table: &Table,
    tables: &[&'static Table],
) -> Diagnostic {
    let help = help_for_key(&key.text, written, table, tables);
    let message = format!("unknown key `{}` in `{}`", key.text, table.block);
    Diagnostic::error(&names::UNKNOWN_KEY, message, key.span, "not known here").with_help(help)
}

/// `max_queue 64` and again `max_queue 32`
pub(in crate::analysis) fn set_twice(again: &Statement, first: &Statement, table: &Table) -> Diagnostic {
    let message = format!("`{}` is set twice in `{}`", again.key.text, table.block);
    Diagnostic::error(&definitions::DUPLICATE_KEY, message, again.span, "set again here")
        .with_label(first.span, "first set here")
        .with_help("remove one of the two")
}

/// `gpu fast { vram 80 GB }`
pub(in crate::analysis) fn missing_statements(block: &str, header: Span, missing: &[&Field]) -> Diagnostic {
    let names: Vec<&str> = missing.iter().map(|key| key.name).collect();
    let (names, are) = (all_of(&names), if names.len() == 1 { "is" } else { "are" });
    let shown: Vec<String> = missing.iter().map(|field| usage(field, Dimension::NUMBER)).collect();
    let message = format!("`{block}` needs {names}");
    Diagnostic::error(&definitions::MISSING_STATEMENT, message, header, format!("{names} {are} missing"))
        .with_help(format!("add `{}`", shown.join("; ")))
}

/// `max_batch 8` with `batching phases`
pub(in crate::analysis) fn other_batching(key: &Ident, entry: &Field, mode: &Mode) -> Diagnostic {
    let (here, there) = (mode.batching.name(), mode.batching.other().name());
    let message = format!("`{}` has no effect with `batching {here}`", entry.name);
    Diagnostic::error(
        &definitions::KEY_OF_OTHER_BATCHING,
        message,
        key.span,
        format!("known to `batching {there}` only"),
    )
    .with_label(mode.span, format!("`batching {here}`: {}", mode.why))
    .with_help(format!("remove the statement, or write `batching {there}`"))
}

/// `gpu a extends b`, `gpu b extends a`; `path` leads from the parent's name back to it
pub(in crate::analysis) fn extends_cycle(parent: &Ident, path: &[&str]) -> Diagnostic {
    let way = path.join(" -> ");
    let message = format!("`{0}` extends itself: {way} -> {0}", parent.text);
    Diagnostic::error(&definitions::CIRCULAR_EXTENDS, message, parent.span, "closes the circle")
        .with_help("one of them must not extend another")
}
