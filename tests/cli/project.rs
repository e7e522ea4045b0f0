//! A folder with a few files, and `kvs` run in it.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// One request on one GPU; latency 750 ms, first token after 250 ms.
pub(crate) const FIRST: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s; decode_efficiency 0.8 }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 1 }
trace { r1 0 500 200 }
expect p99_latency_ms == 750
expect p99_ttft_ms == 250
";

/// A temporary folder that is its own root.
pub(crate) struct Project {
    folder: TempDir,
}

/// What a command left.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new() -> Project {
        let project = Project { folder: tempfile::tempdir().expect("a temporary folder") };
        project.with("kvs.toml", "")
    }

    /// A project with one scenario that passes.
    pub(crate) fn first() -> Project {
        Project::new().with("first.kvs", FIRST)
    }

    /// Adds a file, its folders made.
    pub(crate) fn with(self, path: &str, text: impl AsRef<[u8]>) -> Project {
        self.write(path, text);
        self
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("below the project")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Every file below a folder, sorted.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("listable").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let below = path.strip_prefix(self.folder.path()).expect("below the project");
                    files.push(below.to_string_lossy().into_owned());
                }
            }
        }
        files.sort();
        files
    }

    /// `kvs` in the project's folder, with nothing of the caller's environment that it heeds.
    pub(crate) fn command(&self) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_kvs"))
    }

    /// Another program as [`Project::command`] starts ours.
    pub(crate) fn command_of(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("KVS_")
                || [
                    "CI",
                    "COLUMNS",
                    "GITHUB_ACTIONS",
                    "GITHUB_STEP_SUMMARY",
                    "NO_COLOR",
                    "CLICOLOR",
                    "CLICOLOR_FORCE",
                ]
                .contains(&&*name)
            {
                command.env_remove(name);
            }
        }
        command
    }

    #[must_use]
    pub(crate) fn kvs<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Finished {
        finish(self.command().args(arguments))
    }
}

/// Runs a command to its end.
#[must_use]
pub(crate) fn finish(command: &mut Command) -> Finished {
    let output = command.output().expect("the binary starts");
    Finished {
        code: output.status.code().expect("not killed"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

impl Finished {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Finished {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Stdout holds this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Finished {
        assert!(self.stdout.contains(text), "no `{text}` on stdout of {self:#?}");
        self
    }

    /// Stderr holds this text.
    #[track_caller]
    pub(crate) fn warns(self, text: &str) -> Finished {
        assert!(self.stderr.contains(text), "no `{text}` on stderr of {self:#?}");
        self
    }

    /// Stderr does not hold this text.
    #[track_caller]
    pub(crate) fn leaves_out(self, text: &str) -> Finished {
        assert!(!self.stderr.contains(text), "`{text}` on stderr of {self:#?}");
        self
    }

    /// The last line of stdout, its time replaced by `T`.
    #[track_caller]
    pub(crate) fn ends(self, line: &str) -> Finished {
        let last = self.stdout.lines().last().unwrap_or_default();
        let (words, seconds) = last.rsplit_once(" in ").unwrap_or((last, ""));
        assert_eq!(words, line, "{self:#?}");
        let seconds = seconds.strip_suffix(" s").and_then(|seconds| seconds.parse::<f64>().ok());
        assert!(seconds.is_some(), "no time in `{last}`");
        self
    }
}
