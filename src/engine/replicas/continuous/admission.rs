//! A request is taken in: it becomes a job and queues for a batch.
//!
//! A replica takes in any request that fits its empty cache; whether there are blocks for it now is for the replica's
//! batches to decide.

use super::fleet::Fleet;
use super::job::Job;
use super::pools::first_leg;
use super::replica::Replica;
use crate::engine::dispatch::Context;
use crate::engine::sink::Sink;
use crate::workload::{Request, Stretch};

/// What is kept of a request in the system.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Admission {
    /// Its place in the order of the scheduling policy, on the replica that holds it.
    pub(super) key: u64,
}

impl<R: Replica> Fleet<R> {
    #[inline]
    pub(super) fn take_in<S: Sink>(
        &mut self,
        slot: u32,
        key: u64,
        replica: u32,
        context: &mut Context<'_, Admission, S>,
    ) {
        self.fetch(replica);
        let request = context.requests.get_mut(slot);
        request.own = Admission { key };
        let Request { workload, prompt, output, arrival, .. } = request.journey.request;
        let (leg, output) = first_leg(&self.settings, output.get().max(1));
        let job = Job {
            slot,
            number: request.journey.number,
            workload,
            measured: arrival >= self.settings.warmup,
            priority: self.settings.priorities[usize::from(workload)],
            key,
            prompt: prompt.get().max(1),
            output,
            leg,
            generated: 0,
            last_token: 0,
        };
        debug_assert!(job.most_tokens() <= u64::from(u32::MAX), "what is admitted can be counted");
        let content = content_of(&request.journey.request);
        self.replica(replica).join(job, content, context.now);
        self.touch(replica);
    }
}

/// What others may share of a request.
pub(super) fn content_of(request: &Request) -> Option<Box<[Stretch]>> {
    request.content().filter(|stretches| !stretches.is_empty()).map(Box::from)
}
