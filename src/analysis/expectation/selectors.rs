//! What follows a metric: which samples of it count.

use super::{CaseContext, During, Lowering, error};
use crate::analysis::language::{suggest, values};
use crate::metrics::{Kind, MetricInfo};
use crate::model::{Bound, Selection};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, Ident, Selector, Text};
use crate::units::{SimDuration, SimTime};

/// The selectors of one metric, resolved.
#[derive(Default)]
pub(super) struct Selected {
    pub(super) selection: Selection,
    pub(super) windows: Option<SimDuration>,
    pub(super) of: Option<String>,
}

impl<'a> Lowering<'a, '_> {
    /// Resolves a metric's selectors and those of the condition around it; reports every mistake in them.
    pub(super) fn selectors(
        &mut self,
        metric: &ast::Metric,
        info: &MetricInfo,
        of: Option<String>,
        place: CaseContext<'_>,
    ) -> Option<Selected> {
        let mut selected = Selected { of, ..Selected::default() };
        let mut sound = true;
        let mut seen: Vec<(&'static str, Span)> = Vec::new();
        for selector in &metric.selectors {
            let (word, span) = (word_of(selector), selector.span());
            if let Some((earlier, first)) = seen.iter().find(|(other, _)| same_choice(other, word)) {
                self.report(error::selected_twice(earlier, word, *first, span));
                sound = false;
                continue;
            }
            seen.push((word, span));
            sound &= self.admitted(word, span, metric, info).is_some()
                && self.select(selector, place, &mut selected).is_some();
        }
        sound &= self.select_around(metric, info, &mut selected, &seen).is_some();
        sound.then_some(selected)
    }

    /// Applies the `during` after a condition to one of its metrics.
    fn select_around(
        &mut self,
        metric: &ast::Metric,
        info: &MetricInfo,
        selected: &mut Selected,
        seen: &[(&'static str, Span)],
    ) -> Option<()> {
        let Some(during) = self.scope.during else { return Some(()) };
        if let Some((own, span)) = seen.iter().find(|(word, _)| same_choice(word, "during")) {
            self.report(error::selected_twice(own, during.word, *span, during.span));
            return None;
        }
        self.admitted(during.word, during.span, metric, info)?;
        selected.selection.during = Some((during.from, during.to));
        Some(())
    }

    /// Whether the kind of the metric takes this selector, here.
    fn admitted(
        &mut self,
        word: &'static str,
        span: Span,
        metric: &ast::Metric,
        info: &MetricInfo,
    ) -> Option<()> {
        if !selectors_of(info.kind).contains(&word) {
            self.report(error::selector_does_not_fit(word, span, &metric.name, info.kind));
            return None;
        }
        if let Some(temporal) = self.scope.temporal
            && !matches!(word, "on" | "of")
        {
            self.report(error::selector_inside(temporal, word, span));
            return None;
        }
        Some(())
    }

    /// The scenario after `of`, and the case that the metric is measured in.
    pub(super) fn place_of(&mut self, metric: &ast::Metric) -> Option<(Option<String>, CaseContext<'a>)> {
        let of = metric.selectors.iter().find_map(|selector| match selector {
            Selector::Of(scenario) => Some(scenario),
            _ => None,
        });
        let Some(scenario) = of else { return Some((None, self.around.own)) };
        let scenario = self.other_scenario(scenario)?;
        // A case that is missing here has been reported.
        let place = *self.around.cases.get(&(Some(scenario.as_str()), self.around.args))?;
        let name = self.around.scenarios.iter().find(|known| **known == scenario);
        Some((Some(scenario), CaseContext { scenario: name.map(String::as_str), ..place }))
    }

    fn select(&mut self, selector: &Selector, place: CaseContext<'_>, selected: &mut Selected) -> Option<()> {
        match selector {
            Selector::For(name) => {
                selected.selection.workload = Some(self.workload(name, place, selected.of.as_deref())?);
            }
            Selector::On(reference) => selected.selection.gpus = Some(self.gpus(reference, place)?),
            Selector::OnGpu(index, span) => {
                selected.selection.gpus = Some(self.gpu(index, *span, place)?);
            }
            Selector::During(..) | Selector::After(..) => {
                let during = self.during(selector)?;
                selected.selection.during = Some((during.from, during.to));
            }
            // Looked up before the others, which depend on it.
            Selector::Of(_) => {}
            Selector::Windows(width, span) => selected.windows = Some(self.windows(width, *span)?),
        }
        Some(())
    }

    /// The span of a `during` or `after`.
    pub(super) fn during(&mut self, selector: &Selector) -> Option<During> {
        let span = selector.span();
        match selector {
            Selector::During(from, to, _) => {
                let (from, to) =
                    (values::time(from, "during", self.ctx), values::time(to, "during", self.ctx));
                let (from, to) = (from?, to?);
                if from > to {
                    self.report(error::reversed(&self.text(span), span));
                    return None;
                }
                Some(During { word: "during", from, to, span })
            }
            Selector::After(from, _) => {
                let from = values::time(from, "after", self.ctx)?;
                Some(During { word: "after", from, to: SimTime::MAX, span })
            }
            Selector::For(_)
            | Selector::On(_)
            | Selector::OnGpu(..)
            | Selector::Of(_)
            | Selector::Windows(..) => None,
        }
    }

    fn workload(&mut self, name: &Ident, place: CaseContext<'_>, of: Option<&str>) -> Option<usize> {
        let found = place.workloads.iter().position(|workload| *workload == name.text);
        if found.is_none() {
            let known: Vec<&str> = place.workloads.iter().map(String::as_str).collect();
            let near = suggest::nearest(&name.text, known.iter().copied());
            self.report(error::unknown_workload(name, of, &near, &known));
        }
        found
    }

    fn other_scenario(&mut self, name: &Text) -> Option<String> {
        if self.around.scenario == Some(name.value.as_str()) {
            self.report(error::own_scenario(name));
            return None;
        }
        if !self.around.scenarios.contains(&name.value) {
            let known: Vec<&str> = self.around.scenarios.iter().map(String::as_str).collect();
            let near = suggest::nearest(&name.value, known.iter().copied());
            self.report(error::unknown_scenario(name, &near, &known));
            return None;
        }
        Some(name.value.clone())
    }

    /// Windows of one comparison are all equally wide.
    fn windows(&mut self, width: &Expr, span: Span) -> Option<SimDuration> {
        let width = values::duration(width, "over", Bound::Positive, self.ctx)?;
        match self.windows {
            Some((other, first)) if other != width => {
                self.report(error::windows_differ(first, span));
                None
            }
            _ => {
                self.windows = Some((width, span));
                Some(width)
            }
        }
    }
}

/// The selectors a kind of metric takes, as they are written.
pub(super) fn selectors_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Requests => &["for", "on", "during", "after", "over", "of"],
        Kind::Gaps => &["for", "on", "of"],
        Kind::Level => &["on", "during", "after", "of"],
        Kind::Run => &["of"],
    }
}

/// The word a selector begins with.
pub(super) fn word_of(selector: &Selector) -> &'static str {
    match selector {
        Selector::For(_) => "for",
        Selector::On(_) | Selector::OnGpu(..) => "on",
        Selector::During(..) => "during",
        Selector::After(..) => "after",
        Selector::Of(_) => "of",
        Selector::Windows(..) => "over",
    }
}

/// `during` and `after` both choose a span of time.
fn same_choice(one: &str, other: &str) -> bool {
    let span_of_time = |word: &str| matches!(word, "during" | "after");
    one == other || (span_of_time(one) && span_of_time(other))
}
