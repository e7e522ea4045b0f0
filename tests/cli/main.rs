//! The binary as users see it: arguments, exit codes, streams, files it writes. One file per subcommand.

mod project;

mod bad_files;
mod check;
mod diff;
mod exit_codes;
mod explain;
mod explanation;
mod fmt;
mod golden;
mod hardship;
mod help;
mod json_schema;
mod list;
mod new;
mod profiles;
mod reports;
mod review;
mod run;
mod saturation;
mod schemas;
mod select;
mod shell;
mod sweep;
mod trace;
mod uncalibrated;
mod watch;
