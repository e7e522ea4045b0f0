//! Searches against exhaustive ones, on random spaces: the same answers from fewer evaluations.

use std::collections::BTreeSet;

use kvs::search::{
    Aim, Candidate, Direction, Effort, Evaluation, Found, Problem, Space, Value, Variable, search,
};

/// A small generator of its own, so that the spaces stay what they are.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 32)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("below a usize")
    }

    /// From 0 up to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// How feasibility depends on the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// As assumed.
    Monotone,
    /// Margins with noise, so that a few candidates at the boundary contradict.
    Noisy,
    /// A stretch of better candidates is feasible as well.
    Island,
    /// Every second or third candidate is worse than its neighbours.
    Sawtooth,
}

/// A random problem: a list or none, another or none, and a ladder.
struct Synthetic {
    space: Space,
    shape: Shape,
    maximize: bool,
    /// By value of the first list: what a step costs.
    prices: Vec<f64>,
    /// By combination: where the boundary is.
    thresholds: Vec<f64>,
    noise: Vec<f64>,
    island: (f64, f64),
    period: usize,
}

impl Synthetic {
    fn new(random: &mut Random, shape: Shape, longest: usize) -> Synthetic {
        let lists: Vec<usize> = (0..random.below(3)).map(|_| 2 + random.below(5)).collect();
        let mut variables: Vec<Variable> =
            lists.iter().map(|len| Variable { len: *len, is_ordered: false }).collect();
        let len = longest / 2 + 1 + random.below(longest / 2);
        variables.push(Variable { len, is_ordered: true });
        let n_combinations: usize = lists.iter().product();
        let space = Space { variables };
        let begin = random.share() * 0.8;
        Synthetic {
            shape,
            maximize: random.below(2) == 0,
            prices: (0..lists.first().copied().unwrap_or(1)).map(|_| 1.0 + 4.0 * random.share()).collect(),
            thresholds: (0..n_combinations).map(|_| 1.3 * random.share() - 0.1).collect(),
            noise: (0..space.len()).map(|_| random.share() - 0.5).collect(),
            island: (begin, begin + 0.02 + 0.15 * random.share()),
            period: 2 + random.below(2),
            space,
        }
    }

    fn number(&self, candidate: &[usize]) -> usize {
        let pairs = candidate.iter().zip(&self.space.variables);
        pairs.fold(0, |number, (value, variable)| number * variable.len + value)
    }

    /// Minimized is a price, maximized the ladder's value.
    fn objective(&self, candidate: &[usize]) -> f64 {
        let step = *candidate.last().expect("there is a ladder");
        match (self.maximize, candidate) {
            (true, _) => step as f64,
            (false, [_]) => self.prices[0] * (step + 1) as f64,
            (false, [list, ..]) => self.prices[*list] * (step + 1) as f64,
            (false, []) => unreachable!("there is a ladder"),
        }
    }

    fn evaluate(&self, candidate: &[usize]) -> Evaluation {
        let number = self.number(candidate);
        let len = self.space.variables.last().expect("there is a ladder").len;
        let step = *candidate.last().expect("there is a ladder");
        let rung = if self.maximize { len - 1 - step } else { step };
        let place = rung as f64 / len as f64;
        let mut margin = 2.0 * (place - self.thresholds[number / len]);
        match self.shape {
            Shape::Monotone => {}
            Shape::Noisy => margin += 0.08 * self.noise[number],
            Shape::Island if (self.island.0..self.island.1).contains(&place) => margin = margin.max(0.1),
            Shape::Island => {}
            Shape::Sawtooth if rung.is_multiple_of(self.period) => margin -= 4.0 / len as f64,
            Shape::Sawtooth => {}
        }
        Evaluation { feasible: margin >= 0.0, margin: Some(margin), values: vec![None] }
    }

