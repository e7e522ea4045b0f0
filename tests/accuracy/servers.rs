//! Scenarios of the measured servers: one row of `measured/calibration.csv`, or a model alone.

use std::collections::BTreeMap;
use std::path::Path;

use kvs::check::compile;
use kvs::host::{Host, Memory};
use kvs::model::Scenario;

/// A row by the names of its columns.
pub(crate) type Row = BTreeMap<String, String>;

/// The rows of a table with a line of names, its cells separated by `separator`.
pub(crate) fn rows(path: &Path, separator: char) -> Vec<Row> {
    let text = std::fs::read_to_string(path).expect("the file is part of the data");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("a line of names").split(separator).collect();
    let row = |line: &str| {
        let cells = line.split(separator).map(str::to_owned);
        names.iter().map(|name| (*name).to_owned()).zip(cells).collect()
    };
    lines.map(row).collect()
}

/// The only case of a text.
pub(crate) fn scenario(text: &str) -> Scenario {
    let host = Host::memory(Memory::default().with("/server.kvs", text));
    let suite = compile(&host, Path::new("/server.kvs"), &Vec::new()).expect("the file is there");
    assert!(!suite.has_errors(), "{text}\n{:#?}", suite.diagnostics);
    suite.cases.into_iter().next().expect("one case").scenario
}
