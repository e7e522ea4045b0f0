//! `timing roofline`: what a step's FLOPs and bytes take on the GPU, and what engines spend beside.
//!
//! Two rooflines one after the other, since attention does not overlap with the matrices around it:
//!
//! - linear layers: max(FLOPs of all tokens / compute, weights / bandwidth). FLOPs are 2 a parameter and token, input
//!   embedding excluded, the last matrix only for tokens that are sampled, and of experts those a token visits;
//!   weights are read once a step, and of E experts of which a token visits k a batch of n tokens is expected to
//!   touch E (1 − (1 − k/E)^n).
//! - attention: max(FLOPs over pairs of tokens / compute, cache read / bandwidth).
//!
//! Beside them a time for each step, layer and request, and with tensor parallelism two sums over the GPUs a layer:
//! latency + 2 (T − 1)/T × bytes / bandwidth (a ring; R. Thakur et al., "Optimization of collective communication
//! operations in MPICH", 2005). The linear layers' maximum depends on the shape of a batch alone, so it goes under
//! `rest`, and only attention grows within a leap. Errors: docs/reference/accuracy.md. Invariant: no coefficient
//! leaves the range in which sums of steps are exact.

use super::{Batch, Growth, StepCost, StepTiming};
use crate::engine::hardware::attained::Attained;
use crate::engine::hardware::memory::share_of_cache;
use crate::engine::ticks::{TICK_BITS, Ticks, ticks};
use crate::model::{Architecture, Choice, Group, Hardware, LanguageModel, PeerLink, StoredAs};

/// Bytes of a value that GPUs sum over: bf16.
const ACTIVATION: f64 = 2.0;

/// The coefficients of one replica, in ticks.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Roofline {
    /// A step and all its layers and messages.
    step: Ticks,
    /// A request of the step.
    request: Ticks,
    /// The bytes of messages for a token.
    token_messages: Ticks,
    /// A token through the linear layers.
    token_compute: Ticks,
    /// A sampled token through the last matrix.
    sampled_compute: Ticks,
    /// Reading what every token meets.
    common_weights: Ticks,
    /// Reading the last matrix.
    head_weights: Ticks,
    /// Reading one expert of every layer.
    experts: Option<ExpertReads>,
    /// A token of context of a decode.
    decode_context: Attention,
    /// A decode, for layers that see a window only.
    decode_window: Attention,
    /// A token of a chunk's context.
    chunk_context: Attention,
    /// A token and a position it attends to.
    chunk_pair: Attention,
}

/// Attending to one position: ticks that fit half of what sums of them take.
#[derive(Clone, Copy, Debug)]
struct Attention {
    compute: u64,
    memory: u64,
}

impl Attention {
    /// Adds so many positions.
    fn add_to(self, cost: &mut StepCost, positions: u64) {
        cost.compute += Ticks::from(self.compute) * Ticks::from(positions);
        cost.memory += Ticks::from(self.memory) * Ticks::from(positions);
    }

    /// One position.
    fn cost(self) -> StepCost {
        StepCost { rest: 0, compute: self.compute.into(), memory: self.memory.into() }
    }
}

/// Reading experts.
#[derive(Clone, Copy, Debug)]
struct ExpertReads {
    /// One, in all its layers, in seconds.
    one: f64,
    routed: f64,
    /// ln(1 − k/E); minus infinity where a token visits all.
    log_missed: f64,
}

impl ExpertReads {
    /// Reading what a batch of `n` tokens is expected to touch.
    fn of(self, n: u32) -> Ticks {
        let missed = if n == 0 { 1.0 } else { libm::exp(f64::from(n) * self.log_missed) };
        bounded(self.one * self.routed * (1.0 - missed), STEP)
    }
}

/// The most a step, a token and a pair may take, in seconds: beyond any hardware, and small enough that sums over any
/// batch stay below 2^127 ticks.
const STEP: f64 = 1e9;
const TOKEN: f64 = 1e6;
const PAIR: f64 = 1e-2;

fn bounded(seconds: f64, most: f64) -> Ticks {
    ticks(seconds.min(most))
}

