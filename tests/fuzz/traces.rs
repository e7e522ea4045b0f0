//! The same for the files that traces come in: whatever a row holds, it is replayed or reported.

use kvs::host::Memory;
use kvs::workload::formats;
use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::{Answer, all_answered_by, answer_with, mutate, numbers, pick};

/// Sound files by the format they are in, as a scenario writes it.
const FILES: &[(&str, &str)] = &[
    ("kvs", "r1 0 100 10\nr2 1500.25 200 20 1\n"),
    (
        "azure",
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-01 10:00:00.5,100,10\n2024-05-01 10:00:02.25,300,20\n",
    ),
    (
        "mooncake",
        "{\"timestamp\": 0, \"input_length\": 1100, \"output_length\": 10, \"hash_ids\": [0, 1, 2]}\n\
         {\"timestamp\": 30.5, \"input_length\": 1024, \"output_length\": 10, \"hash_ids\": [0, 1]}\n",
    ),
    (
        "burstgpt",
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,100,10,110,API log\n6.5,,30,0,30,\n",
    ),
    (
        "vllm",
        "{\"date\": \"20260102\", \"input_lens\": [100, 300], \"output_lens\": [10, 0], \"start_times\": [51.5, 0.0], \
         \"errors\": [\"\", \"timeout\"]}\n",
    ),
    (
        "vllm",
        "{\"request_id\": \"a\", \"input_toks\": 100, \"output_toks\": 10, \"arrival_time\": 17.5}\n\
         {\"request_id\": \"b\", \"input_toks\": 200, \"output_toks\": 20, \"arrival_time\": 19.25}\n",
    ),
    ("vidur", "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,100,10\n2.5e-1,200,20\n"),
    ("vidur", "arrival_timestamp,batch_size,prompt_size,token_size\n0.0,1,100,10\n2.0,1,200,20\n"),
    (
        "csv arrival \"at\" prompt \"in\" output \"out\" unit ms",
        "at,who,in,out\n0.5,acme,100,10\n12.25,\"smith, jones\",200,20\n",
    ),
    (
        "csv arrival \"at\" prompt \"in\" output \"out\" unit timestamp",
        "at,in,out\n2026-03-01T08:00:00.000Z,100,10\n2026-03-01T08:00:02.5+01:00,200,20\n",
    ),
];

/// Beside those of a clock whose times and counts follow from a table.
const WORKLOADS: &[(&str, &str)] = &[
    (
        "arrivals poisson; rate from \"log\" time \"at\" column \"n\" values count; prompt constant 100; output constant 10",
        "at,n\n0,10\n60.5,20.25\n1.2e2,5e-1\n180,1\n",
    ),
    (
        "arrivals poisson; rate 5 req/s; lengths joint from \"log\" prompt \"in\" output \"out\"",
        "in,out\n100,10\n200,20\n300,30\n",
    ),
    (
        "arrivals poisson; rate 5 req/s; prompt empirical from \"log\"; output constant 10",
        "100\n200\n300.0\n",
    ),
];

const SYSTEM: &str = "gpu small { vram 24 GB; prefill 20000 tok/s; decode 5000 tok/s }\n\
                      model tiny { kv_bytes_per_token 2048 B }\n\
                      cluster { serves tiny; gpus small x 1 }\n";

#[test]
fn trace_files_are_answered() {
    let formats = FILES.iter().map(|(format, file)| {
        (format!("{SYSTEM}trace log from \"log\" {{ format {format} }}\n"), file.as_bytes().to_vec())
    });
    let workloads = WORKLOADS.iter().map(|(workload, file)| {
        (format!("{SYSTEM}workload w {{ {workload}; requests 20 }}\n"), file.as_bytes().to_vec())
    });
    let cases: Vec<(String, Vec<u8>)> = formats.chain(workloads).collect();
    let originals: Vec<Vec<u8>> = cases.iter().map(|(_, file)| file.clone()).collect();
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for (scenario, file) in cases {
        let text = scenario.clone().into_bytes();
        let answer = move |file: &[u8]| answer_with(Memory::default().with("/log", file.to_vec()), &text);
        assert_eq!(answer(&file), Answer::Run, "the file itself is sound:\n{scenario}");
        let files = (0..400).map(|index| {
            let mut file = file.clone();
            if index % 4 == 0 {
                mutate(&mut file, &originals, &mut random);
            } else {
                replace_a_number(&mut file, &mut random);
            }
            file
        });
        let n_runs = all_answered_by(answer, files);
        assert!(
            (4..396).contains(&n_runs),
            "{n_runs} of 400 files run: they hardly test anything\n{scenario}"
        );
    }
}

/// Puts what could be taken for a number in the place of one.
fn replace_a_number(file: &mut Vec<u8>, random: &mut impl Rng) {
    const PIECES: &[&str] =
        &["0", "1", "9", "25", ".", ".", "e", "e", "E", "-", "+", "_", "é", "٣", " ", "\"", "inf"];
    let place = pick(random, &numbers(file)).clone();
    let length = random.random_range(0..9);
    let cell: String = (0..length).map(|_| *pick(random, PIECES)).collect();
    file.splice(place, cell.into_bytes());
}

#[test]
fn every_format_is_tried() {
    let named = |format: &str| FILES.iter().any(|(written, _)| written.split(' ').next() == Some(format));
    let missing: Vec<&str> = formats::specs().map(|spec| spec.name).filter(|name| !named(name)).collect();
    assert!(missing.is_empty(), "no file of {missing:?} is tried");
}
