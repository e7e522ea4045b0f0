//! Whether any hardware decodes one request as fast as a GPU's figures say.
//!
//! `decode` is the rate of a full batch. A request that decodes alone gets it all unless `decode_per_request` bounds it,
//! and generates tokens faster than weights can be read then. Concerns `batching phases` only, and is a note: figures
//! may be made up on purpose, and those that make decoding instant always are.

use super::blocks::cluster::Layout;
use super::items;
use super::language::context::Context;
use super::language::definitions::Definitions;
use super::language::expected::number_text;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::definitions;
use crate::model::{Architecture, Batching, Group, LanguageModel, Scenario};
use crate::source::Span;

/// The fastest that one request was reported to decode on any hardware, in tokens a second: gpt-oss-120b on a
/// wafer-scale Cerebras CS-3, August 2025. On GPUs it was 1,038 (Llama 4 Maverick on eight B200, Artificial Analysis, May
/// 2025). For models whose weights are not known.
const FASTEST_REPORTED: f64 = 3000.0;

/// From here on, in tokens a second, a rate is not meant as hardware's: decoding is to take no time that matters, as in
/// studies of arrivals or of prompts.
const INSTANT: f64 = 100_000.0;

/// Notes each group that decodes a lone request faster than any hardware, at the `decode` of its GPU.
pub(super) fn check(scenario: &Scenario, layout: &Layout, gpus: &Definitions<'_, '_>, ctx: &mut Context<'_>) {
    if scenario.engine.batching != Batching::Phases {
        return;
    }
    for (group, line) in scenario.cluster.groups.iter().zip(&layout.lines) {
        let Some(rate) = rate_alone(group) else { continue };
        let limit = Limit::of(&scenario.model, group, gpus, ctx);
        if rate <= limit.rate() || rate >= INSTANT {
            continue;
        }
        let (name, span) = &line.kind;
        let mut quiet = Context::new(ctx.sources, ctx.params, ctx.tables);
        let Some(block) = gpus.resolve(name, *span, &mut quiet) else { continue };
        let bound = block.one("decode_per_request");
        let bounded = group.gpu.throughput.as_ref().and_then(|figures| figures.decode_per_request).is_some();
        if bound.is_some() && !bounded {
            // Its value is reported as wrong.
            continue;
        }
        let at = bound.or_else(|| block.one("decode")).map_or(*span, |statement| statement.span);
        ctx.report(faster_than_hardware(at, &scenario.model.name, rate, &limit));
    }
}

/// Tokens a second of a request that decodes alone.
fn rate_alone(group: &Group) -> Option<f64> {
    let figures = group.gpu.throughput.as_ref()?;
    let full = figures.decode.get() * figures.decode_efficiency.get();
    Some(figures.decode_per_request.map_or(full, |ceiling| ceiling.get().min(full)))
}

/// What no hardware exceeds.
enum Limit {
    /// Every token needs all active weights, and memory gives them no faster.
    Weights {
        /// Bytes of weights that a token needs.
        bytes: f64,
        /// Of all GPUs of a replica, were they the fastest of the catalogue, in bytes a second.
        bandwidth: f64,
    },
    /// Where the weights are not known.
    Reported,
}

impl Limit {
    fn of(model: &LanguageModel, group: &Group, gpus: &Definitions<'_, '_>, ctx: &Context<'_>) -> Limit {
        let Some(architecture) = Architecture::of(model) else { return Limit::Reported };
        let bytes = model.weight_bytes_a_token(&architecture);
        let bandwidth = largest_bandwidth(gpus, ctx) * f64::from(group.tensor_parallel);
        Limit::Weights { bytes, bandwidth }
    }

    /// In tokens a second.
    fn rate(&self) -> f64 {
        match self {
            Limit::Weights { bytes, bandwidth } => bandwidth / bytes,
            Limit::Reported => FASTEST_REPORTED,
        }
    }
}

/// The most that the memory of a GPU of the catalogue gives, in bytes a second.
fn largest_bandwidth(gpus: &Definitions<'_, '_>, ctx: &Context<'_>) -> f64 {
    let catalogue = Definitions { own: gpus.catalogue, ..*gpus };
    let mut quiet = Context::new(ctx.sources, ctx.params, ctx.tables);
    let bandwidths = gpus.catalogue.iter().filter_map(|(name, layers)| {
        let block = catalogue.resolve(name, items::name_span(layers[0]), &mut quiet)?;
        block.quantity("bandwidth", &mut quiet)
    });
    bandwidths.fold(0.0, f64::max)
}

/// `decode 2600 tok/s` for a model with 16 GB of weights
fn faster_than_hardware(at: Span, model: &str, rate: f64, limit: &Limit) -> Diagnostic {
    let rates = |rate: f64| format!("{} tok/s", number_text(libm::round(rate)));
    let (found, most) = (rates(rate), rates(limit.rate()));
    let label = match limit {
        Limit::Weights { bytes, bandwidth } => format!(
            "a token reads {} GB of weights of `{model}`: at {} TB/s, the fastest memory of the catalogue, `{most}`",
            tenths(bytes / 1e9),
            tenths(bandwidth / 1e12),
        ),
        Limit::Reported => format!("the fastest reported of any hardware is about `{most}`"),
    };
    let message = format!("a request alone would decode at `{found}`, faster than any hardware");
    Diagnostic::note(&definitions::FASTER_THAN_HARDWARE, message, at, label)
        .with_help("bound what one request gets, as you measured it: `decode_per_request 60 tok/s`")
}

/// With one decimal.
fn tenths(value: f64) -> String {
    number_text(libm::round(value * 10.0) / 10.0)
}
