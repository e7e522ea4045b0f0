//! Parameters counted from each model's architecture are those its publisher states.

use std::path::Path;

use kvs::model::Architecture;

use crate::data;
use crate::servers::{rows, scenario};

/// Names of the catalogue that do not follow from those of the table.
const OTHER_NAMES: &[(&str, &str)] = &[("Llama-4-Scout-17B-16E", "llama_4_scout")];

/// The name in the catalogue.
fn name(listed: &str) -> String {
    let other = OTHER_NAMES.iter().find(|(theirs, _)| *theirs == listed);
    other.map_or_else(|| listed.to_lowercase().replace(['-', '.'], "_"), |(_, ours)| (*ours).to_owned())
}

/// The architecture of a model of the catalogue.
fn architecture(name: &str) -> Architecture {
    let text = format!(
        "cluster {{ serves {name}; gpus b300_sxm x 64 tensor_parallel 1; }}\ntrace {{ r1 0 10 10 }}\n"
    );
    // Enough of the largest memory for any model, whose heads need not divide here.
    let text = text.replace("gpus b300_sxm", "gpus huge") + "gpu huge extends b300_sxm { vram 10 TB }\n";
    Architecture::of(&scenario(&text).model).expect("models of the catalogue are complete")
}

#[test]
fn parameters_follow_from_the_architecture() {
    let Some(data) = data::folder("parameters_follow_from_the_architecture") else { return };
    let mut wrong = Vec::new();
    let mut n_models = 0;
    for row in rows(&data.join(Path::new("models.tsv")), '\t') {
        if row["note"].contains("UNCITED") {
            continue;
        }
        n_models += 1;
        let architecture = architecture(&name(&row["model"]));
        let counted = [architecture.parameters(), architecture.active_parameters()].map(|n| n / 1e9);
        for (column, counted) in ["params_total_B", "params_active_B"].into_iter().zip(counted) {
            let listed: f64 = row[column].parse().expect("a number");
            if (counted / listed - 1.0).abs() > 0.01 {
                wrong.push(format!("{} {column}: counted {counted:.2}, listed {listed}", row["model"]));
            }
        }
    }
    assert_eq!(n_models, 26);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
