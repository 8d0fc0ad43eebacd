//! What an operator does to deliveries by hand.

use casework::outbox::{Filter, redrive_all};
use casework::{Result, destination};
use entity::outbox::State;

use crate::app::App;
use crate::command::BY;

/// How many are driven again in one transaction.
const BATCH: u64 = 1000;

/// Which deliveries to drive again.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Redrive {
    /// Only those owed to this one: `province`, `wechat`, or `webhook:` and its id.
    #[arg(long)]
    destination: Option<String>,
    /// Only those that are stuck for this reason: a stable code such as `province.refused`.
    #[arg(long, value_parser = known)]
    reason: Option<String>,
    /// Those that may have arrived, so that the other side is asked at once; not those that are parked.
    #[arg(long)]
    unknown: bool,
}

fn known(code: &str) -> std::result::Result<String, &'static str> {
    portal::reason::named(code).map(|of| of.code.to_owned()).ok_or("no such code; `gaoxingban explain` lists them all")
}

/// Drives them again. Answers what to print.
pub(super) async fn redrive(app: &App, redrive: Redrive) -> Result<String> {
    let destination = redrive.destination.as_deref().map(destination::named).transpose()?;
    let state = if redrive.unknown { State::Unknown } else { State::Parked };
    let filter = Filter { destination, reason: redrive.reason, ..Filter::of([state]) };
    let driven = redrive_all(&app.desk, &filter, BATCH, BY).await?;
    app.wake.call();
    tracing::info!(count = driven, by = BY, "driven again");
    Ok(format!("重办 {driven} 件。{driven} driven again.\n"))
}

/// Delivers to a destination again.
pub(super) async fn resume(app: &App, name: &str) -> Result<()> {
    destination::resume(&app.desk, destination::named(name)?).await?;
    tracing::info!(destination = name, by = BY, "resumed");
    app.wake.call();
    Ok(())
}
