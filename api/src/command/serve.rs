//! `gaoxingban serve`: the API, and everything that runs beside it.

use std::process::ExitCode;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Ended, on_threads, signals};
use crate::app::{App, Builder};
use crate::config::{Config, ProvinceAt, WeChatAt};
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
    let app = Builder::new(config).stop(stop).build().await?;
    let beside = beside(&app, !args.no_relay);
    welcome(&app, listener.local_addr()?);
    let served = server::run(Arc::clone(&app), listener).await;
    app.stop.cancel();
    beside.close();
    if tokio::time::timeout(patience, beside.wait()).await.is_err() {
        tracing::warn!("stopped before every delivery was finished; their leases end by themselves");
    }
    served?;
    Ok(ExitCode::SUCCESS)
}

/// Starts what runs beside the API: the relay, the sweeper and, in development, the stand-ins.
fn beside(app: &Arc<App>, relay: bool) -> TaskTracker {
    let tasks = TaskTracker::new();
    // Seam: simulator (when `config.province.at` is `Simulator`), relay (when `relay`) and sweeper are spawned here.
    let _ = (app, relay);
    tasks
}

fn welcome(app: &App, address: std::net::SocketAddr) {
    let simulator = match &app.config.province.at {
        ProvinceAt::Simulator(at) => format!("http://{at}"),
        ProvinceAt::Portal(_) => "none".to_owned(),
    };
    let wechat = match &app.config.wechat.at {
        WeChatAt::StandIn => "stand-in: sign in with the code dev-<name>",
        WeChatAt::Server { .. } => "real",
    };
    tracing::info!(
        api = %format_args!("http://{address}"),
        docs = %format_args!("http://{address}/docs"),
        simulator,
        wechat,
        "gaoxingban is listening"
    );
}
