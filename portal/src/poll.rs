//! Fetching the reports the province did not push, through the same function as the pushed ones.

use casework::witness::Moment;
use casework::{Desk, Error, Result, cursor, report};
use serde_json::Value;

use crate::adapter::reply::clean;
use crate::adapter::{Kind, Province, Received};

/// Most characters of what a report that cannot be taken calls itself, in the log.
const NAME_CHARS: usize = 64;

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

/// Takes one report in that was fetched. One that cannot be taken holds up no other, and is kept aside: nobody is there to be
/// told.
///
/// # Errors
/// When our own database fails.
pub async fn take(desk: &Desk, received: &Received) -> Result<Option<report::Outcome>> {
    let why = match &received.report {
        Ok(report) => match report::apply(desk, report, &received.raw).await {
            Ok(taken) => {
                desk.world.passes(Moment::Reported, None).await;
                let (status, outcome) = (report.status.name(), taken.outcome);
                if outcome == report::Outcome::UnknownCase {
                    // Whoever fetched or dropped it is told nothing: the log is where a mistyped number shows.
                    tracing::warn!(report = %report.id, status, orgbusno = %report.orgbusno, "a report of no case of ours");
                } else {
                    tracing::info!(report = %report.id, status, outcome = outcome.name(), "report");
                }
                return Ok(Some(outcome));
            }
            Err(error @ Error::NoSuchVersion { .. }) => error.to_string(),
            Err(error) => return Err(error),
        },
        Err(faults) => faults.to_string(),
    };
    if report::set_aside(desk, &received.raw).await? {
        let sheet: Value = serde_json::from_str(&received.raw).unwrap_or_default();
        let named = |field| sheet.get(field).map(|value| clean(&value.to_string(), NAME_CHARS)).unwrap_or_default();
        let (report, case) = (named("reportid"), named("orgbusno"));
        tracing::warn!(report, case, why, "a report cannot be taken and is set aside");
    }
    Ok(None)
}
