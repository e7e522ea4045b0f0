//! The page of errors: the figures, every row with those in force and with its model left out, and runs replayed.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use kvs::engine::hardware::attained::PARAMETERS;

use super::measured::{Means, Server, median};
use super::{fit, replay};

const HEAD: &str = "# Accuracy

<!-- Written by `cargo run --release --example calibrate -- --page docs/reference/accuracy.md`. -->

This page compares what `timing roofline` predicts with measurements of vLLM servers (v0.15.1 for the experiments with
repeated prompts, v0.23.0 for those with new prompts; bf16). Each experiment is simulated as it was run: Poisson
arrivals, the stages of an experiment one after the other on the same server, a hundred prompts sent in turn where prompts
were repeated, and the prefix cache on. Errors are those of the mean over a stage, predicted relative to measured. The
measurements were published by the inference-sim organisation (repositories `training`,
`sim-to-real-accuracy-validation`, `residency-vllm`).

## The figures

The nine parameters of [`timing roofline`](timings.md#roofline) and two A100-specific factors are fitted together to the
22 rows below. The fit starts from priors set by hand. Errors are weighted by their expected size (6 % for TTFT, 2.5 % for
the others), and the distance of a parameter's logarithm from its prior by the prior's spread. The magnitudes of the
priors (overheads of a step, a layer and a request, shares of compute and bandwidth) were known from earlier attempts to
predict the same rows, so they are not independent of them.

";

const LINK: &str = "
`link_share` is more an assumption than a measurement. Its prior assumes that ring all-reduces of a prompt, which are
megabytes in size, reach half to two thirds of NVLink bandwidth. The rows contain almost only small all-reduces, so the
prior is narrow. The A100's factors are based on four rows from two experiments.
";

const IN_FORCE: &str = "
## With the figures in force

The parameters were fitted to these rows, so the table says how well the model can describe them, not what to expect for
other servers.

";

const LEFT_OUT: &str = "
## With the row's model left out of the fit

Each model's rows are predicted with parameters fitted, again from the priors, to the rows of all other models. This is
what to expect for a model that was not part of the fit. When a model's A100 rows are left out, the factors of the A100
are fitted to the two remaining rows.

";

const REPLAYED: &str = "
## GPUs that were not measured

Two runs of vLLM v0.19.0 on RTX PRO 6000 (LLMServingSim, `bench/examples`; 300 ShareGPT requests at 10 requests/s,
`max_batch 128`, `max_batch_tokens 2048`), replayed from their traces as `format mooncake block 16`. Nothing was fitted to
them. The GPUs of the second run are joined by PCIe, which all-reduces use far less efficiently than NVLink. Published
bandwidths of this GPU differ: the catalogue has 1792 GB/s, and the authors of the measurements state 1597 GB/s for
theirs. Times start when the server has queued a request. Predictions and their errors:

";

/// The whole page.
///
/// # Errors
/// When a file below `data` cannot be read.
pub(crate) fn page(servers: &[&Server], data: &Path) -> io::Result<String> {
    let mut text = HEAD.to_owned();
    figures(&mut text, &fit::fit(servers));
    text.push_str(LINK);
    text.push_str(IN_FORCE);
    table(&mut text, servers, &fit::predict(servers, &fit::built_in(), 1));
    text.push_str(LEFT_OUT);
    table(&mut text, servers, &left_out(servers));
    text.push_str(REPLAYED);
    text.push_str(&replay::table(data)?);
    Ok(text)
}

/// Priors, what the fit gives, and what the engine has.
fn figures(text: &mut String, fitted: &fit::Point) {
    text.push_str("| figure | prior | spread | fitted | in force |\n|---|---|---|---|---|\n");
    let names = PARAMETERS.iter().map(|parameter| parameter.field.name);
    let rows = names.chain(fit::FACTOR_NAMES).zip(fit::priors()).zip(fitted.iter().zip(fit::built_in()));
    for ((name, (prior, spread)), (fitted, in_force)) in rows {
        // Times in microseconds.
        let show = |value: f64| match value < 0.01 {
            true => format!("{:.1} us", value * 1e6),
            false => format!("{value:.3}"),
        };
        let _ = writeln!(
            text,
            "| {name} | {} | {spread} | {} | {} |",
            show(prior),
            show(*fitted),
            show(in_force)
        );
    }
}

/// Each server's means by figures that were fitted without its model.
fn left_out(servers: &[&Server]) -> Vec<Means> {
    let mut models: Vec<&str> = servers.iter().map(|server| server.model.as_str()).collect();
    models.sort_unstable();
    models.dedup();
    let points: Vec<(&str, fit::Point)> = models
        .into_iter()
        .map(|model| {
            let others: Vec<&Server> =
                servers.iter().copied().filter(|server| server.model != model).collect();
            eprintln!("without {model}");
            (model, fit::fit(&others))
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
