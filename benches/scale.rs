//! How cost grows: with GPUs, with workloads, with requests and with the rows of a trace.
//!
//! `cargo bench --bench scale` prints a table for each: what a request costs, and how many times what it costs at the
//! smallest size. What is flat grows linearly; `docs/reference/performance.md` has an example and says where it is not.
//! `-- --instructions` counts instructions instead, `-- --only NAME` measures one case.

mod support;

use std::fmt::Write as _;

use kvs::rng::Streams;
use support::{Case, Command};

/// One thing that grows.
struct Series {
    title: &'static str,
    cases: Vec<Case>,
}

fn series(title: &'static str, sizes: &[u64], case: impl Fn(u64) -> Case) -> Series {
    Series { title, cases: sizes.iter().map(|size| case(*size)).collect() }
}

/// `batching phases` at two thirds of what its GPUs can do.
fn phases(name: &str, gpus: u64, requests: u64) -> Case {
    Case::new(name, requests, move |requests| {
        format!(
            "gpu worker {{ vram 80 GB; max_concurrent 64; prefill 8000 tok/s; decode 2400 tok/s; decode_sharing_cap 64 }}
model small {{ kv_bytes_per_token 2 KiB }}
cluster {{ serves small; gpus worker x {gpus} }}
policy {{ routing p2c; decode_routing stay }}
workload chat {{ {}; requests {requests} }}
expect p99_latency_ms < 1 h
expect p99_ttft_ms < 1 h
",
            chat(8.0 * gpus as f64)
        )
    })
}

/// `settings` are the rest of the engine and what follows it.
fn continuous(name: &str, gpus: u64, requests: u64, settings: &str, workload: String) -> Case {
    let settings = settings.to_owned();
    Case::new(name, requests, move |requests| {
        format!(
            "cluster {{ serves llama_3_1_8b; gpus h100_sxm x {gpus} }}
engine {{ batching continuous; timing roofline; {settings} }}
workload chat {{ {workload}; requests {requests} }}
expect p99_latency_ms < 1 h
expect p99_ttft_ms < 1 h
"
        )
    })
}

fn chat(rate: f64) -> String {
    format!(
        "arrivals poisson; rate {rate} req/s; prompt lognormal median 400 p95 1200; output lognormal median 150 p95 400"
    )
}

fn conversations(gpus: u64) -> String {
    let rate = 2 * gpus;
    format!(
        "arrivals poisson; rate {rate} req/s; session turns geometric mean 5 think exponential mean 5 s
  prefix_pool 200 tokens 1000; prompt lognormal median 200 p95 800; output lognormal median 150 p95 400"
    )
}

/// Equal workloads that share one GPU.
fn workloads(n: u64) -> Case {
    Case::new(&format!("{n} workloads"), 200_000, move |requests| {
        let one = |i| {
            let requests = requests.div_ceil(n);
            format!("workload w{i} {{ {}; requests {requests} }}\n", chat(8.0 / n as f64))
        };
        format!(
            "gpu worker {{ vram 80 GB; max_concurrent 64; prefill 8000 tok/s; decode 2400 tok/s; decode_sharing_cap 64 }}
model small {{ kv_bytes_per_token 2 KiB }}
cluster {{ serves small; gpus worker x 1 }}
{}expect p99_latency_ms < 1 h
expect p99_ttft_ms < 1 h
",
            (0..n).map(one).collect::<String>()
        )
    })
}

/// A trace of chat at 15 requests a second, replayed on one GPU.
fn replay(name: &str, rows: u64, format: &'static str, prefix_cache: &'static str) -> Case {
    Case::new(name, rows, move |_| {
        format!(
            "cluster {{ serves llama_3_1_8b; gpus h100_sxm x 1 }}
engine {{ batching continuous; timing roofline; prefix_cache {prefix_cache}; kv_blocks 28000 }}
trace recorded from \"trace\" {{ format {format} }}
expect p99_latency_ms < 1 h
expect p99_ttft_ms < 1 h
"
        )
    })
}

/// The instant, prompt and output of each row.
fn rows(n: u64) -> impl Iterator<Item = (f64, u32, u32)> {
    let mut stream = Streams::new(1).stream("rows");
    let mut seconds = 0.0;
    (0..n).map(move |_| {
        seconds += stream.exponential() / 15.0;
        let prompt = libm::exp(6.0 + 0.67 * stream.normal()).clamp(1.0, 8192.0);
        let output = libm::exp(5.0 + 0.6 * stream.normal()).clamp(1.0, 4096.0);
        (seconds, prompt as u32, output as u32)
    })
}

