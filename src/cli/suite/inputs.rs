//! What the runs of files depend on: scenarios, imports, traces and files of numbers, each with its hash.

use std::collections::BTreeSet;
use std::path::Path;

use crate::check::Suite;
use crate::digest::sha256;
use crate::host::Host;
use crate::report::Input;

/// The inputs of files as they are now, each once, those of one file together. One that cannot be read is left out: the
/// run that needs it says so.
pub(in crate::cli) fn inputs<'a>(host: &Host, suites: impl IntoIterator<Item = &'a Suite>) -> Vec<Input> {
    let mut seen = BTreeSet::new();
    let mut inputs = Vec::new();
    for suite in suites {
        let workloads = suite.cases.iter().flat_map(|compiled| &compiled.scenario.workloads);
        let read = workloads.flat_map(|workload| workload.files().into_iter().map(|(_, path)| path));
        for path in suite.inputs.iter().map(String::as_str).chain(read) {
            let path = Path::new(path);
            let named = format!("{}{}", suite.prefix, host.below(&suite.root, path));
            if !seen.insert(named.clone()) {
                continue;
            }
            let sha256 = host.open(&suite.root, path).ok().and_then(|reader| sha256(reader).ok());
            inputs.extend(sha256.map(|sha256| Input { path: named, sha256 }));
        }
    }
    inputs
}
