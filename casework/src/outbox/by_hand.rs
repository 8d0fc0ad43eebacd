//! What people and machines do to promises by hand: driving them again, ending them. Each leaves a row that says who.

use entity::case;
use entity::intervention::{self, Act};
use entity::outbox::{self, Model, State};
use entity::{CaseId, InterventionId, OutboxId};
use sea_orm::prelude::Json;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::Deserialize as _;

use super::{ABSENT, Filter, MAX_ATTEMPTS_SHOWN, cancelled, find, list};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::promise::Promise;
use crate::vault::Purpose;

/// What may be driven again: what waits for a person, and what waits for its turn to ask.
pub const DRIVABLE: [State; 2] = [State::Parked, State::Unknown];
/// What may be ended: everything that is neither over nor being sent right now.
const CANCELLABLE: [State; 3] = [State::Parked, State::Unknown, State::Queued];
/// Why a promise is over that somebody ended.
const CANCELLED: &str = "relay.cancelled";
/// Why a promise is not kept yet that somebody had driven again: until its turn comes, what was wrong before says nothing.
pub const REDRIVEN: &str = "relay.redriven";

/// Drives a promise again that is parked or whose outcome is unknown, now and with a fresh schedule. It may have arrived:
/// the relay asks first. Doing it twice does no harm.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::NotParked`] when it is neither.
pub async fn redrive(desk: &Desk, id: OutboxId, by: &str) -> Result<Model> {
    let tx = desk.begin().await?;
    let driven = drive(desk, &tx, &[id], by).await?;
    tx.commit().await?;
    match driven.into_iter().next() {
        Some(row) => Ok(row),
        None => find(desk, id).await.and(Err(Error::NotParked)),
    }
}

/// Drives the oldest `limit` promises again that the filter lets through. Answers which, and whether there are more.
///
/// # Errors
/// When the database fails: then none was.
pub async fn redrive_many(desk: &Desk, filter: &Filter, limit: u64, by: &str) -> Result<(Vec<OutboxId>, bool)> {
    let rows = list(desk, filter, None, limit + 1).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (more, ids) = (rows.len() > limit, rows.into_iter().take(limit).map(|row| row.id).collect::<Vec<_>>());
    let tx = desk.begin().await?;
    let mut driven: Vec<_> = drive(desk, &tx, &ids, by).await?.into_iter().map(|row| row.id).collect();
    tx.commit().await?;
    driven.sort_unstable();
    Ok((driven, more))
}

/// Drives everything again that the filter lets through now, each once and `portion` in a transaction. What a relay parks
/// again meanwhile is left. Answers how many.
///
/// # Errors
/// When the database fails: then those of earlier portions were.
pub async fn redrive_all(desk: &Desk, filter: &Filter, portion: u64, by: &str) -> Result<usize> {
    let (began, mut after, mut count) = (desk.world.now(), None, 0);
    loop {
        let rows = list(desk, filter, after, portion).await?;
        let Some(last) = rows.last() else { return Ok(count) };
        // What was promised since then cannot have been parked then, and whatever comes after it neither.
        let over = last.created_at > began;
        after = Some(last.id);
        let then = rows.iter().filter(|row| row.settled_at.is_none_or(|at| at <= began));
        let ids: Vec<_> = then.map(|row| row.id).collect();
        let tx = desk.begin().await?;
        count += drive(desk, &tx, &ids, by).await?.len();
        tx.commit().await?;
        if over {
            return Ok(count);
        }
    }
}

async fn drive(desk: &Desk, tx: &DatabaseTransaction, ids: &[OutboxId], by: &str) -> Result<Vec<Model>> {
    change_by_hand(desk, tx, ids, &DRIVABLE, driven(desk), (Act::Redriven, by, None)).await
}

/// Due now, with a fresh schedule, and asking first.
fn driven(desk: &Desk) -> outbox::ActiveModel {
    outbox::ActiveModel {
        state: Set(State::Unknown),
        tries: Set(0),
        next_try_at: Set(desk.world.now()),
        reason: Set(Some(REDRIVEN.to_owned())),
        settled_at: Set(None),
        ..Default::default()
    }
}

