//! What a report means for a case where it stands. Pure.
//!
//! The province has one case, whichever version it speaks of: a decision stands always. What it asks for, and how far it has
//! come, is of one version: where the case was handed in anew since, that was answered already.

use entity::case::{self, State};

use super::{Outcome, Report, ReportedStatus, Why};
use crate::error::{Error, Result};
use crate::state::{self, Act};

/// What became of a report, and why it moves nothing.
type Verdict = (Outcome, Option<Why>);

/// What a report means for a case.
///
/// # Errors
/// [`Error::NoSuchVersion`] when it speaks of a version that was never handed in.
pub(super) fn judge(case: &case::Model, report: &Report, decided_here: bool) -> Result<Verdict> {
    let act = act_of(&report.status);
    if decided_here && act.is_some() {
        return Ok((Outcome::NotPossible, Some(Why::DecidedByCounty)));
    }
    if case.state == State::Draft {
        return Ok((Outcome::NotPossible, Some(Why::NotHandedIn)));
    }
    let (of, decides) = (version(case, report), act.is_some_and(decides));
    if of > i64::from(case.data_version) && !decides {
        return Err(Error::NoSuchVersion { newest: case.data_version });
    }
    let Some(act) = act else { return Ok((told(&report.status), None)) };
    Ok(match state::after(case.state, act) {
        None if case.state == State::Withdrawn => (Outcome::NotPossible, Some(Why::GivenUp)),
        _ if of < i64::from(case.data_version) && !decides => (Outcome::Stale, Some(Why::OlderVersion)),
        Some(_) => (Outcome::Applied, None),
        None if brings_the_licence(case, report) => (Outcome::Applied, None),
        None if is_behind(case.state, act) => (Outcome::Stale, Some(Why::FurtherAlong)),
        None => (Outcome::NotPossible, Some(Why::Decided)),
    })
}

/// What is only told, and asks for no act.
fn told(status: &ReportedStatus) -> Outcome {
    if matches!(status, ReportedStatus::Unknown(_)) { Outcome::UnknownState } else { Outcome::Applied }
}

/// The version a report speaks of. One that does not say speaks of the newest, unless it happened before that was handed in.
fn version(case: &case::Model, report: &Report) -> i64 {
    let newest = i64::from(case.data_version);
    let before = case.submitted_at.is_some_and(|at| report.occurred_at < at);
    match report.dataver {
        Some(version) => i64::from(version),
        None if newest > 1 && before => newest - 1,
        None => newest,
    }
}

/// Whether it ends the case at the province.
fn decides(act: Act) -> bool {
    matches!(act, Act::NotAccept | Act::Approve | Act::Deny)
}

/// Whether the decision was told before, and its licence comes now.
fn brings_the_licence(case: &case::Model, report: &Report) -> bool {
    let brings = matches!(report.status, ReportedStatus::Approved { licence: Some(_) });
    brings && case.licence.is_none() && is_behind(case.state, Act::Approve)
}

/// Whether the case has passed what the report tells: nothing contradicts it, it is only late.
pub(super) fn is_behind(state: State, act: Act) -> bool {
    match act {
        Act::Correct => matches!(state, State::Correcting | State::Accepted | State::Reviewing),
        Act::Accept => {
            matches!(state, State::Accepted | State::Reviewing | State::Approved | State::Denied | State::Issued)
        }
        Act::Review => matches!(state, State::Reviewing | State::Approved | State::Denied | State::Issued),
        Act::Approve => matches!(state, State::Approved | State::Issued | State::Closed),
        Act::Deny => state == State::Denied,
        Act::NotAccept => state == State::NotAccepted,
        // What no report tells.
        Act::Change
        | Act::Submit
        | Act::Withdraw
        | Act::Issue
        | Act::Close
        | Act::Lapse
        | Act::Escalate
        | Act::Rate => false,
    }
}

/// The act a status stands for; none when it only tells.
pub(super) fn act_of(status: &ReportedStatus) -> Option<Act> {
    match status {
        ReportedStatus::Received | ReportedStatus::Unknown(_) => None,
        ReportedStatus::Accepted => Some(Act::Accept),
        ReportedStatus::Correction { .. } => Some(Act::Correct),
        ReportedStatus::NotAccepted { .. } => Some(Act::NotAccept),
        ReportedStatus::Reviewing => Some(Act::Review),
        ReportedStatus::Approved { .. } => Some(Act::Approve),
        ReportedStatus::Denied { .. } => Some(Act::Deny),
    }
}
