//! Failing at random, and the same way again with the same seed.
//!
//! What happens to the n-th call of a kind follows from the seed, the kind and n alone. So a run can be repeated, whatever the
//! ids of its cases are; calls of other kinds in between change nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::fault::{Action, CallKind, Fault, Moment};
use super::script::ScriptError;

/// The most calls of a hundred that may fail: some must come through.
const MAX_PERCENT: u8 = 90;
/// How long a call hangs, longer than callers have patience.
const HANG_MS: u64 = 60_000;

/// How calls fail at random.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Random {
    /// The same seed gives the same failures.
    pub seed: u64,
    /// How many calls of a hundred fail: 0 to 90.
    pub percent: u8,
    /// How they may fail. None named: in every way that heals by itself, which is all but `refuse`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
}

/// How the province is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// It is called, and calls.
    Calls,
    /// It reads and writes files.
    Files,
    /// It reads and writes rows.
    Rows,
}

impl Random {
    /// So many calls of a hundred, in every way that heals by itself.
    pub fn new(seed: u64, percent: u8) -> Self {
        Self { seed, percent, actions: Vec::new() }
    }

    /// Whether it can be followed.
    ///
    /// # Errors
    /// [`ScriptError::Senseless`].
    pub fn check(&self) -> Result<(), ScriptError> {
        if self.percent > MAX_PERCENT {
            return Err(ScriptError::Senseless("`percent` is at most 90: some calls must come through"));
        }
        Ok(())
    }

    /// What happens to the `count`-th call of a kind; nothing for most.
    fn fate(&self, form: Form, call: CallKind, count: u64) -> Option<Fault> {
        let [dice, choice, detail] = self.numbers(call, count);
        if dice % 100 >= u64::from(self.percent) {
            return None;
        }
        let ways: Vec<_> = Action::ALL.into_iter().filter(|action| self.may(*action, form, call)).collect();
        let way = usize::try_from(choice % u64::try_from(ways.len()).ok()?.max(1)).ok()?;
        ways.get(way).map(|action| detailed(Fault::on(call, *action), detail))
    }

    fn may(&self, action: Action, form: Form, call: CallKind) -> bool {
        let wanted = if self.actions.is_empty() { heals(action, form, call) } else { self.actions.contains(&action) };
        wanted && can_be_met(action, form, call)
    }

    /// Three numbers for a call, as if drawn by lot.
    fn numbers(&self, call: CallKind, count: u64) -> [u64; 3] {
        let text = format!("{}\n{call:?}\n{count}", self.seed);
        let digest: [u8; 32] = Sha256::digest(text).into();
        let mut numbers = [0; 3];
        for (number, bytes) in numbers.iter_mut().zip(digest.chunks_exact(8)) {
            *number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        }
        numbers
    }
}

/// How long, with which status, at which moment.
fn detailed(fault: Fault, detail: u64) -> Fault {
    let moment = Some(if detail.is_multiple_of(2) { Moment::Before } else { Moment::After });
    match fault.action {
        Action::Status => {
            let (status, retry_after) = match detail % 5 {
                0 => (429, Some("1")),
                1 => (503, Some("1")),
                2 => (500, None),
                3 => (502, None),
                _ => (504, None),
            };
            Fault { status: Some(status), retry_after: retry_after.map(str::to_owned), ..fault }
        }
        Action::Slow => Fault { ms: Some(20 + detail % 480), moment, ..fault },
        Action::Hang => Fault { ms: Some(HANG_MS), moment, ..fault },
        _ => fault,
    }
}

/// Whether nobody has to act after this.
fn heals(action: Action, form: Form, call: CallKind) -> bool {
    // Whoever reads rows cannot say in a word we know that a file is gone.
    action != Action::Refuse && (action, form, call) != (Action::Lose, Form::Rows, CallKind::File)
}

