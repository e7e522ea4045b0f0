//! SARIF 2.1.0 over everything that failed, for code scanning.

use super::SuiteFormat;
use crate::diagnostics::{Located, sarif};

pub(super) static FORMAT: SuiteFormat = SuiteFormat {
    name: "sarif",
    summary: "SARIF 2.1.0, for code scanning",
    draws: false,
    write: |results, _, into| {
        let diagnostics: Vec<Located> = results.all_diagnostics().cloned().collect();
        let problems: Vec<String> = results.all_problems().cloned().collect();
        into.write_all(sarif(&diagnostics, &problems).as_bytes())
    },
};
