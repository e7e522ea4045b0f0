//! The tree: what a file says, with places and without meaning.

mod plan;

pub use plan::{Axis, Direction, Ladder, Plan, PlanLine, Spacing, Values};

use crate::source::Span;

/// A whole file.
#[derive(Clone, Debug)]
pub struct File {
    /// In the order written.
    pub items: Vec<Item>,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// With escapes resolved.
    pub value: String,
    /// With the quotes.
    pub span: Span,
}

/// `##` lines above an item.
#[derive(Clone, Debug)]
pub struct Doc {
    /// Lines without their marks, joined by newlines.
    pub text: String,
    /// All of them.
    pub span: Span,
}

/// One item of a file or of a scenario's block.
#[derive(Clone, Debug)]
pub enum Item {
    /// `use "file.kvs"`.
    Use(Text),
    /// `param n = 4`.
    Param(Param),
    /// `gpu`, `model`, `cluster`, `engine`, `policy`, `workload`, `run`.
    Block(Block),
    /// `trace …`.
    Trace(Trace),
    /// `matrix { … }`.
    Matrix(Matrix),
    /// `plan "name" { … }`.
    Plan(Plan),
    /// `scenario "name" { … }`.
    Scenario(Scenario),
    /// `expect …`.
    Expect(Expect),
}

/// `param n = 4`.
#[derive(Clone, Debug)]
pub struct Param {
    /// What it is called.
    pub name: Ident,
    /// A quantity, a name or a string, which are one atom, or a choice with its arguments.
    pub value: Vec<Atom>,
    /// `##` lines above.
    pub doc: Option<Doc>,
}

/// Which block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// A kind of GPU.
    Gpu,
    /// A language model.
    Model,
    /// What is built.
    Cluster,
    /// How a replica executes.
    Engine,
    /// Where requests go, and in which order.
    Policy,
    /// A class of requests.
    Workload,
    /// Seeds, warm-up, length.
    Run,
}

impl BlockKind {
    /// Every kind.
    pub const ALL: [BlockKind; 7] = [
        BlockKind::Gpu,
        BlockKind::Model,
        BlockKind::Cluster,
        BlockKind::Engine,
        BlockKind::Policy,
        BlockKind::Workload,
        BlockKind::Run,
    ];

    /// The word that opens such a block.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            BlockKind::Gpu => "gpu",
            BlockKind::Model => "model",
            BlockKind::Cluster => "cluster",
            BlockKind::Engine => "engine",
            BlockKind::Policy => "policy",
            BlockKind::Workload => "workload",
            BlockKind::Run => "run",
        }
    }
}

/// A block of statements.
#[derive(Clone, Debug)]
pub struct Block {
    /// Which.
    pub kind: BlockKind,
    /// The word that opens it.
    pub keyword: Span,
    /// What it defines.
    pub name: Option<Ident>,
    /// What it starts from.
    pub extends: Option<Ident>,
    /// In the order written.
    pub statements: Vec<Statement>,
    /// `##` lines above.
    pub doc: Option<Doc>,
    /// From the keyword to the last token of the header.
    pub header: Span,
}

/// `key atom* [block]`.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The first word.
    pub key: Ident,
    /// What follows on the line.
    pub atoms: Vec<Atom>,
    /// A choice that needs more than one line.
    pub nested: Option<Nested>,
    /// From the key to the last token, the nested block included.
    pub span: Span,
}

/// The block of a statement.
#[derive(Clone, Debug)]
pub enum Nested {
    /// `session { turns …; think … }`.
    Statements(Vec<Statement>, Span),
    /// `stages { 5 min -> 20 req/s; 10 min hold }`.
    Stages(Vec<Stage>, Span),
}

/// One line of `stages`.
#[derive(Clone, Debug)]
pub struct Stage {
    /// How long it takes.
    pub duration: Expr,
    /// The rate it ends at; `None` for `hold`.
    pub target: Option<Expr>,
    /// The whole line.
    pub span: Span,
}

/// One part of a statement.
#[derive(Clone, Debug)]
pub enum Atom {
    /// A choice, an argument's name or a reference.
    Word(Ident),
    /// `fast[0]`, `fast[0..3]`.
    Indexed(Indexed),
    /// A number, a quantity, `$p` or arithmetic on them.
    Value(Expr),
    /// `a .. b`.
    Range(Expr, Expr),
    /// `"text"`.
    Text(Text),
    /// `[ … ]`, each element a run of atoms: `[0.7 lognormal median 11 sigma 0.44, …]`.
    List(Vec<Vec<Atom>>, Span),
    /// `->`.
    Arrow(Span),
}

/// A group with an index or a range of indices (inclusive).
#[derive(Clone, Debug)]
pub struct Indexed {
    /// The group.
    pub name: Ident,
    /// First index.
    pub first: Expr,
    /// Last index; `None` where one is named.
    pub last: Option<Expr>,
    /// From the name to `]`.
    pub span: Span,
}

/// A number as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// Finite, never negative (a sign is an operator).
    pub value: f64,
    /// Digits after the decimal point as written (`2.50` has 2, `2e9` 0): what `==` compares.
    pub decimals: u8,
    /// The unit as spelt, known or not.
    pub unit: Option<Ident>,
    /// Number and unit.
    pub span: Span,
}