    fn search(&self, effort: Effort) -> Found {
        let known: &Value<'_> = &|candidate| Some(self.objective(candidate));
        let direction = if self.maximize { Direction::Maximize } else { Direction::Minimize };
        let aims = vec![Aim { direction, known: Some(known) }];
        let problem = Problem { space: self.space.clone(), aims, effort };
        search(&problem, |batch| Some(batch.iter().map(|one| self.evaluate(one)).collect()))
            .expect("nothing stops it")
    }
}

/// How a search fared on many problems.
struct Record {
    /// Whose answer is not that of an exhaustive search.
    wrong: usize,
    /// The median share of candidates that were evaluated.
    share: f64,
}

fn record(shape: Shape, longest: usize, effort: Effort, problems: usize) -> Record {
    let mut random = Random(longest as u64 + shape as u64);
    let (mut wrong, mut shares) = (0, Vec::new());
    for _ in 0..problems {
        let synthetic = Synthetic::new(&mut random, shape, longest);
        let (found, full) = (synthetic.search(effort), synthetic.search(Effort::Everything));
        assert_eq!(full.evaluations.len(), synthetic.space.len());
        let tried: BTreeSet<&Candidate> = found.evaluations.iter().map(|(candidate, _)| candidate).collect();
        assert_eq!(tried.len(), found.evaluations.len(), "nothing is evaluated twice");
        if found.answers == full.answers {
            check_evidence(&synthetic, &found);
        } else {
            wrong += 1;
        }
        shares.push(found.evaluations.len() as f64 / full.evaluations.len() as f64);
    }
    shares.sort_by(f64::total_cmp);
    Record { wrong, share: shares[shares.len() / 2] }
}

/// The answer was evaluated and holds, the next better one was and does not, and nothing feasible is better.
fn check_evidence(synthetic: &Synthetic, found: &Found) {
    let evaluation = |candidate: &Candidate| {
        let place = found.evaluations.iter().position(|(evaluated, _)| evaluated == candidate);
        &found.evaluations[place.expect("it was evaluated")].1
    };
    let Some(answer) = found.answers.first() else {
        assert!(found.evaluations.iter().all(|(_, evaluation)| !evaluation.feasible));
        let nearest = evaluation(found.nearest.as_ref().expect("something was tried")).margin;
        assert!(found.evaluations.iter().all(|(_, evaluation)| evaluation.margin <= nearest));
        return;
    };
    assert!(evaluation(answer).feasible);
    assert_eq!(found.next_better.is_none(), found.at_the_end);
    if let Some(better) = &found.next_better {
        assert!(!evaluation(better).feasible);
        let step = |candidate: &Candidate| *candidate.last().expect("there is a ladder");
        assert_eq!(step(better).abs_diff(step(answer)), 1);
        assert_eq!(step(better) > step(answer), synthetic.maximize);
    }
}

#[test]
fn a_search_finds_what_an_exhaustive_one_finds() {
    for longest in [8, 16, 64, 400] {
        for effort in [Effort::Answer, Effort::Combinations] {
            assert_eq!(record(Shape::Monotone, longest, effort, 250).wrong, 0, "{longest} {effort:?}");
        }
    }
}

#[test]
fn a_quarter_of_the_candidates_of_a_ladder_of_sixteen_is_evaluated_and_fewer_of_longer_ones() {
    for (longest, share) in [(16, 0.27), (64, 0.12), (400, 0.03)] {
        let record = record(Shape::Monotone, longest, Effort::Answer, 250);
        assert!(record.share <= share, "{longest}: {}", record.share);
    }
}

/// Bisection alone is wrong in 30 % of the noisy problems with long ladders, in 12 % of those with teeth, and in 16 %
/// of those with islands.
#[test]
fn most_ladders_that_are_not_monotone_are_noticed() {
    for (shape, longest, most_wrong) in [
        (Shape::Noisy, 64, 0.01),
        (Shape::Noisy, 400, 0.01),
        (Shape::Sawtooth, 8, 0.01),
        (Shape::Sawtooth, 64, 0.01),
        (Shape::Island, 16, 0.09),
        (Shape::Island, 64, 0.09),
        (Shape::Island, 400, 0.09),
    ] {
        let record = record(shape, longest, Effort::Answer, 300);
        let wrong = record.wrong as f64 / 300.0;
        assert!(wrong <= most_wrong, "{shape:?} {longest}: {wrong}");
    }
}

