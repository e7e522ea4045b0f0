//! E06xx: files and imports.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] = &[&UNUSABLE_FILE, &CIRCULAR_USE];

pub(crate) static UNUSABLE_FILE: CodeInfo = CodeInfo {
    code: "E0601",
    summary: "a file that cannot be used",
    explanation: "`use \"file.kvs\"` takes the definitions of another file. The path is relative to the \
                  file it is written in and never leaves the root: the nearest folder with a `kvs.toml` or \
                  a `.git`.",
    wrong: "use \"missing.kvs\"",
    right: "use \"gpus.kvs\"",
};

pub(crate) static CIRCULAR_USE: CodeInfo = CodeInfo {
    code: "E0602",
    summary: "a file that uses itself",
    explanation: "What a file uses is read before it, which has no beginning when the files use each \
                  other in a circle. The message shows the way round.",
    wrong: "use \"self.kvs\"",
    right: "use \"gpus.kvs\"",
};
