//! The keyboard: single keys without Enter, on a terminal only.
//!
//! The next key is read when the last one has been dealt with. Invariant: nothing is read while the command ends, so
//! the terminal is left as it was.

use std::io::IsTerminal as _;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use console::{Key, Term};

use super::signals::Signal;

/// A terminal that gives keys as they are pressed.
pub(super) struct Keyboard {
    go_on: Sender<()>,
}

impl Keyboard {
    /// `None` where there is no keyboard.
    pub(super) fn open(signals: Sender<Signal>) -> Option<Keyboard> {
        let terminal = Term::stdout();
        if !std::io::stdin().is_terminal() || !terminal.is_term() {
            return None;
        }
        let (go_on, may_go_on) = channel();
        thread::spawn(move || {
            while let Ok(key) = terminal.read_key_raw() {
                if signals.send(Signal::Key(key)).is_err() || may_go_on.recv().is_err() {
                    return;
                }
            }
        });
        Some(Keyboard { go_on })
    }

    /// Reads the next key.
    pub(super) fn go_on(&self) {
        // A keyboard that is gone gives no more keys, which is all there is to it.
        let _ = self.go_on.send(());
    }
}

/// Whether a key asks for the end.
pub(super) fn is_interrupt(key: &Key) -> bool {
    matches!(key, Key::CtrlC)
}
