//! The two streams: results on stdout, diagnostics and progress on stderr.
//!
//! Invariant: a closed pipe (`kvs list | head`) ends the output, not the program, and leaves the exit code alone.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use console::Term;
use indicatif::ProgressBar;

use super::arguments::{Color, Format, GlobalArgs};
use super::exit::Exit;
use crate::diagnostics::{Diagnostic, Located, MAX_WIDTH, render_within, sarif, unplaced_annotation};
use crate::host::HostError;
use crate::source::Sources;

/// Where everything is printed; shared by threads.
pub(super) struct Output {
    quiet: bool,
    format: Format,
    max_errors: usize,
    /// Columns that drawings may take.
    width: usize,
    stdout: ColorChoice,
    stderr: ColorChoice,
    /// Whether stdout is for a document alone.
    stdout_is_taken: AtomicBool,
    state: Mutex<State>,
}

struct State {
    /// Drawn below what is printed, on a terminal.
    bar: Option<ProgressBar>,
    /// Why results could not be printed.
    failure: Option<io::Error>,
    /// What is written as one document at the end.
    kept: Kept,
}

#[derive(Default)]
struct Kept {
    diagnostics: Vec<Located>,
    unplaced: Vec<String>,
}

impl Output {
    /// As the arguments and the terminal want it.
    pub(super) fn new(arguments: &GlobalArgs) -> Output {
        let choice = |detected: ColorChoice| match arguments.color {
            Color::Auto => detected,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Output {
            quiet: arguments.quiet,
            format: arguments.error_format,
            max_errors: arguments.max_errors,
            width: width_of_stderr(),
            stdout: choice(AutoStream::choice(&io::stdout())),
            stderr: choice(AutoStream::choice(&io::stderr())),
            stdout_is_taken: AtomicBool::new(false),
            state: Mutex::new(State { bar: None, failure: None, kept: Kept::default() }),
        }
    }

    /// Columns of what is drawn on stderr.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Columns of tables on stdout.
    pub(super) fn width_of_results(&self) -> usize {
        let terminal = Term::stdout().size_checked();
        terminal.map_or(MAX_WIDTH, |(_, width)| usize::from(width).max(MIN_WIDTH))
    }

    /// Whether stdout takes colors.
    pub(super) fn colored(&self) -> bool {
        self.stdout != ColorChoice::Never
    }

    /// Whether diagnostics are for programs, which want each one complete.
    pub(super) fn is_for_programs(&self) -> bool {
        matches!(self.format, Format::Json | Format::Github | Format::Sarif)
    }

    /// Draws a bar below all that is printed from here on, until [`Output::clear_bar`].
    pub(super) fn set_bar(&self, bar: ProgressBar) {
        self.lock().bar = Some(bar);
    }

    /// Removes the bar.
    pub(super) fn clear_bar(&self) {
        if let Some(bar) = self.lock().bar.take() {
            bar.finish_and_clear();
        }
    }

    /// A result, to stdout; `text` ends its own lines.
    pub(super) fn result(&self, text: &str) {
        if self.stdout_is_taken.load(Ordering::Relaxed) {
            return self.error_text(text);
        }
        self.to_stdout(|| {
            let mut stream = AutoStream::new(io::stdout().lock(), self.stdout);
            stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
        });
    }

    fn to_stdout(&self, write: impl FnOnce() -> io::Result<()>) {
        let mut state = self.lock();
        let written = state.above_bar(write);
        if let Err(error) = written
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            state.failure.get_or_insert(error);
        }
    }

    /// From here on stdout is for a document alone: results go to stderr.
    pub(super) fn keep_stdout_for_a_document(&self) {
        self.stdout_is_taken.store(true, Ordering::Relaxed);
    }

    /// A document for programs, to stdout as it is.
    pub(super) fn document(&self, bytes: &[u8]) {
        self.to_stdout(|| {
            let mut stream = io::stdout().lock();
            stream.write_all(bytes).and_then(|()| stream.flush())
        });
    }

    /// A line of progress for people, to stderr unless quiet.
    pub(super) fn progress(&self, line: &str) {
        if !self.quiet && self.format == Format::Full {
            self.error_text(&format!("{line}\n"));
        }
    }

