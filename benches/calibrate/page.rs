//! The page of errors: every row, with the figures in force and with its model left out.

use std::fmt::Write as _;

use super::fit;
use super::measured::{Means, Server, median};

const HEAD: &str = "# Accuracy

<!-- Written by `cargo run --release --example calibrate -- --page docs/reference/accuracy.md`. -->

What `timing roofline` predicts for vLLM servers that were measured (v0.15.1 for the experiments with repeated
prompts, v0.23.0 for those with new ones; bf16), simulated as they were run: Poisson arrivals, the stages of an
experiment one after the other on the same server, a hundred prompts sent in turn where prompts were repeated, the
prefix cache on. Errors are those of the means over a stage, predicted over measured. The figures were published by the
inference-sim organisation (repositories `training`, `sim-to-real-accuracy-validation`, `residency-vllm`).

The nine figures of [`timing roofline`](timings.md#roofline) and two factors of the A100 were fitted on these rows, so
the first table says how well the form of the model can describe them. What to expect of a model that nothing was
fitted on is in the second: each model's rows are predicted by figures fitted on all others.
";

/// What was compared once, by hand, since nothing was fitted on it.
const TAIL: &str = "
## GPUs that were not measured

Two runs of vLLM v0.19.0 on RTX PRO 6000 (LLMServingSim, `bench/examples`; 300 ShareGPT requests at 10 requests/s,
`max_batch 128`, `max_batch_tokens 2048`), replayed from their traces as `format mooncake block 16`. The GPUs of the
second are joined by PCIe, which such sums use far less well than NVLink. Predicted, and its error:

| run | makespan s | TTFT p50 / p90 s | TPOT p50 / p90 ms | end to end p50 / p90 s |
|---|---|---|---|---|
| `llama_3_1_8b`, 1 x `rtx_pro_6000_server` | 57.4, -13 % | 6.4, -32 % / 11.2, -33 % | 28.9, -13 % / 31.7, -13 % | 23.8, -20 % / 28.4, -20 % |
| `qwen3_32b`, 2 x `rtx_pro_6000_server` | 119.7, -25 % | 28.2, -31 % / 56.1, -34 % | 60.6, -28 % / 69.4, -27 % | 69.5, -30 % / 81.4, -31 % |
";

/// The whole page.
pub(crate) fn page(servers: &[&Server], n_moves: usize) -> String {
    let point = fit::built_in();
    let mut text = HEAD.to_owned();
    text.push_str("\n## With the figures in force\n\n");
    table(&mut text, servers, &fit::predict(servers, &point, 1));
    text.push_str("\n## With the row's model left out of the fit\n\n");
    table(&mut text, servers, &left_out(servers, &point, n_moves));
    text.push_str(TAIL);
    text
}

/// Each server's means by figures that were fitted without its model.
fn left_out(servers: &[&Server], start: &fit::Point, n_moves: usize) -> Vec<Means> {
    let mut models: Vec<&str> = servers.iter().map(|server| server.model.as_str()).collect();
    models.sort_unstable();
    models.dedup();
    let points: Vec<(&str, fit::Point)> = models
        .into_iter()
        .map(|model| {
            let others: Vec<&Server> =
                servers.iter().copied().filter(|server| server.model != model).collect();
            eprintln!("without {model}");
            (model, fit::fit(&others, start, n_moves))
        })
        .collect();
    let point_of = |server: &Server| {
        let found = points.iter().find(|(model, _)| *model == server.model);
        &found.expect("every model was left out").1
    };
    servers.iter().flat_map(|server| server.predict(&fit::timing(point_of(server), &server.gpu), 1)).collect()
}

fn table(text: &mut String, servers: &[&Server], predicted: &[Means]) {
    text.push_str("| row | model | GPUs | req/s | TTFT ms | | TPOT ms | | end to end ms | |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|---|\n");
    for ((server, stage), means) in stages(servers).zip(predicted) {
        let errors = means.errors(stage.measured).map(per_cent);
        let _ = writeln!(
            text,
            "| {}/{} | `{}` | {} x `{}` | {} | {:.1} | {} | {:.2} | {} | {:.0} | {} |",
            server.experiment,
            stage.number,
            server.model,
            server.n_gpus,
            server.gpu,
            stage.rate,
            means.ttft,
            errors[0],
            means.tpot,
            errors[1],
            means.e2e,
            errors[2],
        );
    }
    text.push('\n');
    text.push_str(&medians(servers, predicted));
}

fn per_cent(error: f64) -> String {
    format!("{:+.1} %", error * 100.0)
}

/// Medians and the worst row of each mean.
pub(crate) fn medians(servers: &[&Server], predicted: &[Means]) -> String {
    let errors: Vec<[f64; 3]> =
        stages(servers).zip(predicted).map(|((_, stage), means)| means.errors(stage.measured)).collect();
    let mut text = String::new();
    text.push_str("| mean of | median error | worst row |\n|---|---|---|\n");
    for (index, name) in ["TTFT", "TPOT", "end to end"].into_iter().enumerate() {
        let of_rows = || errors.iter().map(move |row| row[index]);
        let worst =
            (0..errors.len()).max_by(|&a, &b| errors[a][index].abs().total_cmp(&errors[b][index].abs()));
        let (server, stage) = stages(servers).nth(worst.unwrap_or(0)).expect("there are rows");
        let _ = writeln!(
            text,
            "| {name} | {:.1} % | {}/{} `{}`, {} |",
            median(of_rows()) * 100.0,
            server.experiment,
            stage.number,
            server.model,
            per_cent(errors[worst.unwrap_or(0)][index]),
        );
    }
    text
}

fn stages<'a>(servers: &'a [&Server]) -> impl Iterator<Item = (&'a Server, &'a super::measured::Stage)> {
    servers.iter().flat_map(|server| server.stages.iter().map(move |stage| (*server, stage)))
}
