//! When to try again. Pure.

use std::time::Duration;

/// By how much a wait is lengthened or shortened at most, in percent, so that many cases that failed together do not come
/// back together.
const JITTER_PERCENT: u32 = 20;

/// The waits after the first, second, third … failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(pub Vec<Duration>);

impl Default for Schedule {
    /// 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h.
    fn default() -> Self {
        Self([5, 30, 120, 600, 1800, 7200, 21600, 43200].map(Duration::from_secs).to_vec())
    }
}

impl Schedule {
    /// How long to wait after the attempt number `tries` (from 1); none when the schedule is exhausted.
    ///
    /// `asked` is what the other side asked for: it lengthens the wait, up to the longest of the schedule. `chance` (any
    /// number) picks the jitter, which never makes the wait shorter than what was asked for.
    pub fn wait(&self, tries: u32, asked: Option<Duration>, chance: u32) -> Option<Duration> {
        let at = usize::try_from(tries.checked_sub(1)?).ok()?;
        let base = *self.0.get(at)?;
        let longest = self.0.iter().max().copied().unwrap_or(base);
        let percent = 100 - JITTER_PERCENT + chance % (2 * JITTER_PERCENT + 1);
        let wait = base * percent / 100;
        Some(asked.map_or(wait, |asked| wait.max(asked.min(longest))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn follows_the_schedule_and_ends() {
        let schedule = Schedule::default();
        let middle = |tries| schedule.wait(tries, None, JITTER_PERCENT).map(|wait| wait.as_secs());
        let waits: Vec<_> = (0..=9).map(middle).collect();
        let wanted = [5, 30, 120, 600, 1800, 7200, 21600, 43200].map(Some);
        assert_eq!(waits, [&[None][..], &wanted, &[None]].concat());
    }

    proptest! {
        #[test]
        fn stays_within_a_fifth_and_honours_what_was_asked(tries in 1_u32..9, asked in 0_u64..100_000, chance: u32) {
            let schedule = Schedule::default();
            let base = schedule.0[tries as usize - 1];
            let plain = schedule.wait(tries, None, chance).unwrap();
            prop_assert!(plain >= base * 4 / 5 && plain <= base * 6 / 5);
            let polite = schedule.wait(tries, Some(Duration::from_secs(asked)), chance).unwrap();
            prop_assert!(polite >= plain && polite >= Duration::from_secs(asked).min(Duration::from_hours(12)));
            prop_assert!(polite <= plain.max(Duration::from_hours(12)));
        }
    }
}
