//! Text to model and text to mistakes: the analysis from the outside, a case a few lines.

use kvs::analysis::{Analysis, analyse};
use kvs::diagnostics::codes;
use kvs::model::{Batching, Condition, LinkEnd, Scenario, Term};
use kvs::source::Sources;
use kvs::units::SimDuration;

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
        format!("{file}{line}:{column} {} {}", diagnostic.code(), diagnostic.message)
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
    analysis.diagnostics.iter().chain(refused).any(|diagnostic| diagnostic.code() == code)
}

/// A sound file, to which a test adds one thing.
const GPU: &str = "gpu fast { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }\n";
const MODEL: &str = "model tiny { kv_bytes_per_token 2048 B }\n";
const CLUSTER: &str = "cluster { serves tiny; gpus fast x 2 }\n";
const TRACE: &str = "trace { r1 0 100 10 }\n";

fn sound(more: &str) -> String {
    format!("{GPU}{MODEL}{CLUSTER}{TRACE}{more}")
}

/// The mistakes of a sound file with something added from line 5 on.
#[track_caller]
fn added(more: &str, expected: &[&str]) {
    check(&sound(more), expected);
}

/// The mistakes of a file whose third line is this cluster.
#[track_caller]
fn cluster(statements: &str, expected: &[&str]) {
    check(&format!("{GPU}{MODEL}cluster {{ serves tiny; {statements} }}\n{TRACE}"), expected);
}

fn cases(text: &str, set: &[(&str, &str)]) -> Vec<Scenario> {
    let (analysis, _) = analysed(text, set);
    assert_eq!(mistakes(text, set), [""; 0], "in\n{text}");
    analysis.cases.into_iter().map(|case| case.scenario).collect()
}

