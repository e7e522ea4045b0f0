//! The help of every command: as a snapshot, and each command in the reference.

use std::fs;
use std::path::Path;

use crate::project::Project;

/// The commands that the help of one lists below `Commands:`, clap's own `help` left out.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let rows = lines.take_while(|line| !line.is_empty());
    let names = rows.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Every command with its help, those that have commands of their own first.
fn every_help() -> Vec<(Vec<String>, String)> {
    let project = Project::new();
    let mut found = Vec::new();
    let mut open = vec![Vec::<String>::new()];
    while let Some(path) = open.pop() {
        let help = project.kvs(path.iter().map(String::as_str).chain(["--help"])).exits(0).stdout;
        open.extend(commands(&help).into_iter().map(|name| [path.clone(), vec![name]].concat()));
        found.push((path, help));
    }
    found.sort();
    found
}

#[test]
fn the_help_of_every_command_is_as_reviewed() {
    for (path, help) in every_help() {
        let name = path.iter().fold("kvs".to_owned(), |name, word| format!("{name}_{word}"));
        insta::assert_snapshot!(name, help);
    }
}

#[test]
fn every_command_is_in_the_reference() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/command-line.md");
    let page = fs::read_to_string(page).expect("the reference is there");
    let every_help = every_help();
    assert!(every_help.len() > 15, "commands are found");
    for (path, help) in
        every_help.into_iter().filter(|(path, help)| !path.is_empty() && commands(help).is_empty())
    {
        let command = path.join(" ");
        let is_named = page.contains(&format!("`kvs {command}")) || page.contains(&format!("`{command}`"));
        assert!(
            is_named,
            "`kvs {command}` is not in docs/reference/command-line.md: {}",
            help.lines().next().unwrap_or_default()
        );
    }
}
