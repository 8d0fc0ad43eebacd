//! A POST that is sent twice does its work once and answers twice the same.
//!
//! The answer is kept under the request's key in the act's own transaction: either both are there or neither is. Of two
//! requests at once the second meets the first at the case or at the key, waits for its commit, undoes what it did itself,
//! and answers what the first did. A request that was refused, or whose process died, leaves nothing behind.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{case, idempotency};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::vault::Purpose;

/// How long a key is remembered.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// What tells one request from all others, and the same request when it comes again.
#[derive(Clone, Debug)]
pub struct Key {
    scope: Uuid,
    name: String,
    body: String,
}

impl Key {
    /// The key `key` of the account or machine `scope` for a request to `operation` with this body.
    pub fn new(scope: Uuid, operation: &str, key: &str, body: &[u8]) -> Self {
        Self { scope, name: hash(&[operation.as_bytes(), b"\n", key.as_bytes()]), body: hash(&[body]) }
    }
}

/// How the answer to an act reads: the case as the act leaves it, as it will be sent.
pub type Answer = dyn Fn(&Desk, &case::Model) -> Result<String> + Send + Sync;

/// An act that was asked for with an idempotency key: which one, and how its answer reads. Cheap to clone.
#[derive(Clone)]
pub struct Once {
    /// The key.
    pub key: Key,
    /// The answer.
    pub answer: Arc<Answer>,
}

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.key.fmt(f)
    }
}

/// What the first request with this key was answered; none when none was carried out.
///
/// # Errors
/// [`Error::KeyMismatch`] when it was another request.
pub async fn first(desk: &Desk, key: &Key) -> Result<Option<String>> {
    let row = idempotency::Entity::find_by_id((key.scope, key.name.clone()))
        .filter(idempotency::Column::ExpiresAt.gt(desk.world.now()))
        .one(&desk.db)
        .await?;
    match row {
        Some(row) if row.body_hash != key.body => Err(Error::KeyMismatch),
        Some(row) => Ok(Some(desk.vault.open(Purpose::Answer, &row.answer)?)),
        None => Ok(None),
    }
}

impl Once {
    /// What is kept of an act that left the case like this.
    pub(crate) fn kept(&self, desk: &Desk, case: &case::Model) -> Result<idempotency::ActiveModel> {
        Ok(idempotency::ActiveModel {
            scope: Set(self.key.scope),
            key_hash: Set(self.key.name.clone()),
            body_hash: Set(self.key.body.clone()),
            answer: Set(desk.vault.seal(&desk.world, Purpose::Answer, &(self.answer)(desk, case)?)?),
            expires_at: Set(desk.world.now() + KEPT),
        })
    }
}

/// Keeps the answers of acts that have a key with them, in their transaction.
///
/// # Errors
/// [`Error::KeyTaken`] when another request with one of these keys was quicker: the acts must not commit.
pub(crate) async fn keep(desk: &Desk, tx: &DatabaseTransaction, rows: Vec<idempotency::ActiveModel>) -> Result<()> {
    let count = rows.len() as u64;
    if count == 0 {
        return Ok(());
    }
    // A key that is over is as good as none.
    let over = Expr::col((idempotency::Entity, idempotency::Column::ExpiresAt)).lte(desk.world.now());
    let kept = idempotency::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([idempotency::Column::Scope, idempotency::Column::KeyHash])
                .update_columns([
                    idempotency::Column::BodyHash,
                    idempotency::Column::Answer,
                    idempotency::Column::ExpiresAt,
                ])
                .action_and_where(over)
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    if kept == count { Ok(()) } else { Err(Error::KeyTaken) }
}

/// Forgets keys that are over. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(desk: &Desk) -> Result<u64> {
    let over = idempotency::Column::ExpiresAt.lte(desk.world.now());
    Ok(idempotency::Entity::delete_many().filter(over).exec(&desk.db).await?.rows_affected)
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hex::encode(hasher.finalize())
}
