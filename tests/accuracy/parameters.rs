//! Parameters counted from each model's architecture are those its publisher states.

use kvs::model::Architecture;

use crate::data;
use crate::measured::{compile, number, rows};

/// Names of the catalogue that do not follow from those of the table.
const OTHER_NAMES: &[(&str, &str)] = &[("Llama-4-Scout-17B-16E", "llama_4_scout")];

/// The name in the catalogue.
fn name(listed: &str) -> String {
    let other = OTHER_NAMES.iter().find(|(theirs, _)| *theirs == listed);
    other.map_or_else(|| listed.to_lowercase().replace(['-', '.'], "_"), |(_, ours)| (*ours).to_owned())
}

/// The architecture of a model of the catalogue.
fn architecture(name: &str) -> Architecture {
    // Enough memory for any of them on one GPU, whose heads need not divide here.
    let text = format!(
        "gpu huge extends b300_sxm {{ vram 10 TB }}\ncluster {{ serves {name}; gpus huge x 1 }}\ntrace {{ r1 0 10 10 }}\n"
    );
    Architecture::of(&compile(&text).model).expect("models of the catalogue are complete")
}

#[test]
fn parameters_follow_from_the_architecture() {
    let Some(data) = data::folder("parameters_follow_from_the_architecture") else { return };
    let mut wrong = Vec::new();
    let mut n_models = 0;
    let table = std::fs::read_to_string(data.join("models.tsv")).expect("part of the data");
    for row in rows(&table, '\t') {
        if row["note"].contains("UNCITED") {
            continue;
        }
        n_models += 1;
        let architecture = architecture(&name(&row["model"]));
        let counted = [architecture.parameters(), architecture.active_parameters()].map(|n| n / 1e9);
        for (column, counted) in ["params_total_B", "params_active_B"].into_iter().zip(counted) {
            let listed = number(&row, column);
            if (counted / listed - 1.0).abs() > 0.01 {
                wrong.push(format!("{} {column}: counted {counted:.2}, listed {listed}", row["model"]));
            }
        }
    }
    assert_eq!(n_models, 26);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
