//! Where a case may go from where it stands. Pure.

use entity::case::State;

/// What can be done to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Answers or photos are changed.
    Change,
    /// Handed in, the first time or corrected.
    Submit,
    /// Given up by its owner.
    Withdraw,
    /// Taken up.
    Accept,
    /// Sent back once, with everything to put right.
    Correct,
    /// Not taken up.
    NotAccept,
    /// Looked into.
    Review,
    /// Granted.
    Approve,
    /// Refused.
    Deny,
}

impl Act {
    /// The verb, for sentences.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::Accept => "accept",
            Self::Correct => "correct",
            Self::NotAccept => "not_accept",
            Self::Review => "review",
            Self::Approve => "approve",
            Self::Deny => "deny",
        }
    }
}

/// Whether nothing more happens to the case's decision: it is decided, given up or lapsed.
pub fn is_final(state: State) -> bool {
    !matches!(state, State::Draft | State::Submitted | State::Correcting | State::Accepted | State::Reviewing)
}

/// The state after `act`, or none when the case does not allow it.
///
/// Reports arrive late and out of order, so whoever decides may skip steps forward; nothing ever goes back, but from
/// [`State::Correcting`] to [`State::Submitted`]. Who decides may do so before hearing that the case was given up: a
/// decision that was made stands.
pub fn after(state: State, act: Act) -> Option<State> {
    use State::{Accepted, Approved, Correcting, Denied, Draft, NotAccepted, Reviewing, Submitted, Withdrawn};
    match (act, state) {
        (Act::Change, Draft | Correcting) => Some(state),
        (Act::Submit, Draft | Correcting) => Some(Submitted),
        (Act::Withdraw, Draft | Submitted | Correcting | Accepted | Reviewing) => Some(Withdrawn),
        (Act::Accept, Submitted | Correcting) => Some(Accepted),
        (Act::Correct, Submitted) => Some(Correcting),
        (Act::NotAccept, Submitted | Correcting | Withdrawn) => Some(NotAccepted),
        (Act::Review, Submitted | Correcting | Accepted) => Some(Reviewing),
        (Act::Approve, Submitted | Correcting | Accepted | Reviewing | Withdrawn) => Some(Approved),
        (Act::Deny, Submitted | Correcting | Accepted | Reviewing | Withdrawn) => Some(Denied),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sea_orm::Iterable as _;

    const ACTS: [Act; 9] = [
        Act::Change,
        Act::Submit,
        Act::Withdraw,
        Act::Accept,
        Act::Correct,
        Act::NotAccept,
        Act::Review,
        Act::Approve,
        Act::Deny,
    ];

    /// How far along a state is. Only the correction goes round.
    fn rank(state: State) -> u8 {
        match state {
            State::Draft => 0,
            State::Submitted | State::Correcting => 1,
            State::Accepted => 2,
            State::Reviewing => 3,
            _ => 4,
        }
    }

    #[test]
    fn what_is_final_stays_unless_a_withdrawal_crossed_a_decision() {
        for state in State::iter().filter(|state| is_final(*state)) {
            for act in ACTS {
                let crossed = state == State::Withdrawn && matches!(act, Act::NotAccept | Act::Approve | Act::Deny);
                assert_eq!(after(state, act).is_some(), crossed, "{state:?} {act:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_sequence_of_acts_goes_backwards(acts in proptest::collection::vec(0..ACTS.len(), 0..40)) {
            let mut state = State::Draft;
            for act in acts.into_iter().map(|at| ACTS[at]) {
                if let Some(next) = after(state, act) {
                    prop_assert!(rank(next) >= rank(state), "{state:?} -{act:?}-> {next:?}");
                    state = next;
                }
            }
        }
    }
}
