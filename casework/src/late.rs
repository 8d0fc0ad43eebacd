//! Telling an applicant, once, that it takes longer than promised to hand the case on.

use entity::CaseId;
use entity::case;
use sea_orm::{ActiveValue::Set, EntityTrait as _};

use crate::case::{self as row, Event};
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::notice::{self, Kind};
use crate::state;

/// Tells the owner that the case is late, unless they were told or it is over. Answers whether they were told now.
///
/// # Errors
/// When the database fails.
pub async fn tell(desk: &Desk, id: CaseId) -> Result<bool> {
    row::retrying(|| try_tell(desk, id)).await
}

async fn try_tell(desk: &Desk, id: CaseId) -> Result<bool> {
    let old = case::Entity::find_by_id(id).one(&desk.db).await?.ok_or(Error::NotFound("case"))?;
    if old.told_late || state::is_final(old.state) {
        return Ok(false);
    }
    let change = case::ActiveModel { told_late: Set(true), ..Default::default() };
    let event = Event::by_system(desk, "late");
    let tx = desk.begin().await?;
    let new = row::advance(desk, &tx, &old, old.state, change, event).await?;
    notice::give(desk, &tx, &new, Kind::Late, None).await?;
    tx.commit().await?;
    Ok(true)
}
