//! E061x: `kvs.toml`.
//!
//! These are mistakes in another file than a scenario; the examples are of that file.

use super::CodeInfo;

pub(super) static CODES: &[&CodeInfo] =
    &[&INVALID_TOML, &UNKNOWN_KEY, &WRONG_TYPE, &REFUSED_VALUE, &NOT_A_SETTING];

pub(crate) static INVALID_TOML: CodeInfo = CodeInfo {
    code: "E0611",
    summary: "a kvs.toml that is not TOML",
    explanation: "`kvs.toml` marks the root of a project and says what its commands do by default, \
                  in TOML: tables in brackets, keys with `=`, texts in quotes.",
    wrong: "[defaults]\nseeds: 5",
    right: "[defaults]\nseeds = 5",
};

pub(crate) static UNKNOWN_KEY: CodeInfo = CodeInfo {
    code: "E0612",
    summary: "an unknown key in kvs.toml",
    explanation: "Its tables are `[defaults]`, `[profile.NAME]` and `[diff]`. A key of the first two is a flag \
                  without its dashes, or a command with a table of flags for that command alone. Flags of every \
                  command, such as `color`, are in the table itself.",
    wrong: "[defaults]\nseed_count = 5",
    right: "[defaults]\nseeds = 5",
};

pub(crate) static WRONG_TYPE: CodeInfo = CodeInfo {
    code: "E0613",
    summary: "a value of the wrong type in kvs.toml",
    explanation: "A flag without a value is `true` or `false`, one that takes a number an integer, any other a \
                  string; a flag that may repeat takes a list of strings too.",
    wrong: "[defaults]\nseeds = \"5\"",
    right: "[defaults]\nseeds = 5",
};

pub(crate) static REFUSED_VALUE: CodeInfo = CodeInfo {
    code: "E0614",
    summary: "a value in kvs.toml that its flag does not take",
    explanation: "What the flag would refuse on the command line is refused in the file, whichever command runs \
                  and whichever profile is chosen.",
    wrong: "[defaults]\nseeds = 0",
    right: "[defaults]\nseeds = 5",
};

pub(crate) static NOT_A_SETTING: CodeInfo = CodeInfo {
    code: "E0615",
    summary: "a flag that kvs.toml cannot set",
    explanation: "Some flags say what one call does and would change what every command means, as `--update` or \
                  `--list`; `--allow-outside` says what a project may read, which is not for the project to say.",
    wrong: "[defaults]\nupdate = true",
    right: "[defaults]\nunreferenced = \"reject\"",
};
