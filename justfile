# Everyday commands; `just` lists them.

_default:
    @just --list

# Everything that CI checks.
ci:
    .ci/run

# Run the scenarios as a user does.
check *args:
    cargo run --release -- check scenarios/ {{args}}

# Run all tests, or those of one file: `just test --test tidy`.
test *args:
    cargo test {{args}}

# Check formatting and lints.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Regenerate the reference tables and the outputs shown in the documentation.
docs:
    KVS_UPDATE_DOCS=1 cargo test --test docs

# Accept the current numbers of the scenarios as their golden snapshots. Read the diff before you commit it.
accept:
    cargo run -- check scenarios/ --update
