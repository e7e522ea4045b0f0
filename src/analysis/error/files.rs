//! E06xx: files and imports.

use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::files;
use crate::syntax::ast::Text;

/// `use "missing.kvs"`
pub(in crate::analysis) fn cannot_use(path: &Text, reason: &str) -> Diagnostic {
    Diagnostic::error(
        &files::UNUSABLE_FILE,
        format!("cannot use `{}`: {reason}", path.value),
        path.span,
        "used here",
    )
    .with_help("paths are relative to the file that uses them")
}

/// `use "b.kvs"` in a file that `b.kvs` uses; `path` are the files from that one on
pub(in crate::analysis) fn use_cycle(path: &Text, files: &[String]) -> Diagnostic {
    let first = files.first().map_or("", String::as_str);
    let way = files.join(" -> ");
    Diagnostic::error(
        &files::CIRCULAR_USE,
        format!("`{first}` uses itself: {way} -> {first}"),
        path.span,
        "closes the circle",
    )
    .with_help("move what both need into a third file")
}
