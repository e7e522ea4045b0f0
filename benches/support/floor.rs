//! The least that a request can cost: drawing it and storing two columns, without any engine.

use std::hint::black_box;
use std::time::Instant;

use kvs::rng::Streams;

/// Draws one exponential gap and two log-normal lengths a request.
pub(super) fn seconds(requests: u64) -> f64 {
    let mut stream = Streams::new(1).stream("floor");
    let (mut latencies, mut ttfts) = (Vec::new(), Vec::new());
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
    let start = Instant::now();
    let mut now = 0.0;
    for _ in 0..requests {
        now += stream.exponential();
        let prompt = libm::exp(6.0 + 0.67 * stream.normal());
        let output = libm::exp(5.0 + 0.6 * stream.normal());
        latencies.push((now + prompt) as u64);
        ttfts.push(output as u64);
    }
    black_box((latencies, ttfts));
    start.elapsed().as_secs_f64()
}
