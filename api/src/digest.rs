//! What the operator has to know, with this process's own parts.

use casework::{Result, digest as told};
use chrono::TimeDelta;
use portal::digest::{Digest, gather, lines};

use crate::app::App;

/// Most things to do that are written to the log; all are counted.
const MAX_LINES: usize = 50;

/// Gathers it now.
///
/// # Errors
/// When the database fails.
pub async fn now(app: &App) -> Result<Digest> {
    let promised = TimeDelta::from_std(app.config.relay.promise).unwrap_or(TimeDelta::MAX);
    gather(&app.desk, &app.province_keys, promised).await
}

/// Tells it when it is due and no process has: in the log, and to the webhooks that want to hear of it. Answers whether it
/// was told.
///
/// # Errors
/// When the database fails.
pub async fn when_due(app: &App) -> Result<bool> {
    let Some(due) = told::due(&app.config.digest_at, app.desk.world.now()) else { return Ok(false) };
    if told::is_told(&app.desk, due).await? {
        return Ok(false);
    }
    let digest = now(app).await?;
    if !told::tell(&app.desk, due, digest.thin()).await? {
        return Ok(false);
    }
    app.wake.call();
    write_down(&digest);
    Ok(true)
}

fn write_down(digest: &Digest) {
    let todo = lines(digest);
    for line in todo.iter().take(MAX_LINES) {
        tracing::warn!(code = line.code, next = line.next_en, "{}", line.en);
    }
    let oldest_at = digest.oldest.as_ref().map(|oldest| oldest.since.to_rfc3339());
    let (parked, unknown) = (digest.parked(), digest.unknown());
    tracing::info!(todo = todo.len(), parked, unknown, oldest_at, "the operator's digest");
}
