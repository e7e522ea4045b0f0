//! Plans and ranges, from the text to the candidates.

use kvs::analysis::{Analysis, Asked, Purpose, analyse_for};
use kvs::model::{Aim, Axis, Direction, Objective};
use kvs::source::Sources;

const FILE: &str = "param card = h100_sxm
param n = 2
param rate = 25 req/s
param router = p2c
cluster { serves llama_3_1_8b; gpus $card x $n }
engine { batching continuous }
policy { routing $router }
workload chat { arrivals poisson; rate $rate; prompt constant 900; output constant 220; duration 10 s }
expect p95_ttft_ms < 1 s
";

fn analysed(rest: &str, set: &[(&str, &str)], vary: &[(&str, &str)]) -> (Analysis, Sources) {
    let text = format!("{FILE}{rest}");
    let mut sources = Sources::default();
    let main = sources.add("main.kvs", text);
    let owned =
        |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let (set, vary): (Vec<_>, Vec<_>) = (owned(set), owned(vary));
    let asked = Asked { purpose: Purpose::Cases, set: &set, vary: &vary };
    let mut import = |_: &str, _: &str, _: &mut Sources| Err("no such file".to_owned());
    let analysis = analyse_for(asked, main, &mut sources, &mut import);
    (analysis, sources)
}

fn messages(analysis: &Analysis) -> Vec<String> {
    analysis.diagnostics.iter().map(|found| format!("{} {}", found.code(), found.message)).collect()
}

#[track_caller]
fn plans(rest: &str) -> (Analysis, Sources) {
    let (analysis, sources) = analysed(rest, &[], &[]);
    assert_eq!(messages(&analysis), [""; 0], "in {rest}");
    (analysis, sources)
}

#[track_caller]
fn axis(vary: &str) -> Axis {
    let (analysis, _) = plans(&format!("plan \"p\" {{ vary {vary}; minimize cost_usd }}"));
    analysis.plans[0].plan.axes[0].clone()
}

#[track_caller]
fn values(vary: &str, expected: &[&str]) {
    let axis = axis(vary);
    let texts: Vec<&str> = axis.values.iter().map(|value| value.text.as_str()).collect();
    assert_eq!(texts, expected, "of {vary}");
}

#[test]
fn a_range_has_the_values_that_a_person_would_write() {
    values("n in 1 .. 4", &["1", "2", "3", "4"]);
    values("n in 3..3", &["3"]);
    values("rate in 5..20 step 5 req/s", &["5 req/s", "10 req/s", "15 req/s", "20 req/s"]);
    values("rate in 0.1 .. 0.4 req/s step 0.1 req/s", &["0.1 req/s", "0.2 req/s", "0.3 req/s", "0.4 req/s"]);
    values("rate in 5 .. 12 req/s step 5 req/s", &["5 req/s", "10 req/s"]);
    values("rate in 23 req/s .. $rate", &["23 req/s", "24 req/s", "25 req/s"]);
    // Between the ends four digits, and each value at most a tenth above the one before it.
    values(
        "rate in 10 .. 15 req/s within 10%",
        &["10 req/s", "10.84 req/s", "11.76 req/s", "12.75 req/s", "13.83 req/s", "15 req/s"],
    );
    values("n in 1 .. 12 within 50%", &["1", "2", "3", "4", "6", "8", "12"]);
}

#[test]
fn values_close_together_stay_within_their_share_and_rise() {
    for (low, high, share) in [(5.0, 200.0, 0.01), (0.001, 0.3, 0.001), (7.0, 7.01, 0.001), (1e6, 5e7, 0.2)] {
        let vary = format!("rate in {low} .. {high} req/s within {}%", share * 100.0);
        let numbers: Vec<f64> = axis(&vary).values.iter().filter_map(|value| value.number).collect();
        assert_eq!((numbers[0], numbers[numbers.len() - 1]), (low, high), "{vary}");
        for pair in numbers.windows(2) {
            let step = pair[1] / pair[0] - 1.0;
            assert!(step > 0.0 && step < share * 1.1, "{step} in {vary}");
        }
    }
}

