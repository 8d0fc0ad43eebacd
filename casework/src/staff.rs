//! The bureau's staff: made by the operator, signed in by a key shown once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use entity::StaffId;
use entity::staff::{self, Role};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use sha2::{Digest as _, Sha256};

use crate::desk::Desk;
use crate::error::{Error, Result};

/// Longest key looked at.
const MAX_KEY_BYTES: usize = 128;

/// Adds a member of staff. Answers the row and the sign-in key, which is stored as a hash and cannot be shown again.
///
/// # Errors
/// When the database fails.
pub async fn create(desk: &Desk, name: &str, role: Role) -> Result<(staff::Model, String)> {
    let key = format!("gxb_{}", BASE64.encode(desk.world.bytes::<32>()?));
    let row = staff::ActiveModel {
        id: Set(StaffId(desk.world.id()?)),
        name: Set(name.to_owned()),
        role: Set(role),
        key_hash: Set(hash(&key)),
        created_at: Set(desk.world.now()),
        disabled_at: Set(None),
    }
    .insert(&desk.db)
    .await?;
    Ok((row, key))
}

/// Who signs in with `key`.
///
/// # Errors
/// [`Error::SessionEnded`] when nobody does, or not any more.
pub async fn by_key(desk: &Desk, key: &str) -> Result<staff::Model> {
    if key.len() > MAX_KEY_BYTES {
        return Err(Error::SessionEnded);
    }
    staff::Entity::find()
        .filter(staff::Column::KeyHash.eq(hash(key)))
        .filter(staff::Column::DisabledAt.is_null())
        .one(&desk.db)
        .await?
        .ok_or(Error::SessionEnded)
}

/// A member of staff who may still act.
///
/// # Errors
/// [`Error::SessionEnded`] when they were disabled since they signed in.
pub async fn active(desk: &Desk, id: StaffId) -> Result<staff::Model> {
    staff::Entity::find_by_id(id)
        .filter(staff::Column::DisabledAt.is_null())
        .one(&desk.db)
        .await?
        .ok_or(Error::SessionEnded)
}

/// Bars a member of staff from now on.
///
/// # Errors
/// [`Error::NotFound`] when there is nobody of that id.
pub async fn disable(desk: &Desk, id: StaffId) -> Result<()> {
    let changed = staff::Entity::update_many()
        .set(staff::ActiveModel { disabled_at: Set(Some(desk.world.now())), ..Default::default() })
        .filter(staff::Column::Id.eq(id))
        .exec(&desk.db)
        .await?;
    crate::error::one_row(changed.rows_affected, Error::NotFound("staff"))
}

/// The key is 32 random bytes: a plain hash cannot be turned back.
fn hash(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}
