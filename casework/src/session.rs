//! Refresh tokens: one use each, a family per sign-in, stored as hashes.
//!
//! A token that turns up a second time was stolen, or its thief was quicker: either way the whole family ends, and the
//! phone signs in again, which in WeChat takes no tap.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::TimeDelta;
use entity::{AccountId, SessionId, session};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
};
use sha2::{Digest as _, Sha256};

use crate::desk::Desk;
use crate::error::{Error, Result};

/// Longest refresh token looked at.
const MAX_TOKEN_BYTES: usize = 128;

/// A refresh token just made. Cannot be printed.
pub struct Opened {
    /// The family it belongs to.
    pub family: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The token, to be handed to the phone and nobody else.
    pub token: String,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({})", self.family)
    }
}

/// Opens a family for an account that just signed in.
///
/// # Errors
/// When the database fails.
pub async fn open(desk: &Desk, account: AccountId, lifetime: TimeDelta) -> Result<Opened> {
    let id = SessionId(desk.world.id()?);
    add(desk, &desk.db, id, id, account, lifetime).await
}

/// Exchanges a token for the next one of its family.
///
/// # Errors
/// [`Error::SessionEnded`] when it is unknown, expired or ended; [`Error::SessionReused`] when it was used before: then
/// the family ends.
pub async fn refresh(desk: &Desk, token: &str, lifetime: TimeDelta) -> Result<Opened> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(Error::SessionEnded);
    }
    let now = desk.world.now();
    let tx = desk.begin().await?;
    let found = session::Entity::find()
        .filter(session::Column::TokenHash.eq(hash(token)))
        .one(&tx)
        .await?
        .ok_or(Error::SessionEnded)?;
    if found.ended_at.is_some() || found.expires_at <= now {
        return Err(Error::SessionEnded);
    }
    let used = session::Entity::update_many()
        .set(session::ActiveModel { used_at: Set(Some(now)), ..Default::default() })
        .filter(session::Column::Id.eq(found.id))
        .filter(session::Column::UsedAt.is_null())
        .exec(&tx)
        .await?;
    if used.rows_affected == 0 {
        end_family(desk, &tx, found.family).await?;
        tx.commit().await?;
        tracing::warn!(family = %found.family, "a refresh token was used twice: its family has ended");
        return Err(Error::SessionReused);
    }
    let next = add(desk, &tx, SessionId(desk.world.id()?), found.family, found.account_id, lifetime).await?;
    tx.commit().await?;
    Ok(next)
}

/// Ends a family: signing out.
///
/// # Errors
/// When the database fails.
pub async fn end(desk: &Desk, family: SessionId) -> Result<()> {
    end_family(desk, &desk.db, family).await
}

/// Forgets tokens that expired. Answers how many.
///
/// # Errors
/// When the database fails.
pub async fn sweep(desk: &Desk) -> Result<u64> {
    let over = session::Column::ExpiresAt.lte(desk.world.now());
    Ok(session::Entity::delete_many().filter(over).exec(&desk.db).await?.rows_affected)
}

async fn end_family(desk: &Desk, db: &impl ConnectionTrait, family: SessionId) -> Result<()> {
    session::Entity::update_many()
        .set(session::ActiveModel { ended_at: Set(Some(desk.world.now())), ..Default::default() })
        .filter(session::Column::Family.eq(family))
        .filter(session::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

async fn add(
    desk: &Desk,
    db: &impl ConnectionTrait,
    id: SessionId,
    family: SessionId,
    account_id: AccountId,
    lifetime: TimeDelta,
) -> Result<Opened> {
    let token = BASE64.encode(desk.world.bytes::<32>()?);
    let now = desk.world.now();
    session::ActiveModel {
        id: Set(id),
        family: Set(family),
        account_id: Set(account_id),
        token_hash: Set(hash(&token)),
        issued_at: Set(now),
        expires_at: Set(now + lifetime),
        used_at: Set(None),
        ended_at: Set(None),
    }
    .insert(db)
    .await?;
    Ok(Opened { family, account_id, token })
}

/// The token is 32 random bytes: a plain hash cannot be turned back.
fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
