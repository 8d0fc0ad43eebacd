//! Photo rules that came while the program was running: kept in every version, with what changed. What a rule says is the
//! photo engine's business.

use entity::rule::{self, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    TryInsertResult,
};
use serde_json::Value;

use crate::desk::Desk;
use crate::error::Result;

/// Most versions read at once: rules change a few times a year.
const MAX_VERSIONS: u64 = 2_000;

/// A new version of a rule.
#[derive(Clone, Debug)]
pub struct Version {
    /// The rule.
    pub name: String,
    /// One more than the version before.
    pub version: i32,
    /// The whole rule.
    pub data: Value,
    /// What is different from the version before.
    pub changes: Value,
}

/// Every version that is kept, the newest of each rule last.
///
/// # Errors
/// When the database fails.
pub async fn all(desk: &Desk) -> Result<Vec<Model>> {
    let query = rule::Entity::find().order_by_desc(rule::Column::TakenAt).limit(MAX_VERSIONS);
    let mut rows = query.all(&desk.db).await?;
    rows.sort_by(|a, b| (&a.name, a.version).cmp(&(&b.name, b.version)));
    Ok(rows)
}

/// The versions of one rule that are kept, newest first.
///
/// # Errors
/// When the database fails.
pub async fn versions(desk: &Desk, name: &str) -> Result<Vec<Model>> {
    Ok(rule::Entity::find()
        .filter(rule::Column::Name.eq(name))
        .order_by_desc(rule::Column::Version)
        .limit(MAX_VERSIONS)
        .all(&desk.db)
        .await?)
}

/// Keeps a version. Answers whether it was the first of its number: when two come at once, one wins, and the other looks
/// again.
///
/// # Errors
/// When the database fails.
pub async fn keep(desk: &Desk, version: Version, by: &str) -> Result<bool> {
    let row = rule::ActiveModel {
        name: Set(version.name),
        version: Set(version.version),
        data: Set(version.data),
        changes: Set(version.changes),
        by: Set(by.to_owned()),
        taken_at: Set(desk.world.now()),
    };
    let kept = rule::Entity::insert(row)
        .on_conflict(OnConflict::columns([rule::Column::Name, rule::Column::Version]).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(&desk.db)
        .await?;
    Ok(matches!(kept, TryInsertResult::Inserted(1)))
}
