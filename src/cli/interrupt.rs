//! Ctrl-C: what is finished is reported, then the process ends.
//!
//! Nothing waits for what still runs, though it is being given up. Invariant: a second Ctrl-C ends the process at
//! once, and no temporary file or folder outlives it.

use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;
use super::output::Output;
use crate::host::remove_unfinished;

static STOP: AtomicBool = AtomicBool::new(false);
static HEEDED: Once = Once::new();

/// What Ctrl-C sets from here on; before, it ends the process as usual.
pub(super) fn heed(output: &Output) -> &'static AtomicBool {
    let on_interrupt = || {
        if STOP.swap(true, Ordering::Relaxed) {
            remove_unfinished();
            process::exit(Exit::INTERRUPTED.code());
        }
    };
    // A command that compares runs heeds it twice.
    HEEDED.call_once(|| {
        if let Err(error) = ctrlc::set_handler(on_interrupt) {
            output.progress(&format!("note: Ctrl-C will not report what is finished: {error}"));
        }
    });
    &STOP
}

/// Ends the process, without waiting for what still runs.
pub(super) fn exit(output: &Output) -> ! {
    remove_unfinished();
    process::exit(output.close(Exit::INTERRUPTED).code())
}
