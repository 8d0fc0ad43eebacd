//! Promises are written with the change that owes them; the relay keeps them after the commit.

mod by_hand;
mod old;
mod stuck;

use chrono::{DateTime, Utc};
use entity::outbox::{self, State};
use entity::{CaseId, OutboxId, attempt, case};
use sea_orm::sea_query::{Expr, IntoCondition, Query};
use sea_orm::{
    ActiveEnum as _, ActiveValue::Set, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

pub use by_hand::{DRIVABLE, REDRIVEN, cancel, drive_kept, interventions, redrive, redrive_all, redrive_many, words};
pub(crate) use by_hand::{change_by_hand, drive_untold};
pub use old::sweep;
pub use stuck::{Reason, oldest, reasons};

use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::promise::Promise;
use crate::vault::Purpose;

/// Why a promise to the province counts as kept without a word: it does not have the case.
pub const ABSENT: &str = "province.absent";

/// Most attempts shown of one promise.
pub(crate) const MAX_ATTEMPTS_SHOWN: u64 = 200;

/// Writes `promise` into the transaction. `sequence` orders it within its stream: the number of the event that owes it.
///
/// # Errors
/// When the database fails.
pub async fn owe(desk: &Desk, tx: &DatabaseTransaction, promise: Promise, case: CaseId, sequence: i32) -> Result<()> {
    owe_to(desk, tx, promise, Some(case), sequence).await
}

/// The same for a promise that may belong to no case.
pub(crate) async fn owe_to(
    desk: &Desk,
    tx: &DatabaseTransaction,
    promise: Promise,
    case: Option<CaseId>,
    sequence: i32,
) -> Result<()> {
    write(tx, vec![promised(desk, promise, case, sequence)?]).await
}

/// The row of a promise; nothing is owed before it is written.
pub(crate) fn promised(
    desk: &Desk,
    promise: Promise,
    case: Option<CaseId>,
    sequence: i32,
) -> Result<outbox::ActiveModel> {
    let now = desk.world.now();
    Ok(outbox::ActiveModel {
        id: Set(OutboxId(desk.world.id()?)),
        destination: Set(promise.destination()),
        stream: Set(promise.stream()),
        sequence: Set(sequence),
        case_id: Set(case),
        payload: Set(serde_json::to_value(promise).map_err(|_| Error::BadRow("outbox.payload"))?),
        state: Set(State::Queued),
        tries: Set(0),
        next_try_at: Set(now),
        leased_by: Set(None),
        fence: Set(0),
        checkpoint: Set(None),
        reason: Set(None),
        created_at: Set(now),
        settled_at: Set(None),
    })
}

/// Writes what was promised, in one statement.
pub(crate) async fn write(tx: &DatabaseTransaction, promises: Vec<outbox::ActiveModel>) -> Result<()> {
    if !promises.is_empty() {
        outbox::Entity::insert_many(promises).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// What is still owed, whether a relay may take it or a person must look. Written out, and as two halves: only so does the
/// planner see that each has an index of its own, which history does not grow.
pub(crate) fn owed() -> Expr {
    Expr::cust(r#"("outbox"."state" IN ('queued', 'leased', 'unknown') OR "outbox"."state" = 'parked')"#)
}

/// No longer owed, and why.
pub(crate) fn cancelled(desk: &Desk, reason: &str) -> outbox::ActiveModel {
    outbox::ActiveModel {
        state: Set(State::Cancelled),
        reason: Set(Some(reason.to_owned())),
        settled_at: Set(Some(desk.world.now())),
        ..Default::default()
    }
}

/// Cancels what is owed among `which`; what is being sent at this moment is finished.
///
/// # Errors
/// When the database fails.
pub(crate) async fn cancel_unsent(
    desk: &Desk,
    tx: &DatabaseTransaction,
    which: impl IntoCondition,
    reason: &str,
) -> Result<()> {
    outbox::Entity::update_many()
        .set(cancelled(desk, reason))
        .filter(which.into_condition())
        .filter(outbox::Column::State.is_in([State::Queued, State::Unknown, State::Parked]))
        .exec(tx)
        .await?;
    Ok(())
}

/// Cancels what waits for the province in a stream and was never tried, and what is parked. Answers whether anything of it may have left.
///
/// # Errors
/// When the database fails.
pub(crate) async fn cancel_waiting(desk: &Desk, tx: &DatabaseTransaction, stream: &str, reason: &str) -> Result<bool> {
    outbox::Entity::update_many()
        .set(cancelled(desk, reason))
        .filter(outbox::Column::Destination.eq(outbox::Destination::Province))
        .filter(outbox::Column::Stream.eq(stream))
        .filter(
            // The fence rises when a relay takes it: at 0 nobody ever did.
            Condition::any()
                .add(outbox::Column::State.eq(State::Parked))
                .add(Condition::all().add(outbox::Column::State.eq(State::Queued)).add(outbox::Column::Fence.eq(0))),
        )
        .exec(tx)
        .await?;
    let left = outbox::Entity::find()
        .filter(outbox::Column::Destination.eq(outbox::Destination::Province))
        .filter(outbox::Column::Stream.eq(stream))
        .filter(outbox::Column::Fence.gt(0))
        .one(tx)
        .await?;
    Ok(left.is_some())
}

/// The newest promise to the province for a case: what the applicant is shown as `relay`.
///
/// # Errors
/// When the database fails.
pub async fn of_case(desk: &Desk, case: CaseId) -> Result<Option<outbox::Model>> {
    Ok(outbox::Entity::find()
        .filter(outbox::Column::CaseId.eq(case))
        .filter(outbox::Column::Destination.eq(outbox::Destination::Province))
        .order_by_desc(outbox::Column::Sequence)
        .one(&desk.db)
        .await?)
}

/// Which promises somebody wants to see. What is not said lets everything through; no state at all, nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Where they stand.
    pub states: Vec<State>,
    /// To whom they are owed.
    pub destination: Option<outbox::Destination>,
    /// Why they are not kept.
    pub reason: Option<String>,
    /// Whose case they belong to.
    pub case: Option<CaseId>,
    /// Promised before this.
    pub before: Option<DateTime<Utc>>,
}

impl Filter {
    /// What stands in one of these.
    pub fn of(states: impl Into<Vec<State>>) -> Self {
        Self { states: states.into(), ..Self::default() }
    }

    fn condition(&self) -> Condition {
        // Written out, not bound: only so does the planner see that a partial index serves.
        let words: Vec<_> = self.states.iter().map(|state| format!("'{}'", state.to_value())).collect();
        let states = if words.is_empty() { "''".to_owned() } else { words.join(", ") };
        Condition::all()
            .add(Expr::cust(format!(r#""outbox"."state" IN ({states})"#)))
            .add_option(self.destination.map(|destination| outbox::Column::Destination.eq(destination)))
            .add_option(self.reason.as_ref().map(|reason| outbox::Column::Reason.eq(reason)))
            .add_option(self.case.map(|case| outbox::Column::CaseId.eq(case)))
            .add_option(self.before.map(|before| outbox::Column::CreatedAt.lt(before)))
    }
}

/// A page of the promises the filter lets through, oldest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk, filter: &Filter, after: Option<OutboxId>, limit: u64) -> Result<Vec<outbox::Model>> {
    let mut query = outbox::Entity::find().filter(filter.condition());
    if let Some(after) = after {
        query = query.filter(outbox::Column::Id.gt(after));
    }
    Ok(query.order_by_asc(outbox::Column::Id).limit(limit).all(&desk.db).await?)
}

/// A promise with every attempt at keeping it, first to last.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(desk: &Desk, id: OutboxId) -> Result<(outbox::Model, Vec<attempt::Model>)> {
    let row = outbox::Entity::find_by_id(id).one(&desk.db).await?.ok_or(Error::NotFound("delivery"))?;
    let attempts = attempt::Entity::find()
        .filter(attempt::Column::OutboxId.eq(id))
        .order_by_asc(attempt::Column::Number)
        .limit(MAX_ATTEMPTS_SHOWN)
        .all(&desk.db)
        .await?;
    Ok((row, attempts))
}

/// The other side's words in an attempt, trimmed.
///
/// # Errors
/// When they cannot be opened.
pub fn reply(desk: &Desk, attempt: &attempt::Model) -> Result<Option<String>> {
    desk.open(Purpose::Reply, attempt.reply.as_ref())
}

/// Cases with a promise to the province that has been open since before `since`, and whose owner was not told.
///
/// # Errors
/// When the database fails.
pub async fn overdue(desk: &Desk, since: DateTime<Utc>, limit: u64) -> Result<Vec<CaseId>> {
    let late = Query::select()
        .column(outbox::Column::CaseId)
        .from(outbox::Entity)
        .and_where(owed())
        .and_where(outbox::Column::Destination.eq(outbox::Destination::Province))
        .and_where(outbox::Column::CreatedAt.lt(since))
        .to_owned();
    Ok(case::Entity::find()
        .select_only()
        .column(case::Column::Id)
        .filter(case::Column::ToldLate.eq(false))
        .filter(case::Column::State.is_in([case::State::Submitted, case::State::Correcting]))
        .filter(case::Column::Id.in_subquery(late))
        .limit(limit)
        .into_tuple()
        .all(&desk.db)
        .await?)
}
