//! One diagnostic as a JSON object on a line of its own.

use crate::diagnostics::{Diagnostic, Located};
use crate::source::Sources;

pub(super) fn write(diagnostic: &Diagnostic, sources: &Sources, text: &mut String) {
    let located = Located::of(diagnostic, sources);
    text.push_str(&serde_json::to_string(&located).expect("texts and numbers are always JSON"));
    text.push('\n');
}
