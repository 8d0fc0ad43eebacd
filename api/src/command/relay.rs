//! `gaoxingban relay`: only the deliveries.

use std::process::ExitCode;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Ended, on_threads, signals};
use crate::app::Builder;
use crate::background;
use crate::config::Config;

pub(super) fn run(config: Config) -> Ended {
    on_threads(relay(config))?
}

async fn relay(config: Config) -> Ended {
    let stop = CancellationToken::new();
    signals::cancel_on_signal(stop.clone(), config.times.shutdown)?;
    let app = Builder::new(config).stop(stop).build().await?;
    let tasks = TaskTracker::new();
    background::carry_calls(&app, &tasks);
    background::keep_rules(&app, &tasks);
    background::start(&app, &tasks)?;
    tasks.close();
    tracing::info!("gaoxingban is relaying");
    app.stop.cancelled().await;
    if tokio::time::timeout(app.config.times.shutdown, tasks.wait()).await.is_err() {
        tracing::warn!("stopped before every delivery was finished; their leases end by themselves");
    }
    Ok(ExitCode::SUCCESS)
}
