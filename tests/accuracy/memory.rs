//! Blocks of cache follow from memory within 3 % of what servers reported.

use kvs::engine::hardware::memory::kv_blocks;

use crate::data;
use crate::measured::{Row, compile, rows};

/// The blocks a server is predicted to have.
fn predicted(row: &Row) -> u64 {
    let text = format!(
        "cluster {{ serves {}; gpus {} x {} tensor_parallel {} }}\n\
         engine {{ max_batch {}; max_batch_tokens {}; block_size {} }}\n\
         trace {{ r1 0 10 10 }}\n",
        row["model"],
        row["gpu"],
        row["tensor_parallel"],
        row["tensor_parallel"],
        row["max_batch"],
        row["max_batch_tokens"],
        row["block_size"],
    );
    let scenario = compile(&text);
    kv_blocks(&scenario.model, &scenario.cluster.groups[0], &scenario.engine).expect("the server ran")
}

#[test]
fn blocks_are_what_servers_reported() {
    let Some(data) = data::folder("blocks_are_what_servers_reported") else { return };
    let mut wrong = Vec::new();
    let mut n_servers = 0;
    let table = std::fs::read_to_string(data.join("measured/calibration.csv")).expect("part of the data");
    for row in rows(&table, ',') {
        let Ok(reported) = row["kv_blocks"].parse::<f64>() else { continue };
        n_servers += 1;
        let error = predicted(&row) as f64 / reported - 1.0;
        println!("{} {} {:+.2} %", row["experiment"], row["model"], error * 100.0);
        if error.abs() > 0.03 {
            wrong.push(format!("{}: predicted {}, reported {reported}", row["experiment"], predicted(&row)));
        }
    }
    assert!(n_servers >= 18, "only {n_servers} rows have blocks");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
