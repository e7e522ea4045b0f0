//! The tables of `kvs.toml` to what they mean, with every mistake in them.

use std::ops::Range;

use clap::{Arg, Command, CommandFactory as _};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Project, Setting, error, flags};
use crate::cli::Cli;
use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// Reads all tables; otherwise gives every mistake, by place.
pub(super) fn read(
    table: &DeTable<'_>,
    span: &dyn Fn(Range<usize>) -> Span,
) -> Result<Project, Vec<Diagnostic>> {
    let mut reader = Reader { span, cli: Cli::command(), project: Project::default(), mistakes: Vec::new() };
    for (key, value) in table {
        match &**key.get_ref() {
            "diff" => reader.in_table("diff", value, Reader::diff),
            "defaults" => reader.in_table("defaults", value, |reader, table| {
                reader.project.defaults = reader.settings("defaults", table);
            }),
            "profile" => reader.in_table("profile", value, Reader::profiles),
            unknown => {
                let is_flag = flags::exists(&reader.cli, unknown);
                reader.mistakes.push(error::unknown_table(unknown, is_flag, (reader.span)(key.span())));
            }
        }
    }
    let Reader { project, mut mistakes, .. } = reader;
    if mistakes.is_empty() {
        return Ok(project);
    }
    mistakes.sort_by_key(Diagnostic::span);
    Err(mistakes)
}

/// What `diff.gates` is.
const WANTED: &str = "a list of strings";

struct Reader<'a> {
    span: &'a dyn Fn(Range<usize>) -> Span,
    cli: Command,
    project: Project,
    mistakes: Vec<Diagnostic>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    /// Goes on with what must be a table.
    fn in_table(&mut self, name: &str, value: &Value<'_>, go_on: impl FnOnce(&mut Self, &DeTable<'_>)) {
        match value.get_ref() {
            DeValue::Table(table) => go_on(self, table),
            other => {
                let found = other.type_str();
                self.mistakes.push(error::wrong_type(name, "a table", found, (self.span)(value.span())));
            }
        }
    }

    fn diff(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match (&**key.get_ref(), value.get_ref()) {
                ("gates", DeValue::Array(gates)) => gates.iter().for_each(|gate| self.gate(gate)),
                ("gates", other) => {
                    let place = (self.span)(value.span());
                    self.mistakes.push(error::wrong_type("gates", WANTED, other.type_str(), place));
                }
                (unknown, _) => {
                    let place = (self.span)(key.span());
                    self.mistakes.push(error::unknown_key(unknown, "diff", &["gates"], place));
                }
            }
        }
    }

    fn gate(&mut self, value: &Value<'_>) {
        let place = (self.span)(value.span());
        match value.get_ref() {
            DeValue::String(text) => match text.parse() {
                Ok(gate) => self.project.gates.push(gate),
                Err(mistake) => self.mistakes.push(error::refused("gates", text, mistake, None, place)),
            },
            other => {
                self.mistakes.push(error::wrong_type("gates", WANTED, other.type_str(), place));
            }
        }
    }

    fn profiles(&mut self, table: &DeTable<'_>) {
        for (name, value) in table {
            let shown = format!("profile.{}", name.get_ref());
            self.in_table(&shown, value, |reader, table| {
                let settings = reader.settings(&shown, table);
                reader.project.profiles.insert(name.get_ref().to_string(), settings);
            });
        }
    }

    /// The settings of a table `[defaults]` or `[profile.NAME]`, those for one command last.
    fn settings(&mut self, shown: &str, table: &DeTable<'_>) -> Vec<Setting> {
        let (mut of_all, mut of_one) = (Vec::new(), Vec::new());
        for (key, value) in table {
            let command =
                self.cli.find_subcommand(&**key.get_ref()).map(|command| command.get_name().to_owned());
            match (value.get_ref(), command) {
                (DeValue::Table(below), Some(command)) => {
                    let shown = format!("{shown}.{command}");
                    for (key, value) in below {
                        of_one.extend(self.setting(&shown, Some(&command), key, value));
                    }
                }
                (DeValue::Table(_), None) => {
                    let commands: Vec<&str> = self.cli.get_subcommands().map(Command::get_name).collect();
                    let place = (self.span)(key.span());
                    self.mistakes.push(error::unknown_command(key.get_ref(), shown, &commands, place));
                }
                _ => of_all.extend(self.setting(shown, None, key, value)),
            }
        }
        of_all.extend(of_one);
        of_all
    }

    fn setting(
        &mut self,
        shown: &str,
        command: Option<&str>,
        key: &Spanned<DeString<'_>>,
        value: &Value<'_>,
    ) -> Option<Setting> {
        let flag = key.get_ref().to_string();
        let place = (self.span)(key.span());
        let arguments: Vec<Arg> = flags::named(&self.cli, command, &flag).into_iter().cloned().collect();
        let arguments = arguments.as_slice();
        let Some(first) = arguments.first() else {
            let mistake = if flags::is_of_every_command(&self.cli, &flag) {
                error::of_every_command(&flag, shown, place)
            } else {
                error::unknown_key(&flag, shown, &flags::names(&self.cli, command), place)
            };
            self.mistakes.push(mistake);
            return None;
        };
        if !arguments.iter().all(|other| flags::take_the_same(first, other)) {
            let commands = flags::commands_with(&self.cli, &flag);
            self.mistakes.push(error::ambiguous(&flag, shown, &commands, place));
            return None;
        }
        if let Some(why) = flags::why_not(first) {
            self.mistakes.push(error::not_a_setting(&flag, why, place));
            return None;
        }
        let mut values = Vec::new();
        let items = match value.get_ref() {
            DeValue::Array(items) if flags::repeats(first) => items.iter().collect(),
            _ => vec![value],
        };
        for item in items {
            values.push(self.value(&flag, arguments, item)?);
        }
        Some(Setting { command: command.map(str::to_owned), flag, values })
    }

    /// A value as it would be typed, once each argument of that name takes it.
    fn value(&mut self, flag: &str, arguments: &[Arg], value: &Value<'_>) -> Option<String> {
        let first = &arguments[0];
        let place = (self.span)(value.span());
        let wanted = flags::Type::of(first);
        let text = match (value.get_ref(), wanted) {
            (DeValue::Boolean(is_set), flags::Type::Switch) => is_set.to_string(),
            (DeValue::Integer(number), flags::Type::Number) => number.to_string(),
            (DeValue::String(text), flags::Type::Text) => text.to_string(),
            (other, _) => {
                let wanted = wanted.described(flags::repeats(first));
                self.mistakes.push(error::wrong_type(flag, wanted, other.type_str(), place));
                return None;
            }
        };
        if let Some(refusal) = arguments.iter().find_map(|argument| flags::refusal(argument, &text)) {
            self.mistakes.push(error::refused(flag, &text, refusal.message, refusal.help, place));
            return None;
        }
        Some(text)
    }
}
