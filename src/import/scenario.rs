//! The scenario's text.

use std::fmt::Write;

use super::Timing;
use super::config::{Gpu, Settings};
use super::trace::Row;

/// Equal neighbours in the original's numbering: `original`, or `original_K` where there are several kinds.
struct Group {
    name: String,
    gpu: Gpu,
    first: u64,
    n: u64,
}

pub(super) fn write(settings: &Settings, rows: &[Row], timing: Timing) -> String {
    let groups = groups(settings);
    let mut text =
        String::from("# Imported from the original simulator's files, its defaults written out.\n");
    write_differences(&mut text, settings, timing);
    write_kinds(&mut text, settings, &groups);
    write_cluster(&mut text, settings, &groups);
    write_policy(&mut text, settings, timing);
    write_trace(&mut text, rows);
    text
}

/// Why the numbers are not the original's, so that they are not taken for mistakes of the import.
fn write_differences(text: &mut String, settings: &Settings, timing: Timing) {
    let with_several_gpus = settings.gpus.len() > 1;
    let differences = [
        (
            timing == Timing::Shared,
            "requests share the rates of a GPU; `kvs import --timing fixed` keeps the original's rule, which lets a GPU \
             do more than its rate",
        ),
        (true, "percentiles are nearest-rank; the original's were too low and never the largest sample"),
        (
            true,
            "memory is asked for once and given back in full, and victims are taken only where that helps",
        ),
        (true, "requests wait in order, and none is lost after one that never fits"),
        (
            with_several_gpus,
            "each GPU has its own settings; the original gave all of them those of the first",
        ),
        (with_several_gpus, "routing uses every GPU; the original's sent everything to GPU 0"),
        (with_several_gpus, "a handoff pays its latency once, and only goes where there is room"),
    ];
    text.push_str("#\n# Numbers differ from the original's on purpose:\n");
    for (_, difference) in differences.iter().filter(|(applies, _)| *applies) {
        let _ = writeln!(text, "# - {difference}");
    }
}

fn groups(settings: &Settings) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (index, gpu) in (0..).zip(&settings.gpus) {
        match groups.last_mut() {
            Some(last) if last.gpu == *gpu => last.n += 1,
            _ => groups.push(Group {
                name: format!("original_{}", groups.len()),
                gpu: *gpu,
                first: index,
                n: 1,
            }),
        }
    }
    if let [only] = groups.as_mut_slice() {
        only.name = "original".to_owned();
    }
    groups
}

fn write_kinds(text: &mut String, settings: &Settings, groups: &[Group]) {
    for Group { name, gpu, .. } in groups {
        let Gpu {
            vram_bytes,
            max_concurrent,
            prefill_tps,
            decode_tps,
            decode_sharing_cap,
            decode_efficiency,
        } = gpu;
        let _ = write!(
            text,
            "
gpu {name} {{
  vram               {vram_bytes} B
  max_concurrent     {max_concurrent}
  prefill            {prefill_tps} tok/s
  decode             {decode_tps} tok/s
  decode_sharing_cap {decode_sharing_cap}
  decode_efficiency  {decode_efficiency}
}}
"
        );
    }
    let _ = write!(text, "\nmodel served {{ kv_bytes_per_token {} B }}\n", settings.kv_bytes_per_token);
}

fn write_cluster(text: &mut String, settings: &Settings, groups: &[Group]) {
    text.push_str("\ncluster {\n  serves served\n");
    for Group { name, n, .. } in groups {
        let _ = writeln!(text, "  gpus   {name} x {n}");
    }
    let place = |index: u64| {
        let group = groups.iter().rfind(|group| group.first <= index).expect("every GPU is in a group");
        format!("{}[{}]", group.name, index - group.first)
    };
    for link in &settings.links {
        let (from, to) = (place(link.from), place(link.to));
        let _ = writeln!(
            text,
            "  link   {from} -> {to} bandwidth {} GB/s latency {} ms",
            link.bandwidth, link.latency_ms
        );
    }
    if settings.gpus.len() > 1 && settings.links.is_empty() {
        let (bandwidth, latency) = (settings.handoff_bandwidth, settings.handoff_latency_us);
        let _ = writeln!(text, "  link   default bandwidth {bandwidth} GB/s latency {latency} us");
    }
    text.push_str("}\n");
}

fn write_policy(text: &mut String, settings: &Settings, timing: Timing) {
    let timing = match timing {
        Timing::Shared => "shared",
        Timing::Fixed => "fixed",
    };
    let reservation = if settings.safe_reservation { "safe" } else { "lazy" };
    let Settings { routing, scheduling, memory_pressure, eviction, .. } = settings;
    let Settings { max_queue, max_retries, handoff_weight, sample_every_ms, .. } = settings;
    let _ = write!(
        text,
        "
engine {{ batching phases; timing {timing} }}

policy {{
  routing         {routing}
  decode_routing  load_and_handoff handoff_weight {handoff_weight}
  scheduling      {scheduling}
  reservation     {reservation}
  memory_pressure {memory_pressure}
  eviction        {eviction}
  max_queue       {max_queue}
  max_retries     {max_retries}
}}

run {{ seed 12345; sample_every {sample_every_ms} ms }}
"
    );
}

fn write_trace(text: &mut String, rows: &[Row]) {
    text.push_str("\ntrace {\n");
    for Row { id, arrival_ms, prompt, output } in rows {
        let _ = writeln!(text, "  {} {arrival_ms} {prompt} {output}", cell(id));
    }
    text.push_str("}\n");
}

/// An id as a cell: quoted where it would not be one word of a trace.
fn cell(id: &str) -> String {
    let plain =
        id.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'));
    if plain && id != "columns" {
        id.to_owned()
    } else {
        format!("\"{}\"", id.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
