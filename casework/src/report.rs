//! A status that came back: which act it is. Pushed or polled, it comes through [`apply`].
//!
//! Reports come twice, late and in any order. The same id again is a repeat; one that would take the case back is kept
//! and changes nothing; a word we do not know is kept as it came and shown as unknown.

mod against;
mod status;

use chrono::{DateTime, Utc};
use entity::case::{self, State};
use entity::case_event::Actor;
use entity::{CaseId, ReportId, report};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, TryInsertResult,
};
use uuid::Uuid;

pub use against::{Against, against};
pub use status::{CorrectionItem, Licence, Report, ReportedStatus};

use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::item::DecidedBy;
use crate::notice::{self, Kind};
use crate::state::{self, Act};
use crate::vault::Purpose;
use crate::withdraw;

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It changed the case.
    Applied,
    /// It had been here before.
    Repeated,
    /// The case is further along already; the report is in its timeline.
    Stale,
    /// The case does not allow it: withdrawn, already decided otherwise, or decided by the county's own staff.
    NotPossible,
    /// We do not know the word; it is kept as it came.
    UnknownState,
    /// We have no such case.
    UnknownCase,
}

impl Outcome {
    /// The word that is stored and answered.
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Repeated => "repeated",
            Self::Stale => "stale",
            Self::NotPossible => "not_possible",
            Self::UnknownState => "unknown_state",
            Self::UnknownCase => "unknown_case",
        }
    }
}

/// Takes a report in: the act it stands for, its line in the timeline, the notice it owes, and the report itself as it
/// came (`raw`), in one transaction.
///
/// # Errors
/// When the database fails; then nothing was done and the sender must send it again.
pub async fn apply(desk: &Desk, report: &Report, raw: &str) -> Result<Outcome> {
    row::retrying(|| try_apply(desk, report, raw)).await
}

async fn try_apply(desk: &Desk, report: &Report, raw: &str) -> Result<Outcome> {
    let case = match Uuid::try_parse(&report.orgbusno) {
        Ok(id) => case::Entity::find_by_id(CaseId(id)).one(&desk.db).await?,
        Err(_) => None,
    };
    let tx = desk.begin().await?;
    let outcome = match &case {
        None => Outcome::UnknownCase,
        Some(case) if decided_here(desk, case) && act_of(&report.status).is_some() => Outcome::NotPossible,
        Some(case) => judge(case, report),
    };
    if !keep(desk, &tx, report, raw, case.as_ref().map(|case| case.id), outcome).await? {
        return Ok(Outcome::Repeated);
    }
    if let Some(case) = case {
        carry_out(desk, &tx, &case, report, outcome).await?;
        withdraw::heard_of(desk, &tx, &case).await?;
    }
    tx.commit().await?;
    Ok(outcome)
}

/// Whether the county's own staff decide the case: then a province that says what became of it does not know that.
fn decided_here(desk: &Desk, case: &case::Model) -> bool {
    row::item(desk, case).is_ok_and(|entry| entry.item.decided_by == DecidedBy::County)
}

/// What a report means for a case where it stands.
fn judge(case: &case::Model, report: &Report) -> Outcome {
    let Some(act) = act_of(&report.status) else {
        return if matches!(report.status, ReportedStatus::Unknown(_)) {
            Outcome::UnknownState
        } else {
            Outcome::Applied
        };
    };
    let of_older_version = i64::from(report.dataver) < i64::from(case.data_version);
    if of_older_version && matches!(act, Act::Correct | Act::NotAccept) {
        return Outcome::Stale;
    }
    match state::after(case.state, act) {
        Some(_) => Outcome::Applied,
        None if is_behind(case.state, act) => Outcome::Stale,
        None => Outcome::NotPossible,
    }
}

