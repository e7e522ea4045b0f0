//! Where a node of the tree is, for nodes made of others.

use super::ast::{Atom, Expr, GpuRef, Item, Metric, Selector};
use crate::source::Span;

impl Expr {
    /// From the first to the last token.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Expr::Literal(literal) => literal.span,
            Expr::Param(name) => name.span,
            Expr::Metric(metric) => metric.span(),
            Expr::Negated(_, span) | Expr::Group(_, span) => *span,
            Expr::Binary(left, _, right) => left.span().to(right.span()),
        }
    }
}

impl Metric {
    /// The name and its selectors.
    #[must_use]
    pub fn span(&self) -> Span {
        self.selectors.last().map_or(self.name.span, |selector| self.name.span.to(selector.span()))
    }
}

impl Selector {
    /// What is selected; with the word in front where the node keeps it.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Selector::For(name) | Selector::On(GpuRef::Group(name)) => name.span,
            Selector::On(GpuRef::Indexed(indexed)) => indexed.span,
            Selector::OnGpu(_, span)
            | Selector::During(_, _, span)
            | Selector::After(_, span)
            | Selector::Windows(_, span) => *span,
            Selector::Of(text) => text.span,
        }
    }
}

impl Atom {
    /// From the first to the last token.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Atom::Word(name) => name.span,
            Atom::Indexed(indexed) => indexed.span,
            Atom::Value(value) => value.span(),
            Atom::Range(low, high) => low.span().to(high.span()),
            Atom::Text(text) => text.span,
            Atom::List(_, span) | Atom::Arrow(span) => *span,
        }
    }
}

impl Item {
    /// The word that opens it; the path of a `use` and the name of a `param`.
    #[must_use]
    pub fn keyword(&self) -> Span {
        match self {
            Item::Use(path) => path.span,
            Item::Param(param) => param.name.span,
            Item::Block(block) => block.keyword,
            Item::Trace(trace) => trace.keyword,
            Item::Matrix(matrix) => matrix.keyword,
            Item::Plan(plan) => plan.keyword,
            Item::Scenario(scenario) => scenario.keyword,
            Item::Expect(expect) => expect.keyword,
        }
    }
}
