//! How far something has been read: a place by name.

use entity::cursor;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait as _};

use crate::desk::Desk;
use crate::error::Result;

/// The place kept under a name.
///
/// # Errors
/// When the database fails.
pub async fn find(desk: &Desk, name: &str) -> Result<Option<String>> {
    Ok(cursor::Entity::find_by_id(name).one(&desk.db).await?.map(|row| row.value))
}

/// Keeps a place under a name, instead of the one that was there.
///
/// # Errors
/// When the database fails.
pub async fn keep(desk: &Desk, db: &impl ConnectionTrait, name: &str, place: &str) -> Result<()> {
    let row = cursor::ActiveModel {
        name: Set(name.to_owned()),
        value: Set(place.to_owned()),
        changed_at: Set(desk.world.now()),
    };
    cursor::Entity::insert(row)
        .on_conflict(
            OnConflict::column(cursor::Column::Name)
                .update_columns([cursor::Column::Value, cursor::Column::ChangedAt])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}
