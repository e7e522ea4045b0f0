//! `kvs.toml`: marks the root of a project.
//!
//! It has no keys yet. Invariant: nothing in it is ignored silently.

use std::io;

use crate::host::{Host, Problem, Root};

/// What is wrong with the `kvs.toml` of a root, a sentence for each mistake; none where it is absent.
#[must_use]
pub fn project_mistakes(host: &Host, root: &Root) -> Vec<String> {
    let path = root.folder.join("kvs.toml");
    let shown = host.shown(&path);
    let text = match host.read_scenario(root, &path) {
        Ok(text) => text,
        Err(error) => match &error.problem {
            Problem::Io(problem) if problem.kind() == io::ErrorKind::NotFound => return Vec::new(),
            _ => return vec![error.to_string()],
        },
    };
    match text.parse::<toml::Table>() {
        Ok(table) => {
            table.keys().map(|key| format!("`{shown}`: unknown key `{key}`, expected none yet")).collect()
        }
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            vec![format!("`{shown}:{line}`: {}", error.message())]
        }
    }
}
