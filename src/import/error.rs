//! What can be wrong with the original's files.

use super::lines::Cell;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::imports;
use crate::source::{SourceId, Span};

/// A key the original did not know either: it ignored the line, the import says so and goes on.
pub(super) fn unknown_key(cell: &Cell<'_>, names: &[&str]) -> Diagnostic {
    let nearest =
        names.iter().min_by_key(|name| strsim::levenshtein(name, cell.text)).expect("there are keys");
    let message = format!("unknown key `{}` in the config", cell.text);
    let help = if strsim::levenshtein(nearest, cell.text) <= 3 {
        format!("did you mean `{nearest}`? the original ignored this line, and so does the import")
    } else {
        "the original ignored this line, and so does the import".to_owned()
    };
    Diagnostic::note(&imports::UNKNOWN_KEY, message, cell.span, "not imported").with_help(help)
}

pub(super) fn left_over(cell: &Cell<'_>) -> Diagnostic {
    let message = format!("`{}` is after the last value of its line", cell.text);
    Diagnostic::note(&imports::LEFT_OVER, message, cell.span, "not imported")
        .with_help("remove it, or put `#` before it")
}

pub(super) fn unknown_word(cell: &Cell<'_>, key: &str, names: &[&str]) -> Diagnostic {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("`{key}` takes no `{}`", cell.text);
    Diagnostic::error(&imports::WRONG_VALUE, message, cell.span, "unknown value")
        .with_help(format!("write one of {}", names.join(", ")))
}

pub(super) fn wrong_value(cell: &Cell<'_>, key: &str, expected: &str) -> Diagnostic {
    let message = format!("`{key}` takes {expected}, found `{}`", cell.text);
    Diagnostic::error(&imports::WRONG_VALUE, message, cell.span, "wrong value")
        .with_help(format!("write {expected} here"))
}

pub(super) fn short_line(span: Span, form: &str) -> Diagnostic {
    Diagnostic::error(
        &imports::SHORT_LINE,
        format!("expected `{form}`, found fewer values"),
        span,
        "line too short",
    )
    .with_help(format!("write the line as `{form}`, or put `#` before it"))
}

pub(super) fn no_such_gpu(cell: &Cell<'_>, n_gpus: u64) -> Diagnostic {
    let message = format!("there is no GPU `{}` among `{n_gpus}`", cell.text);
    Diagnostic::error(&imports::NO_SUCH_GPU, message, cell.span, "no such GPU")
        .with_help("GPUs are numbered from 0; raise `num_gpus` if there are more")
}

pub(super) fn link_to_itself(cell: &Cell<'_>) -> Diagnostic {
    let message = format!("a link leads from GPU `{0}` to GPU `{0}`", cell.text);
    Diagnostic::error(&imports::WRONG_VALUE, message, cell.span, "the same GPU")
        .with_help("name two different GPUs")
}

pub(super) fn empty_trace(source: SourceId) -> Diagnostic {
    let start = Span { source, start: 0, end: 0 };
    Diagnostic::error(&imports::EMPTY_TRACE, "the trace holds no request", start, "no row")
        .with_help("give a file with lines of `id arrival_ms prompt gen streaming`")
}
