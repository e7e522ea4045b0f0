//! E08xx: failed expectations and snapshots.
//!
//! These come from runs; no text alone yields them, so their examples only show what a run can fail.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[
    &EXPECTATION_NOT_MET,
    &NO_DATA,
    &SNAPSHOT_CHANGED,
    &SNAPSHOT_MISSING,
    &UNUSABLE_TRAFFIC,
    &NOTHING_HOLDS,
    &RANGE_TOO_SMALL,
];

pub(crate) static EXPECTATION_NOT_MET: CodeInfo = CodeInfo {
    code: "E0801",
    summary: "an expectation does not hold",
    explanation: "The report shows the value, the limit and the margin, the distance of the one from the \
                  other, with the command that runs just this case again. With several seeds it is the \
                  worst run. Either the system misses its goal, or the goal is wrong.",
    wrong: "expect p99_latency_ms < 1          # a second of prefill is needed",
    right: "expect p99_latency_ms < 2500",
};

pub(crate) static NO_DATA: CodeInfo = CodeInfo {
    code: "E0802",
    summary: "an expectation over nothing",
    explanation: "No sample was left to judge: no request finished, none arrived in the span selected, or \
                  none belongs to the workload or GPU selected. That counts as a failure, since nothing was \
                  checked.",
    wrong: "expect p99_ttft_ms after 10 h < 1 s",
    right: "expect p99_ttft_ms after 10 s < 1 s",
};

pub(crate) static SNAPSHOT_CHANGED: CodeInfo = CodeInfo {
    code: "E0803",
    summary: "the results differ from the snapshot",
    explanation: "The run gave other numbers than those on record. Runs have no noise: something changed, in \
                  the scenario, in what it uses, or in the simulator. Look at the pending snapshot; if the \
                  new numbers are right, accept it.",
    wrong: "# edit the scenario, then: kvs check",
    right: "# edit the scenario, then: kvs check, kvs review",
};

pub(crate) static SNAPSHOT_MISSING: CodeInfo = CodeInfo {
    code: "E0804",
    summary: "a case has no snapshot yet",
    explanation: "The first run of a case writes a pending snapshot, and the case is `new` until that is accepted. \
                  In CI nothing is written, and a case without a snapshot fails: its numbers were never looked at. \
                  Review the pending snapshot, accept it, and commit it.",
    wrong: "# add a scenario, and commit it without its snapshot",
    right: "# add a scenario, then: kvs check, kvs review, and commit both",
};

pub(crate) static UNUSABLE_TRAFFIC: CodeInfo = CodeInfo {
    code: "E0805",
    summary: "requests that cannot be drawn",
    explanation: "A trace, or a file that lengths or a rate are drawn from, is missing, lies outside the root, or \
                  has a malformed row; the message names its line and column. The path is relative to the folder of \
                  the scenario's file. Every row is read before a run begins: dropped rows are counted, and none is \
                  skipped silently. A generated workload has this code if a request would arrive after the end of \
                  the clock, or if users send requests without time passing.",
    wrong: "trace day from \"day.csv\" { format kvs }",
    right: "trace day from \"day.csv\" { format azure }",
};

pub(crate) static NOTHING_HOLDS: CodeInfo = CodeInfo {
    code: "E0806",
    summary: "a plan without an answer",
    explanation: "No candidate of the plan meets every expectation of its scenario. The report names the one that fails \
                  by least and the expectation that it fails. Either the range ends too early, or what is expected \
                  cannot be had with what varies.",
    wrong: "plan \"cheapest\" { vary n in 1 .. 2; minimize cost_per_hour }    # 3 are needed",
    right: "plan \"cheapest\" { vary n in 1 .. 16; minimize cost_per_hour }",
};

pub(crate) static RANGE_TOO_SMALL: CodeInfo = CodeInfo {
    code: "E0807",
    summary: "a plan whose range ends at its answer",
    explanation: "The best value of a range holds, so that a better one may lie beyond it: the answer says how far the \
                  range goes, not how far the system goes. A range of whole numbers from 1 has nothing below it.",
    wrong: "plan \"headroom\" { vary rate in 5 .. 20 req/s within 1%; maximize rate }    # 20 req/s hold",
    right: "plan \"headroom\" { vary rate in 5 .. 200 req/s within 1%; maximize rate }",
};
