//! Our own bugs, caught at the edge of a case so that the others go on.
//!
//! The default hook would print a panic between the lines of a report; [`install_crash_hook`] keeps its words
//! instead, for the code that catches it.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static LAST_CRASH: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics silent: their message and place are kept for [`catch`].
pub fn install_crash_hook() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
        LAST_CRASH.set(Some(format!("{}{place}", message(panic.payload()))));
    }));
}

/// Does `work`; a panic in it comes back as its message, with its place where the hook is installed.
///
/// # Errors
/// When `work` panics.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .map_err(|payload| LAST_CRASH.take().unwrap_or_else(|| message(payload.as_ref()).to_owned()))
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}