/// Whether the case has passed what the report tells: nothing contradicts it, it is only late.
fn is_behind(state: State, act: Act) -> bool {
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

fn act_of(status: &ReportedStatus) -> Option<Act> {
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

async fn carry_out(
    desk: &Desk,
    tx: &DatabaseTransaction,
    case: &case::Model,
    report: &Report,
    outcome: Outcome,
) -> Result<()> {
    let act = act_of(&report.status);
    let state = match outcome {
        Outcome::Applied => act.and_then(|act| state::after(case.state, act)).unwrap_or(case.state),
        Outcome::Stale | Outcome::UnknownState => case.state,
        Outcome::NotPossible | Outcome::Repeated | Outcome::UnknownCase => return Ok(()),
    };
    let event = Event {
        act: report.status.name(),
        actor: Actor::Province,
        actor_id: None,
        at: when(desk, case, report.occurred_at),
        note: words(report),
        inner: false,
    };
    let new = row::advance(desk, tx, case, state, changes(desk, case, report, outcome)?, event).await?;
    let kind = act.filter(|_| outcome == Outcome::Applied).and_then(Kind::of);
    match kind {
        // An acceptance speaks for itself.
        Some(Kind::Accepted) => notice::give(desk, tx, &new, Kind::Accepted, None).await,
        Some(kind) => notice::give(desk, tx, &new, kind, words(report).as_deref()).await,
        None => Ok(()),
    }
}

fn changes(desk: &Desk, case: &case::Model, report: &Report, outcome: Outcome) -> Result<case::ActiveModel> {
    let mut change = case::ActiveModel::default();
    if let (None, Some(id)) = (&case.province_id, &report.province_id) {
        change.province_id = Set(Some(id.clone()));
    }
    if let ReportedStatus::Unknown(word) = &report.status {
        change.province_state = Set(Some(word.clone()));
    }
    if outcome != Outcome::Applied {
        return Ok(change);
    }
    match &report.status {
        ReportedStatus::Correction { .. } => {
            change.correction = Set(desk.seal(Purpose::Correction, words(report).as_deref())?);
        }
        ReportedStatus::Approved { licence } => {
            change.decided_at = Set(Some(when(desk, case, report.occurred_at)));
            change.licence = Set(row::seal_licence(desk, licence.as_ref())?);
        }
        ReportedStatus::Denied { .. } | ReportedStatus::NotAccepted { .. } => {
            change.decided_at = Set(Some(when(desk, case, report.occurred_at)));
        }
        _ => {}
    }
    if !matches!(report.status, ReportedStatus::Unknown(_)) {
        change.province_state = Set(None);
        change.province_at = Set(Some(report.occurred_at));
    }
    Ok(change)
}

/// When it happened, as the timeline shows it: a sender's wrong clock puts nothing before the submission or in the future.
fn when(desk: &Desk, case: &case::Model, occurred_at: DateTime<Utc>) -> DateTime<Utc> {
    let now = desk.world.now();
    occurred_at.max(case.submitted_at.unwrap_or(case.created_at)).min(now)
}

/// What the applicant is to read: a reason, or everything to put right, one line each.
fn words(report: &Report) -> Option<String> {
    let said = report.words.clone().filter(|words| !words.trim().is_empty());
    match &report.status {
        ReportedStatus::NotAccepted { reason } | ReportedStatus::Denied { reason } => {
            if reason.trim().is_empty() {
                said
            } else {
                Some(reason.clone())
            }
        }
        ReportedStatus::Correction { items } if !items.is_empty() => {
            Some(items.iter().map(|item| item.words.as_str()).collect::<Vec<_>>().join("\n"))
        }
        _ => said,
    }
}

/// Keeps the report as it came. Answers whether it is new.
async fn keep(
    desk: &Desk,
    tx: &DatabaseTransaction,
    report: &Report,
    raw: &str,
    case_id: Option<CaseId>,
    outcome: Outcome,
) -> Result<bool> {
    let kept = report::Entity::insert(report::ActiveModel {
        id: Set(ReportId(desk.world.id()?)),
        external_id: Set(report.id.clone()),
        case_id: Set(case_id),
        raw: Set(desk.vault.seal(&desk.world, Purpose::Report, raw)?),
        result: Set(outcome.name().to_owned()),
        occurred_at: Set(report.occurred_at),
        received_at: Set(desk.world.now()),
    })
    .on_conflict(OnConflict::column(report::Column::ExternalId).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(tx)
    .await?;
    Ok(matches!(kept, TryInsertResult::Inserted(1)))
}

/// Forgets reports received before `before`. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(desk: &Desk, before: DateTime<Utc>) -> Result<u64> {
    let old = report::Column::ReceivedAt.lt(before);
    Ok(report::Entity::delete_many().filter(old).exec(&desk.db).await?.rows_affected)
}
