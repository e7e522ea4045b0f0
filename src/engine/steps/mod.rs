//! `batching continuous`: replicas run steps, each with one token for every running request and chunks of prompts.

#[cfg_attr(not(test), expect(dead_code, reason = "what a step costs is there before what runs steps"))]
mod cost;
