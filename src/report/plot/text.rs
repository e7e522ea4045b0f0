//! A picture of a run for a terminal: a line of blocks a GPU, and the latencies as bars.

use std::fmt::Write as _;

use super::{Band, Lines, Plot, bars};
use crate::report::number::natural;
use crate::units::Dimension;

/// GPUs with a line of their own.
const MOST_GPUS: usize = 8;

/// Characters of a line over time, and of the longest bar.
const LINE: usize = 13;
const BAR: usize = 40;

/// Bars of a histogram at most.
const MOST_BARS: usize = 14;

/// The picture; its lines fit 80 columns unless names are long.
#[must_use]
pub fn text(plot: &Plot) -> String {
    let mut text = String::new();
    over_time(plot, &mut text);
    latencies(plot, &mut text);
    text
}

fn over_time(plot: &Plot, text: &mut String) {
    let mut rows: Vec<(&str, &Lines)> = Vec::new();
    if plot.gpus.len() != 1 {
        rows.push(("all", &plot.cluster));
    }
    rows.extend(plot.gpus.iter().take(MOST_GPUS).map(|(name, lines)| (name.as_str(), lines)));
    let length = format!("over {}", natural(plot.end_ms / 1e3, Dimension::TIME));
    let names = rows.iter().map(|(name, _)| name.chars().count());
    let width = names.max().unwrap_or(0).max(length.chars().count());
    let title = |name: &str| format!("{name:<cell$}", cell = LINE + 10);
    let titles = ["KV cache", "running", "waiting"].map(title).concat();
    let _ = writeln!(text, "  {length:<width$}  {}", titles.trim_end());
    for (name, lines) in rows {
        let bytes = |most: u64| natural(most as f64, Dimension::DATA);
        let cells = [
            cell(&lines.vram, &bytes),
            cell(&lines.batch, &|most| most.to_string()),
            cell(&lines.queue, &|most| most.to_string()),
        ];
        let _ = writeln!(text, "  {name:<width$}  {}", cells.concat().trim_end());
    }
    let more = plot.n_more + plot.gpus.len().saturating_sub(MOST_GPUS);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
    text.push('\n');
}

/// A line and its highest value.
fn cell(band: &Band, shown: &dyn Fn(u64) -> String) -> String {
    let means: Vec<f64> = band.mean.iter().map(|mean| mean.get()).collect();
    let most = band.max.iter().copied().max().unwrap_or(0);
    format!("{:<LINE$} {:<9}", bars::line(&means, LINE), shown(most))
}

fn latencies(plot: &Plot, text: &mut String) {
    let Some((name, bins)) = plot.times.iter().find(|(name, bins)| *name == "latency" && !bins.is_empty())
    else {
        return;
    };
    let joined = bins.len().div_ceil(MOST_BARS);
    let counts: Vec<(f64, u64)> = bins
        .chunks(joined)
        .map(|part| {
            let last = part.last().expect("chunks are not empty").0;
            (last, part.iter().map(|(_, count)| count).sum())
        })
        .collect();
    let all: u64 = counts.iter().map(|(_, count)| count).sum();
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let mut title = *name;
    for (end, count) in counts {
        let end = natural(end / 1e3, Dimension::TIME);
        let share = count as f64 / all as f64 * 100.0;
        let bar = bars::row(count as f64, most as f64, BAR);
        let _ = writeln!(text, "  {}", format!("{title:<8} < {end:>9} {share:>5.1}%  {bar}").trim_end());
        title = "";
    }
}
