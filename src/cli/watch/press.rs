//! What keys do.

use console::Key;

use super::session::{Session, Which};
use crate::check::GoldenMode;
use crate::cli::arguments::{CaseFilter, in_ci};

use crate::cli::difference::difference;
use crate::cli::output::STRONG;
use crate::cli::review::{PendingArgs, review};

const HELP: &str = "  a  run all          r  run again        f  run what failed
  p  filter by path   t  filter by name   u  store the numbers as snapshots
  v  review           d  differences from the snapshots
  q  quit             h  this help        any key stops a run
";

/// A line that is being typed.
pub(super) struct Prompt {
    asks: Asks,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Path,
    Name,
}

/// What a key leads to.
pub(super) enum Next {
    Go,
    Quit,
}

impl Session<'_> {
    pub(super) fn press(&mut self, key: &Key) -> Next {
        if let Some(prompt) = self.prompt.take() {
            self.type_into(prompt, key);
            return Next::Go;
        }
        if self.running.is_some() {
            self.give_up();
            self.say("stopped");
        }
        match key {
            Key::Char('q') => return Next::Quit,
            Key::Char('a') => self.begin(Which::All, GoldenMode::Pending),
            Key::Char('r') | Key::Enter => self.begin(Which::Last, GoldenMode::Pending),
            Key::Char('f') => self.begin(Which::Failed, GoldenMode::Pending),
            Key::Char('u') if in_ci() => self.say("`CI` is set: no snapshot is stored"),
            Key::Char('u') => self.begin(Which::All, GoldenMode::Update),
            Key::Char('p') => self.ask(Asks::Path),
            Key::Char('t') => self.ask(Asks::Name),
            Key::Char('d') => self.show_differences(),
            Key::Char('v') => self.review(),
            Key::Char('h' | '?') => self.output.result(HELP),
            _ => {}
        }
        Next::Go
    }

    fn ask(&mut self, asks: Asks) {
        self.output.result(match asks {
            Asks::Path => "part of a path, empty for all: ",
            Asks::Name => "regular expression over case ids, empty for all: ",
        });
        self.prompt = Some(Prompt { asks, text: String::new() });
    }

    /// One key of a line that is being typed.
    fn type_into(&mut self, mut prompt: Prompt, key: &Key) {
        match key {
            Key::Escape => self.output.result("\n"),
            Key::Char(character) => {
                self.output.result(character.encode_utf8(&mut [0; 4]));
                prompt.text.push(*character);
                self.prompt = Some(prompt);
            }
            Key::Backspace => {
                if prompt.text.pop().is_some() {
                    self.output.result("\u{8} \u{8}");
                }
                self.prompt = Some(prompt);
            }
            Key::Enter => {
                self.output.result("\n");
                match prompt.asks {
                    Asks::Path => self.path_filter = prompt.text,
                    Asks::Name => {
                        self.filter = (!prompt.text.is_empty()).then(|| CaseFilter::new(&prompt.text));
                    }
                }
                self.begin(Which::All, GoldenMode::Pending);
            }
            _ => self.prompt = Some(prompt),
        }
    }

    /// What is accepted changes inputs, so that those files run again.
    fn review(&self) {
        let which = PendingArgs::new(self.arguments.paths.clone(), self.filter.clone());
        // What went wrong has been printed, and the watch goes on.
        let _ = review(&which, self.global, self.output);
    }

    fn show_differences(&self) {
        if self.differences.is_empty() {
            self.say("nothing that ran last differs from its snapshot");
        }
        for (id, (old, new)) in &self.differences {
            self.output.result(&format!("{STRONG}{id}{STRONG:#}\n{}", difference(old, new)));
        }
    }
}