/// As the traces of Azure: a time of day, two lengths.
fn azure(n: u64) -> Vec<u8> {
    let mut text = String::from("TIMESTAMP,ContextTokens,GeneratedTokens\n");
    for (seconds, prompt, output) in rows(n) {
        let (day, rest) = ((seconds / 86_400.0) as u64, seconds % 86_400.0);
        let (hour, minute, second) = ((rest / 3600.0) as u64, (rest / 60.0) as u64 % 60, rest % 60.0);
        writeln!(text, "2023-11-{:02} {hour:02}:{minute:02}:{second:010.7},{prompt},{output}", day + 1)
            .expect("a string takes all that is written");
    }
    text.into_bytes()
}

/// As the traces of Mooncake, with an id for every 16 tokens: eight of one of fifty system prompts, then its own.
fn mooncake(n: u64) -> Vec<u8> {
    let mut text = String::new();
    let mut own = 400;
    for (number, (seconds, prompt, output)) in (0..).zip(rows(n)) {
        let first = number * 7 % 50 * 8;
        let ids = (0..u64::from(prompt.div_ceil(16)))
            .map(|block| if block < 8 { first + block } else { own + block });
        let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
        own += ids.len() as u64;
        let (ms, ids) = ((seconds * 1e3) as u64, ids.join(", "));
        writeln!(
            text,
            "{{\"timestamp\": {ms}, \"input_length\": {prompt}, \"output_length\": {output}, \"hash_ids\": [{ids}]}}"
        )
        .expect("a string takes all that is written");
    }
    text.into_bytes()
}

fn all() -> Vec<Series> {
    let on_gpus = |gpus: u64, policy, requests| {
        let name = format!("{gpus} GPUs, {policy}");
        continuous(
            &name,
            gpus,
            requests,
            &format!("prefix_cache off }}\npolicy {{ routing {policy}"),
            chat(15.0 * gpus as f64),
        )
    };
    vec![
        series("GPUs, continuous, p2c", &[1, 10, 100, 1000, 10_000], move |gpus| {
            on_gpus(gpus, "p2c", 300_000)
        }),
        series("GPUs, continuous, least_loaded", &[1, 100, 10_000], move |gpus| {
            on_gpus(gpus, "least_loaded", 300_000)
        }),
        series("GPUs, phases, p2c", &[1, 10, 100, 1000, 10_000], |gpus| {
            phases(&format!("{gpus} GPUs, phases"), gpus, 500_000)
        }),
        series("GPUs, conversations, prefix_aware", &[4, 16, 64, 256, 1024], |gpus| {
            let name = format!("{gpus} GPUs, prefix_aware");
            let policy = "prefix_cache on }\npolicy { routing prefix_aware";
            continuous(&name, gpus, 200_000, policy, conversations(gpus))
        }),
        series("workloads", &[1, 10, 100, 1000, 5000], workloads),
        series("requests, phases", &[10_000, 100_000, 1_000_000, 10_000_000], |n| {
            phases(&format!("{n} requests, phases"), 1, n)
        }),
        series("requests, continuous", &[10_000, 100_000, 1_000_000, 10_000_000], |n| {
            continuous(&format!("{n} requests, continuous"), 1, n, "prefix_cache off", chat(15.0))
        }),
        series("rows of a CSV file", &[10_000, 100_000, 1_000_000], |n| {
            replay(&format!("{n} rows, CSV"), n, "azure", "off").with_trace(azure)
        }),
        series("rows of Mooncake, with ids of 16 tokens", &[10_000, 100_000], |n| {
            replay(&format!("{n} rows, Mooncake"), n, "mooncake block 16", "on").with_trace(mooncake)
        }),
    ]
}

fn main() {
    let series = all();
    let command = Command::read(series.iter().flat_map(|series| &series.cases));
    for Series { title, cases } in &series {
        let cases: Vec<&Case> = cases.iter().filter(|case| command.wants(case)).collect();
        if cases.is_empty() {
            continue;
        }
        let table = if command.counts_instructions() { count } else { time };
        table(&command, title, &cases);
    }
}

fn time(command: &Command, title: &str, cases: &[&Case]) {
    println!("{title:<38}{:>12}{:>12}{:>9}{:>9}", "seconds", "ns/request", "x first", "MB");
    let mut first = None;
    for case in cases {
        let cost = command.time(case);
        let each = cost.ns_per_request();
        let first = *first.get_or_insert(each);
        let (name, megabytes) = (&case.name, cost.megabytes());
        println!("{name:<38}{:>12.2}{each:>12.0}{:>9.1}{megabytes:>9.1}", cost.seconds, each / first);
    }
    println!();
}

fn count(command: &Command, title: &str, cases: &[&Case]) {
    println!("{title:<38}{:>16}{:>9}{:>16}{:>16}", "instructions", "x first", "32 KB misses", "1 MB misses");
    let mut first = None;
    for case in cases {
        let counts = command.count(case, "leap");
        let first = *first.get_or_insert(counts.instructions);
        println!(
            "{:<38}{:>16.0}{:>9.1}{:>16.1}{:>16.1}",
            case.name,
            counts.instructions,
            counts.instructions / first,
            counts.first_level_misses,
            counts.last_level_misses
        );
    }
    println!();
}
