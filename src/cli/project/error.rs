//! What can be wrong in a `kvs.toml`.

use crate::analysis::suggest::{alternatives, did_you_mean, nearest};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::project;
use crate::source::Span;

const TABLES: [&str; 3] = ["defaults", "profile", "diff"];

pub(super) fn no_toml(message: &str, place: Span) -> Diagnostic {
    Diagnostic::error(&project::INVALID_TOML, format!("this is not TOML: {message}"), place, "here")
}

pub(super) fn unknown_table(name: &str, is_flag: bool, place: Span) -> Diagnostic {
    let near = did_you_mean(&nearest(name, TABLES));
    let help = match near {
        _ if is_flag => format!("flags belong in `[defaults]` or `[profile.NAME]`; put `{name}` there"),
        Some(near) => near,
        None => format!("expected {}", alternatives(&TABLES)),
    };
    Diagnostic::error(&project::UNKNOWN_KEY, format!("unknown key `{name}`"), place, "not known here")
        .with_help(help)
}

pub(super) fn unknown_key(name: &str, table: &str, known: &[&str], place: Span) -> Diagnostic {
    let help = did_you_mean(&nearest(name, known.iter().copied())).unwrap_or_else(|| {
        let mut known = known.to_vec();
        known.sort_unstable();
        known.dedup();
        format!("known are {}", known.join(", "))
    });
    Diagnostic::error(
        &project::UNKNOWN_KEY,
        format!("unknown key `{name}` in `[{table}]`"),
        place,
        "not known here",
    )
    .with_help(help)
}

pub(super) fn unknown_command(name: &str, table: &str, known: &[&str], place: Span) -> Diagnostic {
    let help = did_you_mean(&nearest(name, known.iter().copied()))
        .unwrap_or_else(|| "a table in here is for the flags of one command".to_owned());
    Diagnostic::error(
        &project::UNKNOWN_KEY,
        format!("no command `{name}`, in `[{table}.{name}]`"),
        place,
        "no command",
    )
    .with_help(help)
}

pub(super) fn ambiguous(flag: &str, table: &str, commands: &[&str], place: Span) -> Diagnostic {
    let tables: Vec<String> = commands.iter().map(|command| format!("[{table}.{command}]")).collect();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    Diagnostic::error(
        &project::UNKNOWN_KEY,
        format!("`{flag}` in `[{table}]` means different things to different commands"),
        place,
        "of which command?",
    )
    .with_help(format!("put it in {}", alternatives(&tables)))
}

pub(super) fn of_every_command(flag: &str, table: &str, place: Span) -> Diagnostic {
    let above = table.rsplit_once('.').map_or(table, |(above, _)| above);
    Diagnostic::error(
        &project::UNKNOWN_KEY,
        format!("`{flag}` is a flag of every command, not of one, in `[{table}]`"),
        place,
        "not known here",
    )
    .with_help(format!("put it in `[{above}]`"))
}

pub(super) fn wrong_type(name: &str, wanted: &str, found: &str, place: Span) -> Diagnostic {
    let article = if found.starts_with(['a', 'i']) { "an" } else { "a" };
    Diagnostic::error(
        &project::WRONG_TYPE,
        format!("`{name}` is {wanted}, found {article} {found}"),
        place,
        format!("this is {article} {found}"),
    )
}

pub(super) fn refused(flag: &str, value: &str, why: String, help: Option<String>, place: Span) -> Diagnostic {
    let refused =
        Diagnostic::error(&project::REFUSED_VALUE, format!("`{flag}` does not take `{value}`"), place, why);
    match help {
        Some(help) => refused.with_help(help),
        None => refused,
    }
}

pub(super) fn not_a_setting(flag: &str, why: &str, place: Span) -> Diagnostic {
    Diagnostic::error(
        &project::NOT_A_SETTING,
        format!("`--{flag}` cannot be set in kvs.toml: {why}"),
        place,
        "only on the command line",
    )
}
