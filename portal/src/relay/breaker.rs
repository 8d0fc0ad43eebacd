//! When to leave a destination alone. Pure: the caller says what time it is.
//!
//! While one side is down, every attempt at every case would fail in its turn: calls nobody answers, and schedules used
//! up for nothing. After some failures in a row a lane stops taking promises, but for one at a time now and then to see
//! whether the other side is back. The first that comes through opens the lane again.

use chrono::{DateTime, TimeDelta, Utc};

/// Failures in a row after which a destination is left alone: a passing fault that meets a few calls at once stays below.
const FAILURES: u32 = 5;
/// The pauses between two looks, growing to the last: short, because recovery waits for the next look.
const PAUSES_MS: [i64; 5] = [500, 1_000, 2_000, 5_000, 10_000];

/// What a lane knows of its destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Breaker {
    /// Whether it was ever seen to answer.
    known: bool,
    failures: u32,
    /// Until when nothing is taken; none while the destination answers.
    closed_until: Option<DateTime<Utc>>,
    /// How many looks failed since it was last seen to answer.
    looks: usize,
}

impl Breaker {
    /// How many of `free` promises may be taken at `now`, while `at_hand` are being worked at.
    pub(super) fn admits(&self, now: DateTime<Utc>, free: usize, at_hand: usize) -> usize {
        match self.closed_until {
            None => free,
            Some(until) if now < until || at_hand > 0 => 0,
            Some(_) => free.min(1),
        }
    }

    /// The destination did not answer, or said that it is failing. Answers whether it is left alone from now on.
    pub(super) fn failed(&mut self, now: DateTime<Utc>) -> bool {
        self.failures = self.failures.saturating_add(1);
        // What was at hand already when the destination was given up says nothing new.
        if self.failures < FAILURES || self.closed_until.is_some_and(|until| now < until) {
            return false;
        }
        let pause = PAUSES_MS.get(self.looks).or(PAUSES_MS.last()).copied().unwrap_or_default();
        self.looks = self.looks.saturating_add(1);
        self.closed_until = Some(now + TimeDelta::milliseconds(pause));
        true
    }

    /// The destination answered, whatever it said. Answers whether that is news: it had been left alone until now, or nobody here
    /// knew that it answers.
    pub(super) fn answered(&mut self) -> bool {
        let before = std::mem::replace(self, Self { known: true, ..Self::default() });
        before.closed_until.is_some() || !before.known
    }

    /// How long until the next look; none while the destination answers.
    pub(super) fn rest(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        self.closed_until.map(|until| (until - now).max(TimeDelta::zero()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
    }

    #[test]
    fn leaves_a_dead_destination_alone_and_looks_again() {
        let mut breaker = Breaker::default();
        for _ in 1..FAILURES {
            assert!(!breaker.failed(at(0)));
            assert_eq!(breaker.admits(at(0), 8, 0), 8, "a passing failure stops nothing");
        }
        assert!(breaker.failed(at(0)));
        assert_eq!(breaker.admits(at(499), 8, 0), 0);
        assert_eq!(breaker.admits(at(500), 8, 0), 1, "one looks");
        assert_eq!(breaker.admits(at(500), 7, 1), 0, "and no other meanwhile");
        assert!(breaker.failed(at(500)));
        assert_eq!(breaker.admits(at(1_499), 8, 0), 0, "the pause grows");
        assert!(breaker.answered());
        assert_eq!(breaker.admits(at(1_499), 8, 0), 8, "and ends with the first answer");
        assert!(!breaker.answered());
    }

    #[test]
    fn the_first_answer_is_news() {
        let mut breaker = Breaker::default();
        assert!(breaker.answered(), "whoever was here before may have left it alone");
        assert!(!breaker.answered());
        assert!(!breaker.failed(at(0)));
        assert!(!breaker.answered(), "a passing failure is none");
    }

    proptest! {
        #[test]
        fn recovery_waits_for_one_pause_at_most(failures in 0_u32..200, now in 0_i64..1_000_000) {
            let mut breaker = Breaker::default();
            for failure in 0..i64::from(failures) {
                breaker.failed(at(now - failure % 7 * 1_000));
            }
            let longest = TimeDelta::milliseconds(PAUSES_MS[PAUSES_MS.len() - 1]);
            prop_assert!(breaker.rest(at(now)).is_none_or(|rest| rest <= longest));
            prop_assert!(breaker.admits(at(now) + longest, 8, 0) >= 1);
        }
    }
}
