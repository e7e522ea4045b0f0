//! Random small models and hardware for `timing roofline`: figures at which a step takes about a millisecond, and at
//! which computing and reading the cache take turns at being the longer.

use kvs::model::{Arg, Choice, Hardware, LanguageModel, Scenario, StoredAs};
use kvs::units::{Bandwidth, Dimension, Quantity};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use crate::systems::pick;

/// Gives a system a model, hardware and `timing roofline`.
pub(crate) fn set(scenario: &mut Scenario, random: &mut ChaCha8Rng) {
    scenario.model = model(random);
    let group = &mut scenario.cluster.groups[0];
    group.gpu.hardware = Some(hardware(&scenario.model, random));
    group.tensor_parallel = pick(random, &[1, 1, 2]);
    group.n_gpus *= group.tensor_parallel;
    scenario.engine.timing = timing(random);
    if random.random_bool(0.5) {
        // Room for long prompts in many chunks.
        scenario.engine.kv_blocks = Some(random.random_range(40..200));
        scenario.engine.max_batch_tokens = pick(random, &[8, 16]);
    }
}

fn model(random: &mut ChaCha8Rng) -> LanguageModel {
    let stored = [StoredAs::Bf16, StoredAs::Fp8, StoredAs::Int8, StoredAs::Int4];
    let mut architecture = vec![
        ("layers", random.random_range(1..=4)),
        ("hidden", pick(random, &[16, 32])),
        ("heads", pick(random, &[2, 4])),
        ("kv_heads", pick(random, &[1, 2])),
        ("intermediate", pick(random, &[10, 64])),
        ("vocab", pick(random, &[100, 1000])),
    ];
    if random.random_bool(0.25) {
        let experts = [
            ("experts", pick(random, &[2, 8])),
            ("active_experts", pick(random, &[1, 2])),
            ("moe_intermediate", 16),
            ("shared_experts", random.random_range(0..=1)),
        ];
        architecture.extend(experts);
    }
    if random.random_bool(0.25) {
        architecture.extend([("sliding_window", pick(random, &[4, 16])), ("window_layers", 1)]);
    }
    if random.random_bool(0.15) {
        architecture.extend([("kv_lora_rank", 8), ("rope_head_dim", 4), ("v_head_dim", 6)]);
    }
    LanguageModel {
        name: "tiny".to_owned(),
        kv_bytes_per_token: pick(random, &[64, 256, 1000]),
        kv_dtype: pick(random, &stored),
        dtype: pick(random, &stored),
        expert_dtype: pick(random, &stored),
        architecture: architecture.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

fn hardware(model: &LanguageModel, random: &mut ChaCha8Rng) -> Hardware {
    let compute = pick(random, &[3e7, 1e8, 3e8, 1e9]);
    let figure = |key| model.architecture.iter().find(|(name, _)| name == key).map_or(1, |(_, value)| *value);
    // Reading a token of cache takes so many times as long as attending to it. While a chunk of n tokens moves through
    // a prompt, ratios from 1 to n make computing overtake reading.
    let ratio = pick(random, &[0.3, 1.3, 2.0, 3.0, 5.0, 30.0]);
    let flops = 4.0 * figure("layers") as f64 * figure("hidden") as f64;
    Hardware {
        bandwidth: Bandwidth::from_bytes_per_sec(model.kv_bytes_per_token as f64 * compute / flops / ratio),
        compute,
        compute_fp8: random.random_bool(0.5).then_some(2.0 * compute),
        compute_int8: random.random_bool(0.5).then_some(2.0 * compute),
        link_bandwidth: Some(Bandwidth::from_bytes_per_sec(pick(random, &[1e7, 3.3e7]))),
    }
}

fn timing(random: &mut ChaCha8Rng) -> Choice {
    let times = [
        ("base", pick(random, &[0.0, 1e-3, 1.7e-4])),
        ("per_layer", pick(random, &[0.0, 1e-4, 3.3e-5])),
        ("per_request", pick(random, &[0.0, 1e-4, 1.1e-5])),
        ("per_message", pick(random, &[0.0, 1e-4])),
        ("before_queue", pick(random, &[0.0, 0.0, 1e-3, 2.3e-3])),
    ];
    let numbers = [
        ("compute_share", pick(random, &[1.0, 0.629])),
        ("weight_share", pick(random, &[1.0, 0.926])),
        ("cache_share", pick(random, &[1.0, 0.915])),
        ("link_share", pick(random, &[1.0, 0.514])),
        ("slowdown", pick(random, &[1.0, 1.2])),
    ];
    let quantity = |value, dimension| Arg::Quantity(Quantity { value, dimension });
    let with = |choice: Choice, (name, value), dimension| choice.with(name, quantity(value, dimension));
    let choice = Choice::named("roofline");
    let choice = times.into_iter().fold(choice, |choice, time| with(choice, time, Dimension::TIME));
    numbers.into_iter().fold(choice, |choice, number| with(choice, number, Dimension::NUMBER))
}
