//! E07xx: limits.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[
    &FILE_TOO_LARGE,
    &NESTED_TOO_DEEP,
    &TOO_MANY_OPERATORS,
    &TOO_MANY_CASES,
    &NOT_UTF8,
    &LINKS_TOO_COMPLEX,
    &TOO_MANY_REQUESTS,
];

pub(crate) static FILE_TOO_LARGE: CodeInfo = CodeInfo {
    code: "E0701",
    summary: "a file is too large",
    explanation: "A scenario is read up to 8 MiB. What makes one larger is nearly always an inline trace, which \
                  can be in a file of its own and is then read as a stream.",
    wrong: "trace chat {\n  r1 0 1000 100     # and 200,000 more\n}",
    right: "trace chat from \"chat.csv\" { format kvs }",
};

pub(crate) static NESTED_TOO_DEEP: CodeInfo = CodeInfo {
    code: "E0702",
    summary: "brackets are nested too deep",
    explanation: "Blocks, parentheses and brackets may be nested 64 levels deep. Deeper ones are almost always \
                  brackets that were never closed.",
    wrong: "param n = ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((( 1",
    right: "param n = 1",
};

pub(crate) static TOO_MANY_OPERATORS: CodeInfo = CodeInfo {
    code: "E0703",
    summary: "a statement has too many operators",
    explanation: "One statement or expectation may have 512 operators, `and`, `or` and `not` included.",
    wrong: "param n = 1 + 1 + 1     # and 510 more",
    right: "param n = 3",
};

pub(crate) static TOO_MANY_CASES: CodeInfo = CodeInfo {
    code: "E0704",
    summary: "a matrix has too many cases",
    explanation: "The cases of a file are the product of its matrix's axes and its scenarios, and are capped at \
                  10,000: more is a mistake in nearly every case, and would not finish.",
    wrong: "param a = 1\nparam b = 1\nmatrix { a in [1, 2, 3]; b in [1, 2, 3] }     # with 101 values on each axis",
    right: "param a = 1\nparam b = 1\nmatrix { a in [1, 2, 3]; b in [1, 2] }",
};

pub(crate) static NOT_UTF8: CodeInfo = CodeInfo {
    code: "E0705",
    summary: "a scenario that is not UTF-8",
    explanation: "Scenarios are UTF-8 text. The message names the offset of the first byte that is not; an \
                  editor that saved the file in another encoding can save it again as UTF-8.",
    wrong: "# a file in UTF-16 or Latin-1",
    right: "# the same, saved as UTF-8",
};

pub(crate) static LINKS_TOO_COMPLEX: CodeInfo = CodeInfo {
    code: "E0706",
    summary: "links between too many replicas, or of too many kinds",
    explanation: "The graph of the links may have 1,024 nodes: the cheapest paths between all of them are \
                  computed before the run. A group that every link names as a whole is one node, however many \
                  GPUs it has, since its replicas cannot be told apart; as soon as a link names a part of a \
                  group, each of its replicas is a node. Every distinct bandwidth takes a matrix of paths of its \
                  own: there may be 64 of them, and 2^31 steps in all, the cube of the nodes for each.",
    wrong: "cluster {
  serves llama_3_1_8b
  gpus h100_sxm x 2000 as big
  link big[0..999] big[1000..1999] bandwidth 50 GB/s latency 5 us
}",
    right: "cluster {
  serves llama_3_1_8b
  gpus h100_sxm x 1000 as left
  gpus h100_sxm x 1000 as right
  link left right bandwidth 50 GB/s latency 5 us
}",
};

pub(crate) static TOO_MANY_REQUESTS: CodeInfo = CodeInfo {
    code: "E0707",
    summary: "a workload with too many requests",
    explanation: "A workload may have 10,000,000,000 requests: a run with more would not end. The message says \
                  how many its rate brings until its `duration` has passed, or until a rate of `stages` ends.",
    wrong: "workload chat {
  arrivals poisson; rate 1e9 req/s; duration 1 h
  prompt constant 500; output constant 100
}",
    right: "workload chat {
  arrivals poisson; rate 1e9 req/s; duration 1 h; requests 100_000
  prompt constant 500; output constant 100
}",
};