#[test]
fn a_choice_may_have_arguments_wherever_a_parameter_is_given_one() {
    let routing = |set: &[(&str, &str)], vary: &[(&str, &str)]| -> Vec<String> {
        let (analysis, _) = analysed("", set, vary);
        assert_eq!(messages(&analysis), [""; 0]);
        let one = |arg: &(String, kvs::model::Arg)| format!("{arg:?}");
        analysis
            .cases
            .iter()
            .map(|case| {
                let routing = &case.scenario.policy.routing;
                format!("{} {}", routing.name, routing.args.iter().map(one).collect::<String>())
            })
            .collect()
    };
    let three = routing(&[("router", "p2c choices 3")], &[]);
    let both = routing(&[], &[("router", "p2c choices 3, random")]);
    assert!(three[0].starts_with("p2c") && three[0].contains('3'), "{three:?}");
    assert_eq!(both, [three[0].clone(), "random ".to_owned()]);
}

#[test]
fn axes_of_the_command_line_replace_those_of_the_matrix_or_follow_them() {
    let (analysis, _) = analysed(
        "matrix { n in [1, 2]; router in [p2c] }",
        &[],
        &[("rate", "5..10 step 5 req/s"), ("n", "4")],
    );
    let ids: Vec<String> = analysis.cases.iter().map(|case| case.scenario.case.to_string()).collect();
    assert_eq!(ids, ["main.kvs[n=4,router=p2c,rate=5 req/s]", "main.kvs[n=4,router=p2c,rate=10 req/s]"]);
    let (analysis, _) = analysed("", &[], &[("m", "1..4")]);
    assert_eq!(messages(&analysis), ["E0104 the file has no parameter `m` to set"]);
    let (analysis, _) = analysed("", &[], &[("n", "1] ; card in [a")]);
    assert!(!analysis.diagnostics.is_empty());
}

#[test]
fn a_plan_knows_its_axes_its_aim_and_the_cases_it_starts_from() {
    let (analysis, sources) = plans(
        "matrix { n in [1, 2]; router in [p2c, random] }
scenario \"calm\" { param rate = 5 req/s }
scenario \"busy\" { plan \"own\" { vary rate in 1 .. 9 req/s; maximize rate } }
plan \"cheapest\" { vary card in [h100_sxm, l40s]; vary n in 1 .. 4; minimize cost_usd; expect n <= 2; search every }",
    );
    let named = |plan: &kvs::analysis::CompiledPlan| format!("{} {}", plan.case, plan.plan.name);
    assert_eq!(
        analysis.plans.iter().map(named).collect::<Vec<_>>(),
        [
            "main.kvs::calm[router=p2c] cheapest",
            "main.kvs::calm[router=random] cheapest",
            "main.kvs::busy[router=p2c] cheapest",
            "main.kvs::busy[router=random] cheapest",
            "main.kvs::busy[n=1,router=p2c] own",
            "main.kvs::busy[n=1,router=random] own",
            "main.kvs::busy[n=2,router=p2c] own",
            "main.kvs::busy[n=2,router=random] own",
        ]
    );
    let own = &analysis.plans[4].plan;
    assert_eq!(own.objective, Objective::Best(Direction::Maximize, Aim::Axis(0)));
    assert!(!own.every && analysis.plans[0].plan.every);
    let candidate = analysis.parsed.candidate(&sources, &analysis.plans[3], &[1, 2]);
    let case = &candidate.cases[candidate.case].scenario;
    assert_eq!(case.case.to_string(), "main.kvs::busy[router=random,card=l40s,n=3]");
    assert_eq!((case.cluster.n_replicas(), case.cluster.groups[0].gpu.name.as_str()), (3, "l40s"));
    assert_eq!((candidate.expectations.len(), candidate.cases.len()), (1, 2));
}

#[test]
fn a_candidate_that_cannot_be_built_is_no_mistake_of_the_plan() {
    let (analysis, sources) = plans(
        "param kind = llama_3_1_8b
scenario \"large\" { cluster { serves $kind; gpus $card x $n } }
plan \"fits\" { vary kind in [llama_3_1_70b, llama_3_1_8b]; minimize cost_usd }",
    );
    let small = analysis.parsed.candidate(&sources, &analysis.plans[0], &[0]);
    assert!(small.cases.is_empty() && small.diagnostics[0].code() == "E0318");
    assert_eq!(analysis.parsed.candidate(&sources, &analysis.plans[0], &[1]).cases.len(), 1);
}
