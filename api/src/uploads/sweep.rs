//! Forgetting uploads that are over, and parts that belong to none.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{UploadId, upload};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use store::MAX_PAGE;

use super::discard;
use crate::app::App;

/// Uploads forgotten in one sweep; the next one goes on.
const MAX_OVER: u64 = 10_000;

/// Why a sweep ended early.
pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Forgets uploads that have expired, bytes first. Answers how many.
///
/// # Errors
/// When the store or the database fails; what was forgotten before stays forgotten.
pub(crate) async fn over(app: &App, now: DateTime<Utc>) -> Result<usize, Failed> {
    let over: Vec<upload::Model> = upload::Entity::find()
        .filter(upload::Column::ExpiresAt.lte(now))
        .order_by_asc(upload::Column::ExpiresAt)
        .limit(MAX_OVER)
        .all(&app.desk.db)
        .await?;
    for upload in &over {
        discard(app, upload).await?;
    }
    Ok(over.len())
}

/// Drops parts begun before `older_than` whose upload has no row: what a crash left. Answers how many uploads it was.
///
/// # Errors
/// When the store or the database fails.
pub(crate) async fn forgotten(app: &App, older_than: DateTime<Utc>) -> Result<usize, Failed> {
    let mut begun = app.store.unfinished(older_than, MAX_PAGE).await?;
    let known: HashSet<UploadId> = upload::Entity::find()
        .select_only()
        .column(upload::Column::Id)
        .filter(upload::Column::Id.is_in(begun.iter().map(|one| UploadId(one.key.id()))))
        .into_tuple()
        .all(&app.desk.db)
        .await?
        .into_iter()
        .collect();
    begun.retain(|one| !known.contains(&UploadId(one.key.id())));
    for one in &begun {
        app.store.drop_parts(&one.key, &one.begun).await?;
    }
    Ok(begun.len())
}
