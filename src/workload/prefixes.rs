//! Prompts that begin alike: what a prefix cache can find again.

use crate::model::{Bound, Form, Param, Spec};
use crate::units::Dimension;

static GROUP: Spec = Spec {
    name: "prefix_group",
    summary: "tokens all requests of the workload begin with",
    params: &[Param::positional(
        "tokens",
        Form::Quantity(Dimension::TOKENS),
        Bound::AtLeast(1.0),
        "how long it is",
    )],
    simulated: false,
};

static POOL: Spec = Spec {
    name: "prefix_pool",
    summary: "each request begins with one of several texts",
    params: &[
        Param::positional(
            "texts",
            Form::Count,
            Bound::Between(1.0, 10_000_000.0),
            "how many texts there are",
        ),
        Param::required("tokens", Form::Quantity(Dimension::TOKENS), Bound::AtLeast(1.0), "how long each is"),
        Param::optional(
            "pick",
            Form::Word(&["uniform", "round_robin", "zipf"]),
            Bound::Any,
            "how a request's text is chosen; `zipf S` by popularity 1/rank^S",
        )
        .or("uniform"),
        Param {
            positional: true,
            ..Param::optional(
                "exponent",
                Form::Quantity(Dimension::NUMBER),
                Bound::Between(0.0, 10.0),
                "S, behind `pick zipf` and nowhere else",
            )
        },
    ],
    simulated: false,
};

static ENTRIES: &[&Spec] = &[&GROUP, &POOL];

/// What a scenario may write, in the order shown to users: keys that may repeat and nest in the order written.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    ENTRIES.iter().copied()
}
