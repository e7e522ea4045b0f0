//! The reference tables are what the registries say.

use std::fmt::Write as _;

use kvs::analysis::tables;
use kvs::catalog;
use kvs::diagnostics::codes;
use kvs::metrics::{Bare, Better, Kind, patterns};
use kvs::model::{Bound, Field, Form, Spec};
use kvs::source::Sources;
use kvs::syntax::ast::{Block, Item};
use kvs::syntax::parse;
use kvs::units::{Dimension, UNITS};
use kvs::{engine, policy, workload};

use crate::compare_or_write;

const WRITTEN: &str = "<!-- Generated from the registries by `just docs`; edits here are lost. -->\n";

pub(crate) fn page(title: &str, introduction: &str) -> String {
    format!("# {title}\n\n{WRITTEN}\n{introduction}\n")
}

/// A row of cells, with what Markdown would take for a border escaped.
pub(crate) fn row(cells: &[String]) -> String {
    let escaped: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", escaped.join(" | "))
}

pub(crate) fn heading(cells: &[&str]) -> String {
    let names: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
    format!("{}|{}\n", row(&names), "---|".repeat(cells.len()))
}

pub(crate) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

/// The entries of a registry with their arguments.
fn specs(text: &mut String, list: impl Iterator<Item = &'static Spec>) {
    for spec in list {
        let _ = write!(text, "\n### `{}`\n\n{}.\n", spec.name, sentence(spec.summary));
        if !spec.arguments.is_empty() {
            text.push('\n');
            text.push_str(&heading(&["argument", "value", "default", ""]));
            spec.arguments.iter().for_each(|argument| text.push_str(&field_row(argument, argument.summary)));
        }
    }
}

pub(crate) fn sentence(summary: &str) -> String {
    let mut characters = summary.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A key or an argument.
fn field_row(field: &Field, summary: &str) -> String {
    let name = if field.positional { format!("*{}*", field.name) } else { code(field.name) };
    let default = match (field.default, field.required) {
        (Some(default), _) => code(default),
        (None, true) => "required".to_owned(),
        (None, false) => String::new(),
    };
    let measured = match field.form {
        Form::Quantity(dimension) | Form::List(dimension) => dimension,
        _ => Dimension::NUMBER,
    };
    let value = format!("{}{}", form(field.form), bound(field.bound, measured));
    row(&[name, value, default, summary.to_owned()])
}

fn form(form: Form) -> String {
    match form {
        Form::Quantity(dimension) => dimension.to_string(),
        Form::OfPlace => "a value of the place".to_owned(),
        Form::RangeOfPlace => "a range `a .. b` of the place".to_owned(),
        Form::QuantilesOfPlace => "quantiles `pNN value` of the place".to_owned(),
        Form::Count => "a whole number".to_owned(),
        Form::Share => "a percentage".to_owned(),
        Form::Factor => "a number or a percentage".to_owned(),
        Form::Choice(what, _) => what.to_owned(),
        Form::Distribution(dimension) => format!("a distribution over {dimension}"),
        Form::Weighted => "`[weight distribution, …]`".to_owned(),
        Form::List(dimension) => format!("a list, each {dimension}"),
        Form::File => "`\"file\"`".to_owned(),
        Form::Text => "`\"text\"`".to_owned(),
        Form::Word(words) => words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", "),
        Form::Stages => "`{ D -> R; D hold; … }`".to_owned(),
        Form::Shape(shape) => code(shape),
    }
}

fn bound(bound: Bound, dimension: Dimension) -> String {
    let shown = |value| amount(value, dimension);
    match bound {
        Bound::Any => String::new(),
        Bound::Positive => ", above 0".to_owned(),
        Bound::NotNegative => ", 0 or more".to_owned(),
        Bound::Between(low, high) => format!(", {} to {}", shown(low), shown(high)),
        Bound::AtLeast(low) => format!(", at least {}", shown(low)),
    }
}

/// In the largest decimal unit that leaves a number of at least 1.
fn amount(value: f64, dimension: Dimension) -> String {
    let decimal = |name: &str| !name.contains("iB") && !name.contains("b/s") && name != "%";
    let units = UNITS.iter().filter(|unit| unit.dimension == dimension && decimal(unit.name));
    let fitting = units.filter(|unit| value >= unit.to_base(1.0));
    let unit = fitting.max_by(|one, other| one.to_base(1.0).total_cmp(&other.to_base(1.0)));
    let (number, name) = unit.map_or((value, ""), |unit| (unit.of_base(value), unit.name));
    let number = if number >= 1e5 { format!("{number:e}") } else { number.to_string() };
    format!("{number} {name}").trim_end().to_owned()
}

