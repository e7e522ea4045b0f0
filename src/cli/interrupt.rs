//! Ctrl-C: what is finished is reported, then the process ends.
//!
//! Nothing waits for work in progress. Until a command begins its runs, [`guard`] ends the process by itself; from
//! [`heed`] on the command does, once it has reported what is finished. Invariant: a second Ctrl-C ends the process at
//! once, and no temporary file or folder outlives it.

use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::exit::Exit;
use super::output::Output;
use crate::host::remove_unfinished;

/// Set by Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);
/// Whether the command looks at [`STOP`] by itself.
static HEEDED: AtomicBool = AtomicBool::new(false);
static INSTALLED: Once = Once::new();

/// How often a guard looks at [`STOP`].
const HEARTBEAT: Duration = Duration::from_millis(50);

/// From here on Ctrl-C does not kill the process, which ends with [`Exit::INTERRUPTED`].
pub(super) fn install(output: &Output) {
    let on_interrupt = || {
        if STOP.swap(true, Ordering::SeqCst) {
            remove_unfinished();
            process::exit(Exit::INTERRUPTED.code());
        }
    };
    INSTALLED.call_once(|| {
        if let Err(error) = ctrlc::set_handler(on_interrupt) {
            output.progress(&format!("note: Ctrl-C will not report what is finished: {error}"));
        }
    });
}

/// Does the work of a command. On Ctrl-C prints `last_line` and ends the process, unless the command heeds it itself.
pub(super) fn guard<T>(
    output: &Output,
    last_line: impl Fn() -> String + Send,
    work: impl FnOnce() -> T,
) -> T {
    thread::scope(|threads| {
        let (done, is_done) = mpsc::channel::<()>();
        threads.spawn(move || {
            // Nothing is ever sent: the channel closes when the work is done.
            while is_done.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
                if HEEDED.load(Ordering::SeqCst) {
                    return;
                }
                if STOP.load(Ordering::SeqCst) {
                    output.result(&last_line());
                    exit(output);
                }
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// What Ctrl-C sets, for a command that looks at it from here on and reports what is finished.
pub(super) fn heed() -> &'static AtomicBool {
    HEEDED.store(true, Ordering::SeqCst);
    &STOP
}

/// Ends the process, without waiting for work in progress.
pub(super) fn exit(output: &Output) -> ! {
    remove_unfinished();
    process::exit(output.close(Exit::INTERRUPTED).code())
}