impl Roofline {
    /// For a replica of a group whose GPUs are joined by `peers`, where it has several.
    ///
    /// # Panics
    /// When the model's architecture or the GPU's hardware figures are not known; analysis refuses that.
    pub(in crate::engine) fn of(
        timing: &Choice,
        model: &LanguageModel,
        group: &Group,
        peers: Option<PeerLink>,
    ) -> Roofline {
        let architecture = Architecture::of(model).expect("analysis asks for the whole architecture");
        let hardware = group.gpu.hardware.expect("analysis asks for hardware figures");
        let attained = Attained::of(timing, &hardware);
        let replica =
            Replica { model, architecture, hardware, attained, peers, n_gpus: group.tensor_parallel };
        replica.compile()
    }
}

impl StepTiming for Roofline {
    fn cost(&self, batch: &Batch) -> StepCost {
        let tokens = batch.decodes + batch.prompt_tokens;
        let (n_tokens, n_sampled) = (Ticks::from(tokens), Ticks::from(batch.sampled));
        let compute = self.token_compute * n_tokens + self.sampled_compute * n_sampled;
        let head = if batch.sampled > 0 { self.head_weights } else { 0 };
        let weights = self.common_weights + head + self.experts.map_or(0, |experts| experts.of(tokens));
        let rest = self.step + self.request * Ticks::from(batch.requests()) + compute.max(weights);
        let mut cost = StepCost { rest, compute: 0, memory: 0 };
        if self.token_messages > 0 {
            cost.rest += self.token_messages * n_tokens;
        }
        if (self.decode_window.compute | self.decode_window.memory) > 0 {
            self.decode_window.add_to(&mut cost, u64::from(batch.decodes));
        }
        self.decode_context.add_to(&mut cost, batch.decode_context);
        if batch.chunks > 0 {
            self.chunk_context.add_to(&mut cost, batch.chunk_context);
            self.chunk_pair.add_to(&mut cost, batch.chunk_pairs);
        }
        cost
    }

    fn growth(&self) -> Growth {
        Growth {
            decode_context: self.decode_context.cost(),
            chunk_context: self.chunk_context.cost(),
            chunk_pairs: self.chunk_pair.cost(),
        }
    }
}

/// What the coefficients follow from.
struct Replica<'a> {
    model: &'a LanguageModel,
    architecture: Architecture,
    hardware: Hardware,
    attained: Attained,
    peers: Option<PeerLink>,
    n_gpus: u32,
}

