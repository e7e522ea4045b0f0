//! The binary as its users meet it: arguments, exit codes, streams, files left behind. One file a subcommand.

mod project;

mod check;
mod explain;
mod fmt;
mod golden;
mod list;
mod new;
mod run;
mod select;
mod shell;
mod trace;
