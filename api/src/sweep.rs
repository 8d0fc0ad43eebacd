//! Forgetting what is over: uploads, objects without a row, sessions, keys, nonces, old reports, and
//! calls of machines that are over.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{PhotoId, UploadId, photo, upload};
use portal::nonces::SharedNonces;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use store::{ListQuery, Object, StorageKey};
use uuid::Uuid;

use crate::app::App;
use crate::uploads;

/// Objects looked at in one go.
const PAGE: usize = 500;
/// Pages looked at in one sweep; the next one begins again, and finds what is left.
const MAX_PAGES: usize = 2_000;
/// Leftovers of interrupted writes removed in one sweep.
const MAX_LEFTOVERS: usize = 10_000;
/// How long reports are kept as they came.
const REPORTS_KEPT: TimeDelta = TimeDelta::days(183);

/// Sweeps everything once. What fails is logged and left to the next time.
pub async fn all(app: &App) {
    let desk = &app.desk;
    let now = desk.world.now();
    let called = TimeDelta::from_std(app.config.webhooks.kept).unwrap_or(REPORTS_KEPT);
    let results = [
        ("sessions", casework::session::sweep(desk).await),
        ("idempotency keys", casework::repeat::sweep(desk).await),
        ("reports", casework::report::sweep(desk, now - REPORTS_KEPT).await),
        ("nonces", SharedNonces(desk.clone()).sweep().await),
        ("outages", casework::destination::sweep(desk).await),
        ("digests", casework::digest::sweep(desk).await),
        ("calls that are over", casework::outbox::sweep(desk, now - called).await),
    ];
    for (what, result) in results {
        match result {
            Ok(0) => {}
            Ok(count) => tracing::info!(what, count, "swept"),
            Err(error) => tracing::error!(what, error = &error as &dyn std::error::Error, "not swept"),
        }
    }
    let results =
        [("uploads", uploads::over(app, now).await), ("parts and objects without a row", objects(app, now).await)];
    for (what, result) in results {
        match result {
            Ok(0) => {}
            Ok(count) => tracing::info!(what, count, "swept"),
            Err(error) => tracing::error!(what, error = &*error, "not swept"),
        }
    }
}

/// Removes objects, and parts of some, that are older than the configured age and that no row names. Answers how many.
///
/// # Errors
/// When the store or the database fails; what was removed before stays removed.
pub async fn objects(
    app: &App,
    now: DateTime<Utc>,
) -> Result<usize, Box<dyn std::error::Error + Send + Sync + 'static>> {
    let older_than = now - TimeDelta::from_std(app.config.files.sweep_age)?;
    let mut removed = app.store.clear_leftovers(older_than, MAX_LEFTOVERS).await?;
    removed += uploads::forgotten(app, older_than).await?;
    for prefix in StorageKey::PREFIXES {
        let mut after: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let query = ListQuery { prefix, older_than, after: after.as_deref(), limit: PAGE };
            let page = app.store.list(&query).await?;
            for key in orphans(app, &page.objects).await? {
                app.store.delete(&key).await?;
                removed += 1;
            }
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
    }
    Ok(removed)
}

/// The objects that no row needs. What is not ours is left alone.
async fn orphans(app: &App, objects: &[Object]) -> Result<Vec<StorageKey>, sea_orm::DbErr> {
    let mut ours: Vec<_> = objects.iter().filter_map(|object| object.key).collect();
    if ours.is_empty() {
        return Ok(Vec::new());
    }
    let needed = needed(app, &ours).await?;
    ours.retain(|key| !needed.contains(&key.id()));
    Ok(ours)
}

/// The ids among these that have a row which needs its objects. An upload that became a photo needs its own no more.
async fn needed(app: &App, keys: &[StorageKey]) -> Result<HashSet<Uuid>, sea_orm::DbErr> {
    let (uploads, photos): (Vec<&StorageKey>, Vec<&StorageKey>) =
        keys.iter().partition(|key| matches!(key, StorageKey::Upload { .. }));
    let photos: Vec<PhotoId> = photo::Entity::find()
        .select_only()
        .column(photo::Column::Id)
        .filter(photo::Column::Id.is_in(photos.iter().map(|key| PhotoId(key.id()))))
        .into_tuple()
        .all(&app.desk.db)
        .await?;
    let uploads: Vec<UploadId> = upload::Entity::find()
        .select_only()
        .column(upload::Column::Id)
        .filter(upload::Column::Id.is_in(uploads.iter().map(|key| UploadId(key.id()))))
        .filter(upload::Column::PhotoId.is_null())
        .into_tuple()
        .all(&app.desk.db)
        .await?;
    Ok(photos.into_iter().map(|id| id.0).chain(uploads.into_iter().map(|id| id.0)).collect())
}
