//! What is written and what it means.

use kvs::syntax::ast::Item;

use super::{dump, parse_clean};

/// Items of a file.
#[track_caller]
fn items(text: &str, expected: &str) {
    assert_eq!(dump::items(&parse_clean(text).file.items), expected, "{text}");
}

/// Statements of a block.
#[track_caller]
fn statement(text: &str, expected: &str) {
    items(&format!("run {{ {text} }}"), &format!("run {{{expected}}}"));
    items(&format!("run {{\n  {text} # comment\n}}"), &format!("run {{{expected}}}"));
}

/// One expectation.
#[track_caller]
fn expectation(text: &str, expected: &str) {
    items(&format!("expect {text}"), &format!("expect {expected}"));
    items(&format!("expect {text}   # comment\r\n"), &format!("expect {expected}"));
}

#[test]
fn numbers_and_their_units() {
    statement("a 12_000", "a 12000");
    statement("a 1.50", "a 1.50");
    statement("a 2e9 B", "a 2000000000[B]");
    statement("a 2.5e-3", "a 0.0025");
    statement("a 80GB", "a 80[GB]");
    statement("a 80 GB", "a 80[GB]");
    statement("a 90%", "a 90[%]");
    statement("a 90 %", "a 90[%]");
    statement("a 1.20 $/h", "a 1.20[$/h]");
    statement("a 4.25$/h", "a 4.25[$/h]");
    statement("a 200 $", "a 200[$]");
    statement("a 2 tok/s 3 req/min", "a 2[tok/s] 3[req/min]");
}

#[test]
fn unknown_units_reach_the_analysis() {
    statement("vram 80GBs", "vram 80[GBs]");
    statement("vram 80 GBs", "vram 80[GBs]");
    statement("vram 80 gb", "vram 80[gb]");
    statement("warmup 30 seconds", "warmup 30[seconds]");
    statement("a 3 foo/bar", "a 3[foo/bar]");
    statement("a 3foo/bar b 1", "a 3[foo/bar] b 1");
    statement("a 8x", "a 8[x]");
    expectation("a < 24 GBs", "(< a 24[GBs])");
    expectation("a < 24 parsecs and b < 3", "(and (< a 24[parsecs]) (< b 3))");
}

#[test]
fn words_after_numbers_are_arguments() {
    statement("gpus worker x 8 as big", "gpus worker x 8 as big");
    statement("gpus h100_sxm x 8  tensor_parallel 4", "gpus h100_sxm x 8 tensor_parallel 4");
    statement(
        "prompt lognormal median 900 p95 4000 max 16_000",
        "prompt lognormal median 900 p95 4000 max 16000",
    );
    statement("users 20 think constant 3 s", "users 20 think constant 3[s]");
    statement("prefix_pool 20 tokens 1200 pick zipf 1.1", "prefix_pool 20 tokens 1200 pick zipf 1.1");
    statement("rate 5 high", "rate 5 high");
    statement("pool prefill prefillers", "pool prefill prefillers");
    statement("slo ttft 2 s  tpot 100 ms", "slo ttft 2[s] tpot 100[ms]");
}

#[test]
fn min_is_a_unit_unless_a_value_follows() {
    statement("a 5 min", "a 5[min]");
    statement("slice 5 min .. 25 min", "slice 5[min]..25[min]");
    statement("a geometric mean 4 min 1", "a geometric mean 4 min 1");
    statement("a mean 4 min $low", "a mean 4 min $low");
    statement("a mean 4 min (1 + 1)", "a mean 4 min <(+ 1 1)>");
    statement("a every 10 min mean 5 req/s", "a every 10[min] mean 5[req/s]");
    statement("a 5min 3", "a 5[min] 3");
}

#[test]
fn arithmetic_in_statements() {
    statement("a 700 * 2048 B", "a (* 700 2048[B])");
    statement("a 2 * $rate", "a (* 2 $rate)");
    statement("worker x $n", "worker x $n");
    statement("a 1 + 2 * 3 - 4", "a (- (+ 1 (* 2 3)) 4)");
    statement("a (1 + 2) * 3", "a (* <(+ 1 2)> 3)");
    statement("a 8 / 2", "a (/ 8 2)");
    statement("a 8/2", "a (/ 8 2)");
    statement("a -3 req/s", "a (neg 3[req/s])");
    statement("a - -3", "a (neg (neg 3))");
    statement("a $n*-2", "a (* $n (neg 2))");
    statement("a (1\n + # one\n 2)", "a <(+ 1 2)>");
}

