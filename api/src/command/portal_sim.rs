//! `gaoxingban portal-sim`: the province on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Ended;

/// What `portal-sim` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// What to do with cases that arrive; without it they are accepted and approved within seconds.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Where to push reports to, such as `http://127.0.0.1:8080/integration/v1/reports`.
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
}

pub(super) fn run(args: Args) -> Ended {
    // Seam: `portal::simulator` is started here.
    let Args { listen, script, callback } = args;
    let _ = (listen, script, callback);
    Err("the simulator is not part of this build yet".into())
}
