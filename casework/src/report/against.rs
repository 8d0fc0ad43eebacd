//! How a status from elsewhere compares with where a case stands here. Pure; by the same table as [`super::apply`].

use entity::case::State;

use super::ReportedStatus;
use super::judge::{act_of, is_behind};
use crate::state::{self, Act};

/// How a status compares with where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// Both say the same.
    Same,
    /// The status is further along: taken as a report it would move the case on.
    Ahead,
    /// The case is further along, and the status no contradiction.
    Behind,
    /// They exclude each other.
    Contradicts,
    /// A word we do not know.
    Unknown,
}

/// Compares `status` with a case that stands at `state`.
pub fn against(state: State, status: &ReportedStatus) -> Against {
    let Some(act) = act_of(status) else {
        return match (status, state) {
            (ReportedStatus::Unknown(_), _) => Against::Unknown,
            (_, State::Submitted) => Against::Same,
            (_, State::Draft) => Against::Contradicts,
            _ => Against::Behind,
        };
    };
    if state::after(state, act).is_some() {
        Against::Ahead
    } else if is_here(state, act) {
        Against::Same
    } else if is_behind(state, act) {
        Against::Behind
    } else {
        Against::Contradicts
    }
}

/// Whether `act` says where the case stands. What the county does after a decision is not the province's to know.
fn is_here(state: State, act: Act) -> bool {
    match act {
        Act::Correct => state == State::Correcting,
        Act::Accept => state == State::Accepted,
        Act::Review => state == State::Reviewing,
        Act::NotAccept => state == State::NotAccepted,
        Act::Approve => matches!(state, State::Approved | State::Issued | State::Closed),
        Act::Deny => matches!(state, State::Denied | State::Closed),
        _ => false,
    }
}
