//! Prompts that begin alike: what a prefix cache can find again.
//!
//! Prefixes nest in the order written, before the tokens of a request's own. A pool draws its text for each request,
//! for each session where there are sessions, from a stream of its own. Invariant: prefixes are as small as the
//! statements that describe them, however many texts a pool has.

use super::content::{Stretch, Text};
use super::lengths::MAX_TOKENS;
use super::{Misfit, formats, number, sessions};
use crate::model::{Arg, Bound, Choice, Field, Form, Spec, WorkloadSource};
use crate::rng::{Stream, Zipf};
use crate::units::Dimension;

static GROUP: Spec = Spec::new(
    "prefix_group",
    "tokens that all requests of the workload begin with; several nest in the order written",
)
.arguments(
    &[Field::positional("tokens", Form::Quantity(Dimension::TOKENS), "how long it is").within(LENGTH)],
);

static POOL: Spec = Spec::new(
    "prefix_pool",
    "the tokens of one of several texts, the same for all turns of a session; several nest in the order written",
)
.arguments(&[
    Field::positional("texts", Form::Count, "how many texts there are")
        .within(Bound::Between(1.0, 10_000_000.0)),
    Field::required("tokens", Form::Quantity(Dimension::TOKENS), "how long each is").within(LENGTH),
    Field::optional(
        "pick",
        Form::Word(&["uniform", "round_robin", "zipf"]),
        "how the text is chosen; `zipf S` by popularity 1/rank^S",
    )
    .or("uniform"),
    Field {
        positional: true,
        ..Field::optional("exponent", Form::Quantity(Dimension::NUMBER), "S, allowed only after `pick zipf`")
            .within(Bound::Between(0.0, 10.0))
    },
]);

const LENGTH: Bound = Bound::Between(1.0, 1e9);

/// Prefixes of one workload, at most.
pub const MAX_PREFIXES: usize = 64;

static ENTRIES: &[&Spec] = &[&GROUP, &POOL];

/// Whether prompts of a workload may begin with the same tokens, so that one finds what another has left.
#[must_use]
pub fn may_begin_alike(source: &WorkloadSource) -> bool {
    match source {
        WorkloadSource::Generated { session, prefixes, .. } => {
            !prefixes.is_empty() || session.as_ref().is_some_and(sessions::accumulates)
        }
        WorkloadSource::Rows(_) => false,
        WorkloadSource::File(trace) => formats::tells_content(&trace.format),
    }
}

/// What a scenario may write, in the order shown to users: keys that may repeat and nest in the order written.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().copied()
}

/// Whether prefixes that nest, each with valid arguments, fit together.
///
/// # Errors
/// When they do not: `pick zipf` without its exponent, more than [`MAX_PREFIXES`], or more tokens than a prompt holds.
pub fn check(prefixes: &[Choice]) -> Result<(), Misfit> {
    let layers = prefixes.iter().map(layer).collect::<Result<Vec<Layer>, Misfit>>()?;
    if layers.len() > MAX_PREFIXES {
        let message = format!("a workload has at most `{MAX_PREFIXES}` prefixes, found `{}`", layers.len());
        return Err(Misfit::new(message, "merge those that always occur together"));
    }
    let tokens: u64 = layers.iter().map(|layer| u64::from(layer.tokens)).sum();
    if tokens > u64::from(MAX_TOKENS) {
        let message = format!("a prompt has at most `{MAX_TOKENS}` tokens, found prefixes of `{tokens}`");
        return Err(Misfit::new(message, "make them shorter"));
    }
    Ok(())
}

/// The prefixes of a workload and their streams.
pub(super) struct Prefixes {
    workload: u16,
    layers: Vec<(Layer, Stream)>,
}

struct Layer {
    tokens: u32,
    kind: Kind,
}

enum Kind {
    Group,
    Pool(Pick),
}

/// How the text of a pool is chosen.
enum Pick {
    Uniform { texts: u32 },
    RoundRobin { texts: u32, next: u32 },
    Zipf(Zipf),
}

impl Prefixes {
    /// Those of the workload at index `workload`; `stream` makes the stream of a purpose.
    pub(super) fn new(
        prefixes: &[Choice],
        workload: u16,
        stream: impl Fn(&str) -> Stream,
    ) -> Result<Prefixes, Misfit> {
        check(prefixes)?;
        let layers = prefixes.iter().enumerate();
        let layers = layers.map(|(place, choice)| Ok((layer(choice)?, stream(&format!("prefix.{place}")))));
        Ok(Prefixes { workload, layers: layers.collect::<Result<_, Misfit>>()? })
    }

    /// Whether prompts begin with nothing that others have.
    pub(super) fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// What the next request or session begins with.
    pub(super) fn draw(&mut self) -> Vec<Stretch> {
        let layers = self.layers.iter_mut().zip(0..);
        let stretches = layers.map(|((layer, stream), place)| {
            let text = match &mut layer.kind {
                Kind::Group => Text::Group(place),
                Kind::Pool(pick) => Text::Pool(place, pick.draw(stream)),
            };
            Stretch { text: text.number(self.workload), tokens: layer.tokens }
        });
        stretches.collect()
    }
}

impl Pick {
    /// A text's rank from 0: where popularity differs, the most popular first.
    fn draw(&mut self, stream: &mut Stream) -> u32 {
        match self {
            Pick::Uniform { texts } => stream.below(u64::from(*texts)) as u32,
            Pick::RoundRobin { texts, next } => {
                let picked = *next;
                *next = (picked + 1) % *texts;
                picked
            }
            Pick::Zipf(zipf) => (zipf.draw(stream) - 1) as u32,
        }
    }
}

fn layer(choice: &Choice) -> Result<Layer, Misfit> {
    let tokens = number(choice, "tokens")? as u32;
    if choice.name == GROUP.name {
        return Ok(Layer { tokens, kind: Kind::Group });
    }
    if choice.name != POOL.name {
        return Err(Misfit::unknown("a prefix", choice));
    }
    let texts = number(choice, "texts")? as u32;
    let pick = match choice.arg("pick") {
        Some(Arg::Word(word)) => word.as_str(),
        _ => "uniform",
    };
    let pick = match (pick, choice.number("exponent")) {
        ("zipf", Some(exponent)) => Pick::Zipf(Zipf::new(u64::from(texts), exponent)),
        ("zipf", None) => {
            let help = "write how steeply popularity falls, as in `pick zipf 1.1`";
            return Err(Misfit::new("`pick zipf` needs its exponent", help));
        }
        (pick, Some(exponent)) => {
            let message = format!("`pick {pick}` takes no exponent, found `{exponent}`");
            return Err(Misfit::new(message, format!("leave it out, or write `pick zipf {exponent}`")));
        }
        ("round_robin", None) => Pick::RoundRobin { texts, next: 0 },
        (_, None) => Pick::Uniform { texts },
    };
    Ok(Layer { tokens, kind: Kind::Pool(pick) })
}
