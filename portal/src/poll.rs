//! Fetching the reports the province did not push, through the same function as the pushed ones.

use casework::witness::Moment;
use casework::{Desk, Result, cursor, report};

use crate::adapter::{Kind, Province, Received};

/// The name our place in the province's list is kept under: one for each way, since no other could read it.
fn cursor_name(kind: Kind) -> String {
    match kind {
        Kind::Gateway => "province.reports".to_owned(),
        other => format!("province.reports.{}", other.name()),
    }
}

/// Most pages read in one go; the next tick reads on.
const MAX_PAGES: usize = 100;

/// Reads the province's list on from where it was left. Answers how many reports changed a case; none when the province
/// does not answer, which is no fault of ours.
///
/// # Errors
/// When our own database fails. What was read before is kept.
pub async fn poll(desk: &Desk, province: &dyn Province) -> Result<usize> {
    let mut applied = 0;
    let name = cursor_name(province.kind());
    let mut at = cursor::find(desk, &name).await?;
    for _ in 0..MAX_PAGES {
        let reply = province.list_cases(at.as_deref()).await;
        let Some(page) = reply.value else {
            tracing::debug!(verdict = ?reply.verdict, "the province's list cannot be read at present");
            break;
        };
        for received in &page.reports {
            applied += usize::from(take(desk, received).await? == Some(report::Outcome::Applied));
        }
        if at.as_deref() != Some(page.cursor.as_str()) {
            cursor::keep(desk, &desk.db, &name, &page.cursor).await?;
            desk.world.passes(Moment::Listed, None).await;
        }
        at = Some(page.cursor);
        if !page.more {
            break;
        }
    }
    Ok(applied)
}

/// Takes one report in, however it came. One that cannot be read holds up no other.
///
/// # Errors
/// When our own database fails.
pub async fn take(desk: &Desk, received: &Received) -> Result<Option<report::Outcome>> {
    match &received.report {
        Ok(report) => {
            let outcome = report::apply(desk, report, &received.raw).await?;
            desk.world.passes(Moment::Reported, None).await;
            tracing::info!(report = %report.id, status = report.status.name(), outcome = outcome.name(), "report");
            Ok(Some(outcome))
        }
        Err(faults) => {
            tracing::warn!(faults = %faults, "a report cannot be read");
            Ok(None)
        }
    }
}
