//! `--metrics`, `--minimize` and `--maximize`: names to figures.

use crate::analysis::suggest::{alternatives, did_you_mean, nearest};
use crate::check::Suite;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::metrics::{lookup, names, recorded, statistics_of};
use crate::report::sweep::{COST_PER_HOUR, Figure, GPUS};

/// Every metric that results keep.
const ALL: &str = "all";

/// The figures of `--metrics`.
pub(super) fn asked(metrics: &[String], output: &Output) -> Result<Vec<Figure>, Exit> {
    let mut figures: Vec<Figure> = Vec::new();
    for name in metrics.iter().map(|name| name.trim()) {
        let found = match name {
            ALL => recorded().filter_map(|info| Figure::of_metric(&info)).collect(),
            name => vec![Figure::named(name).ok_or_else(|| unknown(name, &[], output))?],
        };
        for figure in found {
            if !figures.iter().any(|known| known.name == figure.name) {
                figures.push(figure);
            }
        }
    }
    Ok(figures)
}

/// An objective that is no figure.
pub(super) fn no_objective(name: &str, suite: &Suite, output: &Output) -> Exit {
    let params = suite.cases.first().map_or(&[][..], |case| &case.scenario.params);
    let params: Vec<&str> = params.iter().map(|(name, _)| name.as_str()).collect();
    if params.contains(&name) {
        let message =
            format!("`{name}` has no lowest and no highest value: it is not a quantity in every case");
        output.error(&message, Some("name a metric, or a parameter that is a number in every case"));
        return Exit::USAGE;
    }
    unknown(name, &params, output)
}

fn unknown(name: &str, params: &[&str], output: &Output) -> Exit {
    if lookup(name).is_some_and(|info| info.at_instants) {
        let statistics = statistics_of(name);
        let statistics: Vec<&str> =
            statistics.iter().map(String::as_str).filter(|other| *other != name).collect();
        let message = format!("`{name}` has a value at every instant and none for a run");
        output.error(&message, Some(&format!("name a statistic of it: {}", alternatives(&statistics))));
        return Exit::USAGE;
    }
    let metrics = names();
    let known = metrics.iter().map(String::as_str).chain([COST_PER_HOUR, GPUS]).chain(params.iter().copied());
    let known: Vec<&str> = known.collect();
    let near = nearest(name, known.iter().copied());
    let holding = || known.iter().copied().filter(|known| known.contains(name)).take(3).collect();
    let help = did_you_mean(&if near.is_empty() { holding() } else { near });
    let help = help.map_or_else(String::new, |help| format!("{help} "));
    output.error(
        &format!("no metric is called `{name}`"),
        Some(&format!("{help}`kvs list metrics` prints all")),
    );
    Exit::USAGE
}