fn only(text: &str) -> Scenario {
    let mut cases = cases(text, &[]);
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

#[test]
fn a_choice_names_an_entry_and_its_arguments() {
    added("policy { routing }", &["5:17 E0305 expected a routing policy, found nothing"]);
    added("policy { routing 3 }", &["5:18 E0208 expected a routing policy, found `3`"]);
    added("policy { routing p2d }", &["5:18 E0102 unknown routing policy `p2d`"]);
    added("policy { routing p2c 3 }", &["5:22 E0307 unexpected `3` after `p2c`"]);
    added("policy { routing p2c chioces 3 }", &["5:22 E0103 unknown argument `chioces` of `p2c`"]);
    added("policy { routing p2c choices }", &["5:29 E0305 `choices` needs a whole number, found nothing"]);
    added("policy { routing p2c choices 3 choices 4 }", &["5:32 E0306 `choices` of `p2c` is given twice"]);
    added(
        "policy { routing p2c choices 0 }",
        &["5:30 E0204 `choices` must be between 2 and 1024, found `0`"],
    );
}

#[test]
fn a_parameter_stands_for_a_quantity_or_a_name() {
    let policy =
        only(&sound("param r = round_robin\nparam n = 8\npolicy { routing $r; max_queue 2 * $n }")).policy;
    assert_eq!((policy.routing.name.as_str(), policy.max_queue), ("round_robin", Some(16)));

    added("policy { routing $r }", &["5:18 E0104 unknown parameter `$r`"]);
    added(
        "param r = 3\npolicy { routing $r }",
        &["6:18 E0208 expected a routing policy, found `3`, the value of `$r`"],
    );
    added(
        "param r = p2c\npolicy { max_queue $r }",
        &["6:20 E0208 expected a number, found a name: `$r` is `p2c`"],
    );
    added("param r = 0\npolicy { max_queue $r }", &["6:20 E0204 `max_queue` must be at least 1, found `0`"]);
    added("param r = [1]", &["5:11 E0208 a parameter is a quantity, a name or a string, found `[1]`"]);
}

#[test]
fn a_wrong_definition_is_not_reported_again_where_it_is_used() {
    added("param t = 3 s / 0\npolicy { queue_timeout $t }", &["5:17 E0206 division by zero: `0` is 0"]);
    added("param t = = 3 s\npolicy { queue_timeout $t }", &["5:11 E0022 `=` is not allowed after `=`"]);
}

#[test]
fn values_have_the_unit_and_the_range_of_their_place() {
    added("policy { max_queue 2.5 }", &["5:20 E0205 `max_queue` must be a whole number, found `2.5`"]);
    added("policy { max_queue 50% }", &["5:20 E0205 `max_queue` must be a whole number, found `50%`"]);
    added("policy { max_queue 5e9 }", &["5:20 E0204 `max_queue` must be below 2^32, found `5e9`"]);
    added("policy { max_queue 3 s }", &["5:20 E0202 `max_queue` expects a number, found a time (`3 s`)"]);
    added("policy { max_queue 3 4 }", &["5:22 E0307 unexpected `4` after `max_queue`"]);
    added("policy { queue_timeout 3 }", &["5:24 E0203 `queue_timeout` is missing its unit: found `3`"]);
    added(
        "policy { queue_timeout 300 d }",
        &["5:24 E0204 `queue_timeout` must be below 213 days, found `300 d`"],
    );
    added("policy { queue_timeout 3 s + 2 }", &["5:30 E0207 cannot add a number to a time"]);
    added("policy { queue_timeout 3 s / 0 }", &["5:30 E0206 division by zero: `0` is 0"]);
    added(
        "run { warmup -1 s; sample_every 0 s }",
        &[
            "5:14 E0204 `warmup` must not be negative, found `-1 s`",
            "5:33 E0204 `sample_every` must be at least 1 us, found `0 s`",
        ],
    );
    added(
        "engine { batching continuous; kv_memory 120% }",
        &[
            "3:18 E0317 `batching continuous` needs the architecture of `tiny`: `layers`, `hidden`, `heads`, `vocab`, `intermediate` missing",
            "3:29 E0309 `batching continuous` needs hardware figures, which `fast` does not have",
            "5:41 E0204 `kv_memory` must be between 1% and 100%, found `120%`",
        ],
    );
}

#[test]
fn an_unknown_unit_suggests_the_likely_one() {
    for (written, meant) in [
        ("80 GBs", "80 GB"),
        ("80 gb", "80 GB"),
        ("80 bytes", "80 B"),
        ("80 Gib", "80 GiB"),
        ("80 mb", "80 MB"),
    ] {
        let text = format!("gpu a {{ vram {written}; prefill 3 tok/s; decode 3 tok/s }}");
        let (analysis, _) = analysed(&text, &[]);
        let [diagnostic] = analysis.diagnostics.as_slice() else { panic!("one mistake in {text}") };
        let help = diagnostic.help.as_deref().unwrap_or_default();
        assert!(help.starts_with(&format!("did you mean `{meant}`?")), "{written}: {help}");
    }
    added(
        "gpu a { vram 8 GB; prefill 3 tps; decode 3 tok/sec }",
        &["5:30 E0201 unknown unit `tps`", "5:44 E0201 unknown unit `tok/sec`"],
    );
}

#[test]
fn a_key_that_ends_in_a_unit_takes_a_bare_number() {
    let scenario = only(&sound(
        "gpu b { vram_bytes 24e9; prefill_per_sec 500; decode 2 tok/s }\npolicy { queue_timeout_ms 300 }",
    ));
    assert_eq!(scenario.policy.queue_timeout, Some(SimDuration::from_ms(300)));
    added(
        "gpu b { vram_bytes 24e9; vram 24 GB; prefill 3 tok/s; decode 3 tok/s }",
        &["5:26 E0301 `vram` is set twice in `gpu`"],
    );
    added("policy { max_queue_ms 3 }", &["5:10 E0101 unknown key `max_queue_ms` in `policy`"]);
}

#[test]
fn none_and_drained_spell_out_defaults() {
    let scenario = only(&sound("policy { max_queue none; queue_timeout none }\nrun { until drained }"));
    assert_eq!(
        (scenario.policy.max_queue, scenario.policy.queue_timeout, scenario.run.until),
        (None, None, None)
    );
    added("policy { max_retries none }", &["5:22 E0208 `max_retries` expects a whole number, found `none`"]);
}

#[test]
fn an_unknown_key_that_looks_like_a_missing_one_is_reported_once() {
    added(
        "gpu a { vrma 8 GB; prefil 3 tok/s; decode 3 tok/s }",
        &["5:9 E0101 unknown key `vrma` in `gpu`", "5:20 E0101 unknown key `prefil` in `gpu`"],
    );
    added(
        "gpu a { vram 8 GB prefill 3 tok/s; decode 3 tok/s }",
        &["5:19 E0103 unknown argument `prefill` of `vram`"],
    );
    added("gpu a { vram = 8 GB; prefill 3 tok/s; decode 3 tok/s }", &["5:14 E0022 a statement takes no `=`"]);
}

#[test]
fn a_gpu_has_figures_for_one_of_the_batchings() {
    added("gpu a { vram 8 GB }", &["5:1 E0309 `gpu a` has neither throughput nor hardware figures"]);
    added("gpu a { vram 8 GB; prefill 3 tok/s }", &["5:1 E0309 `gpu a` has `prefill` but no `decode`"]);
    added(
        "gpu a { vram 8 GB; bandwidth 3 GB/s; compute 1 TFLOPS; max_concurrent 3 }",
        &["5:56 E0308 `max_concurrent` has no effect in `gpu a`: it has hardware figures only"],
    );
    let text = format!("{GPU}{MODEL}{TRACE}cluster {{ serves tiny; gpus fast x 1; gpus h100_sxm x 1 }}");
    check(
        &text,
        &["4:1 E0309 `fast` has throughput figures and `h100_sxm` hardware figures: no batching runs both"],
    );
}

#[test]
fn keys_of_the_other_batching_are_refused() {
    added("engine { max_batch 3 }", &["5:10 E0308 `max_batch` has no effect with `batching phases`"]);
    added(
        "engine { timing roofline }",
        &["5:10 E0308 `timing roofline` is not a timing of `batching phases`"],
    );
    let text =
        format!("cluster {{ serves llama_3_1_8b; gpus h100_sxm x 1 }}\n{TRACE}policy {{ reservation lazy }}");
    check(&text, &["3:10 E0308 `reservation` has no effect with `batching continuous`"]);
}

#[test]
fn definitions_inherit_statement_by_statement() {
    let text = "gpu a { vram 8 GB; prefill 100 tok/s; decode 10 tok/s; max_concurrent 4 }\n\
                gpu b extends a { decode 20 tok/s }\n\
                cluster { serves tiny; gpus b x 1 }\n";
    let gpu = &only(&format!("{text}{MODEL}{TRACE}")).cluster.groups[0].gpu;
    let throughput = gpu.throughput.expect("it has throughput figures");
    assert_eq!((throughput.prefill.get(), throughput.decode.get()), (100.0, 20.0));
    // The cap follows `max_concurrent` where it is not set.
    assert_eq!((gpu.name.as_str(), gpu.max_concurrent, throughput.decode_sharing_cap), ("b", 4, 4));
}

#[test]
fn a_circle_of_parents_is_reported_once() {
    added("gpu a extends a { }", &["5:15 E0304 `a` extends itself: a -> a"]);
    added(
        "gpu b extends c { }\ngpu c extends a { }\ngpu a extends b { }",
        &["6:15 E0304 `a` extends itself: a -> b -> c -> a"],
    );
    added("gpu a extends nothing { }", &["5:15 E0106 unknown GPU `nothing`"]);
}

#[test]
fn the_catalogue_can_be_used_extended_and_shadowed() {
    let text = "gpu h100_sxm extends h100_sxm { price 2 $/h }\n\
                cluster { serves llama_3_1_8b; gpus h100_sxm x 2 }\n";
    let scenario = only(&format!("{text}{TRACE}"));
    let gpu = &scenario.cluster.groups[0].gpu;
    assert!((gpu.price.expect("it is stated").get() - 2.0).abs() < 1e-9);
    assert!(gpu.hardware.is_some() && scenario.engine.batching == Batching::Continuous);
    assert_eq!(scenario.model.kv_bytes_per_token, 2 * 32 * 8 * 128 * 2);
}

#[test]
fn kv_bytes_follow_from_the_architecture_and_shrink_with_the_dtype() {
    let bytes = |statements: &str| {
        let text = format!("{GPU}{CLUSTER}{TRACE}model tiny {{ {statements} }}");
        only(&text).model.kv_bytes_per_token
    };
    assert_eq!(bytes("layers 4; kv_heads 2; head_dim 64"), 2 * 4 * 2 * 64 * 2);
    assert_eq!(bytes("layers 4; heads 8; hidden 64"), 2 * 4 * 64 * 2);
    assert_eq!(bytes("layers 4; kv_heads 2; head_dim 64; kv_dtype int4"), 2 * 4 * 2 * 64 / 2);
    assert_eq!(bytes("layers 60; kv_lora_rank 512; rope_head_dim 64"), 60 * 576 * 2);
    assert_eq!(bytes("kv_bytes_per_token 2 KiB; kv_dtype fp8"), 1024);
    assert_eq!(bytes("kv_bytes_per_token 3 B; kv_dtype int4"), 1);
    added("model m { layers 4 }", &["5:1 E0315 `model m` does not say how large its KV cache is"]);
    added(
        "model m { kv_bytes_per_token 1.5 B }",
        &["5:30 E0205 `kv_bytes_per_token` must be a whole number of bytes, found 1.5 bytes"],
    );
}

#[test]
fn a_cluster_is_made_of_groups() {
    cluster("gpus fast", &["3:29 E0305 `gpus fast` does not say how many"]);
    cluster("gpus quick x 2", &["3:29 E0106 unknown GPU `quick`"]);
    cluster("gpus fast x 0", &["3:36 E0204 `gpus fast x` must be at least 1, found `0`"]);
    cluster("gpus fast x 4; gpus fast x 3", &["3:44 E0302 two groups are called `fast`"]);
    cluster("gpus fast x 3 tensor_parallel 2", &["3:24 E0311 3 GPUs do not make up replicas of 2"]);
    cluster("gpus fast x 4 tensor_paralel 2", &["3:38 E0103 unknown argument `tensor_paralel` of `gpus`"]);
    cluster(
        "gpus fast x 60000; gpus fast x 60000 as b",
        &["3:1 E0312 a cluster has at most 100,000 GPUs, this one has 120,000"],
    );
    let text = format!(
        "{GPU}{MODEL}{TRACE}param kind = fast\ncluster {{ serves tiny; gpus $kind x 3 as a; gpus fast x 2 as b }}"
    );
    let groups = only(&text).cluster.groups;
    let counts: Vec<_> = groups.iter().map(|group| (group.name.as_str(), group.n_replicas())).collect();
    assert_eq!(counts, [("a", 3), ("b", 2)]);
}

#[test]
fn links_join_replicas_of_the_cluster() {
    let link = |statement: &str, expected: &[&str]| cluster(&format!("gpus fast x 4; {statement}"), expected);
    link("link fast[0] ->", &["3:52 E0305 `->` needs the end of the link, found nothing"]);
    link("link fast[0] fast[0]", &["3:44 E0314 the link joins `fast[0]` to itself"]);
    link("link fast[0] fast[4]", &["3:57 E0310 `fast[4]` does not exist: `fast` has 4 replicas"]);
    link("link fast[0] fast[3..2]", &["3:52 E0210 the ends of the range `fast[3..2]` are reversed"]);
    link("link fast slow", &["3:49 E0107 unknown group `slow`"]);
    link("link fast latency 2", &["3:57 E0203 `latency` is missing its unit: found `2`"]);
    link("link fast bandwidth 3 Gb/s", &["3:59 E0209 `3 Gb/s` is in bits: 0.375 GB/s"]);
    let text = format!(
        "{GPU}{MODEL}{TRACE}cluster {{ serves tiny; gpus fast x 4; link fast[0..1] -> fast[3]; link default latency 3 us }}"
    );
    let links = only(&text).cluster.links;
    assert_eq!(links[0].from, Some(LinkEnd { group: 0, first: 0, last: 1 }));
    assert_eq!(links[0].to, Some(LinkEnd { group: 0, first: 3, last: 3 }));
    assert!(links[0].one_way && links[1].from.is_none() && !links[1].one_way);
    // What is not written is the default link's.
    assert!(
        (links[0].bandwidth.get() - 300e9).abs() < 1.0
            && links[0].latency == SimDuration::from_ps(10_000_000)
    );
    assert_eq!(links[1].latency, SimDuration::from_ps(3_000_000));
}

#[test]
fn what_is_defined_twice_shows_both_places() {
    for (text, message) in [
        ("cluster { serves tiny }", "5:1 E0302 there are two `cluster` blocks"),
        ("param a = 1\nparam a = 2", "6:7 E0302 parameter `a` is defined twice"),
        ("gpu fast { }", "5:5 E0302 GPU `fast` is defined twice"),
        ("trace { r1 0 100 10 }", "5:1 E0413 two workloads or traces are called `trace`"),
        ("scenario \"x\" { }\nscenario \"x\" { }", "6:10 E0302 scenario `x` is defined twice"),
        ("policy { max_queue 3; max_queue 4 }", "5:23 E0301 `max_queue` is set twice in `policy`"),
    ] {
        added(text, &[message]);
        let (analysis, _) = analysed(&sound(text), &[]);
        assert_eq!(analysis.diagnostics[0].labels.len(), 2, "{text}");
    }
}

#[test]
fn what_is_missing_is_said_once() {
    check(&format!("{GPU}{MODEL}{TRACE}"), &["1:1 E0303 there is no `cluster`: nothing serves the requests"]);
    check(
        &format!("{GPU}{MODEL}{CLUSTER}expect finished == 1"),
        &["3:1 E0303 there is no `workload` and no `trace`: nothing arrives"],
    );
    // A file that only defines is there to be used by others, and has no cases.
    assert!(cases(&format!("{GPU}{MODEL}"), &[]).is_empty());
}

#[test]
fn a_matrix_multiplies_declared_parameters_in_order() {
    let text = sound(
        "param n = 1\nparam r = p2c\npolicy { routing $r; max_queue $n }\nmatrix { n in [1, 2]; r in [p2c, random] }",
    );
    let names: Vec<String> = cases(&text, &[]).iter().map(|case| case.case.to_string()).collect();
    assert_eq!(
        names,
        ["main.kvs[n=1,r=p2c]", "main.kvs[n=1,r=random]", "main.kvs[n=2,r=p2c]", "main.kvs[n=2,r=random]"]
    );

    // A value of the command line takes the place of an axis.
    let set = cases(&text, &[("n", "7")]);
    assert_eq!(set.iter().map(|case| case.policy.max_queue).collect::<Vec<_>>(), [Some(7), Some(7)]);

    added("matrix { k in [1, 2] }", &["5:10 E0104 unknown parameter `k` in `matrix`"]);
    added("param k = 1\nmatrix { k in [1]; k in [2] }", &["6:20 E0301 `k` is given twice in `matrix`"]);
    let axis = format!("[{}]", ["1"; 101].join(", "));
    added(
        &format!("param a = 1\nparam b = 1\nmatrix {{ a in {axis}; b in {axis} }}"),
        &["7:1 E0704 the matrix has 101 x 101 = 10201 cases, a file has at most 10000"],
    );
}

#[test]
fn the_command_line_sets_declared_parameters() {
    let text = sound("param n = 1\npolicy { max_queue $n }");
    assert_eq!(cases(&text, &[("n", "9")])[0].policy.max_queue, Some(9));
    let message = |name: &str, value: &str| mistakes(&text, &[(name, value)]).join("\n");
    assert_eq!(message("m", "9"), "--set m=9:1:7 E0104 the file has no parameter `m` to set");
    assert_eq!(message("n", "9 s"), "6:20 E0202 `max_queue` expects a number, found a time (`9 s`)");
}

#[test]
fn a_scenario_replaces_single_statements() {
    let text = sound(
        "policy { routing random; max_queue 8 }\n\
         expect finished == 1\n\
         scenario \"a\" { policy { max_queue 4 }; expect rejected == 0 }\n\
         scenario \"b\" { cluster { gpus fast x 5 }; trace { r1 0 1 1 }; gpu fast { vram 8 GB } }",
    );
    let [a, b] = <[Scenario; 2]>::try_from(cases(&text, &[])).expect("two scenarios");
    assert_eq!(
        (a.policy.routing.name.as_str(), a.policy.max_queue, a.expectations.len()),
        ("random", Some(4), 2)
    );
    assert_eq!((b.policy.max_queue, b.cluster.n_replicas(), b.expectations.len()), (Some(8), 5, 1));
    assert_eq!((b.workloads.len(), b.cluster.groups[0].gpu.vram.get()), (1, 8_000_000_000));
    assert_eq!(a.case.to_string(), "main.kvs::a");
}

#[test]
fn a_scenario_has_parameters_of_its_own() {
    let text = sound(
        "param n = 1\nparam m = 2 * $n\npolicy { max_queue $m }\n\
         scenario \"a\" { param n = 5 }\n\
         scenario \"b\" { }",
    );
    let queues: Vec<_> = cases(&text, &[]).iter().map(|case| case.policy.max_queue).collect();
    assert_eq!(queues, [Some(10), Some(2)]);
}

#[test]
fn a_file_takes_definitions_of_another() {
    let text = format!("use \"gpus.kvs\"\n{MODEL}{TRACE}cluster {{ serves tiny; gpus shared x $n }}");
    assert_eq!(only(&text).cluster.n_replicas(), 2);
    added("use \"nothing.kvs\"", &["5:5 E0601 cannot use `nothing.kvs`: no such file"]);
    added(
        "use \"self.kvs\"",
        &["self.kvs:1:5 E0602 `main.kvs` uses itself: main.kvs -> self.kvs -> main.kvs"],
    );
    added("use \"wrong.kvs\"", &["wrong.kvs:1:19 E0203 `vram` is missing its unit: found `80`"]);
}

#[test]
fn a_feature_that_is_not_simulated_is_one_diagnostic() {
    let refused = |text: &str| {
        let (analysis, sources) = analysed(text, &[]);
        let list = analysis.cases.iter().flat_map(|case| &case.not_simulated);
        list.map(|one| format!("{} {}", sources.line_column(one.span()).0, one.message)).collect::<Vec<_>>()
    };
    assert_eq!(refused(&sound("")), [""; 0]);
    let text = format!(
        "cluster {{ serves llama_3_1_8b; gpus h100_sxm x 2 as a; gpus h100_sxm x 2 as b
pool prefill a; pool decode b }}\n{TRACE}"
    );
    assert_eq!(refused(&text), [""; 0]);
    let text = format!(
        "{GPU}{MODEL}{TRACE}cluster {{ serves tiny; gpus fast x 4 tensor_parallel 2; gpus fast x 1 as alone }}"
    );
    assert_eq!(refused(&text), ["4 `tensor_parallel` with `batching phases` is not simulated yet"]);
}

