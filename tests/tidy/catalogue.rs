//! Every GPU and model of the catalogue says where its figures come from, and none is off by a power of ten.

use kvs::catalog;
use kvs::source::Sources;
use kvs::syntax::ast::{Atom, Block, Expr, Item};
use kvs::syntax::parse;
use kvs::units::unit;

use crate::nothing_breaks;

/// The values a figure can have on hardware and models one can rent today, in base units.
const PLAUSIBLE: &[(&str, f64, f64)] = &[
    ("vram", 8e9, 1e12),
    ("bandwidth", 100e9, 20e12),
    ("compute", 20e12, 10e15),
    ("compute_fp8", 40e12, 20e15),
    ("compute_int8", 40e12, 20e15),
    ("link_bandwidth", 8e9, 2e12),
    ("price", 0.1 / 3600.0, 20.0 / 3600.0),
    ("layers", 8.0, 200.0),
    ("hidden", 512.0, 32_768.0),
    ("heads", 8.0, 256.0),
    ("kv_heads", 1.0, 128.0),
    ("head_dim", 32.0, 512.0),
    ("intermediate", 512.0, 131_072.0),
    ("vocab", 16_000.0, 500_000.0),
    ("experts", 4.0, 1024.0),
    ("active_experts", 1.0, 64.0),
    ("shared_experts", 1.0, 16.0),
    ("moe_intermediate", 256.0, 65_536.0),
    ("sliding_window", 64.0, 1_048_576.0),
    ("kv_lora_rank", 64.0, 4096.0),
    ("rope_head_dim", 16.0, 512.0),
    ("q_lora_rank", 64.0, 8192.0),
    ("dense_layers", 1.0, 16.0),
    ("window_layers", 1.0, 200.0),
];

fn blocks_of(text: &str) -> (Vec<Block>, Sources) {
    let mut sources = Sources::default();
    let id = sources.add("catalogue", text);
    let (tree, mistakes) = parse(id, &sources);
    assert!(mistakes.is_empty(), "the catalogue does not parse: {mistakes:?}");
    let blocks = tree.items.into_iter().map(|item| match item {
        Item::Block(block) => block,
        other => panic!("the catalogue holds only blocks: {other:?}"),
    });
    (blocks.collect(), sources)
}

#[test]
fn every_entry_names_its_source() {
    let mut silent = Vec::new();
    for (file, text) in catalog::FILES {
        for paragraph in text.split("\n\n") {
            let header =
                paragraph.lines().find(|line| line.starts_with("gpu ") || line.starts_with("model "));
            if let Some(header) = header
                && !paragraph.lines().any(|line| line.starts_with("# Source: ") && line.len() > 30)
            {
                silent.push(format!("{file}: {header}"));
            }
        }
    }
    nothing_breaks("an entry without `# Source: …` above it", &silent);
}

#[test]
fn every_figure_is_plausible() {
    let mut odd = Vec::new();
    for (file, text) in catalog::FILES {
        let (blocks, sources) = blocks_of(text);
        assert!(blocks.len() > 10, "{file} holds only {} entries", blocks.len());
        for block in &blocks {
            for statement in &block.statements {
                let Some((_, low, high)) = PLAUSIBLE.iter().find(|(key, ..)| *key == statement.key.text)
                else {
                    continue;
                };
                let [Atom::Value(Expr::Literal(literal))] = statement.atoms.as_slice() else {
                    odd.push(format!("{file}: {} is not one number", sources.slice(statement.span)));
                    continue;
                };
                let value = match &literal.unit {
                    Some(spelt) => unit(&spelt.text).expect("a unit of the language").to_base(literal.value),
                    None => literal.value,
                };
                if !(*low..=*high).contains(&value) {
                    let name = block.name.as_ref().map_or("", |name| &name.text);
                    odd.push(format!("{file}: {name}: {}", sources.slice(statement.span)));
                }
            }
        }
    }
    nothing_breaks("a figure outside what exists", &odd);
}

#[test]
fn every_numeric_key_of_the_catalogue_has_a_plausible_range() {
    let mut unchecked = Vec::new();
    for (file, text) in catalog::FILES {
        for block in blocks_of(text).0 {
            for statement in &block.statements {
                let is_number = matches!(statement.atoms.as_slice(), [Atom::Value(_)]);
                let is_checked = PLAUSIBLE.iter().any(|(key, ..)| *key == statement.key.text);
                if is_number && !is_checked {
                    unchecked.push(format!("{file}: {}", statement.key.text));
                }
            }
        }
    }
    nothing_breaks("a figure that no test checks", &unchecked);
}
