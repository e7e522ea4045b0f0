//! The command line of a bench, and the processes that it starts.
//!
//! `--only NAME` measures one case, `--instructions` counts instead of timing. A process that measures is this program
//! again, with `--measure NAME --requests N --by ENGINE`.

use std::path::PathBuf;
use std::process;

use kvs::engine::Stepping;

use super::{Case, Cost, Counts, measure};

/// The name of the floor.
const FLOOR: &str = "sampling floor";

/// How often a case is timed.
const REPEATS: usize = 3;

/// The cache that is simulated when instructions are counted: the same on every machine.
const SIMULATED: [&str; 5] =
    ["--tool=cachegrind", "--cache-sim=yes", "--I1=32768,8,64", "--D1=32768,8,64", "--LL=1048576,16,64"];

/// What a bench was asked to do.
pub(crate) struct Command {
    arguments: Vec<String>,
}

impl Command {
    /// Reads the command line. Where this process is to measure one of the cases, it does so, prints the cost and exits.
    pub(crate) fn read<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Command {
        let cases: Vec<&Case> = cases.into_iter().collect();
        let command = Command { arguments: std::env::args().collect() };
        if let Some(name) = command.after("--measure") {
            let requests =
                command.after("--requests").and_then(|n| n.parse().ok()).expect("requests are given");
            let stepping =
                if command.after("--by") == Some("step") { Stepping::Step } else { Stepping::Leap };
            let Cost { seconds, requests, events, steps, peak_bytes } =
                measure(cases.iter().copied().find(|case| case.name == name), requests, stepping);
            println!("{seconds} {requests} {events} {steps} {peak_bytes}");
            process::exit(0);
        }
        if let Some(name) = command.after("--only")
            && !cases.iter().any(|case| case.name == name)
        {
            let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
            eprintln!("no case is called `{name}`; there are: {}", names.join("; "));
            process::exit(2);
        }
        command
    }

    fn after(&self, flag: &str) -> Option<&str> {
        let position = self.arguments.iter().position(|argument| argument == flag)?;
        self.arguments.get(position + 1).map(String::as_str)
    }

    /// Whether instructions are counted.
    pub(crate) fn counts_instructions(&self) -> bool {
        self.arguments.iter().any(|argument| argument == "--instructions")
    }

    /// Whether a case is to be measured.
    pub(crate) fn wants(&self, case: &Case) -> bool {
        self.after("--only").is_none_or(|name| name == case.name)
    }

    /// The floor, the fastest of its runs.
    #[allow(dead_code, reason = "one of the benches has no floor")]
    pub(crate) fn floor(&self, requests: u64) -> Cost {
        fastest(&[(); REPEATS].map(|()| timed(FLOOR, requests, "leap")))
    }

    /// A case, the fastest of its runs: disturbances only ever slow a run down.
    #[allow(dead_code, reason = "one of the benches alternates leap and step")]
    pub(crate) fn time(&self, case: &Case) -> Cost {
        fastest(&[(); REPEATS].map(|()| timed(&case.name, case.requests, "leap")))
    }

    /// A case leapt over and stepped through in turn.
    #[allow(dead_code, reason = "one of the benches compares the two")]
    pub(crate) fn time_both(&self, case: &Case) -> (Cost, Cost) {
        let by = |engine| timed(&case.name, case.requests, engine);
        let turns = [(); REPEATS].map(|()| (by("leap"), by("step")));
        (fastest(&turns.map(|(leap, _)| leap)), fastest(&turns.map(|(_, step)| step)))
    }

    /// What a request of a case costs in the simulated processor.
    pub(crate) fn count(&self, case: &Case, by: &str) -> Counts {
        let (small, large) = (case.requests / 20, case.requests * 3 / 20);
        let [less, more] = [small, large].map(|requests| simulated(&case.name, requests, by));
        let each = |position: usize| (more[position] - less[position]) / (large - small) as f64;
        Counts { instructions: each(0), first_level_misses: each(1), last_level_misses: each(2) }
    }
}

fn fastest(costs: &[Cost]) -> Cost {
    costs.iter().copied().min_by(|a, b| a.seconds.total_cmp(&b.seconds)).expect("something was measured")
}

/// A process of its own.
fn timed(name: &str, requests: u64, by: &str) -> Cost {
    let output = process::Command::new(this_program())
        .args(["--measure", name, "--requests", &requests.to_string(), "--by", by])
        .output()
        .expect("the bench can start itself");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let cells: Vec<f64> = text.split_whitespace().filter_map(|cell| cell.parse().ok()).collect();
    let [seconds, requests, events, steps, peak_bytes] = cells[..] else {
        panic!("case `{name}` failed: {}", String::from_utf8_lossy(&output.stderr));
    };
    let [requests, events, steps, peak_bytes] = [requests, events, steps, peak_bytes].map(|n| n as u64);
    Cost { seconds, requests, events, steps, peak_bytes }
}

/// Instructions, and misses of the two caches by data, of a process in the simulated processor.
fn simulated(name: &str, requests: u64, by: &str) -> [f64; 3] {
    let output = process::Command::new("valgrind")
        .args(SIMULATED)
        .arg("--cachegrind-out-file=/dev/null")
        .arg(this_program())
        .args(["--measure", name, "--requests", &requests.to_string(), "--by", by])
        .output()
        .unwrap_or_else(|error| {
            eprintln!("`valgrind`, which counts the instructions, does not start: {error}");
            process::exit(2);
        });
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    [["I", "refs:"], ["D1", "misses:"], ["LLd", "misses:"]].map(|label| {
        let number = text.lines().find_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            let is_it = label.iter().all(|word| words.next() == Some(word));
            words.next().filter(|_| is_it)?.replace(',', "").parse().ok()
        });
        number.unwrap_or_else(|| panic!("case `{name}` printed no `{}`: {text}", label.join(" ")))
    })
}

fn this_program() -> PathBuf {
    std::env::current_exe().expect("the bench knows its own path")
}