#[test]
fn settings_say_where_they_come_from() {
    let (analysis, sources) = analysed(&sound("param q = 9\npolicy { max_queue $q  # why\n}"), &[]);
    let settings = &analysis.cases[0].settings;
    let of = |block: &str, key: &str| {
        let setting = settings.iter().find(|setting| setting.block == block && setting.key == key);
        let setting = setting.unwrap_or_else(|| panic!("`{key}` of `{block}` is listed"));
        (setting.value.as_str(), setting.origin.map(|origin| sources.line_column(origin).0))
    };
    assert_eq!(of("policy", "max_queue"), ("9", Some(6)));
    assert_eq!(of("policy", "routing"), ("p2c", None));
    assert_eq!(of("engine", "batching"), ("phases", None));
    assert_eq!(of("engine", "timing"), ("shared", None));
    assert_eq!(of("gpu fast", "vram"), ("24 GB", Some(1)));
    assert_eq!(of("gpu fast", "decode_sharing_cap"), ("16", None));
    assert!(!settings.iter().any(|setting| setting.key == "max_batch"), "it has no effect here");
}

#[test]
fn settings_are_shown_with_their_strings_whole() {
    let (analysis, _) = analysed(
        &format!(
            "{GPU}{MODEL}{CLUSTER}param q = 9\nworkload chat {{ arrivals poisson; rate from \"a # b  $q.txt\" \
             every 1 h mean $q * 1 req/s # why\n duration 1 h; prompt constant 1; output constant 1 }}"
        ),
        &[],
    );
    let rate = analysis.cases[0].settings.iter().find(|setting| setting.key == "rate");
    assert_eq!(rate.unwrap().value, "from \"a # b  $q.txt\" every 1 h mean 9 * 1 req/s");
}

