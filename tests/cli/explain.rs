//! `kvs explain`.

use crate::project::Project;

#[test]
fn a_code_is_explained_however_it_is_capitalised() {
    for code in ["E0801", "e0801"] {
        Project::new().kvs(["explain", code]).exits(0).says("E0801: ").says("Wrong:").says("Right:");
    }
}

#[test]
fn an_unknown_code_is_a_usage_error_that_names_those_near_it() {
    Project::new().kvs(["explain", "E0899"]).exits(2).warns("no code `E0899`").warns("`E080");
}
