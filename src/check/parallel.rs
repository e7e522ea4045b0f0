//! Work on several threads, taken up in order.

use std::io;
use std::sync::Mutex;
use std::thread::{self, Builder, Scope, ScopedJoinHandle};

/// Room for walking deeply nested trees.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Does `work` for every item on up to `n_threads` threads, as many as the system gives; the results are in the order of
/// the items. Items are begun in their order.
///
/// # Panics
/// When not a single thread can be started, or `work` panics.
pub(super) fn in_parallel<I: Send, T: Send>(
    n_threads: usize,
    items: impl IntoIterator<Item = I, IntoIter: Send>,
    work: impl Fn(I) -> T + Sync,
) -> Vec<T> {
    let items = Mutex::new(items.into_iter().enumerate());
    let next = || items.lock().expect("no panic while the lock is held").next();
    let work_off = || {
        let mut done = Vec::new();
        while let Some((place, item)) = next() {
            done.push((place, work(item)));
        }
        done
    };
    let mut done: Vec<(usize, T)> = thread::scope(|threads| {
        let started: Vec<_> = (0..n_threads.max(1)).map_while(|_| start(threads, work_off).ok()).collect();
        assert!(!started.is_empty(), "one thread can be started");
        let finished = started.into_iter().map(ScopedJoinHandle::join);
        finished.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

fn start<'s, T: Send + 's>(
    threads: &'s Scope<'s, '_>,
    work: impl FnOnce() -> T + Send + 's,
) -> io::Result<ScopedJoinHandle<'s, T>> {
    Builder::new().stack_size(STACK_BYTES).spawn_scoped(threads, work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_items_on_any_number_of_threads() {
        let squares: Vec<u32> = (0..100).map(|number| number * number).collect();
        for n_threads in [0, 1, 2, 7, 200] {
            assert_eq!(in_parallel(n_threads, 0..100_u32, |number| number * number), squares);
        }
        assert!(in_parallel(2, 0..0_u32, |number| number).is_empty());
    }
}
