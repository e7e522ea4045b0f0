//! Text to model and text to mistakes: the analysis from the outside, a case a few lines.

use kvs::analysis::{Analysis, analyse};
use kvs::diagnostics::codes;
use kvs::source::Sources;

/// Files that `use` finds; `self.kvs` uses whatever file is analysed.
const FILES: &[(&str, &str)] = &[
    ("gpus.kvs", "gpu shared { vram 80 GB; prefill 9000 tok/s; decode 2000 tok/s }\nparam n = 2"),
    ("self.kvs", "use \"main.kvs\""),
    ("wrong.kvs", "gpu shared { vram 80; prefill 9000 tok/s; decode 2000 tok/s }"),
];

fn analysed(text: &str, set: &[(&str, &str)]) -> (Analysis, Sources) {
    let mut sources = Sources::default();
    let main = sources.add("main.kvs", text);
    let mut import = |_: &str, path: &str, sources: &mut Sources| {
        if path == "main.kvs" {
            return Ok(main);
        }
        let file = FILES.iter().find(|(name, _)| *name == path);
        file.map(|(name, text)| sources.add(*name, *text)).ok_or_else(|| "no such file".to_owned())
    };
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let analysis = analyse(main, &mut sources, &mut import, &set);
    (analysis, sources)
}

/// `line:column code message`, a line each; those of other files with their name.
fn mistakes(text: &str, set: &[(&str, &str)]) -> Vec<String> {
    let (analysis, sources) = analysed(text, set);
    let one = |diagnostic: &kvs::diagnostics::Diagnostic| {
        let (line, column) = sources.line_column(diagnostic.span());
        let name = &sources.get(diagnostic.span().source).name;
        let file = if name == "main.kvs" { String::new() } else { format!("{name}:") };
        format!("{file}{line}:{column} {} {}", diagnostic.code, diagnostic.message)
    };
    analysis.diagnostics.iter().map(one).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(mistakes(text, &[]), expected, "in\n{text}");
}

/// Whether an analysis or a run of the text ends with this code.
fn has(text: &str, code: &str) -> bool {
    let (analysis, _) = analysed(text, &[]);
    let refused = analysis.cases.iter().flat_map(|case| &case.not_simulated);
    analysis.diagnostics.iter().chain(refused).any(|diagnostic| diagnostic.code.0 == code)
}


/// A sound file, to which a test adds one thing.
const GPU: &str = "gpu fast { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }\n";
const MODEL: &str = "model tiny { kv_bytes_per_token 2048 B }\n";
const CLUSTER: &str = "cluster { serves tiny; gpus fast x 2 }\n";
const TRACE: &str = "trace { r1 0 100 10 }\n";

fn sound(more: &str) -> String {
    format!("{GPU}{MODEL}{CLUSTER}{TRACE}{more}")
}

/// The mistakes of a sound file with something added on line 5.
#[track_caller]
fn added(more: &str, expected: &[&str]) {
    check(&sound(more), expected);
}