/// A space of lists (`false`) and ladders (`true`) of these lengths.
fn space(variables: &[(usize, bool)]) -> Space {
    Space {
        variables: variables
            .iter()
            .map(|(len, is_ordered)| Variable { len: *len, is_ordered: *is_ordered })
            .collect(),
    }
}

/// Searches with feasibility and measured values as given; the margin is unknown.
fn found(space: Space, aims: Vec<Aim<'_>>, evaluate: impl Fn(&[usize]) -> (bool, Vec<Option<f64>>)) -> Found {
    let problem = Problem { space, aims, effort: Effort::Answer };
    let one = |candidate: &Candidate| {
        let (feasible, values) = evaluate(candidate);
        Evaluation { feasible, margin: None, values }
    };
    search(&problem, |batch| Some(batch.iter().map(one).collect())).expect("nothing stops it")
}

fn known<'a>(direction: Direction, value: &'a Value<'a>) -> Aim<'a> {
    Aim { direction, known: Some(value) }
}

#[test]
fn without_an_aim_everything_feasible_is_listed() {
    let found =
        found(space(&[(2, false), (3, true)]), Vec::new(), |candidate| (candidate[1] > 0, Vec::new()));
    assert_eq!(found.answers, [[0, 1], [0, 2], [1, 1], [1, 2]]);
    assert_eq!((found.evaluations.len(), found.bisected), (6, None));
}

#[test]
fn a_measured_aim_needs_every_candidate_and_ties_go_to_the_first() {
    let aims = vec![Aim { direction: Direction::Minimize, known: None }];
    let found = found(space(&[(20, true)]), aims, |candidate| {
        (true, vec![(candidate[0] != 3).then_some(if candidate[0] < 7 { 5.0 } else { 2.0 })])
    });
    assert_eq!(found.answers, [[7]]);
    assert_eq!((found.evaluations.len(), found.next_better), (20, None));
}

#[test]
fn a_frontier_of_two_known_aims_is_bisected() {
    let cost: &Value<'_> = &|candidate| Some((candidate[0] + 1) as f64);
    let rate: &Value<'_> = &|candidate| Some(candidate[1] as f64);
    let aims = vec![known(Direction::Minimize, cost), known(Direction::Maximize, rate)];
    let found = found(space(&[(4, true), (200, true)]), aims, |candidate| {
        (candidate[1] <= [30, 90, 80, 170][candidate[0]], Vec::new())
    });
    assert_eq!(found.answers, [[0, 30], [1, 90], [3, 170]]);
    assert!(found.evaluations.len() < 80, "{}", found.evaluations.len());
}

#[test]
fn the_best_of_lists_is_found_from_the_best_on() {
    let price: &Value<'_> =
        &|candidate| Some([3.0, 1.0, 2.0, 4.0, 5.0][candidate[0]] * (candidate[1] + 1) as f64);
    let found =
        found(space(&[(5, false), (2, false)]), vec![known(Direction::Minimize, price)], |candidate| {
            (candidate[0] != 1, Vec::new())
        });
    assert_eq!(found.answers, [[2, 0]]);
    assert_eq!(found.next_better, Some(vec![1, 0]));
    assert!(found.evaluations.len() <= 4, "{:?}", found.evaluations);
}

#[test]
fn what_has_no_value_is_never_evaluated() {
    let price: &Value<'_> = &|candidate| (candidate[0] != 1).then_some((candidate[1] + 1) as f64);
    let found =
        found(space(&[(3, false), (16, true)]), vec![known(Direction::Minimize, price)], |candidate| {
            (candidate[1] >= 9 - 2 * candidate[0], Vec::new())
        });
    assert_eq!(found.answers, [[2, 5]]);
    assert!(found.evaluations.iter().all(|(candidate, _)| candidate[0] != 1));
    assert_eq!(found.left_out, [[Some(1), None]]);
}