/// Whether this can happen to such a call. What is lost among files and rows cannot be fetched afterwards, so that no report is.
fn can_be_met(action: Action, form: Form, call: CallKind) -> bool {
    use Action::{
        CloseAfter, CloseBefore, Duplicate, Hang, Lose, OutOfOrder, Refuse, Slow, StaleClock, Status, WrongSignature,
    };
    let ways: &[Action] = match (form, call) {
        (_, CallKind::Any) => &[],
        (Form::Calls, CallKind::Report) => &[Duplicate, OutOfOrder, WrongSignature, StaleClock, Lose],
        (Form::Calls, CallKind::File) => &[Refuse, Status, Slow, Hang, CloseBefore, CloseAfter, Lose],
        (Form::Calls, CallKind::Case | CallKind::Step) => &[Refuse, Status, Slow, Hang, CloseBefore, CloseAfter],
        (Form::Calls, _) => &[Status, Slow, Hang, CloseBefore, CloseAfter],
        (Form::Files, CallKind::Case | CallKind::Step) => &[Refuse, Status, CloseAfter, WrongSignature],
        (Form::Files, CallKind::Report) => &[Duplicate, OutOfOrder, WrongSignature, StaleClock],
        (Form::Rows, CallKind::Case) => &[Refuse, Status, CloseAfter],
        (Form::Rows, CallKind::Step) => &[Status],
        (Form::Rows, CallKind::Report) => &[Duplicate, OutOfOrder],
        (Form::Files | Form::Rows, CallKind::File) => &[Lose],
        (Form::Files | Form::Rows, _) => &[],
    };
    ways.contains(&action)
}

/// The random mode as it runs.
#[derive(Debug)]
pub(super) struct Lots {
    pub(super) random: Random,
    counts: BTreeMap<CallKind, u64>,
    /// How many calls failed.
    pub(super) failed: u64,
}

impl Lots {
    pub(super) fn new(random: Random) -> Self {
        Self { random, counts: BTreeMap::new(), failed: 0 }
    }

    /// The fault of the next call of this kind.
    pub(super) fn draw(&mut self, form: Form, call: CallKind) -> Option<Fault> {
        let count = self.counts.entry(call).or_default();
        *count += 1;
        let fault = self.random.fate(form, call, *count)?;
        self.failed += 1;
        tracing::info!(seed = self.random.seed, ?call, count = *count, action = ?fault.action, "the province fails at random");
        Some(fault)
    }

    /// How many calls of each kind there were.
    pub(super) fn counts(&self) -> &BTreeMap<CallKind, u64> {
        &self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [CallKind; 8] = [
        CallKind::Rules,
        CallKind::File,
        CallKind::Case,
        CallKind::Step,
        CallKind::Get,
        CallKind::List,
        CallKind::Register,
        CallKind::Report,
    ];

    proptest! {
        #[test]
        fn the_same_seed_fails_the_same_way_and_only_in_ways_that_make_sense(seed: u64, percent in 0_u8..=90) {
            for form in [Form::Calls, Form::Files, Form::Rows] {
                let (mut one, mut other) = (Lots::new(Random::new(seed, percent)), Lots::new(Random::new(seed, percent)));
                for call in KINDS {
                    let fates: Vec<_> = (0..40).map(|_| one.draw(form, call)).collect();
                    for fault in fates.iter().flatten() {
                        prop_assert!(fault.check().is_ok(), "{fault:?}");
                        prop_assert!(fault.action != Action::Refuse);
                    }
                    // Calls of another kind in between change nothing.
                    let again: Vec<_> = (0..40).map(|_| {
                        other.draw(form, CallKind::Any);
                        other.draw(form, call)
                    }).collect();
                    prop_assert_eq!(fates, again);
                }
            }
        }

        #[test]
        fn so_many_of_a_hundred_fail(seed: u64, percent in 0_u8..=90) {
            let mut lots = Lots::new(Random::new(seed, percent));
            for _ in 0..2_000 {
                lots.draw(Form::Calls, CallKind::Case);
            }
            // Six standard deviations at the least.
            let expected = f64::from(percent) * 20.0;
            prop_assert!((f64::from(u32::try_from(lots.failed).unwrap()) - expected).abs() < 140.0, "{}", lots.failed);
        }
    }

    #[test]
    fn only_what_is_named_happens() {
        let random = Random { actions: vec![Action::Refuse, Action::Lose], ..Random::new(7, 90) };
        let mut lots = Lots::new(random);
        let mut met = |call| {
            let faults =
                (0..200).filter_map(|_| lots.draw(Form::Calls, call).map(|fault| format!("{:?}", fault.action)));
            faults.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(met(CallKind::File), ["Lose", "Refuse"].map(str::to_owned).into());
        assert_eq!(met(CallKind::Case), ["Refuse"].map(str::to_owned).into());
        assert_eq!(met(CallKind::Get), std::collections::BTreeSet::new());
        assert!(Random::new(1, 91).check().is_err());
    }
}