/// Every marked mistake at its line, in one pass, and nothing else.
#[test]
fn all_mistakes_of_a_file_come_in_one_pass() {
    let text = "gpu h100 {
  vram      80 GBs
  prefil    12000 tok/s
  decode    2400 ms
  max_concurrent 0
}
cluster {
  serves llama_3_1_80b
  gpus   h100 x 4
  link   h100[0] h100[7]  bandwidth 300 Gb/s latency 2 us
}
policy {
  routing  power_of_two
  max_queue 64
  max_queue 32
}
workload chat {
  arrivals poison
  rate     -3 req/s
  prompt   lognormal median 900
  output   constant 20
}
expect p99_latency_ms <
expect p99_latencyms < 800
expect p99_latency_ms < 24 GB
expect p99_ttft_ms for chatt < 1 s";
    let found: Vec<String> = mistakes(text, &[])
        .iter()
        .map(|one| {
            let mut words = one.split([':', ' ']);
            format!("{} {}", words.next().unwrap_or_default(), words.nth(1).unwrap_or_default())
        })
        .collect();
    assert_eq!(
        found,
        [
            "2 E0201", "3 E0101", "4 E0202", "5 E0204", "8 E0105", "10 E0310", "10 E0209", "13 E0102",
            "15 E0301", "17 E0401", "18 E0102", "19 E0204", "20 E0402", "23 E0002", "24 E0501", "25 E0502",
            "26 E0505",
        ]
    );
}

