//! Our cases beside the province's, with this process's own parts.

use std::time::Duration;

use casework::Result;
use chrono::TimeDelta;
use portal::reconcile::report::{Report, latest};
use portal::reconcile::{Books, run};

use crate::app::App;

/// Compares now; what is driven again is delivered at once where a relay runs.
///
/// # Errors
/// When our own database fails.
pub async fn now(app: &App, cures: bool, by: &str) -> Result<Report> {
    let books = Books { desk: &app.desk, province: &*app.province, binder: &*app.catalogue.rules };
    let report = run(books, cures, by).await?;
    app.wake.call();
    Ok(report)
}

/// Compares when the last comparison, whoever asked for it, is `pause` ago.
///
/// # Errors
/// When our own database fails.
pub async fn when_due(app: &App, pause: Duration) -> Result<Option<Report>> {
    let pause = TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX);
    match latest(&app.desk).await? {
        Some(last) if app.desk.world.now() - last.started_at < pause => Ok(None),
        _ => now(app, true, "schedule").await.map(Some),
    }
}