#[test]
fn policies() {
    let mut text =
        page("Policies", "The values of the keys of `policy`. `kvs list policies` prints the same.");
    let mut section = |key: &str, question: &str, list: &mut dyn Iterator<Item = &'static Spec>| {
        let _ = write!(text, "\n## `{key}`\n\n{question}\n");
        specs(&mut text, list);
    };
    section("routing", "Which replica a request goes to.", &mut policy::routing::specs());
    section(
        "decode_routing",
        "Which replica decodes a request when its prompt is complete.",
        &mut policy::decode_routing::specs(),
    );
    section("scheduling", "Which request waiting on a GPU starts first.", &mut policy::scheduling::specs());
    section(
        "reservation",
        "How much memory a request reserves on admission.",
        &mut policy::reservation::specs(),
    );
    section("memory_pressure", "What happens when memory runs out.", &mut policy::memory_pressure::specs());
    section(
        "eviction",
        "Which request is evicted first with `memory_pressure evict`.",
        &mut policy::eviction::specs(),
    );
    section(
        "preemption",
        "How running requests are preempted with `batching continuous`.",
        &mut policy::preemption::specs(),
    );
    compare_or_write("docs/reference/policies.md", &text);
}

#[test]
fn workloads() {
    let mut text = page("Workload vocabulary", "The values of the keys of `workload` and `trace`.");
    let mut section = |title: &str, about: &str, list: &mut dyn Iterator<Item = &'static Spec>| {
        let _ = write!(text, "\n## {title}\n\n{about}\n");
        specs(&mut text, list);
    };
    section("Arrivals", "`arrivals`: how evenly requests arrive.", &mut workload::arrivals::specs());
    section("Rates", "`rate`: how many requests arrive, over time.", &mut workload::rates::specs());
    section(
        "Distributions",
        "For `prompt`, `output`, `think` and `turns`; a *value of the place* is in tokens, a time or a count accordingly.",
        &mut workload::lengths::specs(),
    );
    section(
        "Pairs of lengths",
        "`lengths`: prompt and output drawn together.",
        &mut workload::lengths::pairs(),
    );
    section(
        "Conversations and prefixes",
        "`session`, `prefix_group` and `prefix_pool`.",
        &mut std::iter::once(&workload::sessions::SPEC).chain(workload::prefixes::specs()),
    );
    section("Trace formats", "`format` in `trace NAME from \"file\"`.", &mut workload::formats::specs());
    compare_or_write("docs/reference/workloads.md", &text);
}

#[test]
fn timings() {
    let mut text = page("Timings", "The values of `timing` in `engine`: how long work takes.");
    specs(&mut text, engine::timings());
    compare_or_write("docs/reference/timings.md", &text);
}

#[test]
fn metrics() {
    let mut text = page(
        "Metrics",
        "What expectations and reports measure. `[mean_|p99_]latency_ms` stands for `mean_latency_ms` and \
         `p99_latency_ms`. Percentiles are nearest-rank: the smallest value that at least that share of the samples \
         does not exceed. Metrics of *requests* take `for`, `on`, `during` and `after` (by arrival); *levels* take `on`, \
         `during` and `after` (by time) and are used in `always`, `eventually` and `… for D`; those of a *run* are one number.",
    );
    text.push('\n');
    text.push_str(&heading(&["metric", "of", "unit", "a bare number", "better", "definition"]));
    for (pattern, info) in patterns() {
        let kind = match info.kind {
            Kind::Requests => "requests",
            Kind::Gaps => "gaps",
            Kind::Level => "level",
            Kind::Run => "run",
        };
        let bare = match info.bare {
            Bare::Count => "is a count".to_owned(),
            Bare::UnitOfName => format!("is in {}", info.unit.map_or("", |unit| unit.name)),
            Bare::Refused => "needs a unit".to_owned(),
        };
        let better = match info.better {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::Neither => "",
        };
        let unit = info.unit.map_or("", |unit| unit.name);
        let definition = format!("{}.", sentence(info.definition));
        text.push_str(&row(&[
            code(&pattern),
            kind.to_owned(),
            code(unit),
            bare,
            better.to_owned(),
            definition,
        ]));
    }
    compare_or_write("docs/reference/metrics.md", &text);
}