#[test]
fn a_ladder_may_begin_with_rungs_that_are_not_eligible() {
    for least in [0, 1, 3, 9, 15, 16] {
        let cost: &Value<'_> = &|candidate| (candidate[1] >= least).then_some((candidate[1] + 1) as f64);
        let found =
            found(space(&[(3, false), (16, true)]), vec![known(Direction::Minimize, cost)], |candidate| {
                assert!(candidate[1] >= least);
                (candidate[1] + candidate[0] >= 6, Vec::new())
            });
        let expected: Vec<Vec<usize>> = match least {
            0..=4 => vec![vec![2, 4]],
            5..=15 => vec![vec![if least > 5 { 0 } else { 1 }, least]],
            _ => Vec::new(),
        };
        assert_eq!(found.answers, expected, "from {least}");
        assert!(found.contradictions.is_empty());
    }
}

#[test]
fn the_ladder_is_the_variable_that_the_aim_depends_on() {
    let cost: &Value<'_> = &|candidate| Some(candidate[0] as f64);
    let found =
        found(space(&[(12, true), (100, true)]), vec![known(Direction::Minimize, cost)], |candidate| {
            (candidate[0] >= 6 && (40..50).contains(&candidate[1]), Vec::new())
        });
    assert_eq!((found.bisected, found.answers), (Some(0), vec![vec![6, 40]]));
}

#[test]
fn a_contradiction_is_reported_and_the_ladder_searched_in_full() {
    let rate: &Value<'_> = &|candidate| Some(candidate[0] as f64);
    let found = found(space(&[(40, true)]), vec![known(Direction::Maximize, rate)], |candidate| {
        (candidate[0] <= 20 || candidate[0] == 22 || candidate[0] == 33, Vec::new())
    });
    assert_eq!(found.answers, [[33]]);
    assert_eq!(found.contradictions.len(), 1);
    assert_eq!(found.contradictions[0].feasible, [33]);
    assert_eq!(found.next_better, Some(vec![34]));
}

#[test]
fn a_combination_ends_where_it_cannot_beat_the_answer() {
    let cost: &Value<'_> = &|candidate| Some((candidate[1] + 1) as f64);
    let found =
        found(space(&[(3, false), (32, true)]), vec![known(Direction::Minimize, cost)], |candidate| {
            (candidate[1] >= [4, 30, 31][candidate[0]], Vec::new())
        });
    assert_eq!(found.answers, [[0, 4]]);
    let ends: Vec<_> = found.combinations.iter().map(|one| (one.best.clone(), one.is_settled)).collect();
    assert_eq!(ends[0], (vec![vec![0, 4]], true));
    assert!(!ends[1].1 && !ends[2].1);
    assert_eq!(found.combinations[2].fixed, [Some(2), None]);
}

#[test]
fn where_everything_or_nothing_holds_the_search_says_so() {
    let cost: &Value<'_> = &|candidate| Some(candidate[0] as f64);
    let all = found(space(&[(30, true)]), vec![known(Direction::Minimize, cost)], |_| (true, Vec::new()));
    assert_eq!((all.answers, all.at_the_end, all.next_better), (vec![vec![0]], true, None));
    let none = found(space(&[(30, true)]), vec![known(Direction::Minimize, cost)], |_| (false, Vec::new()));
    assert!(none.answers.is_empty() && none.nearest.is_some());
    let empty = found(space(&[(0, true)]), vec![known(Direction::Minimize, cost)], |_| (true, Vec::new()));
    assert_eq!((empty.candidates, empty.evaluations.len(), empty.nearest), (0, 0, None));
}

#[test]
fn a_search_that_is_stopped_finds_nothing() {
    let problem = Problem { space: space(&[(9, true)]), aims: Vec::new(), effort: Effort::Answer };
    assert_eq!(search(&problem, |_| None), None);
}