impl Replica<'_> {
    fn compile(&self) -> Roofline {
        let architecture = &self.architecture;
        let slowdown = self.attained.slowdown;
        let token = |seconds: f64| bounded(slowdown * seconds, TOKEN);
        let step = |seconds: f64| bounded(slowdown * seconds, STEP);
        let active = architecture.experts.map_or(0.0, |experts| experts.active as f64);
        let (windowed, window) = architecture.window.map_or((0.0, 0.0), |window| {
            (window.layers as f64 / architecture.layers as f64, window.tokens as f64)
        });
        let decode = (self.attention_seconds(self.decode_flops()), self.cache_seconds());
        let chunk = self.attention_seconds(self.prefill_flops());
        let position = |seconds: f64| bounded(slowdown * seconds, PAIR) as u64;
        let attention =
            |compute: f64, memory: f64| Attention { compute: position(compute), memory: position(memory) };
        Roofline {
            // A step takes a picosecond at least, whatever the figures.
            step: step(self.overhead_seconds()).max(1 << TICK_BITS),
            request: token(self.attained.request),
            token_messages: token(self.message_seconds()),
            token_compute: token(
                self.linear_seconds(architecture.common(), self.model.dtype)
                    + self.linear_seconds(active * architecture.expert(), self.model.expert_dtype),
            ),
            sampled_compute: token(self.linear_seconds(architecture.head(), StoredAs::Bf16)),
            common_weights: step(self.weight_seconds(architecture.common(), self.model.dtype)),
            head_weights: step(self.weight_seconds(architecture.head(), StoredAs::Bf16)),
            experts: architecture.experts.map(|experts| ExpertReads {
                one: slowdown * self.weight_seconds(architecture.expert(), self.model.expert_dtype),
                routed: experts.routed as f64,
                log_missed: libm::log1p(-(experts.active as f64) / experts.routed as f64),
            }),
            decode_context: attention(decode.0 * (1.0 - windowed), decode.1 * (1.0 - windowed)),
            decode_window: attention(decode.0 * windowed * window, decode.1 * windowed * window),
            chunk_context: attention(0.0, decode.1 * (1.0 - windowed)),
            chunk_pair: attention(chunk * (1.0 - windowed), 0.0),
        }
    }

    /// The step itself, its layers, and the latency of two sums a layer.
    fn overhead_seconds(&self) -> f64 {
        let latency = self.peers.map_or(0.0, |peers| peers.latency.as_secs_f64());
        let message = if self.n_gpus > 1 { 2.0 * (self.attained.message + latency) } else { 0.0 };
        self.attained.base + self.architecture.layers as f64 * (self.attained.layer + message)
    }

    /// The bytes of two sums a layer, for one token.
    fn message_seconds(&self) -> f64 {
        if self.n_gpus == 1 {
            return 0.0;
        }
        let n_gpus = f64::from(self.n_gpus);
        let bytes = 2.0 * (n_gpus - 1.0) / n_gpus * self.architecture.hidden as f64 * ACTIVATION;
        let peers = self.peers.expect("analysis asks what joins the GPUs of a replica");
        2.0 * self.architecture.layers as f64 * bytes / (peers.bandwidth.get() * self.attained.link)
    }

    /// A token through a share of that many parameters.
    fn linear_seconds(&self, parameters: f64, stored: StoredAs) -> f64 {
        let bf16 = self.hardware.compute;
        let peak = match stored {
            // Weights in four bits are unpacked and multiplied in bf16.
            StoredAs::Bf16 | StoredAs::Int4 => bf16,
            StoredAs::Fp8 => self.hardware.compute_fp8.map_or(bf16, |peak| peak.max(bf16)),
            StoredAs::Int8 => self.hardware.compute_int8.map_or(bf16, |peak| peak.max(bf16)),
        };
        2.0 * parameters / f64::from(self.n_gpus) / (peak * self.attained.compute)
    }

    fn weight_seconds(&self, parameters: f64, stored: StoredAs) -> f64 {
        let bytes = parameters * stored.weight_bytes() / f64::from(self.n_gpus);
        bytes / (self.hardware.bandwidth.get() * self.attained.weights)
    }

    /// Reading a token of cache, all layers.
    fn cache_seconds(&self) -> f64 {
        let bytes = self.model.kv_bytes_per_token as f64 * share_of_cache(&self.architecture, self.n_gpus);
        bytes / (self.hardware.bandwidth.get() * self.attained.cache)
    }

    fn attention_seconds(&self, flops: f64) -> f64 {
        flops / f64::from(self.n_gpus) / (self.hardware.compute * self.attained.compute)
    }

    /// FLOPs of a decode for a token of its context, all layers; under latent attention on compressed vectors.
    fn decode_flops(&self) -> f64 {
        let width = match self.architecture.latent {
            Some(latent) => 2 * latent.rank + latent.rope,
            None => self.architecture.head_dim + self.architecture.value_dim,
        };
        2.0 * self.architecture.layers as f64 * self.architecture.heads as f64 * width as f64
    }

    /// FLOPs of a prompt's token for a position it attends to, all layers.
    fn prefill_flops(&self) -> f64 {
        let rope = self.architecture.latent.map_or(0, |latent| latent.rope);
        let width = self.architecture.head_dim + rope + self.architecture.value_dim;
        2.0 * self.architecture.layers as f64 * self.architecture.heads as f64 * width as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Gpu;
    use crate::units::{Bandwidth, Bytes, SimDuration};

    /// Figures that make times round numbers: 1 layer, 2 heads of 8 x 8, 1 TFLOPS, 1 GB/s, all of it attained.
    fn model(figures: &[(&str, u64)]) -> LanguageModel {
        let mut architecture: Vec<(String, u64)> = vec![
            ("layers".to_owned(), 1),
            ("hidden".to_owned(), 16),
            ("heads".to_owned(), 2),
            ("intermediate".to_owned(), 10),
            ("vocab".to_owned(), 1000),
        ];
        architecture.extend(figures.iter().map(|(name, value)| ((*name).to_owned(), *value)));
        LanguageModel {
            name: "tiny".to_owned(),
            kv_bytes_per_token: 64,
            kv_dtype: StoredAs::Bf16,
            dtype: StoredAs::Bf16,
            expert_dtype: StoredAs::Bf16,
            architecture,
        }
    }

    fn peers(latency_us: u64) -> Option<PeerLink> {
        let latency = SimDuration::from_ps(latency_us * 1_000_000);
        Some(PeerLink { bandwidth: Bandwidth::from_bytes_per_sec(1e9), latency })
    }

    fn group(n_gpus: u32) -> Group {
        let hardware = Hardware {
            bandwidth: Bandwidth::from_bytes_per_sec(1e9),
            compute: 1e12,
            compute_fp8: None,
            compute_int8: None,
            link_bandwidth: None,
        };
        let gpu = Gpu {
            name: "round".to_owned(),
            vram: Bytes::new(1 << 40),
            max_concurrent: 1,
            throughput: None,
            hardware: Some(hardware),
            price: None,
        };
        Group { name: "round".to_owned(), gpu, n_gpus, tensor_parallel: n_gpus }
    }

    /// Everything attained and nothing beside, but for what is given.
    fn timing(beside: &[(&str, f64)]) -> Choice {
        use crate::model::Arg;
        use crate::units::Quantity;
        let mut values = vec![
            ("compute_share", 1.0),
            ("weight_share", 1.0),
            ("cache_share", 1.0),
            ("base", 0.0),
            ("per_layer", 0.0),
            ("per_request", 0.0),
            ("per_message", 0.0),
            ("link_share", 1.0),
        ];
        for (name, value) in beside {
            values.retain(|(known, _)| known != name);
            values.push((name, *value));
        }
        values.into_iter().fold(Choice::named("roofline"), |choice, (name, value)| {
            choice.with(name, Arg::Quantity(Quantity::number(value)))
        })
    }

    const PICOSECOND: Ticks = 1 << TICK_BITS;

    #[track_caller]
    fn lasts(cost: StepCost, seconds: f64) {
        let difference = cost.total().abs_diff(ticks(seconds));
        // Beside what is counted a step takes a picosecond where its overheads do not.
        assert!(difference <= PICOSECOND, "{} ticks for {} s", cost.total(), seconds);
    }

    /// 4 attention matrices of 16 x 16 and 3 of 16 x 10.
    const COMMON: f64 = 4.0 * 256.0 + 480.0;
    const HEAD: f64 = 16_000.0;

    #[test]
    fn a_decode_reads_the_weights_and_its_cache() {
        let roofline = Roofline::of(&timing(&[]), &model(&[]), &group(1), peers(0));
        let mut batch = Batch::default();
        batch.add_decode(100);
        lasts(roofline.cost(&batch), (2.0 * (COMMON + HEAD) + 100.0 * 64.0) / 1e9);
    }

    #[test]
    fn a_long_prompt_takes_its_flops_and_one_row_of_the_last_matrix() {
        let roofline = Roofline::of(&timing(&[]), &model(&[]), &group(1), peers(0));
        let mut batch = Batch::default();
        batch.add_chunk(0, 1_000_000, true);
        let pairs = 1e6 * (1e6 + 1.0) / 2.0;
        // Two heads of width 8, a product of queries and keys and one with values.
        let flops = 2.0 * (COMMON * 1e6 + HEAD) + pairs * 2.0 * 2.0 * 16.0;
        // Linear layers take longer to compute than to read, and so does attention.
        lasts(roofline.cost(&batch), flops / 1e12);
    }

    #[test]
    fn overheads_are_counted_for_what_they_are_named_for() {
        let beside = [("base", 1e-3), ("per_layer", 1e-4), ("per_request", 1e-5)];
        let (bare, full) = (
            Roofline::of(&timing(&[]), &model(&[]), &group(1), peers(0)),
            Roofline::of(&timing(&beside), &model(&[]), &group(1), peers(0)),
        );
        let mut batch = Batch::default();
        batch.add_decode(10);
        batch.add_chunk(0, 5, true);
        let difference = full.cost(&batch).total() - bare.cost(&batch).total();
        // The sum of rounded coefficients is not quite the rounded sum.
        assert!(difference.abs_diff(ticks(1e-3 + 1e-4) + 2 * ticks(1e-5)) <= PICOSECOND + 2, "{difference}");
    }

    #[test]
    fn tensor_parallelism_shares_the_work_and_adds_messages() {
        let beside = [("per_message", 1e-3)];
        let roofline = Roofline::of(&timing(&beside), &model(&[("kv_heads", 1)]), &group(2), peers(0));
        let mut batch = Batch::default();
        batch.add_decode(100);
        // One key and value head is kept by both GPUs; two messages of 2 (2 - 1)/2 x 16 values x 2 bytes.
        let common = COMMON - 2.0 * 16.0 * 8.0;
        let reading = (2.0 * (common + HEAD) / 2.0 + 100.0 * 64.0) / 1e9;
        lasts(roofline.cost(&batch), reading + 2.0 * (1e-3 + 32.0 / 1e9));
        let slower = Roofline::of(&timing(&beside), &model(&[("kv_heads", 1)]), &group(2), peers(50));
        lasts(slower.cost(&batch), reading + 2.0 * (1e-3 + 50e-6 + 32.0 / 1e9));
    }

    #[test]
    fn a_batch_reads_the_experts_it_is_expected_to_touch() {
        let figures = [("experts", 4), ("active_experts", 1), ("moe_intermediate", 100)];
        let roofline = Roofline::of(&timing(&[]), &model(&figures), &group(1), peers(0));
        let read = |n: u32| {
            let mut batch = Batch::default();
            (0..n).for_each(|_| batch.add_decode(0));
            roofline.cost(&batch)
        };
        let (beside, expert) = (4.0 * 256.0 + 16.0 * 4.0 + HEAD, 3.0 * 16.0 * 100.0);
        lasts(read(1), 2.0 * (beside + expert) / 1e9);
        // 4 (1 − (3/4)²) = 1.75 of two draws.
        lasts(read(2), 2.0 * (beside + 1.75 * expert) / 1e9);
        lasts(read(200), 2.0 * (beside + 4.0 * expert) / 1e9);
    }

    #[test]
    fn layers_with_a_window_read_no_more_than_it() {
        let figures = [("sliding_window", 10), ("window_layers", 1), ("layers", 2)];
        let mut model = model(&[]);
        model.architecture.retain(|(name, _)| name != "layers");
        model.architecture.extend(figures.map(|(name, value)| (name.to_owned(), value)));
        let roofline = Roofline::of(&timing(&[]), &model, &group(1), peers(0));
        let mut batch = Batch::default();
        batch.add_decode(1000);
        // Half of the 64 bytes a token for each of 1000 tokens, the other half for ten.
        lasts(roofline.cost(&batch), (2.0 * (2.0 * COMMON + HEAD) + 32.0 * 1010.0) / 1e9);
    }

    #[test]
    fn a_step_takes_a_picosecond_at_least() {
        let roofline =
            Roofline::of(&timing(&[("slowdown", 0.1)]), &model(&[("layers", 1)]), &group(1), peers(0));
        // What an empty step takes, without reading anything.
        let bare = Roofline { common_weights: 0, ..roofline };
        assert!(bare.cost(&Batch::default()).total() >= PICOSECOND);
    }

    #[test]
    fn contexts_grow_the_cost_as_announced() {
        let roofline = Roofline::of(&timing(&[("base", 1e-4)]), &model(&[]), &group(1), peers(0));
        let mut batch = Batch::default();
        batch.add_decode(100);
        batch.add_chunk(3, 40, false);
        let mut longer = batch;
        longer.decode_context += 7;
        longer.chunk_context += 5;
        longer.chunk_pairs += 3;
        let growth = roofline.growth();
        let grown = growth.decode_context * 7 + growth.chunk_context * 5 + growth.chunk_pairs * 3;
        assert_eq!(roofline.cost(&longer), roofline.cost(&batch) + grown);
    }
}