#[test]
fn units() {
    let mut text = page(
        "Units",
        "A unit follows a literal number, with or without a space. The first of each kind is suggested if a unit is \
         missing. KB, MB and GB are powers of 1000, KiB, MiB and GiB of 1024; `Gb/s` counts bits.",
    );
    text.push('\n');
    text.push_str(&heading(&["what", "units"]));
    let mut dimensions: Vec<Dimension> = Vec::new();
    for unit in UNITS {
        if !dimensions.contains(&unit.dimension) {
            dimensions.push(unit.dimension);
        }
    }
    for dimension in dimensions {
        let names: Vec<String> =
            UNITS.iter().filter(|unit| unit.dimension == dimension).map(|unit| code(unit.name)).collect();
        let what = if dimension == Dimension::NUMBER { "a share".to_owned() } else { dimension.to_string() };
        text.push_str(&row(&[what, names.join(" ")]));
    }
    compare_or_write("docs/reference/units.md", &text);
}

#[test]
fn diagnostics() {
    let mut text =
        page("Diagnostics", "Every message has a stable code; `kvs explain E0104` prints the same text.");
    for info in codes() {
        let _ = write!(text, "\n## {}: {}\n\n{}\n", info.code, info.summary, info.explanation);
        for (title, example) in [("Wrong", info.wrong), ("Right", info.right)] {
            if !example.is_empty() {
                let _ = write!(text, "\n{title}:\n\n```text\n{}\n```\n", example.trim_end());
            }
        }
    }
    compare_or_write("docs/reference/diagnostics.md", &text);
}

#[test]
fn keys() {
    let mut text = page(
        "Keys",
        "The statements of each block. *phases* and *continuous* mark keys that belong to one kind of batching only.",
    );
    for table in tables() {
        let _ = write!(text, "\n## `{}`\n\n{}.\n\n", table.block, sentence(table.summary));
        text.push_str(&heading(&["key", "value", "default", ""]));
        for key in table.keys {
            let repeats = if key.repeatable { " May repeat." } else { "" };
            let batching = key.batching.map_or(String::new(), |only| format!(" *{only:?}.*").to_lowercase());
            let summary = format!("{}.{repeats}{batching}", sentence(key.summary));
            text.push_str(&field_row(key, &summary));
        }
    }
    compare_or_write("docs/reference/keys.md", &text);
}

#[test]
fn gpus() {
    let text = catalogue(
        "GPUs",
        "Use one by its name, or extend it and override what differs. The source of each figure is in \
         [`src/catalog/gpus.kvs`](../../src/catalog/gpus.kvs). Compute is dense, links are one way.",
        catalog::GPUS,
        &["vram", "bandwidth", "compute", "compute_fp8", "compute_int8", "link_bandwidth", "price"],
    );
    compare_or_write("docs/reference/gpus.md", &text);
}

#[test]
fn models() {
    let text = catalogue(
        "Models",
        "Use one by its name, or extend it, for example to store its cache in lower precision. The source of each figure is in \
         [`src/catalog/models.kvs`](../../src/catalog/models.kvs).",
        catalog::MODELS,
        &[
            "layers",
            "hidden",
            "heads",
            "kv_heads",
            "head_dim",
            "experts",
            "active_experts",
            "kv_lora_rank",
            "dtype",
        ],
    );
    compare_or_write("docs/reference/models.md", &text);
}

/// One row a block of a catalogue file, one column a key.
fn catalogue(title: &str, introduction: &str, file: &str, keys: &[&str]) -> String {
    let mut sources = Sources::default();
    let id = sources.add("catalogue", file);
    let (tree, mistakes) = parse(id, &sources);
    assert!(mistakes.is_empty(), "the catalogue does not parse: {mistakes:?}");
    let mut text = page(title, introduction);
    text.push('\n');
    text.push_str(&heading(&[&["name"], keys, &[""]].concat()));
    for item in &tree.items {
        if let Item::Block(block) = item {
            text.push_str(&catalogue_row(block, keys, &sources));
        }
    }
    text
}

fn catalogue_row(block: &Block, keys: &[&str], sources: &Sources) -> String {
    let name = block.name.as_ref().expect("every block of the catalogue has a name");
    let value = |key: &&str| {
        let statement = block.statements.iter().find(|statement| statement.key.text == *key);
        statement.map_or(String::new(), |statement| {
            sources.slice(statement.span)[statement.key.text.len()..].trim().to_owned()
        })
    };
    let doc = block.doc.as_ref().map_or("", |doc| doc.text.trim());
    let cells = std::iter::once(code(&name.text)).chain(keys.iter().map(value)).chain([doc.to_owned()]);
    row(&cells.collect::<Vec<_>>())
}
