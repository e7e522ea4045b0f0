//! `kvs.toml`: marks the root of a project, and says what its commands do unless told otherwise.
//!
//! ```toml
//! [diff]
//! gates = ["regress 2% and 5 ms"]
//! ```
//! Invariant: nothing in it is ignored silently.

use std::io;

use crate::host::{Host, Problem, Root};
use crate::report::Gate;

/// What the `kvs.toml` of a root says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// Which changes `kvs diff` and `--baseline` fail for.
    pub gates: Vec<Gate>,
}

/// What is wrong with the `kvs.toml` of a root, a sentence for each mistake; none where it is absent.
#[must_use]
pub fn project_mistakes(host: &Host, root: &Root) -> Vec<String> {
    project(host, root).err().unwrap_or_default()
}

/// Reads the `kvs.toml` of a root; where it is absent nothing is said.
///
/// # Errors
/// A sentence for each mistake.
pub fn project(host: &Host, root: &Root) -> Result<Project, Vec<String>> {
    let path = root.folder.join("kvs.toml");
    let shown = host.shown(&path);
    let text = match host.read_scenario(root, &path) {
        Ok(text) => text,
        Err(error) => match &error.problem {
            Problem::Io(problem) if problem.kind() == io::ErrorKind::NotFound => {
                return Ok(Project::default());
            }
            _ => return Err(vec![error.to_string()]),
        },
    };
    let table = text.parse::<toml::Table>().map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
        vec![format!("`{shown}:{line}`: {}", error.message())]
    })?;
    let mut reader = Reader { project: Project::default(), mistakes: Vec::new() };
    for (key, value) in &table {
        match (key.as_str(), value) {
            ("diff", toml::Value::Table(diff)) => reader.diff(diff),
            ("diff", _) => reader.mistakes.push("`diff` is a table, written `[diff]`".to_owned()),
            _ => reader.mistakes.push(format!("unknown key `{key}`, expected `diff`")),
        }
    }
    let Reader { project, mistakes } = reader;
    if mistakes.is_empty() {
        return Ok(project);
    }
    Err(mistakes.into_iter().map(|mistake| format!("`{shown}`: {mistake}")).collect())
}

/// What was read, and what is wrong.
struct Reader {
    project: Project,
    mistakes: Vec<String>,
}

impl Reader {
    fn diff(&mut self, table: &toml::Table) {
        for (key, value) in table {
            match (key.as_str(), value) {
                ("gates", toml::Value::Array(gates)) => gates.iter().for_each(|gate| self.gate(gate)),
                ("gates", _) => self.mistakes.push("`diff.gates` is a list of texts".to_owned()),
                _ => self.mistakes.push(format!("unknown key `diff.{key}`, expected `gates`")),
            }
        }
    }

    fn gate(&mut self, value: &toml::Value) {
        match value.as_str().map(str::parse) {
            Some(Ok(gate)) => self.project.gates.push(gate),
            Some(Err(mistake)) => self.mistakes.push(mistake),
            None => self.mistakes.push("`diff.gates` holds texts, as `\"regress 2% and 5 ms\"`".to_owned()),
        }
    }
}
