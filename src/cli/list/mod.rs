//! `kvs list TOPIC`: what a scenario may name, from the registries that check it.

mod catalogue;
mod choices;
mod fields;
mod table;
mod words;

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::output::{Output, STRONG};
pub(super) use catalogue::{CatalogueEntry, entries as catalogue_entries};
pub(super) use table::Table;

/// Arguments of `kvs list`.
#[derive(Args)]
pub(super) struct ListArgs {
    /// What to list [default: the topics]
    #[arg(value_enum)]
    topic: Option<Topic>,
}

/// What can be listed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Topic {
    /// GPUs of the catalogue
    Gpus,
    /// Models of the catalogue
    Models,
    /// Routing, scheduling and the other choices of `policy`
    Policies,
    /// Timings of `engine`
    Timings,
    /// Metrics for `expect`
    Metrics,
    /// Forms of expectations
    Expectations,
    /// Arrival processes
    Arrivals,
    /// Shapes of the rate over time
    Rates,
    /// Distributions
    Lengths,
    /// `session`, `prefix_group`, `prefix_pool`
    Sessions,
    /// Trace formats
    Formats,
    /// Units
    Units,
    /// Keys of each block, with defaults
    Keys,
    /// Diagnostic codes
    Codes,
}

/// Prints a topic, or the topics there are.
pub(super) fn run(arguments: &ListArgs, output: &Output) -> Exit {
    let Some(topic) = arguments.topic else {
        output.result(&format!("{STRONG}kvs list TOPIC{STRONG:#}, where TOPIC is one of\n\n"));
        output.result(&topics().render());
        return Exit::PASSED;
    };
    let text: Vec<String> = topic.tables().iter().map(Table::render).collect();
    output.result(&text.join("\n"));
    Exit::PASSED
}

/// The tables of the topics whose rows are all that is known of a name: metrics, codes, GPUs and models have more, and
/// forms of conditions have no name.
pub(super) fn every_table() -> Vec<Table> {
    let has_more = |topic: Topic| match topic {
        Topic::Gpus | Topic::Models | Topic::Metrics | Topic::Expectations | Topic::Codes => true,
        Topic::Policies
        | Topic::Timings
        | Topic::Arrivals
        | Topic::Rates
        | Topic::Lengths
        | Topic::Sessions
        | Topic::Formats
        | Topic::Units
        | Topic::Keys => false,
    };
    let is_of_names = |topic: &&Topic| !has_more(**topic);
    Topic::value_variants().iter().filter(is_of_names).flat_map(|topic| topic.tables()).collect()
}

impl Topic {
    fn tables(self) -> Vec<Table> {
        match self {
            Topic::Gpus => vec![catalogue::gpus()],
            Topic::Models => vec![catalogue::models()],
            Topic::Policies => choices::policies(),
            Topic::Timings => choices::timings(),
            Topic::Metrics => vec![words::metrics()],
            Topic::Expectations => vec![words::expectations()],
            Topic::Arrivals => choices::arrivals(),
            Topic::Rates => choices::rates(),
            Topic::Lengths => choices::lengths(),
            Topic::Sessions => choices::sessions(),
            Topic::Formats => choices::formats(),
            Topic::Units => words::units(),
            Topic::Keys => fields::keys(),
            Topic::Codes => vec![words::codes()],
        }
    }
}

fn topics() -> Table {
    let mut table = Table::untitled();
    for value in Topic::value_variants().iter().filter_map(Topic::to_possible_value) {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        table.row([value.get_name().to_owned(), help]);
    }
    table
}
