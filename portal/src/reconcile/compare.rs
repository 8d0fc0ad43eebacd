//! Our case beside the province's: what differs, and what could be done about it. Pure.
//!
//! Two cures are safe. Where we are behind, the province's word is taken as its reports are. Where it lost what we sent, the
//! promise is driven again, which asks first. Everything else is for a person: what is only at the province may be the trace
//! of a backup that was played back here, and a file that differs may be a file somebody needs.

use std::collections::{BTreeMap, BTreeSet};

use casework::item::DecidedBy;
use casework::report::{Against, ReportedStatus, against};
use casework::state;
use entity::CaseId;
use entity::case::State;
use serde::{Deserialize, Serialize};

use crate::adapter::{Entry, Files, Stands};

/// A case as it stands here.
#[derive(Clone, Debug)]
pub struct Ours {
    /// Which.
    pub id: CaseId,
    /// The number people read to each other.
    pub number: Option<String>,
    /// Where it stands.
    pub state: State,
    /// The province's word where we do not know it.
    pub province_state: Option<String>,
    /// Who decides it; none when the catalogue has lost its item.
    pub decided_by: Option<DecidedBy>,
    /// How often it was handed in.
    pub version: u32,
    /// The newest version the province was given, for all we know.
    pub sent: Option<u32>,
    /// Whether something is still on its way to the province, or waits for a person.
    pub open: bool,
    /// What was sent, by material; `None` of a material whose photos went out as one file. None at all when what stands here
    /// need not be what was sent.
    pub files: Option<BTreeMap<String, Option<BTreeSet<String>>>>,
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// We sent it or should have, and it is not there, or only an older version of it.
    SentButAbsent,
    /// It is there, and we know nothing of having sent it.
    PresentButUnknown,
    /// It stands somewhere else.
    StatesDiffer,
    /// It has other files.
    FilesDiffer,
}

/// What could be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cure {
    /// Drive the promise again: it asks first, so that nothing is there twice.
    DriveAgain,
    /// Take what the province reported, as reports are taken.
    TakeTheirWord,
    /// A person has to look.
    Look,
}

/// Why a person has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody here knows of having sent it: perhaps the trace of a backup that was played back here.
    NeverSent,
    /// It has a version there that was never handed in here; perhaps for the same reason.
    NewerThere,
    /// It was handed in, and nothing of it was sent or is under way: perhaps it was cancelled.
    NotUnderWay,
    /// What stands here need not be what was handed in: sent again, it would be a draft.
    NotAsSent,
    /// It is decided here: sent again, it would begin anew there.
    DecidedHere,
    /// The catalogue has lost its item.
    ItemLost,
    /// It is given up there, and here it is not.
    GivenUpThere,
    /// The county decides it, and the province says something else.
    CountyDecides,
    /// The province has gone back behind what it had told.
    BehindThere,
    /// Both are decided, and otherwise.
    Contradicts,
    /// It has other files there.
    OtherFiles,
    /// The cure was tried, and did not help.
    NotCured,
}

/// One difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub kind: Kind,
    /// What could be done about it.
    pub cure: Cure,
    /// Why a person has to look, where one has to.
    pub why: Option<Why>,
}

impl Finding {
    fn new(kind: Kind, cure: Result<Cure, Why>) -> Self {
        Self { kind, cure: cure.unwrap_or(Cure::Look), why: cure.err() }
    }
}

/// Compares a case here with the same case there.
pub fn compare(ours: Option<&Ours>, theirs: Option<&Entry>) -> Vec<Finding> {
    match (ours, theirs) {
        (None, None) => Vec::new(),
        (None, Some(_)) => vec![Finding::new(Kind::PresentButUnknown, Err(Why::NeverSent))],
        (Some(ours), None) => absent(ours).into_iter().collect(),
        (Some(ours), Some(theirs)) => both(ours, theirs),
    }
}

fn both(ours: &Ours, theirs: &Entry) -> Vec<Finding> {
    let given_up = ours.state == State::Withdrawn && theirs.state == Stands::GivenUp;
    let older = ours.sent.is_some_and(|sent| theirs.dataver < sent);
    let presence = if ours.sent.is_none() && !ours.open && !given_up {
        Some(Finding::new(Kind::PresentButUnknown, Err(Why::NeverSent)))
    } else if theirs.dataver > ours.version {
        Some(Finding::new(Kind::PresentButUnknown, Err(Why::NewerThere)))
    } else if older {
        absent(ours)
    } else {
        None
    };
    let state = state_cure(ours, theirs).map(|cure| Finding::new(Kind::StatesDiffer, cure));
    let files = files_differ(ours, theirs).then(|| Finding::new(Kind::FilesDiffer, Err(Why::OtherFiles)));
    [presence, state, files].into_iter().flatten().collect()
}

