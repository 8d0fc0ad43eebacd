//! Where a case may go from where it stands. Pure.

use entity::case::State;

use crate::item::DecidedBy;

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
    /// Handed out.
    Issue,
    /// Ended, since nothing is left to do.
    Close,
    /// Ended, since the correction never came.
    Lapse,
    /// Handed to somebody who may decide more.
    Escalate,
    /// Judged by its owner.
    Rate,
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
            Self::Issue => "issue",
            Self::Close => "close",
            Self::Lapse => "lapse",
            Self::Escalate => "escalate",
            Self::Rate => "rate",
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

/// The state after `act` of the county's own staff or clock, or none when the case does not allow it.
///
/// Here nothing is heard late, so nothing is skipped: a case is taken up before it is looked into, and decided before it is
/// handed out.
pub fn at_county(state: State, act: Act) -> Option<State> {
    use State::{Accepted, Approved, Closed, Correcting, Denied, Issued, Lapsed, NotAccepted, Reviewing, Submitted};
    match (act, state) {
        (Act::Accept, Submitted) => Some(Accepted),
        (Act::Correct, Submitted) => Some(Correcting),
        (Act::NotAccept, Submitted) => Some(NotAccepted),
        (Act::Escalate, Submitted | Accepted | Reviewing) => Some(state),
        (Act::Lapse, Correcting) => Some(Lapsed),
        (Act::Review, Accepted | Reviewing) => Some(Reviewing),
        (Act::Approve, Accepted | Reviewing) => Some(Approved),
        (Act::Deny, Accepted | Reviewing) => Some(Denied),
        (Act::Issue, Approved) => Some(Issued),
        (Act::Close, Issued | Denied) => Some(Closed),
        _ => None,
    }
}

/// Whether the owner may say how it went: everything is over, and not because they gave it up. Where the county decides,
/// a decision is not the end: it is still to be handed out.
pub fn may_be_rated(state: State, decided_by: DecidedBy) -> bool {
    match state {
        State::NotAccepted | State::Lapsed | State::Closed => true,
        State::Approved | State::Denied | State::Issued => decided_by == DecidedBy::Province,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sea_orm::Iterable as _;

    const ACTS: [Act; 14] = [
        Act::Change,
        Act::Submit,
        Act::Withdraw,
        Act::Accept,
        Act::Correct,
        Act::NotAccept,
        Act::Review,
        Act::Approve,
        Act::Deny,
        Act::Issue,
        Act::Close,
        Act::Lapse,
        Act::Escalate,
        Act::Rate,
    ];

    /// How far along a state is. Only the correction goes round.
    fn rank(state: State) -> u8 {
        match state {
            State::Draft => 0,
            State::Submitted | State::Correcting => 1,
            State::Accepted => 2,
            State::Reviewing => 3,
            State::Issued => 5,
            State::Closed => 6,
            _ => 4,
        }
    }

    /// What an owner and the county's desk together can do.
    fn either(state: State, act: Act) -> Option<State> {
        match act {
            Act::Change | Act::Submit | Act::Withdraw => after(state, act),
            _ => at_county(state, act),
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

        #[test]
        fn no_sequence_of_acts_goes_backwards_at_the_county(acts in proptest::collection::vec(0..ACTS.len(), 0..60)) {
            let mut state = State::Draft;
            for act in acts.into_iter().map(|at| ACTS[at]) {
                if let Some(next) = either(state, act) {
                    prop_assert!(rank(next) >= rank(state), "{state:?} -{act:?}-> {next:?}");
                    let taken_up = matches!(state, State::Accepted | State::Reviewing);
                    prop_assert!(taken_up || !matches!(act, Act::Approve | Act::Deny), "decided before it was taken up");
                    prop_assert!(state == State::Approved || act != Act::Issue, "handed out before it was granted");
                    state = next;
                }
            }
        }
    }

    #[test]
    fn the_county_takes_no_step_that_a_report_could_not_tell() {
        for state in State::iter() {
            for act in [Act::Accept, Act::Correct, Act::NotAccept, Act::Review, Act::Approve, Act::Deny] {
                if let Some(next) = at_county(state, act) {
                    assert!(after(state, act) == Some(next) || (act, state) == (Act::Review, State::Reviewing));
                }
            }
        }
    }

    #[test]
    fn every_state_but_the_ends_leads_somewhere() {
        for state in State::iter() {
            let ends = matches!(state, State::Lapsed | State::NotAccepted | State::Closed | State::Withdrawn);
            let leads = ACTS.into_iter().any(|act| either(state, act).is_some_and(|next| next != state));
            assert_eq!(leads, !ends, "{state:?}");
        }
    }

    #[test]
    fn nobody_rates_what_goes_on_or_was_given_up() {
        for state in State::iter() {
            let at_province = is_final(state) && state != State::Withdrawn;
            assert_eq!(may_be_rated(state, DecidedBy::Province), at_province, "{state:?}");
            let still_goes_on = ACTS.into_iter().any(|act| either(state, act).is_some());
            let at_county = at_province && !still_goes_on;
            assert_eq!(may_be_rated(state, DecidedBy::County), at_county, "{state:?}");
        }
    }
}