fn scratch_cases() -> Vec<String> {
    vec![
        sound(""),
        sound("policy { routing p2c choices 0 }"),
        sound("policy { routing p2c choices }"),
        sound("policy { routing p2c 3 }"),
        sound("policy { routing }"),
        sound("policy { routing 3 }"),
        sound("policy { routing \"p2c\" }"),
        sound("policy { routing $r }"),
        sound("param r = 3\npolicy { routing $r }"),
        sound("param r = p2x\npolicy { routing $r; max_queue $r }"),
        sound("policy { max_queue none; queue_timeout none }\nrun { until drained }"),
        sound("policy { max_queue none none }"),
        sound("policy { max_queue }"),
        sound("policy { max_queue 5e9 }"),
        sound("policy { max_queue 50% }"),
        sound("policy { max_queue 3 s }"),
        sound("policy { queue_timeout 3 }"),
        sound("policy { queue_timeout 300 d }"),
        sound("policy { queue_timeout 3 sec; max_queue 3 gb }"),
        sound("policy { queue_timeout_ms 300; vram 3 GB; queue_timeouts 3 s }"),
        sound("policy { queue_timeout 3 s + 2; max_retries 2 * (1 s / 500 ms) }"),
        sound("engine { max_batch 3 }"),
        sound("engine { batching continuous }"),
        sound("engine { batching phasez; timing roofline }"),
        sound("engine { timing roofline }"),
        sound("engine { kv_memory 0.9 }"),
        sound("engine { kv_memory 120%; batching continuous }"),
        sound("run { warmup -1 s; seed -1; seeds 0; sample_every 0 s }"),
        sound("run { until 3 min; seeds 20_000 }"),
        sound("gpu a extends a { vram 3 GB }"),
        sound("gpu a extends b { }\ngpu b extends c { }\ngpu c extends a { }"),
        sound("gpu h extends h100_sxm { vram 30 GB }\ngpu h100_sxm extends h100_sxm { price 2 $/h }"),
        sound("gpu a { vram 80 GB }"),
        sound("gpu a { vram 80 GB; prefill 3 tok/s; bandwidth 3 GB/s; compute 1 TFLOPS; max_concurrent 3 }"),
        sound("gpu a { vram 80 GB; bandwidth 3 GB/s; compute 1 TFLOPS; max_concurrent 3 }"),
        sound("gpu a { vram 0.1 B; decode 3 GB/s; prefill 3 tok/min; price 3 $; decode_efficiency 80%; compute 3e18 }"),
        sound("gpu a { vram_bytes 24e9; vram 24 GB; prefill_per_sec 500; decode 3 tps }"),
        sound("model m { hidden 4096 }"),
        sound("model m { layers 4; heads 8; hidden 64 }\nmodel n { kv_bytes_per_token 3 B; kv_dtype int4 }"),
        sound("model m { kv_bytes_per_token 0.5 B }"),
        sound("model m { kv_bytes_per_token 2048; kv_dtype fp16; layers 2.5 }"),
        sound("cluster { serves tiny }"),
        format!("{GPU}{MODEL}cluster {{ serves tiny; gpus fast }}\n{TRACE}"),
        format!("{GPU}{MODEL}cluster {{ serves tiny; gpus fast x4; gpus fast y 3 }}\n{TRACE}"),
        format!("{GPU}{MODEL}cluster {{ serves tiny; gpus fast x 4; gpus fast x 3 }}\n{TRACE}"),
        format!("{GPU}{MODEL}cluster {{ serves tiny; gpus fast x 4 as; gpus fast x 3 as b tensor_parallel 2 }}\n{TRACE}"),
        format!("{GPU}{MODEL}cluster {{ serves tiny; gpus fast x 4 tensor_paralel 2; link fast }}\n{TRACE}"),
        format!("{GPU}{MODEL}cluster {{ serves; gpus fast x 0; gpus quick x 2; gpus 3 x 2 }}\n{TRACE}"),
        format!("{GPU}{MODEL}cluster {{ serves tiny; gpus fast x 4; link fast[0] -> ; link fast[0] fast[0]; link fast; link fast[0..1] fast[3..2] latency 2; link slow fast; link default latency 3 us; link fast[0] fast[1] bandwith 3 GB/s }}\n{TRACE}"),
        format!("{GPU}{MODEL}cluster {{ serves tiny; gpus fast x 4; pool prefill fast; pool decode fast; pool both fast }}\n{TRACE}"),
        format!("{GPU}{MODEL}cluster {{ serves tiny; gpus fast x 60000; gpus fast x 60000 as b }}\n{TRACE}"),
        format!("{MODEL}{TRACE}gpu fast {{ vram 80 GB prefill 3 tok/s }}\ncluster {{ serves tiny; gpus fast x 1 }}"),
        format!("{MODEL}{TRACE}gpu fast {{ vram = 80 GB; prefill 3 tok/s; decode 4 tok/s }}\ncluster {{ serves tiny; gpus fast x 1 }}"),
        format!("{GPU}{MODEL}{TRACE}"),
        format!("{GPU}{MODEL}{CLUSTER}"),
        format!("{GPU}{MODEL}{CLUSTER}expect finished == 1"),
        sound("cluster { serves tiny }"),
        sound("matrix { k in [1, 2] }"),
        sound("param k = 1\nmatrix { k in [1, 2]; k in [3]; j in [4] }"),
        sound("param a = 1\nparam b = 1\nmatrix { a in [1,2,3,4,5,6,7,8,9,10]; b in [] }"),
        sound("param a = $b\nparam b = 2"),
        sound("param a = [1]"),
        sound("scenario \"x\" { policy { max_queue 3; max_queue 4 } }\nscenario \"x\" { }"),
        sound("scenario \"x\" { gpu fast { vram 4 GBs }; expect finished == 3 s }\nscenario \"y\" { cluster { gpus quick x 3 } }"),
        sound("use \"gpus.kvs\"\nuse \"nothing.kvs\"\nuse \"self.kvs\"\nuse \"wrong.kvs\""),
    ]
}

#[test]
fn scratch() {
    for text in scratch_cases() {
        println!("=== {}", text.strip_prefix(&sound("")).unwrap_or(&text));
        let (analysis, sources) = analysed(&text, &[]);
        for diagnostic in &analysis.diagnostics {
            let (line, column) = sources.line_column(diagnostic.span());
            println!("{line}:{column} {} {}  | {:?}", diagnostic.code, diagnostic.message, diagnostic.labels.iter().map(|l| (sources.slice(l.span), l.text.as_str())).collect::<Vec<_>>());
            if let Some(help) = &diagnostic.help { println!("      help: {help}"); }
        }
    }
}

#[test]
fn explanations_show_the_mistake_and_its_mending() {
    let families = ["E01", "E02", "E03", "E04", "E05", "E06", "E09"];
    let mut unsound = Vec::new();
    for info in codes().filter(|info| families.iter().any(|family| info.code.0.starts_with(family))) {
        if !has(info.wrong, info.code.0) {
            unsound.push(format!("{} is not found in\n{}", info.code, info.wrong));
        }
        if has(info.right, info.code.0) {
            unsound.push(format!("{} is still found in\n{}", info.code, info.right));
        }
    }
    assert!(unsound.is_empty(), "{}", unsound.join("\n\n"));
}