/// Whether what stands here is still what was handed in.
pub fn as_sent(state: State) -> bool {
    !matches!(state, State::Draft | State::Correcting | State::Withdrawn | State::Lapsed)
}

fn absent(ours: &Ours) -> Option<Finding> {
    if ours.open || ours.state == State::Withdrawn {
        return None;
    }
    if ours.sent.is_none() {
        let waits = as_sent(ours.state) && !state::is_final(ours.state);
        return waits.then(|| Finding::new(Kind::SentButAbsent, Err(Why::NotUnderWay)));
    }
    let cure = match ours.decided_by {
        _ if !as_sent(ours.state) => Err(Why::NotAsSent),
        Some(DecidedBy::Province) if state::is_final(ours.state) => Err(Why::DecidedHere),
        Some(_) => Ok(Cure::DriveAgain),
        None => Err(Why::ItemLost),
    };
    Some(Finding::new(Kind::SentButAbsent, cure))
}

/// What to do about their state; none when nothing.
fn state_cure(ours: &Ours, theirs: &Entry) -> Option<Result<Cure, Why>> {
    let status = match (&theirs.state, ours.state) {
        (_, State::Draft) | (Stands::GivenUp, State::Withdrawn) => return None,
        (Stands::GivenUp, _) => return Some(Err(Why::GivenUpThere)),
        (Stands::Reported(status), _) => status,
    };
    match (against(ours.state, status), ours.decided_by) {
        (Against::Same, _) => None,
        (Against::Unknown, by) => unknown_word(ours, status, by).map(Ok),
        (Against::Ahead, _) if of_older_version(ours, theirs, status) => None,
        (Against::Ahead, Some(DecidedBy::Province)) => Some(Ok(Cure::TakeTheirWord)),
        // What would tell them is on its way.
        (Against::Behind | Against::Contradicts, _) if ours.open => None,
        // A withdrawal that did not stick.
        (Against::Behind | Against::Contradicts, _) if ours.state == State::Withdrawn => Some(Ok(Cure::DriveAgain)),
        (Against::Behind, Some(DecidedBy::County)) if as_sent(ours.state) && ours.sent.is_some() => {
            Some(Ok(Cure::DriveAgain))
        }
        (_, None) => Some(Err(Why::ItemLost)),
        (Against::Ahead | Against::Contradicts, Some(DecidedBy::County)) => Some(Err(Why::CountyDecides)),
        (Against::Contradicts, _) => Some(Err(Why::Contradicts)),
        (Against::Behind, _) => Some(Err(Why::BehindThere)),
    }
}

/// Of a case the county decides, their word is what we told them.
fn unknown_word(ours: &Ours, status: &ReportedStatus, by: Option<DecidedBy>) -> Option<Cure> {
    let ReportedStatus::Unknown(word) = status else { return None };
    let known = ours.province_state.as_ref() == Some(word);
    (by == Some(DecidedBy::Province) && !known).then_some(Cure::TakeTheirWord)
}

/// What was said of a version the applicant has corrected since counts no more.
fn of_older_version(ours: &Ours, theirs: &Entry, status: &ReportedStatus) -> bool {
    let of_one_version =
        matches!(status, ReportedStatus::Correction { .. } | ReportedStatus::Accepted | ReportedStatus::Reviewing);
    of_one_version && theirs.dataver < ours.version
}

fn files_differ(ours: &Ours, theirs: &Entry) -> bool {
    let (Some(mine), Some(there)) = (&ours.files, &theirs.files) else { return false };
    ours.sent == Some(theirs.dataver) && !same(mine, there)
}

fn same(mine: &BTreeMap<String, Option<BTreeSet<String>>>, there: &Files) -> bool {
    let one = |(code, files): (&String, &Option<BTreeSet<String>>)| match (files, there.get(code)) {
        (Some(files), Some(theirs)) => files == theirs,
        (None, Some(theirs)) => theirs.len() == 1,
        (_, None) => false,
    };
    mine.len() == there.len() && mine.iter().all(one)
}

#[cfg(test)]
mod tests;
