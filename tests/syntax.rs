//! The language as text and as a tree; mistakes and where they are reported; hostile texts.

#[path = "syntax/dump.rs"]
mod dump;
#[path = "syntax/forms.rs"]
mod forms;
#[path = "syntax/hostile.rs"]
mod hostile;
#[path = "syntax/mistakes.rs"]
mod mistakes;

use kvs::diagnostics::Diagnostic;
use kvs::source::{SourceId, Sources};
use kvs::syntax::ast::File;

/// One text, parsed.
struct Parsed {
    sources: Sources,
    source: SourceId,
    file: File,
    diagnostics: Vec<Diagnostic>,
}

fn parse(text: &str) -> Parsed {
    let mut sources = Sources::default();
    let source = sources.add("test.kvs", text);
    let (file, diagnostics) = kvs::syntax::parse(source, &sources);
    Parsed { sources, source, file, diagnostics }
}

/// Parses a text that holds no mistake.
#[track_caller]
fn parse_clean(text: &str) -> Parsed {
    let parsed = parse(text);
    assert!(parsed.diagnostics.is_empty(), "{text}\n{:#?}", parsed.diagnostics);
    parsed
}
