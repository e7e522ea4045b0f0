//! E06xx: files and imports.

use super::{Code, CodeInfo};

pub(super) static CODES: &[CodeInfo] = &[
    CodeInfo {
        code: Code("E0601"),
        summary: "a file that cannot be used",
        explanation: "`use \"file.kvs\"` takes the definitions of another file. The path is relative to the \
                      file it stands in and never leaves the root: the nearest folder with a `kvs.toml` or \
                      a `.git`.",
        wrong: "use \"missing.kvs\"",
        right: "use \"gpus.kvs\"",
    },
    CodeInfo {
        code: Code("E0602"),
        summary: "a file that uses itself",
        explanation: "What a file uses is read before it, which has no beginning when the files use each \
                      other in a circle. The message shows the way round.",
        wrong: "use \"self.kvs\"",
        right: "use \"gpus.kvs\"",
    },
    CodeInfo {
        code: Code("E0603"),
        summary: "a trace file that cannot be replayed",
        explanation: "The file is missing, lies outside the root, or holds a row that its `format` does not allow; the \
                      message names the line and the column in it. Every row is read before a run begins: what \
                      is dropped is counted, nothing is skipped silently.",
        wrong: "trace day from \"day.csv\" { format kvs }",
        right: "trace day from \"day.csv\" { format azure }",
    },
    CodeInfo {
        code: Code("E0604"),
        summary: "a scenario that is not UTF-8",
        explanation: "Scenarios are UTF-8 text. The message names the offset of the first byte that is not; an \
                      editor that saved the file in another encoding can save it again as UTF-8.",
        wrong: "# a file in UTF-16 or Latin-1",
        right: "# the same, saved as UTF-8",
    },
];