/// No name follows a number, so a name that is spelt like a unit is never read as one.
#[test]
fn units_are_names() {
    check(
        "param s = 4
param min = 2
matrix { s in [1, 2] }
gpu h { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s; max_concurrent $s }
gpu MB extends h { price 2 $/h }
model ms { kv_bytes_per_token 2048 B }
cluster {
  serves ms
  gpus h x $min as d
  gpus MB x 2 as tok
  link d tok bandwidth 10 GB/s latency 2 us
  link d[0] -> tok[1] latency 1 us
}
workload B { arrivals poisson; rate 3 req/s; prompt constant 100; output constant 10; requests 20 * $s }
trace us { r1 0 100 10 }
expect p99_ttft_ms for B on d after 1 s < 5 s and finished for us on tok[0] < 3
expect queue_depth on d < 300 for 10 s
",
        &[],
    );
}

#[test]
fn explanations_show_the_mistake_and_its_fix() {
    let families = ["E01", "E02", "E03", "E04", "E05", "E06", "E09"];
    let mut unsound = Vec::new();
    let described = codes().filter(|info| families.iter().any(|family| info.code.starts_with(family)));
    // Codes of E061 are about kvs.toml, those from E0650 on about the files of another simulator: no scenarios.
    let of_scenarios = |code: &str| !code.starts_with("E061") && !code.starts_with("E065");
    for info in described.filter(|info| of_scenarios(info.code)) {
        if !has(info.wrong, info.code) {
            unsound.push(format!("{} is not found in\n{}", info.code, info.wrong));
        }
        if has(info.right, info.code) {
            unsound.push(format!("{} is still found in\n{}", info.code, info.right));
        }
    }
    assert!(unsound.is_empty(), "{}", unsound.join("\n\n"));
}