#[test]
fn atoms() {
    statement("uniform 1 .. 2 * 3", "uniform 1..(* 2 3)");
    statement("link fast[0] fast[1..3] bandwidth 3 GB/s", "link fast@0 fast@1..3 bandwidth 3[GB/s]");
    statement("link a -> b", "link a -> b");
    statement(r#"a "x \"y\" \\ \n # z""#, r#"a "x \"y\" \\ \n # z""#);
    statement("curve [1, 2,\n  3,\n] every 1 h mean 5 req/s", "curve [1, 2, 3] every 1[h] mean 5[req/s]");
    statement("a []", "a []");
    statement(
        "mixture [ 0.7 lognormal median 11 sigma 0.44, 0.3 constant 3 ]",
        "mixture [0.7 lognormal median 11 sigma 0.44, 0.3 constant 3]",
    );
}

#[test]
fn statements_end_at_a_line_a_semicolon_or_a_brace() {
    statement("a 1; b 2;; c", "a 1; b 2; c");
    items("run{a 1}", "run {a 1}");
    items("run { a 1\n\n;b 2 }", "run {a 1; b 2}");
    items("\u{FEFF}run {\r\n  a 1\r\n}\r\n", "run {a 1}");
    items("run { a 1 }; run { b 2 }", "run {a 1} / run {b 2}");
}

#[test]
fn statements_with_blocks() {
    statement(
        "session {\n turns geometric mean 4\n think constant 3 s; context accumulate }",
        "session {turns geometric mean 4; think constant 3[s]; context accumulate}",
    );
    statement(
        "rate stages { 5 min -> 20 req/s; 10 min hold; $d -> 0 req/s }",
        "rate stages stages{5[min] -> 20[req/s]; 10[min] hold; $d -> 0[req/s]}",
    );
    statement("a { b { c 1 } }", "a {b {c 1}}");
    statement("a { }", "a {}");
}

#[test]
fn every_unit_of_the_registry_is_one_of_the_grammar() {
    for unit in kvs::units::UNITS {
        let name = unit.name;
        statement(&format!("a 3 {name} b"), &format!("a 3[{name}] b"));
        statement(&format!("a 3{name} b"), &format!("a 3[{name}] b"));
        expectation(&format!("a < 3 {name} for b"), &format!("((< a 3[{name}]) | for:b)"));
    }
    // And the grammar has none beside them: whatever else follows a number is an argument.
    let grammar = include_str!("../../grammar/kvs.pest");
    let rule =
        grammar.split("known_unit = ").nth(1).and_then(|rest| rest.split('}').next()).expect("the rule");
    for name in rule.split('"').skip(1).step_by(2) {
        assert!(kvs::units::unit(name).is_some(), "`{name}` is a unit of the grammar only");
    }
}

#[test]
fn every_item() {
    items(r#"use "lib.kvs""#, r#"use "lib.kvs""#);
    items("param n = 4", "param n = 4");
    items("param kv = bf16", "param kv = bf16");
    items("param d = 5 min # c", "param d = 5[min]");
    items("param f = \"x\"", "param f = \"x\"");
    items("gpu a extends b { vram 3 GB }", "gpu a:b {vram 3[GB]}");
    items("model m { }", "model m {}");
    items("workload chat { }", "workload chat {}");
    items("cluster { } ; engine { }\npolicy { }\nrun { }", "cluster {} / engine {} / policy {} / run {}");
    items("matrix { kv in [bf16, fp8]; n in [1, 2 ms] }", "matrix {kv in bf16,fp8; n in 1,2[ms]}");
    items(
        "matrix { n in 1..4; rate in 5 .. 50 step 5 req/s; router in [p2c choices 3, random,] }",
        "matrix {n in 1..4; rate in 5..50 step:5[req/s]; router in p2c choices 3,random}",
    );
    items("param router = p2c choices 3", "param router = p2c choices 3");
    items(
        "plan \"a b\" {\n  vary rate in 5 .. 200 req/s within 1%; vary card in [h100]\n  minimize cost_usd for chat\n  \
         expect n <= 4 and rate > 3 req/s\n  search every\n}\nexpect finished > 1",
        "plan \"a b\" {vary rate in 5..200[req/s] within:1[%]; vary card in h100; minimize cost_usd{for:chat}; \
         expect (and (<= n 4) (> rate 3[req/s])); every} / expect (> finished 1)",
    );
    items("plan \"c\" { frontier cost_usd p95_ttft_ms }", "plan \"c\" {frontier cost_usd p95_ttft_ms}");
    items(
        "scenario \"a b\" {\n policy { routing p2c }\n expect a < 1\n}",
        "scenario \"a b\" {policy {routing p2c} / expect (< a 1)}",
    );
}

#[test]
fn traces() {
    items(
        "trace {\n # id at\n r1 0 10 20 # c\n r2 1.5 10 20; \"r 3\" -1 a-b x.y\n}",
        "trace - {r1|0|10|20; r2|1.5|10|20; r 3|-1|a-b|x.y}",
    );
    items("trace big { columns id arrival_ms\nx 1 }", "trace big {columns|id|arrival_ms; x|1}");
    items("trace c from \"f.csv\"", "trace c \"f.csv\" {}");
    items(
        "trace c from \"f.csv\" { format azure; speedup 2 }",
        "trace c \"f.csv\" {format azure; speedup 2}",
    );
    items("trace from \"f.csv\"", "trace - \"f.csv\" {}");
}

#[test]
fn comparisons() {
    expectation("a == 1", "(== a 1)");
    expectation("a != 1 ms", "(!= a 1[ms])");
    expectation("2 * a + $n >= b / 3", "(>= (+ (* 2 a) $n) (/ b 3))");
    expectation("(a + b) * 2 < 3", "(< (* <(+ a b)> 2) 3)");
    expectation("a in 266 .. 267", "(in a 266..267)");
    expectation("a == 5 ± 3%", "(== a 5 ±3[%])");
    expectation("a == 5 ms +- 3 ms", "(== a 5[ms] ±3[ms])");
    expectation("a == 700 * 2048 B", "(== a (* 700 2048[B]))");
    expectation("a < 200 $", "(< a 200[$])");
    expectation("finished + rejected == arrived", "(== (+ finished rejected) arrived)");
}

#[test]
fn conditions_join_by_precedence() {
    expectation("a < 3 and b > 4", "(and (< a 3) (> b 4))");
    expectation("a < 1 or b < 2 and not c < 3", "(or (< a 1) (and (< b 2) (not (< c 3))))");
    expectation("not not a < 1", "(not (not (< a 1)))");
    expectation("(a < 1 or b < 2) and c < 3", "(and (or (< a 1) (< b 2)) (< c 3))");
    expectation("((a) < ((1)))", "(< <a> <<1>>)");
    expectation("(a < 1\n  and b < 2)", "(and (< a 1) (< b 2))");
    expectation("always a < 1 and b < 2", "(and (always (< a 1)) (< b 2))");
}

#[test]
fn selectors_bind_to_the_metric_before_them() {
    expectation("p99 for chat < 2 s", "(< p99{for:chat} 2[s])");
    expectation("a for chat during 2 min .. 8 min < 60 s", "(< a{for:chat during:2[min]..8[min]} 60[s])");
    expectation("a on modest[0] < 64 MB", "(< a{on:modest@0} 64[MB])");
    expectation("a on fast[0..3] < 1", "(< a{on:fast@0..3} 1)");
    expectation("a on fast < b on gpu 3", "(< a{on:fast} b{on-gpu:3})");
    expectation("a on gpu[1] < 1", "(< a{on:gpu@1} 1)");
    expectation("a after (1 min + 3 s) < 1", "(< a{after:<(+ 1[min] 3[s])>} 1)");
    expectation("a over 10 s windows < 500 ms", "(< a{windows:10[s]} 500[ms])");
    expectation("a < 0.9 * a of \"random\"", "(< a (* 0.9 a{of:\"random\"}))");
    expectation("a over 10 min windows < 3 s in 60% of runs", "(< a{windows:10[min]} 3[s]) in-runs:60[%]");
    expectation("a in 1 .. 2 in $p of runs", "(in a 1..2) in-runs:$p");
}

#[test]
fn selectors_after_a_literal_bind_to_the_condition() {
    expectation("p99 < 1 s for chat", "((< p99 1[s]) | for:chat)");
    expectation("p99 < 200 for chat", "((< p99 200) | for:chat)");
    expectation(
        "p99 < 2 s for chat during 1 min .. 2 min",
        "((< p99 2[s]) | for:chat during:1[min]..2[min])",
    );
    expectation("(a < 1 and b < 2) for chat", "((and (< a 1) (< b 2)) | for:chat)");
    expectation("not a < 1 during 1 s .. 2 s", "(not ((< a 1) | during:1[s]..2[s]))");
}

#[test]
fn conditions_over_time() {
    expectation("always q < 64 during 12 h .. 13 h", "((always (< q 64)) | during:12[h]..13[h])");
    expectation(
        "eventually q == 0 within 60 s after 600 s",
        "((eventually (== q 0) within:60[s]) | after:600[s])",
    );
    expectation(
        "eventually q == 0 after 600 s within 60 s",
        "((eventually (== q 0) within:60[s]) | after:600[s])",
    );
    expectation("not (q > 100 for 30 s)", "(not (sustained (> q 100) 30[s]))");
    expectation("not q > 100 for $d", "(not (sustained (> q 100) $d))");
    expectation("not always q < 1 during 1 s .. 2 s", "(not ((always (< q 1)) | during:1[s]..2[s]))");
    expectation("q > 1 during 1 s .. 2 s for 3 s", "((sustained (> q 1) 3[s]) | during:1[s]..2[s])");
}

#[test]
fn documentation_belongs_to_the_item_below() {
    let parsed = parse_clean(
        "## dangling\n\n  ## One.\n  ##  Two.\n  gpu a { }\n### banner\nmodel m { }\n## E\nexpect a < 1",
    );
    let docs: Vec<Option<String>> = (parsed.file.items.iter())
        .map(|item| match item {
            Item::Block(block) => block.doc.as_ref().map(|doc| doc.text.clone()),
            Item::Expect(expect) => expect.doc.as_ref().map(|doc| doc.text.clone()),
            _ => unreachable!("not in this text"),
        })
        .collect();
    assert_eq!(docs, [Some("One.\n Two.".to_owned()), None, Some("E".to_owned())]);
    let Some(Item::Block(gpu)) = parsed.file.items.first() else { panic!("the first item is a block") };
    let span = gpu.doc.as_ref().map(|doc| parsed.sources.slice(doc.span));
    assert_eq!(span, Some("## One.\n  ##  Two."));
}

#[test]
fn spans_cover_exactly_their_tokens() {
    let parsed = parse_clean(
        "gpu a extends b { # c\n  vram  80 GB   # d\n link f[0] [1, 2]  { x 1 }  # e\n}\nexpect  a for b  < -3 ms  # f\n",
    );
    let slice = |span| parsed.sources.slice(span);
    let [Item::Block(gpu), Item::Expect(expect)] = &parsed.file.items[..] else { panic!("two items") };
    assert_eq!(slice(gpu.header), "gpu a extends b");
    assert_eq!(slice(gpu.keyword), "gpu");
    let [vram, link] = &gpu.statements[..] else { panic!("two statements") };
    assert_eq!(slice(vram.span), "vram  80 GB");
    assert_eq!(slice(vram.atoms[0].span()), "80 GB");
    assert_eq!(slice(link.span), "link f[0] [1, 2]  { x 1 }");
    assert_eq!(slice(link.atoms[0].span()), "f[0]");
    assert_eq!(slice(link.atoms[1].span()), "[1, 2]");
    assert_eq!(slice(expect.span), "expect  a for b  < -3 ms");
}