/// Drives again what was kept towards the province for a case that it lost: the newest handing in, and all that came after it.
/// With `checkpoint`, which tells the relay to ask first and that no file is there. Answers which.
///
/// # Errors
/// When the database fails.
pub async fn drive_kept(desk: &Desk, id: CaseId, checkpoint: &Json, by: &str) -> Result<Vec<OutboxId>> {
    let rows = outbox::Entity::find()
        .filter(outbox::Column::CaseId.eq(id))
        .filter(outbox::Column::Destination.eq(outbox::Destination::Province))
        .order_by_asc(outbox::Column::Sequence)
        .all(&desk.db)
        .await?;
    let hands_in = |row: &Model| matches!(Promise::deserialize(&row.payload), Ok(Promise::ApplyV1 { .. }));
    let newest = rows.iter().rposition(hands_in).unwrap_or(rows.len());
    let kept = rows.iter().skip(newest).filter(|row| row.state == State::Done);
    let ids: Vec<_> = kept.map(|row| row.id).collect();
    let change = outbox::ActiveModel { checkpoint: Set(Some(checkpoint.clone())), ..driven(desk) };
    let tx = desk.begin().await?;
    let driven = change_by_hand(desk, &tx, &ids, &[State::Done], change, (Act::Redriven, by, None)).await?;
    // Where it is there again, it has another number: whoever tells of it next asks for that.
    case::Entity::update_many()
        .set(case::ActiveModel { province_id: Set(None), ..Default::default() })
        .filter(case::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(driven.into_iter().map(|row| row.id).collect())
}

/// Drives again what was not told about a case because the province did not have it.
pub(crate) async fn drive_untold(desk: &Desk, tx: &DatabaseTransaction, id: CaseId, by: &str) -> Result<()> {
    let ids: Vec<OutboxId> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::Column::CaseId.eq(id))
        .filter(outbox::Column::Destination.eq(outbox::Destination::Province))
        .filter(outbox::Column::Reason.eq(ABSENT))
        .into_tuple()
        .all(tx)
        .await?;
    change_by_hand(desk, tx, &ids, &[State::Done], driven(desk), (Act::Redriven, by, None)).await.map(drop)
}

/// Ends a promise that is not kept yet: it will not be. What it would have told is not told, and what waited behind it
/// goes on. Where it may have arrived, what is there stays there.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Settled`] when it is over; [`Error::BeingKept`] when it is being sent right now.
pub async fn cancel(desk: &Desk, id: OutboxId, words: &str, by: &str) -> Result<Model> {
    let change = cancelled(desk, CANCELLED);
    let tx = desk.begin().await?;
    let ended = change_by_hand(desk, &tx, &[id], &CANCELLABLE, change, (Act::Cancelled, by, Some(words))).await?;
    tx.commit().await?;
    match ended.into_iter().next() {
        Some(row) => Ok(row),
        None => match find(desk, id).await?.0.state {
            State::Leased => Err(Error::BeingKept),
            _ => Err(Error::Settled),
        },
    }
}

/// Changes those of the promises that are in one of `states`, and writes down who did what to each, and why.
pub(crate) async fn change_by_hand(
    desk: &Desk,
    tx: &DatabaseTransaction,
    ids: &[OutboxId],
    states: &[State],
    change: outbox::ActiveModel,
    (act, by, words): (Act, &str, Option<&str>),
) -> Result<Vec<Model>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let changed = outbox::Entity::update_many()
        .set(change)
        .filter(outbox::Column::Id.is_in(ids.iter().copied()))
        .filter(outbox::Column::State.is_in(states.iter().copied()))
        .exec_with_returning(tx)
        .await?;
    let mut rows = Vec::new();
    for row in &changed {
        rows.push(intervention::ActiveModel {
            id: Set(InterventionId(desk.world.id()?)),
            outbox_id: Set(row.id),
            act: Set(act),
            by: Set(by.to_owned()),
            words: Set(desk.seal(Purpose::Intervention, words)?),
            at: Set(desk.world.now()),
        });
    }
    if !rows.is_empty() {
        intervention::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(changed)
}

/// What was done to a promise by hand, first to last.
///
/// # Errors
/// When the database fails.
pub async fn interventions(desk: &Desk, id: OutboxId) -> Result<Vec<intervention::Model>> {
    Ok(intervention::Entity::find()
        .filter(intervention::Column::OutboxId.eq(id))
        .order_by_asc(intervention::Column::Id)
        .limit(MAX_ATTEMPTS_SHOWN)
        .all(&desk.db)
        .await?)
}

/// Why it was done, in the words of whoever did it.
///
/// # Errors
/// When they cannot be opened.
pub fn words(desk: &Desk, intervention: &intervention::Model) -> Result<Option<String>> {
    desk.open(Purpose::Intervention, intervention.words.as_ref())
}
