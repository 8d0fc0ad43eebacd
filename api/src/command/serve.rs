//! `gaoxingban serve`: the API, and everything that runs beside it.

use std::process::ExitCode;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Ended, on_threads, signals};
use crate::app::{App, Builder};
use crate::background;
use crate::config::Config;
use crate::server;

/// What `serve` can be told.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Args {
    /// Leave the deliveries to processes of their own (`gaoxingban relay`).
    #[arg(long)]
    no_relay: bool,
}

pub(super) fn run(args: Args, config: Config) -> Ended {
    on_threads(serve(args, config))?
}

async fn serve(args: Args, config: Config) -> Ended {
    let stop = CancellationToken::new();
    let patience = config.times.shutdown;
    // Asked for before anything else runs: a signal during a slow start must not be lost.
    signals::cancel_on_signal(stop.clone(), patience)?;
    let listener = server::bind(config.listen).await?;
    let app = Builder::new(config).stop(stop).with_simulator().build().await?;
    let beside = TaskTracker::new();
    background::carry_calls(&app, &beside);
    background::keep_rules(&app, &beside);
    if !args.no_relay {
        background::start(&app, &beside)?;
    }
    welcome(&app, listener.local_addr()?);
    warn_of_assumptions(&app);
    let served = server::run(Arc::clone(&app), listener).await;
    app.stop.cancel();
    beside.close();
    if tokio::time::timeout(patience, beside.wait()).await.is_err() {
        tracing::warn!("stopped before every delivery was finished; their leases end by themselves");
    }
    served?;
    Ok(ExitCode::SUCCESS)
}

fn welcome(app: &App, address: std::net::SocketAddr) {
    let simulator = app.stand_ins.simulator.as_ref().map(portal::simulator::Simulator::url);
    let wechat = app.stand_ins.wechat.as_ref().map(|_| "stand-in: sign in with the code dev-<name>");
    tracing::info!(
        api = %format_args!("http://{address}"),
        docs = %format_args!("http://{address}/docs"),
        simulator,
        wechat,
        "gaoxingban is listening"
    );
}

/// What nobody has confirmed is said in every profile: the bureau or the province has to be asked.
fn warn_of_assumptions(app: &App) {
    let assumed = app.catalogue.assumed();
    if !assumed.is_empty() {
        tracing::warn!(assumed = assumed.join("; "), "the catalogue holds settings nobody has confirmed");
    }
}
