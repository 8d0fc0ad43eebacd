//! A status that came back: which act it is. Pushed or polled, it comes through [`apply`].
//!
//! Reports come twice, late and in any order. The same id again is a repeat; one that would take the case back is kept
//! and changes nothing; a word we do not know is kept as it came and shown as unknown.

mod against;
mod aside;
mod judge;
mod outcome;
mod status;
mod words;

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
pub use aside::{Aside, aside, set_aside};
pub use outcome::{Outcome, Taken, Why};
pub use status::{CorrectionItem, Licence, Report, ReportedStatus};

use self::judge::{act_of, judge};
use self::words::words;
use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::Result;
use crate::item::DecidedBy;
use crate::notice::{self, Kind};
use crate::state;
use crate::vault::Purpose;
use crate::withdraw;

/// Takes a report in: the act it stands for, its line in the timeline, the notice it owes, and the report itself as it
/// came (`raw`), in one transaction.
///
/// # Errors
/// [`Error::NoSuchVersion`] when it speaks of a version of the case that was never handed in. When the database fails; then
/// nothing was done and the sender must send it again.
///
/// [`Error::NoSuchVersion`]: crate::Error::NoSuchVersion
pub async fn apply(desk: &Desk, report: &Report, raw: &str) -> Result<Taken> {
    row::retrying(|| try_apply(desk, report, raw)).await
}

async fn try_apply(desk: &Desk, report: &Report, raw: &str) -> Result<Taken> {
    let case = match Uuid::try_parse(&report.orgbusno) {
        Ok(id) => case::Entity::find_by_id(CaseId(id)).one(&desk.db).await?,
        Err(_) => None,
    };
    let tx = desk.begin().await?;
    let (outcome, why) = match &case {
        None => (Outcome::UnknownCase, None),
        Some(case) => judge(case, report, decided_here(desk, case))?,
    };
    let mut taken = Taken { outcome, why, state: case.as_ref().map(|case| case.state) };
    if !keep(desk, &tx, report, raw, case.as_ref().map(|case| case.id), outcome).await? {
        return Ok(Taken { outcome: Outcome::Repeated, why: None, ..taken });
    }
    if let Some(case) = case {
        taken.state = Some(carry_out(desk, &tx, &case, report, outcome).await?);
        withdraw::heard_of(desk, &tx, &case).await?;
    }
    tx.commit().await?;
    Ok(taken)
}

/// Whether the county's own staff decide the case: then a province that says what became of it does not know that.
fn decided_here(desk: &Desk, case: &case::Model) -> bool {
    row::item(desk, case).is_ok_and(|entry| entry.item.decided_by == DecidedBy::County)
}

/// Writes what a report changes. Answers where the case stands then.
async fn carry_out(
    desk: &Desk,
    tx: &DatabaseTransaction,
    case: &case::Model,
    report: &Report,
    outcome: Outcome,
) -> Result<State> {
    let act = act_of(&report.status);
    let state = match outcome {
        Outcome::Applied => act.and_then(|act| state::after(case.state, act)).unwrap_or(case.state),
        Outcome::Stale | Outcome::UnknownState => case.state,
        Outcome::NotPossible | Outcome::Repeated | Outcome::UnknownCase => return Ok(case.state),
    };
    let words = words(row::item(desk, case).ok().map(|entry| &entry.item), report);
    let event = Event {
        act: report.status.name(),
        actor: Actor::Province,
        actor_id: None,
        at: when(desk, case, report.occurred_at),
        note: words.clone(),
        inner: false,
    };
    let change = changes(desk, case, report, outcome, words.as_deref())?;
    let new = row::advance(desk, tx, case, state, change, event).await?;
    // The licence of a decision that was told already is no news of its own.
    let kind = act.filter(|_| outcome == Outcome::Applied && new.state != case.state).and_then(Kind::of);
    match kind {
        // An acceptance speaks for itself.
        Some(Kind::Accepted) => notice::give(desk, tx, &new, Kind::Accepted, None).await?,
        Some(kind) => notice::give(desk, tx, &new, kind, words.as_deref()).await?,
        None => {}
    }
    Ok(new.state)
}

fn changes(
    desk: &Desk,
    case: &case::Model,
    report: &Report,
    outcome: Outcome,
    words: Option<&str>,
) -> Result<case::ActiveModel> {
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
            change.correction = Set(desk.seal(Purpose::Correction, words)?);
        }
        ReportedStatus::Approved { licence } => {
            change.decided_at = Set(Some(case.decided_at.unwrap_or_else(|| when(desk, case, report.occurred_at))));
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
