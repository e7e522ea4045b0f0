# The commands of everyday work; `just` lists them.

_default:
    @just --list

# All that CI checks.
ci:
    .ci/run

# The suite, as a user runs it.
check *args:
    cargo run --release -- check scenarios/ {{args}}

# Tests, all or those of one file: `just test --test tidy`.
test *args:
    cargo test {{args}}

# Formatting and lints.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Writes the reference tables and the outputs shown in the README from what the code says.
docs:
    KVS_UPDATE_DOCS=1 cargo test --test docs

# Takes what the scenarios measure now as their golden snapshots. Read the diff before committing it.
accept:
    cargo run --release -- check scenarios/ --update
