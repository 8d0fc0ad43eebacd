//! Moves a case on as its script says.

use std::sync::Arc;
use std::time::Duration;

use super::desk::Desk;
use super::script::{Status, Step};

/// Follows `steps` for one case until they are done or the simulator stops.
pub(super) fn follow(desk: &Arc<Desk>, orgbusno: &str, steps: Vec<Step>) {
    if steps.is_empty() {
        return;
    }
    let (desk, orgbusno) = (Arc::clone(desk), orgbusno.to_owned());
    tokio::spawn(async move {
        let stopping = desk.stopping.clone();
        stopping.run_until_cancelled(walk(&desk, &orgbusno, steps)).await;
    });
}

async fn walk(desk: &Arc<Desk>, orgbusno: &str, steps: Vec<Step>) -> Option<()> {
    for step in steps {
        tokio::time::sleep(Duration::from_millis(step.after_ms)).await;
        // What its caller decides, or gave up, the script leaves alone.
        let dataver = desk.memory().case(orgbusno).filter(|case| case.told.is_empty())?.dataver;
        desk.advance(orgbusno, &step)?;
        if step.status == Status::Correction {
            corrected(desk, orgbusno, dataver).await?;
        }
    }
    Some(())
}

/// Waits for a version of the application after `dataver`.
async fn corrected(desk: &Desk, orgbusno: &str, dataver: u32) -> Option<()> {
    let mut changes = desk.changes();
    loop {
        changes.mark_unchanged();
        if desk.memory().case(orgbusno)?.dataver > dataver {
            return Some(());
        }
        changes.changed().await.ok()?;
    }
}
