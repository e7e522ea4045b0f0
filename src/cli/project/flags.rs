//! The flags that commands have, which of them a project may set, and what they take.
//!
//! Asked of the command line's own definition, so that a new flag is a new setting.

use std::any::TypeId;
use std::error::Error as _;
use std::num::NonZeroUsize;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command};

use crate::analysis::suggest::{did_you_mean, nearest};

/// Flags that a project cannot set, and why.
const ONE_CALL: &str = "it says what one call does";
const NOT_SETTINGS: &[(&str, &str)] = &[
    ("allow-outside", "what a project may read is for those who run it to say"),
    ("check", ONE_CALL),
    ("config", ONE_CALL),
    ("failed", ONE_CALL),
    ("force", ONE_CALL),
    ("grid", ONE_CALL),
    ("list", ONE_CALL),
    ("only", ONE_CALL),
    ("out", ONE_CALL),
    ("paths", ONE_CALL),
    ("profile", "a profile is chosen by `--profile` or `KVS_PROFILE`"),
    ("seed", ONE_CALL),
    ("show-config", ONE_CALL),
    ("template", ONE_CALL),
    ("trace", ONE_CALL),
    ("update", ONE_CALL),
    ("vary", ONE_CALL),
    ("versus", ONE_CALL),
    ("where", ONE_CALL),
];

/// Why a project cannot set a flag.
pub(super) fn why_not(argument: &Arg) -> Option<&'static str> {
    let name = argument.get_long()?;
    NOT_SETTINGS.iter().find(|(flag, _)| *flag == name).map(|(_, why)| *why)
}

/// The arguments of a name: of one command, or of all and every command.
pub(super) fn named<'c>(cli: &'c Command, command: Option<&str>, flag: &str) -> Vec<&'c Arg> {
    all(cli, command).into_iter().filter(|argument| argument.get_long() == Some(flag)).collect()
}

/// Whether any command has the flag.
pub(super) fn exists(cli: &Command, flag: &str) -> bool {
    !named(cli, None, flag).is_empty()
}

/// Whether the flag is one that every command has.
pub(super) fn is_of_every_command(cli: &Command, flag: &str) -> bool {
    cli.get_arguments().any(|argument| argument.get_long() == Some(flag))
}

/// The flags that may be set for one command, or for any.
pub(super) fn names<'c>(cli: &'c Command, command: Option<&str>) -> Vec<&'c str> {
    let settable = all(cli, command).into_iter().filter(|argument| why_not(argument).is_none());
    settable.filter_map(Arg::get_long).collect()
}

fn all<'c>(cli: &'c Command, command: Option<&str>) -> Vec<&'c Arg> {
    let mut open = match command {
        Some(name) => vec![cli.find_subcommand(name).expect("only commands that there are are asked for")],
        None => vec![cli],
    };
    let mut arguments = Vec::new();
    while let Some(command) = open.pop() {
        arguments.extend(command.get_arguments().filter(|argument| argument.get_long().is_some()));
        open.extend(command.get_subcommands());
    }
    arguments
}

/// Whether two flags of one name mean the same.
pub(super) fn take_the_same(one: &Arg, other: &Arg) -> bool {
    one.get_value_parser().type_id() == other.get_value_parser().type_id()
}

/// The commands with a flag.
pub(super) fn commands_with<'c>(cli: &'c Command, flag: &str) -> Vec<&'c str> {
    let names = cli.get_subcommands().map(Command::get_name);
    names.filter(|name| !named(cli, Some(name), flag).is_empty()).collect()
}

/// Whether a flag may be given several times.
pub(super) fn repeats(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Append)
}

/// What a flag takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Switch,
    Number,
    Text,
}

impl Type {
    pub(super) fn of(argument: &Arg) -> Type {
        let numbers =
            [TypeId::of::<u32>(), TypeId::of::<u64>(), TypeId::of::<usize>(), TypeId::of::<NonZeroUsize>()];
        let taken = argument.get_value_parser().type_id();
        match argument.get_action() {
            ArgAction::SetTrue => Type::Switch,
            _ if numbers.iter().any(|number| taken == *number) => Type::Number,
            _ => Type::Text,
        }
    }

    /// As in `expected …`.
    pub(super) fn described(self, repeats: bool) -> &'static str {
        match self {
            Type::Switch => "`true` or `false`",
            Type::Number => "an integer",
            Type::Text if repeats => "a string or a list of strings",
            Type::Text => "a string",
        }
    }
}

/// Why a flag does not take a value.
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Why a flag would not take a value that is typed.
pub(super) fn refusal(argument: &Arg, value: &str) -> Option<Refusal> {
    let parser = argument.get_value_parser().clone();
    let probe = Command::new("kvs").no_binary_name(true).arg(Arg::new("value").value_parser(parser));
    let error = probe.try_get_matches_from(["--", value]).err()?;
    if let Some(ContextValue::Strings(choices)) = error.get(ContextKind::ValidValue)
        && !choices.is_empty()
    {
        let near = nearest(value, choices.iter().map(String::as_str));
        return Some(Refusal {
            message: format!("expected one of {}", choices.join(", ")),
            help: did_you_mean(&near),
        });
    }
    let message = error.source().map_or_else(|| error.kind().to_string(), ToString::to_string);
    Some(Refusal { message, help: None })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn flags_that_cannot_be_set_are_flags() {
        let cli = Cli::command();
        for (flag, _) in NOT_SETTINGS {
            assert!(exists(&cli, flag), "--{flag}");
        }
    }

    #[test]
    fn no_setting_is_an_argument_that_must_be_given() {
        let cli = Cli::command();
        for argument in all(&cli, None) {
            assert!(!argument.is_required_set() || why_not(argument).is_some(), "{argument}");
        }
    }
}
