//! `scheduling fifo`: first come, first served.

use super::Entry;
use crate::model::Spec;

pub(super) static ENTRY: Entry = Entry { spec: Spec::new("fifo", "first come, first served"), build: None };