/// Arithmetic. Metrics occur only in expectations.
#[derive(Clone, Debug)]
pub enum Expr {
    /// `12_000 tok/s`.
    Literal(Literal),
    /// `$n`; the name without the `$`, the span with it.
    Param(Ident),
    /// `p99_ttft_ms for chat`.
    Metric(Metric),
    /// `-x`.
    Negated(Box<Expr>, Span),
    /// `a + b`.
    Binary(Box<Expr>, Operator, Box<Expr>),
    /// `( … )`, kept for its span.
    Group(Box<Expr>, Span),
}

/// `+ - * /`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// A metric and what selects its samples.
#[derive(Clone, Debug)]
pub struct Metric {
    /// As spelt.
    pub name: Ident,
    /// In the order written.
    pub selectors: Vec<Selector>,
}

/// Which samples of a metric, or (after a condition) which part of all its metrics.
#[derive(Clone, Debug)]
pub enum Selector {
    /// `for chat`.
    For(Ident),
    /// `on fast[0]`, `on fast`.
    On(GpuRef),
    /// `on gpu 3`: the cluster-wide index.
    OnGpu(Expr, Span),
    /// `during a .. b`.
    During(Expr, Expr, Span),
    /// `after t`.
    After(Expr, Span),
    /// `of "scenario"`.
    Of(Text),
    /// `over 10 s windows`.
    Windows(Expr, Span),
}

/// A group or a part of it.
#[derive(Clone, Debug)]
pub enum GpuRef {
    /// Every GPU of the group.
    Group(Ident),
    /// One, or a range.
    Indexed(Indexed),
}

/// `expect CONDITION [in P% of runs]`.
#[derive(Clone, Debug)]
pub struct Expect {
    /// What must hold.
    pub condition: Condition,
    /// `in 60% of runs`.
    pub in_runs: Option<Expr>,
    /// The word `expect`.
    pub keyword: Span,
    /// The whole, as a failed one is drawn.
    pub span: Span,
    /// `##` lines above.
    pub doc: Option<Doc>,
}

/// What must hold.
#[derive(Clone, Debug)]
pub enum Condition {
    /// `a < b`, `a == b +- 3%`.
    Compare {
        /// Left side.
        left: Expr,
        /// How.
        operator: Comparison,
        /// Where the operator is.
        operator_span: Span,
        /// Right side.
        right: Expr,
        /// After `±` or `+-`.
        tolerance: Option<Expr>,
    },
    /// `a in low .. high`.
    Within {
        /// Left side.
        left: Expr,
        /// Inclusive.
        low: Expr,
        /// Inclusive.
        high: Expr,
    },
    /// `c and d`.
    And(Box<Condition>, Box<Condition>),
    /// `c or d`.
    Or(Box<Condition>, Box<Condition>),
    /// `not c`.
    Not(Box<Condition>, Span),
    /// `always c`: at every instant.
    Always(Box<Condition>, Span),
    /// `eventually c [within D]`: at some instant.
    Eventually {
        /// What must come true.
        condition: Box<Condition>,
        /// At most this long after the start or the `after` of the condition.
        within: Option<Expr>,
        /// The word.
        span: Span,
    },
    /// `c for 30 s`: without a break for that long.
    Sustained {
        /// What must hold.
        condition: Box<Condition>,
        /// How long.
        duration: Expr,
        /// The word `for` and the duration.
        span: Span,
    },
    /// Selectors after the whole condition: `always queue_depth < 64 during 1 min .. 2 min`.
    Selected(Box<Condition>, Vec<Selector>),
}

/// `== != < <= > >=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// `trace [NAME] { rows }` or `trace NAME from "file" { … }`.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The word.
    pub keyword: Span,
    /// Unnamed traces are called `trace` by the analysis.
    pub name: Option<Ident>,
    /// Rows, or a file.
    pub body: TraceBody,
    /// `##` lines above.
    pub doc: Option<Doc>,
    /// From the keyword to the last token of the header.
    pub header: Span,
}

/// Where the requests of a trace are.
#[derive(Clone, Debug)]
pub enum TraceBody {
    /// In the block; the first row may be `columns …`.
    Rows(Vec<Row>),
    /// In a file, read as the statements say.
    File(Text, Vec<Statement>),
}

/// One row of an inline trace.
#[derive(Clone, Debug)]
pub struct Row {
    /// Blank-separated.
    pub cells: Vec<Cell>,
    /// First cell to last.
    pub span: Span,
}

/// One cell, uninterpreted.
#[derive(Clone, Debug)]
pub struct Cell {
    /// As written, without quotes.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// `matrix { kv in [bf16, fp8]; n in [1, 2] }`.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The word.
    pub keyword: Span,
    /// In the order written; the first varies slowest.
    pub axes: Vec<Axis>,
}

/// `scenario "name" { … }`.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The word.
    pub keyword: Span,
    /// Unique in the file.
    pub name: Text,
    /// Overrides and additions; never `use`, `scenario` or `matrix`.
    pub items: Vec<Item>,
    /// `##` lines above.
    pub doc: Option<Doc>,
}