/// `for` and `on` after `of` refer to the scenario that is named.
#[test]
fn selectors_of_another_scenario_are_looked_up_there() {
    let workload = |name: &str| {
        format!(
            "workload {name} {{ arrivals poisson; rate 1 req/s; duration 9 s; prompt constant 9; output constant 9 }}"
        )
    };
    let text = format!(
        "param n = 1\nmatrix {{ n in [2, 3] }}\n{GPU}{MODEL}{CLUSTER}
        scenario \"wide\" {{ cluster {{ gpus fast x $n as front; gpus fast x 4 }}\n{}\n{} }}
        scenario \"slim\" {{
          {}
          expect peak_vram_bytes on fast[1] <= peak_vram_bytes on fast[3] of \"wide\"
          expect p99_ttft_ms for chat <= p99_ttft_ms for chat of \"wide\"
        }}",
        workload("code"),
        workload("chat"),
        workload("chat"),
    );
    let (analysis, _) = analysed(&text, &[]);
    assert_eq!(analysis.diagnostics, []);
    let slim = analysis.cases.iter().filter(|case| case.scenario.case.scenario.as_deref() == Some("slim"));
    let right_sides: Vec<Vec<_>> = slim
        .map(|case| {
            let sides = case.scenario.expectations.iter().map(|expectation| match &expectation.condition {
                Condition::Compare { right: Term::Metric(metric), .. } => &metric.selection,
                other => panic!("a comparison with a metric, found {other:?}"),
            });
            sides.map(|selection| (selection.gpus.map(|gpus| gpus.first), selection.workload)).collect()
        })
        .collect();
    assert_eq!(right_sides, [[(Some(5), None), (None, Some(1))], [(Some(6), None), (None, Some(1))]]);
}

/// Paths are computed for every distinct bandwidth, so their number is limited together with that of the nodes.
#[test]
fn links_of_many_bandwidths_are_refused_between_many_nodes() {
    let linked = |n_gpus: usize, n_bandwidths: usize| {
        let links: String = (1..=n_bandwidths)
            .map(|bandwidth| format!("link fast[0] fast[1] bandwidth {bandwidth} GB/s\n"))
            .collect();
        format!("{GPU}{MODEL}{TRACE}cluster {{ serves tiny; gpus fast x {n_gpus}\n{links}}}")
    };
    let codes = |n_gpus, n_bandwidths| {
        let (analysis, _) = analysed(&linked(n_gpus, n_bandwidths), &[]);
        analysis.diagnostics.iter().map(|found| found.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(codes(1024, 2), [""; 0]);
    assert_eq!(codes(300, 64), [""; 0]);
    let steps = "the paths between 1024 nodes over links of 3 bandwidths take 1024^3 x 3 steps, a cluster may take 2147483648";
    assert_eq!(codes(1024, 3), [steps]);
    assert_eq!(codes(2, 65), ["links may have 64 distinct bandwidths, these have 65"]);
}
