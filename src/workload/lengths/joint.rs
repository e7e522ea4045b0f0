//! `joint from "file"`: prompt and output drawn together, as observed.
//!
//! A row is drawn as often as any other, with replacement. In the model prompt and output are a choice each, told apart
//! by their side; both are drawn from streams that are equal, so that they meet in the same row.

use super::observed::Observed;
use super::{Entry, limited};
use crate::model::{Arg, Choice, DataFile, Field, Form, Spec, Values};
use crate::workload::formats::{Cells, Wanted, columns};
use crate::workload::{OpenTrace, TrafficError};

pub(super) static ENTRY: Entry = Entry {
    spec: Spec::new("joint", "pairs of prompt and output as observed, drawn alike from the rows of a CSV")
        .arguments(&[
            Field::required("from", Form::File, "a CSV with a column of prompts and one of outputs"),
            Field::optional(
                "prompt",
                Form::Text,
                "the column of prompt tokens, where it is not called as in one of the trace formats",
            ),
            Field::optional("output", Form::Text, "the column of output tokens"),
        ]),
    build: |choice, place| limited(choice, Observed::new(choice.values(VALUES), place)?, 0.0),
};

/// What the columns of trace formats are called.
const PROMPTS: &[&str] = &["prompt", "ContextTokens", "Request tokens", "num_prefill_tokens", "prompt_size"];
const OUTPUTS: &[&str] =
    &["gen", "output", "GeneratedTokens", "Response tokens", "num_decode_tokens", "token_size"];

/// The argument that distinguishes a prompt from an output.
const SIDE: &str = "side";
const PROMPT: &str = "prompt";
const OUTPUT: &str = "output";

/// The argument that holds what was read.
const VALUES: &str = "values";

/// The prompt and the output of pairs.
#[must_use]
pub fn sides(pair: Choice) -> (Choice, Choice) {
    let side = |name: &str| Arg::Word(name.to_owned());
    (pair.clone().with(SIDE, side(PROMPT)), pair.with(SIDE, side(OUTPUT)))
}

/// Whether a choice is one side of pairs.
pub(in crate::workload) fn is_joint(choice: &Choice) -> bool {
    choice.name == ENTRY.spec.name
}

/// Reads the column of a choice's side.
pub(super) fn read(choice: &mut Choice, file: &DataFile, open: OpenTrace<'_>) -> Result<(), TrafficError> {
    let wanted = [
        Wanted::new(choice, PROMPT, PROMPTS, Cells::Numbers),
        Wanted::new(choice, OUTPUT, OUTPUTS, Cells::Numbers),
    ];
    // Both are looked for, so that a file without pairs is none whichever side is read first.
    let side = usize::from(choice.text(SIDE) == Some(OUTPUT));
    let values = columns(file, &wanted, open)?.swap_remove(side);
    choice.args.push((VALUES.to_owned(), Arg::Values(Values(values.into()))));
    Ok(())
}
