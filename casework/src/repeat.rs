//! A POST that is sent twice does its work once and answers twice the same.
//!
//! The key is claimed in a transaction of its own, so that a second request learns at once that the first still runs. The
//! answer is kept in the act's own transaction: either both are there or neither is.

use chrono::TimeDelta;
use entity::idempotency;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    TryInsertResult,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::desk::Desk;
use crate::error::{Error, Result, one_row};
use crate::vault::Purpose;

/// How long a key is remembered.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// How long a first request may run before its key may be claimed anew: longer than any request's time-out.
const RUNNING: TimeDelta = TimeDelta::seconds(120);

/// The right to do the work of one key.
#[derive(Debug)]
pub struct Ticket {
    scope: Uuid,
    key_hash: String,
    holder: Uuid,
}

/// What became of a claim.
#[derive(Debug)]
pub enum Claim {
    /// Nobody did it yet: do it, and keep the answer, or [`release`] the key.
    Mine(Ticket),
    /// It was done: this was the answer.
    Done(String),
}

/// Claims `key` of the account or machine `scope` for one request to `operation`.
///
/// # Errors
/// [`Error::KeyMismatch`] when the key came with another body before; [`Error::KeyRunning`] while the first request runs.
pub async fn claim(desk: &Desk, scope: Uuid, operation: &str, key: &str, body: &[u8]) -> Result<Claim> {
    let now = desk.world.now();
    let ticket =
        Ticket { scope, key_hash: hash(&[operation.as_bytes(), b"\n", key.as_bytes()]), holder: desk.world.id()? };
    let body_hash = hash(&[body]);
    let row = idempotency::ActiveModel {
        scope: Set(scope),
        key_hash: Set(ticket.key_hash.clone()),
        body_hash: Set(body_hash.clone()),
        running_until: Set(now + RUNNING),
        holder: Set(ticket.holder),
        answer: Set(None),
        expires_at: Set(now + KEPT),
    };
    let taken = idempotency::Entity::insert(row.clone())
        .on_conflict(
            OnConflict::columns([idempotency::Column::Scope, idempotency::Column::KeyHash]).do_nothing().to_owned(),
        )
        .try_insert()
        .exec_without_returning(&desk.db)
        .await?;
    if matches!(taken, TryInsertResult::Inserted(1)) {
        return Ok(Claim::Mine(ticket));
    }
    let found = idempotency::Entity::find_by_id((scope, ticket.key_hash.clone())).one(&desk.db).await?;
    let Some(found) = found else { return Err(Error::KeyRunning) };
    let over = found.expires_at <= now;
    if !over && found.body_hash != body_hash {
        return Err(Error::KeyMismatch);
    }
    match found.answer {
        Some(answer) if !over => Ok(Claim::Done(desk.vault.open(Purpose::Answer, &answer)?)),
        None if !over && found.running_until > now => Err(Error::KeyRunning),
        _ => take_over(desk, ticket, row, found.holder).await,
    }
}

/// Claims the key of a request that died, or that is long over.
async fn take_over(desk: &Desk, ticket: Ticket, row: idempotency::ActiveModel, from: Uuid) -> Result<Claim> {
    let taken = idempotency::Entity::update_many()
        .set(row)
        .filter(of(&ticket))
        .filter(idempotency::Column::Holder.eq(from))
        .exec(&desk.db)
        .await?;
    one_row(taken.rows_affected, Error::KeyRunning)?;
    Ok(Claim::Mine(ticket))
}

/// Keeps the answer with the act, in its transaction.
///
/// # Errors
/// [`Error::KeyRunning`] when somebody took the key over: the act must not commit.
pub(crate) async fn keep(desk: &Desk, tx: &DatabaseTransaction, ticket: &Ticket, answer: &str) -> Result<()> {
    let kept = idempotency::Entity::update_many()
        .set(idempotency::ActiveModel {
            answer: Set(Some(desk.vault.seal(&desk.world, Purpose::Answer, answer)?)),
            ..Default::default()
        })
        .filter(of(ticket))
        .filter(idempotency::Column::Holder.eq(ticket.holder))
        .exec(tx)
        .await?;
    one_row(kept.rows_affected, Error::KeyRunning)
}

/// Gives the key back after an act that was not done, so that a corrected request may use it.
///
/// # Errors
/// When the database fails.
pub async fn release(desk: &Desk, ticket: &Ticket) -> Result<()> {
    idempotency::Entity::delete_many()
        .filter(of(ticket))
        .filter(idempotency::Column::Holder.eq(ticket.holder))
        .filter(idempotency::Column::Answer.is_null())
        .exec(&desk.db)
        .await?;
    Ok(())
}

/// Forgets keys that are over. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(desk: &Desk) -> Result<u64> {
    let over = idempotency::Column::ExpiresAt.lte(desk.world.now());
    Ok(idempotency::Entity::delete_many().filter(over).exec(&desk.db).await?.rows_affected)
}

fn of(ticket: &Ticket) -> Condition {
    Condition::all()
        .add(idempotency::Column::Scope.eq(ticket.scope))
        .add(idempotency::Column::KeyHash.eq(ticket.key_hash.clone()))
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hex::encode(hasher.finalize())
}

/// An act that was asked for with an idempotency key: whose turn it is, and how its answer reads.
pub struct Once<'a> {
    /// The claim.
    pub ticket: &'a Ticket,
    /// The answer as it will be sent, of the case as the act leaves it.
    pub answer: &'a (dyn Fn(&entity::case::Model) -> Result<String> + Sync),
}

impl std::fmt::Debug for Once<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.ticket.fmt(f)
    }
}

/// Keeps the answer when the act has a key at all.
pub(crate) async fn keep_for(
    desk: &Desk,
    tx: &DatabaseTransaction,
    once: Option<&Once<'_>>,
    case: &entity::case::Model,
) -> Result<()> {
    match once {
        Some(once) => keep(desk, tx, once.ticket, &(once.answer)(case)?).await,
        None => Ok(()),
    }
}
