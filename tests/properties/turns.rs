//! Conversations in systems that queue, reject, evict, time out and are cut short.

use std::collections::BTreeMap;

use kvs::engine::{Event, Journey, Sink};
use kvs::units::{SimDuration, SimTime};

use crate::support::run;
use crate::systems::talking;
use crate::{n_systems, with_number};

/// What is known of each session, by its number.
#[derive(Default)]
struct Turns {
    sessions: BTreeMap<u64, State>,
    n_turns: u64,
    n_answered: u64,
    n_turned_away: u64,
    n_abandoned: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// This turn is in the system.
    Waits(u32),
    /// This turn was answered then, and so many are to come.
    Answered(u32, SimTime, u32),
    /// A turn was turned away.
    TurnedAway,
}

impl Sink for Turns {
    fn event(&mut self, at: SimTime, event: Event, journey: &Journey) {
        let Some(turn) = journey.request.turn() else { return };
        match event {
            Event::Arrived => {
                let before = self.sessions.insert(turn.session, State::Waits(turn.number));
                match (turn.number, before) {
                    (0, None) => assert_eq!(turn.began, at),
                    (number, Some(State::Answered(answered, then, left))) => {
                        assert_eq!((number, turn.left), (answered + 1, left - 1));
                        assert_eq!(at, then + SimDuration::from_ms(10), "a thought takes 10 ms");
                    }
                    (number, before) => panic!("turn {number} arrives after {before:?}"),
                }
                let content = journey.request.content().expect("a turn says what it holds");
                let tokens: u32 = content.iter().map(|stretch| stretch.tokens).sum();
                assert_eq!(tokens, journey.request.prompt.get());
                self.n_turns += 1;
            }
            Event::Finished { .. } => {
                let state = State::Answered(turn.number, at, turn.left);
                assert_eq!(self.sessions.insert(turn.session, state), Some(State::Waits(turn.number)));
                self.n_answered += u64::from(turn.left == 0);
            }
            Event::Rejected { .. } | Event::Evicted { .. } => {
                let before = self.sessions.insert(turn.session, State::TurnedAway);
                assert_eq!(before, Some(State::Waits(turn.number)));
                self.n_turned_away += 1;
                self.n_abandoned += u64::from(turn.left);
            }
            _ => {}
        }
    }
}

#[test]
fn a_turn_follows_its_answer_and_nothing_follows_a_turn_that_was_turned_away() {
    let mut total = [0; 4];
    for number in 0..n_systems() / 5 {
        let scenario = talking(number);
        with_number(number, &scenario, || {
            let mut turns = Turns::default();
            run(&scenario, number, &mut turns);
            if scenario.run.until.is_none() {
                assert_eq!(turns.sessions.len(), 6, "every session begins");
                let under_way = |state: &State| match state {
                    State::Waits(_) => true,
                    State::Answered(_, _, left) => *left > 0,
                    State::TurnedAway => false,
                };
                assert!(!turns.sessions.values().any(under_way), "every session ends");
            }
            let counts = [turns.n_turns, turns.n_answered, turns.n_turned_away, turns.n_abandoned];
            total.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        });
    }
    assert!(total.iter().all(|count| *count > n_systems() / 10), "all of it happens: {total:?}");
}
