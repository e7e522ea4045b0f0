//! Annotations of GitHub Actions; written to its log, they show at the lines of a pull request.

use super::SuiteFormat;
use crate::diagnostics::{annotation, unplaced_annotation};

pub(super) static FORMAT: SuiteFormat = SuiteFormat {
    name: "github",
    summary: "annotations of GitHub Actions; where `GITHUB_ACTIONS` is `true` they are printed anyway",
    draws: false,
    write: |results, _, into| {
        for diagnostic in results.all_diagnostics() {
            into.write_all(annotation(diagnostic).as_bytes())?;
        }
        for problem in results.all_problems() {
            into.write_all(unplaced_annotation(problem).as_bytes())?;
        }
        Ok(())
    },
};
