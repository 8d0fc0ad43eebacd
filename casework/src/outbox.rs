//! Promises are written with the change that owes them; the relay keeps them after the commit.

use chrono::{DateTime, Utc};
use entity::outbox::{self, State};
use entity::{CaseId, OutboxId, attempt, case};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::promise::Promise;
use crate::vault::Purpose;

/// Most attempts shown of one promise.
const MAX_ATTEMPTS_SHOWN: u64 = 200;

/// Writes `promise` into the transaction. `sequence` orders it within its stream: the number of the event that owes it.
///
/// # Errors
/// When the database fails.
pub async fn owe(desk: &Desk, tx: &DatabaseTransaction, promise: Promise, case: CaseId, sequence: i32) -> Result<()> {
    let now = desk.world.now();
    outbox::ActiveModel {
        id: Set(OutboxId(desk.world.id()?)),
        destination: Set(promise.destination()),
        stream: Set(promise.stream()),
        sequence: Set(sequence),
        case_id: Set(Some(case)),
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
    }
    .insert(tx)
    .await?;
    Ok(())
}

/// Cancels what waits in a stream and was never tried, and what is parked. Answers whether anything of it may have left.
///
/// # Errors
/// When the database fails.
pub(crate) async fn cancel_waiting(desk: &Desk, tx: &DatabaseTransaction, stream: &str, reason: &str) -> Result<bool> {
    outbox::Entity::update_many()
        .set(outbox::ActiveModel {
            state: Set(State::Cancelled),
            reason: Set(Some(reason.to_owned())),
            settled_at: Set(Some(desk.world.now())),
            ..Default::default()
        })
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

/// A page of the promises in `state`, oldest first, after `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk, state: State, after: Option<OutboxId>, limit: u64) -> Result<Vec<outbox::Model>> {
    let mut query = outbox::Entity::find().filter(outbox::Column::State.eq(state));
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

/// Drives a parked promise again, with a fresh schedule. It may have arrived: the relay asks first.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::NotParked`] when it is not parked.
pub async fn redrive(desk: &Desk, id: OutboxId) -> Result<outbox::Model> {
    let driven = outbox::Entity::update_many()
        .set(outbox::ActiveModel {
            state: Set(State::Unknown),
            tries: Set(0),
            next_try_at: Set(desk.world.now()),
            reason: Set(None),
            settled_at: Set(None),
            ..Default::default()
        })
        .filter(outbox::Column::Id.eq(id))
        .filter(outbox::Column::State.eq(State::Parked))
        .exec_with_returning(&desk.db)
        .await?;
    match driven.into_iter().next() {
        Some(row) => Ok(row),
        None => find(desk, id).await.and(Err(Error::NotParked)),
    }
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
    let open = [State::Queued, State::Leased, State::Unknown, State::Parked];
    let late = Query::select()
        .column(outbox::Column::CaseId)
        .from(outbox::Entity)
        .and_where(outbox::Column::State.is_in(open))
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
