//! The kinds of replicas. The dispatcher knows them by its trait alone, and they do not know each other.

pub(super) mod continuous;
pub(super) mod phases;
