//! Reports that were fetched and cannot be taken: nobody is there to be told, so they are kept as they came, and the operator
//! hears of them.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ReportId;
use entity::report::{ActiveModel, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, TryInsertResult,
};
use sha2::{Digest as _, Sha256};

use crate::desk::Desk;
use crate::error::Result;
use crate::vault::Purpose;

/// What is stored as its result.
const ASIDE: &str = "set_aside";
/// For how long the operator is told of one.
const TOLD: TimeDelta = TimeDelta::days(7);

/// What was set aside in the last days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aside {
    /// How many.
    pub count: u64,
    /// When the newest came.
    pub newest_at: DateTime<Utc>,
}

/// Keeps a report that cannot be taken as it came. Answers whether it is the first time that it came so.
///
/// # Errors
/// When the database fails.
pub async fn set_aside(desk: &Desk, raw: &str) -> Result<bool> {
    let now = desk.world.now();
    let kept = Entity::insert(ActiveModel {
        id: Set(ReportId(desk.world.id()?)),
        // Not by the id it claims: one that is mended may come under that.
        external_id: Set(format!("{ASIDE}:{}", hex::encode(Sha256::digest(raw)))),
        case_id: Set(None),
        raw: Set(desk.vault.seal(&desk.world, Purpose::Report, raw)?),
        result: Set(ASIDE.to_owned()),
        occurred_at: Set(now),
        received_at: Set(now),
    })
    .on_conflict(OnConflict::column(Column::ExternalId).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(&desk.db)
    .await?;
    Ok(matches!(kept, TryInsertResult::Inserted(1)))
}

/// What was set aside in the last days; none when nothing was.
///
/// # Errors
/// When the database fails.
pub async fn aside(desk: &Desk) -> Result<Option<Aside>> {
    let found: Option<(i64, Option<DateTime<Utc>>)> = Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "found")
        .column_as(Column::ReceivedAt.max(), "newest_at")
        .filter(Column::Result.eq(ASIDE))
        .filter(Column::ReceivedAt.gt(desk.world.now() - TOLD))
        .into_tuple()
        .one(&desk.db)
        .await?;
    Ok(found.and_then(|(count, newest)| Some(Aside { count: u64::try_from(count).ok()?, newest_at: newest? })))
}