    /// Mistakes found in a file, or failures drawn at their lines.
    pub(super) fn diagnostics(&self, list: &[Diagnostic], sources: &Sources) {
        if list.is_empty() {
            return;
        }
        if self.format == Format::Sarif {
            let located = list.iter().map(|diagnostic| Located::of(diagnostic, sources));
            self.lock().kept.diagnostics.extend(located);
            return;
        }
        let max = if self.max_errors == 0 { usize::MAX } else { self.max_errors };
        let color = self.stderr != ColorChoice::Never;
        let mut text = render_within(self.width, list, sources, self.format.into(), color, max);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        self.error_text(&text);
    }

    /// A diagnostic about the file as a whole: drawn without its source.
    pub(super) fn unplaced(&self, diagnostic: &Diagnostic, sources: &Sources) {
        match self.format {
            Format::Full => {
                let help =
                    diagnostic.help.as_deref().map_or_else(String::new, |help| format!("  help: {help}\n"));
                let (code, message) = (diagnostic.code(), &diagnostic.message);
                self.error_text(&format!("{BAD}error[{code}]{BAD:#}: {message}\n{help}"));
            }
            Format::Concise | Format::Json | Format::Github | Format::Sarif => {
                self.diagnostics(std::slice::from_ref(diagnostic), sources);
            }
        }
    }

    /// What belongs to the diagnostic before it, for people; `text` ends its own lines.
    pub(super) fn detail(&self, text: &str) {
        if self.format == Format::Full {
            self.error_text(text);
        }
    }

    /// A file that could not be read or written.
    pub(super) fn problem(&self, problem: &HostError) {
        self.error(&problem.to_string(), problem.help().as_deref());
    }

    /// Any other error: a sentence and what to do.
    pub(super) fn error(&self, message: &str, help: Option<&str>) {
        let text = match self.format {
            Format::Concise => format!("{BAD}error{BAD:#}: {message}\n"),
            Format::Full => {
                let help = help.map_or_else(String::new, |help| format!("  help: {help}\n"));
                format!("{BAD}error{BAD:#}: {message}\n{help}")
            }
            Format::Json => {
                let object = serde_json::json!({ "severity": "error", "message": message, "help": help });
                format!("{object}\n")
            }
            Format::Github => unplaced_annotation(message),
            Format::Sarif => {
                self.lock().kept.unplaced.push(message.to_owned());
                return;
            }
        };
        self.error_text(&text);
    }

    /// A bug of ours, with what a report of it needs.
    pub(super) fn crash(&self, what: &str, message: &str) {
        let version = env!("CARGO_PKG_VERSION");
        self.error(
            &format!("{what}: {message}"),
            Some(&format!(
                "this is a bug in kvs {version}; please report it with the scenario that shows it"
            )),
        );
    }

    /// The exit code, once everything is printed.
    pub(super) fn close(&self, exit: Exit) -> Exit {
        self.clear_bar();
        let failure = self.lock().failure.take();
        let exit = match failure {
            Some(error) => {
                self.error(&format!("stdout: {error}"), None);
                exit.and(Exit::IO)
            }
            None => exit,
        };
        if self.format == Format::Sarif {
            let Kept { diagnostics, unplaced } = std::mem::take(&mut self.lock().kept);
            self.error_text(&sarif(&diagnostics, &unplaced));
        }
        exit
    }

    /// Annotations of a job, to stderr, unless diagnostics are such already.
    pub(super) fn annotations(&self, text: &str) {
        if self.format != Format::Github {
            self.error_text(text);
        }
    }

    fn error_text(&self, text: &str) {
        let mut state = self.lock();
        let written = state.above_bar(|| {
            let mut stream = AutoStream::new(io::stderr().lock(), self.stderr);
            stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
        });
        // There is nowhere left to report that stderr is closed.
        let _ = written;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no panic while the lock is held")
    }
}

/// That of the terminal where it is narrow; what is not seen on one is as wide everywhere.
fn width_of_stderr() -> usize {
    let terminal = Term::stderr().size_checked();
    terminal.map_or(MAX_WIDTH, |(_, width)| usize::from(width).clamp(MIN_WIDTH, MAX_WIDTH))
}

/// Narrower drawings cannot be read.
const MIN_WIDTH: usize = 40;

impl State {
    fn above_bar<T>(&mut self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

/// For what holds.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// For what does not hold.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// For what needs a look.
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
/// For what is read first.
pub(super) const STRONG: Style = Style::new().bold();
/// For what is read last.
pub(super) const FAINT: Style = Style::new().dimmed();
