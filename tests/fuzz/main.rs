//! Whatever the text is, kvs answers with diagnostics or with a run: no panic, no hang. And the limits say their names.
//!
//! Inputs are drawn from a fixed seed, so a failure comes back; it prints the text that shows it.

mod traces;

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use kvs::check::{catch, compile, execute, open_traces};
use kvs::diagnostics::Severity;
use kvs::engine::{Event, Journey, Sink};
use kvs::host::{Host, Memory};
use kvs::units::SimTime;
use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Far beyond what any of these texts needs, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came of a text.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Diagnostics,
    Run,
}

/// Compiles a text and runs its first case while it is small.
fn answer(text: &[u8]) -> Answer {
    answer_with(Memory::default(), text)
}

/// The same where the text may name files.
fn answer_with(files: Memory, text: &[u8]) -> Answer {
    let host = Host::memory(files.with("/fuzz.kvs", text.to_vec()));
    let suite = compile(&host, Path::new("fuzz.kvs"), &Vec::new()).expect("the file is there");
    if suite.has_errors() {
        assert!(suite.cases.is_empty(), "cases of a file with errors");
        assert!(suite.diagnostics.iter().all(|diagnostic| !diagnostic.message.is_empty()));
        return Answer::Diagnostics;
    }
    assert!(suite.diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Note));
    for compiled in suite.cases.iter().take(2) {
        let mut scenario = compiled.scenario.clone();
        // A bounded run: texts may ask for a billion requests.
        let bound = SimTime::from_ps(1_000_000_000_000);
        scenario.run.until = Some(scenario.run.until.map_or(bound, |until| until.min(bound)));
        if compiled.not_simulated.is_empty() {
            let open = open_traces(&host, &suite.root);
            let stopped = catch(|| execute(&scenario, scenario.run.seed, &open, &mut Bounded::default()));
            match stopped {
                Ok(Ok(_)) => {}
                // A trace that cannot be read.
                Ok(Err(problem)) => {
                    assert!(!problem.to_string().is_empty());
                    return Answer::Diagnostics;
                }
                Err(message) if message.contains(ENOUGH) => {}
                Err(message) => panic!("{message}"),
            }
        }
    }
    Answer::Run
}

/// Ends a run that would take too long; one whose clock does not advance until then would never end.
#[derive(Default)]
struct Bounded {
    seen: u32,
    now: SimTime,
    /// Events since time went on.
    at_once: u32,
}

const MAX_EVENTS: u32 = 20_000;
const ENOUGH: &str = "enough events for a test";

impl Sink for Bounded {
    fn event(&mut self, at: SimTime, _event: Event, _journey: &Journey) {
        self.seen += 1;
        self.at_once = if at == self.now { self.at_once + 1 } else { 0 };
        self.now = at;
        assert!(self.at_once < MAX_EVENTS - 2_000, "the clock stopped at {at}");
        assert!(self.seen < MAX_EVENTS, "{ENOUGH}");
    }
}

/// Every text must be answered; those that are not are printed. How many run.
fn all_answered(texts: Vec<Vec<u8>>) -> usize {
    all_answered_by(answer, texts)
}

fn all_answered_by(
    answer: impl Fn(&[u8]) -> Answer + Clone + Send + 'static,
    texts: impl IntoIterator<Item = Vec<u8>>,
) -> usize {
    let mut n_runs = 0;
    for text in texts {
        let shown = String::from_utf8_lossy(&text).into_owned();
        let (tell, told) = mpsc::channel();
        let answer = answer.clone();
        let worker = thread::Builder::new().stack_size(16 * 1024 * 1024);
        worker
            .spawn(move || {
                let result = catch(|| answer(&text));
                // The receiver is gone when patience has run out.
                let _ = tell.send(result);
            })
            .expect("threads can be started");
        match told.recv_timeout(PATIENCE) {
            Ok(Ok(answer)) => n_runs += usize::from(answer == Answer::Run),
            Ok(Err(message)) => panic!("{message}\nfor the text\n{shown}"),
            Err(_) => panic!("no answer in {PATIENCE:?} for the text\n{shown}"),
        }
    }
    n_runs
}

#[test]
fn random_bytes_are_answered() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let texts = (0..1000).map(|index| {
        let length = random.random_range(0..200);
        let bytes = (0..length).map(|_| match index % 3 {
            0 => random.random::<u8>(),
            1 => random.random_range(b' '..=b'~'),
            _ => *pick(&mut random, b"{}[]()\"#$;=<>+-*/.,\n 0123456789abcxgpu"),
        });
        bytes.collect()
    });
    all_answered(texts.collect());
}

#[test]
fn mutations_of_valid_scenarios_are_answered() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let originals = scenarios();
    let texts = (0..1000).map(|index| {
        let mut text = originals[index % originals.len()].clone();
        for _ in 0..random.random_range(1..=3) {
            mutate(&mut text, &originals, &mut random);
        }
        text
    });
    let n_runs = all_answered(texts.collect());
    assert!((20..980).contains(&n_runs), "{n_runs} of 1000 mutations run: they hardly test anything");
}

