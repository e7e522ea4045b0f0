//! A request as it arrives.
//!
//! Most have lengths and a time and nothing else: what only some have is kept apart, so that the others are small.

use super::content::Stretch;
use super::sessions::Turn;
use crate::units::{SimTime, Tokens};

/// One request as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// When it arrives.
    pub arrival: SimTime,
    /// Its number within the workload, from 0.
    pub sequence: u64,
    /// What only some requests have; `None` where it has nothing of it.
    pub particulars: Option<Box<Particulars>>,
    /// Prompt tokens.
    pub prompt: Tokens,
    /// Output tokens.
    pub output: Tokens,
    /// Index of its workload in the scenario.
    pub workload: u16,
}

/// What only some requests have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Particulars {
    /// The id of a trace row; generated requests are called `workload-sequence`, turns `workload-session.turn`.
    pub label: Option<Box<str>>,
    /// What the prompt's tokens are; `None` where they are its own and no other request has them.
    pub content: Option<Box<[Stretch]>>,
    /// Which turn of which session it is; `None` outside sessions.
    pub turn: Option<Turn>,
}

impl Particulars {
    /// In a box, unless there are none.
    pub(super) fn boxed(self) -> Option<Box<Particulars>> {
        let Particulars { label, content, turn } = &self;
        let has_none = label.is_none() && content.is_none() && turn.is_none();
        (!has_none).then(|| Box::new(self))
    }
}

impl Request {
    /// The id of its trace row, where it has one.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.particulars.as_ref()?.label.as_deref()
    }

    /// What its prompt's tokens are, where others may have the same.
    #[must_use]
    #[inline]
    pub fn content(&self) -> Option<&[Stretch]> {
        self.particulars.as_ref()?.content.as_deref()
    }

    /// Which turn of which session it is, where it is one.
    #[must_use]
    #[inline]
    pub fn turn(&self) -> Option<&Turn> {
        self.particulars.as_ref()?.turn.as_ref()
    }
}
