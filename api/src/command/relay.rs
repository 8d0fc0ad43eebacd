//! `gaoxingban relay`: only the deliveries.

use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::{Ended, on_threads, signals};
use crate::app::Builder;
use crate::config::Config;

pub(super) fn run(config: Config) -> Ended {
    on_threads(relay(config))?
}

async fn relay(config: Config) -> Ended {
    let stop = CancellationToken::new();
    signals::cancel_on_signal(stop.clone(), config.times.shutdown)?;
    let app = Builder::new(config).stop(stop).build().await?;
    // Seam: run the relay here until `app.stop` is cancelled.
    app.stop.cancelled().await;
    Ok(ExitCode::SUCCESS)
}
