//! E10xx: plans.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[&NOTHING_VARIES, &NOT_AN_OBJECTIVE, &NOT_OF_THE_ANSWER];

pub(crate) static NOTHING_VARIES: CodeInfo = CodeInfo {
    code: "E1001",
    summary: "a plan that varies nothing",
    explanation: "A plan runs its scenario with other values of its parameters and finds the best that holds. Which \
                  parameters, and which values, is said by `vary`, at least once.",
    wrong: "param n = 1\nplan \"cheapest\" { minimize cost_usd }",
    right: "param n = 1\nplan \"cheapest\" { vary n in 1 .. 8; minimize cost_usd }",
};

pub(crate) static NOT_AN_OBJECTIVE: CodeInfo = CodeInfo {
    code: "E1002",
    summary: "an objective that is not one number for each candidate",
    explanation: "What is minimized or maximized is a parameter that varies and whose values are numbers, or a metric \
                  that is one number a run. Both numbers of a `frontier` are metrics of which less or more is better, \
                  or such parameters, of which less is.",
    wrong: "param card = h100_sxm\nplan \"best\" { vary card in [h100_sxm, l40s]; minimize card }",
    right: "param card = h100_sxm\nplan \"best\" { vary card in [h100_sxm, l40s]; minimize mean_ttft_ms }",
};

pub(crate) static NOT_OF_THE_ANSWER: CodeInfo = CodeInfo {
    code: "E1003",
    summary: "an expectation about something that the answer of a plan does not have",
    explanation: "The expectations of a plan are about its answer: the values of the parameters that vary, written \
                  without `$`, and the metrics of the run with them.",
    wrong: "param n = 1\nparam rate = 5 req/s\nplan \"cheapest\" { vary n in 1 .. 8; minimize n; expect rate > 3 req/s }",
    right: "param n = 1\nparam rate = 5 req/s\nplan \"cheapest\" { vary n in 1 .. 8; minimize n; expect n <= 4 }",
};
