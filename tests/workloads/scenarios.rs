//! Scenarios that hold workloads and as little else as possible.

use std::io::{BufRead, Cursor};

use kvs::analysis::{Overrides, analyse};
use kvs::model::{Arg, Choice, Scenario, TraceFile, Workload, WorkloadSource};
use kvs::source::Sources;
use kvs::units::{Dimension, Quantity, Ratio, SimDuration, SimTime};
use kvs::workload::{Request, Traffic};

pub(crate) fn quantity(value: f64, dimension: Dimension) -> Arg {
    Arg::Quantity(Quantity { value, dimension })
}

/// A choice with plain numbers for arguments.
pub(crate) fn choice(name: &str, args: &[(&str, f64)]) -> Choice {
    args.iter().fold(Choice::named(name), |choice, (name, value)| {
        choice.with(name, quantity(*value, Dimension::NUMBER))
    })
}

pub(crate) fn workload(name: &str, source: WorkloadSource) -> Workload {
    Workload { name: name.to_owned(), source, priority: 0, weight: 1.0, slo: None }
}

/// A workload of 3 Poisson requests a second, lengths as in chat.
pub(crate) fn chat(name: &str) -> Workload {
    workload(
        name,
        generated(Choice::named("poisson"), Some(choice("constant", &[("rate", 3.0)])), None, Some(500)),
    )
}

pub(crate) fn generated(
    arrivals: Choice,
    rate: Option<Choice>,
    duration: Option<SimDuration>,
    requests: Option<u64>,
) -> WorkloadSource {
    WorkloadSource::Generated {
        arrivals,
        rate,
        prompt: choice("lognormal", &[("median", 400.0), ("p95", 1200.0)]),
        output: choice("lognormal", &[("median", 150.0), ("p95", 400.0)]),
        session: None,
        prefixes: Vec::new(),
        start: SimTime::ZERO,
        duration,
        requests,
    }
}

/// A trace of a format whose arguments are what they are where nothing is written.
pub(crate) fn trace(format: &str) -> TraceFile {
    let word = |word: &str| Arg::Word(word.to_owned());
    let format = Choice::named(format);
    let format = match format.name.as_str() {
        "mooncake" => format.with("block", quantity(512.0, Dimension::NUMBER)).with("unit", word("ms")),
        "csv" => {
            let text = |text: &str| Arg::Text(text.to_owned());
            let columns = format.with("arrival", text("when")).with("prompt", text("in"));
            columns.with("output", text("out")).with("unit", word("s"))
        }
        _ => format,
    };
    TraceFile {
        name: "trace".to_owned(),
        path: "trace.csv".to_owned(),
        resolved: "folder/trace.csv".to_owned(),
        format,
        slice: None,
        speedup: Ratio::ONE,
        sample: None,
    }
}

/// The workloads on a cluster that says as little as possible.
pub(crate) fn scenario(workloads: Vec<Workload>) -> Scenario {
    const CLUSTER: &str = "gpu small { vram 1 GB; prefill 1 tok/s; decode 1 tok/s }\n\
                           model tiny { kv_bytes_per_token 1 B }\n\
                           cluster { serves tiny; gpus small x 1 }\n\
                           trace { r 0 1 1 }\n";
    let mut sources = Sources::default();
    let source = sources.add("test.kvs", CLUSTER);
    let mut import = |_: &str, _: &str, _: &mut Sources| Err("nothing is imported".to_owned());
    let mut cases = analyse(source, &mut sources, &mut import, &Overrides::new()).cases;
    let case = cases.pop().expect("the text is a scenario");
    Scenario { workloads, ..case.scenario }
}

/// A world with one file, or none.
pub(crate) fn file(text: &[u8]) -> impl Fn(&str) -> std::io::Result<Box<dyn BufRead + Send>> + use<> {
    let text = text.to_vec();
    move |path| {
        assert_eq!(path, "folder/trace.csv");
        Ok(Box::new(Cursor::new(text.clone())))
    }
}

/// The traffic of workloads that read no file.
pub(crate) fn traffic(workloads: Vec<Workload>, seed: u64) -> Traffic {
    Traffic::new(&scenario(workloads), seed, &|_| Err(std::io::ErrorKind::NotFound.into())).unwrap()
}

/// All that is left of a traffic, checked to be in order.
pub(crate) fn drain(mut traffic: Traffic) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut last = SimTime::ZERO;
    while let Some(at) = traffic.peek() {
        let request = traffic.next_request().expect("what is announced arrives");
        assert_eq!(request.arrival, at);
        assert!(at >= last, "arrivals never go back");
        last = at;
        requests.push(request);
    }
    assert!(traffic.next_request().is_none());
    assert_eq!(traffic.problem(), None);
    requests
}
