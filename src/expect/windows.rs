//! A condition over tumbling windows: it must hold in each that has samples.

use std::collections::BTreeMap;

use super::forms;
use super::verdict::{Status, Verdict, shown};
use super::view::{Known, Moment, Run, View};
use crate::metrics::Window;
use crate::model::{Condition, Metric};

/// `None` where no metric of the condition has windows.
pub(super) fn judge(condition: &Condition, run: Run<'_, '_>) -> Option<Verdict> {
    let metrics: Vec<&Metric> = condition.metrics().into_iter().map(|mention| mention.metric).collect();
    if metrics.iter().all(|metric| metric.windows.is_none()) {
        return None;
    }
    Some(in_each(condition, &metrics, run).unwrap_or_else(Verdict::no_data))
}

fn in_each(condition: &Condition, metrics: &[&Metric], run: Run<'_, '_>) -> Result<Verdict, String> {
    let known: Vec<Known<'_>> = metrics.iter().map(|metric| Known::new(metric)).collect();
    let mut columns = Vec::with_capacity(metrics.len());
    let mut empty = 0;
    for metric in metrics {
        columns.push(if metric.windows.is_some() {
            let windows = run.outcome(metric)?.windows(metric);
            empty = empty.max(windows.empty);
            Column::Windows(windows.values.into_iter().map(|window| (window.index, window)).collect())
        } else {
            Column::Constant(run.value(metric)?)
        });
    }
    let shortest = columns.iter().filter_map(Column::windows).min_by_key(|windows| windows.len());
    let shortest = shortest.expect("at least one metric has windows");
    let mut worst: Option<(Verdict, Window)> = None;
    let (mut judged, mut broken) = (0_u64, 0_u64);
    for (index, window) in shortest {
        let values: Option<Vec<f64>> = columns.iter().map(|column| column.at(*index)).collect();
        let Some(values) = values else { continue };
        let moment = Moment { metrics: &known, values: &values };
        let verdict = forms::judge(condition, View::Moment(&moment));
        judged += 1;
        broken += u64::from(verdict.status != Status::Pass);
        if worst.as_ref().is_none_or(|(worst, _)| verdict.is_worse_than(worst)) {
            worst = Some((verdict, *window));
        }
    }
    let (verdict, window) = worst.ok_or_else(|| format!("all windows ({empty}) are empty"))?;
    let (from, to) = (shown(window.from), shown(window.to));
    let mut detail = format!("the worst of {judged} windows is `{from} .. {to}`");
    if broken > 1 {
        detail += &format!(", {broken} are broken");
    }
    if empty > 0 {
        detail += &format!(", {empty} without samples were skipped");
    }
    Ok(verdict.with_detail(detail))
}

/// A metric's value in every window.
enum Column {
    Constant(f64),
    Windows(BTreeMap<u64, Window>),
}

impl Column {
    fn at(&self, index: u64) -> Option<f64> {
        match self {
            Column::Constant(value) => Some(*value),
            Column::Windows(windows) => windows.get(&index).map(|window| window.value),
        }
    }

    fn windows(&self) -> Option<&BTreeMap<u64, Window>> {
        match self {
            Column::Constant(_) => None,
            Column::Windows(windows) => Some(windows),
        }
    }
}