/// Every number of every scenario, replaced by numbers that no unit was made for; for the time it takes, each by a
/// third of them, in turn.
#[test]
fn numbers_out_of_all_proportion_are_answered() {
    const NUMBERS: [&str; 7] = ["0", "1e-300", "1e-15", "1e15", "1e300", "4294967296", "-1"];
    let texts: Vec<Vec<u8>> = scenarios()
        .iter()
        .flat_map(|text| numbers(text).into_iter().map(move |place| (text, place)))
        .flat_map(|replaced| NUMBERS.map(|number| (replaced.clone(), number)))
        .step_by(3)
        .map(|((text, place), number)| [&text[..place.start], number.as_bytes(), &text[place.end..]].concat())
        .collect();
    assert!(texts.len() > 1_000, "{} texts", texts.len());
    let half = texts.len() / 2;
    let (one, other) = (texts[..half].to_vec(), texts[half..].to_vec());
    let other = thread::spawn(|| all_answered(other));
    all_answered(one);
    other.join().expect("the other half is answered");
}

/// Where the numbers of a text are, outside comments.
fn numbers(text: &[u8]) -> Vec<Range<usize>> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.');
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'#' {
            at += text[at..].iter().position(|byte| *byte == b'\n').unwrap_or(text.len() - at);
        } else if text[at].is_ascii_digit() && (at == 0 || !is_name(text[at - 1])) {
            let is_digit = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'_');
            let digits = text[at..].iter().take_while(|byte| is_digit(byte)).count();
            found.push(at..at + digits);
            at += digits;
        } else {
            at += 1;
        }
    }
    found
}

/// The texts of the repository's scenarios that are small.
fn scenarios() -> Vec<Vec<u8>> {
    let host = Host::disk(false).expect("the current folder exists");
    let found: Vec<PathBuf> = host.scenarios_below(Path::new("scenarios")).expect("the folder exists");
    let texts = found.iter().map(|file| fs::read(file).expect("readable"));
    let small: Vec<Vec<u8>> = texts.filter(|text| text.len() < 4000).collect();
    assert!(small.len() > 10);
    small
}

/// Changes one place: a byte, a line, a word, a number.
fn mutate(text: &mut Vec<u8>, originals: &[Vec<u8>], random: &mut ChaCha8Rng) {
    if text.is_empty() {
        return;
    }
    let at = random.random_range(0..text.len());
    match random.random_range(0..7) {
        0 => text[at] = random.random(),
        1 => text.truncate(at),
        2 => {
            let end = (at + random.random_range(1..20)).min(text.len());
            text.drain(at..end);
        }
        3 => {
            let other = pick(random, originals).clone();
            let start = random.random_range(0..other.len());
            let end = (start + random.random_range(1..60)).min(other.len());
            text.splice(at..at, other[start..end].iter().copied());
        }
        4 => {
            let numbers: [&[u8]; 8] =
                [b"0", b"-1", b"1e308", b"0.0000001", b"99999999999999999999", b"$n", b"1e-320", b"1"];
            let digit = text[at..].iter().position(u8::is_ascii_digit).map_or(at, |offset| at + offset);
            let end = text[digit..]
                .iter()
                .position(|byte| !byte.is_ascii_digit())
                .map_or(text.len(), |offset| digit + offset);
            text.splice(digit..end, pick(random, &numbers).iter().copied());
        }
        5 => {
            let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
            let (one, other) = (random.random_range(0..lines.len()), random.random_range(0..lines.len()));
            lines.swap(one, other);
            *text = lines.join(&b'\n');
        }
        _ => {
            let copy = text[at..(at + 40).min(text.len())].to_vec();
            text.splice(at..at, copy);
        }
    }
}

fn pick<'a, T>(random: &mut impl Rng, from: &'a [T]) -> &'a T {
    &from[random.random_range(0..from.len())]
}

const SMALL: &str = "
gpu small { vram 24 GB; prefill 2000 tok/s; decode 500 tok/s }
model tiny { kv_bytes_per_token 2048 B }
cluster { serves tiny; gpus small x 1 }
trace { r1 0 500 200 }
";

/// The messages for a text, all on one line each.
fn messages(text: Vec<u8>) -> Vec<String> {
    let host = Host::memory(Memory::default().with("/big.kvs", text));
    let suite = compile(&host, Path::new("big.kvs"), &Vec::new()).expect("the file is there");
    suite
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{}: {}", diagnostic.code(), diagnostic.message))
        .collect()
}

#[test]
fn limits_are_named() {
    let deep = format!("expect finished == {}1{}", "(".repeat(65), ")".repeat(65));
    let values = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]";
    let wide = format!(
        "param a = 1\nparam b = 1\nparam c = 1\nparam d = 1\nparam e = 1\n{SMALL}\n\
         matrix {{ a in {values}; b in {values}; c in {values}; d in {values}; e in [1, 2] }}\n"
    );
    for (text, limit) in
        [(vec![b'#'; 8 * 1024 * 1024 + 1], "8 MiB"), (deep.into_bytes(), "64"), (wide.into_bytes(), "10000")]
    {
        let found = messages(text);
        let says = |message: &String| message.replace(['_', ','], "").contains(limit);
        assert!(found.iter().any(says), "no message names the limit `{limit}`: {found:#?}");
    }
}
