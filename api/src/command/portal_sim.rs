//! `gaoxingban portal-sim`: the province on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use casework::world::World;
use portal::simulator::{self, Script, SimulatorConfig};
use tokio_util::sync::CancellationToken;

use super::{Ended, on_threads, signals};
use crate::catalogue;
use crate::config::value::Value as _;
use crate::config::{Config, Random};
use crate::outside;

/// How long calls under way may take when it is told to stop.
const PATIENCE: Duration = Duration::from_secs(5);

/// What `portal-sim` can be told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// What to do with cases that arrive (TOML); without it they are accepted and approved within seconds.
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// The server to push reports to, such as `http://127.0.0.1:8080`; without it they can only be fetched.
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
    /// Fail at random: a seed, and how many calls of a hundred; the same seed fails the same way again. Wins over the script
    /// and `GXB_PORTAL_SIM_RANDOM`.
    #[arg(long, value_name = "SEED:PERCENT", value_parser = random)]
    random: Option<Random>,
}

fn random(text: &str) -> Result<Random, String> {
    Random::parse(text)
}

pub(super) fn run(args: Args, config: Config) -> Ended {
    on_threads(simulate(args, config))?
}

async fn simulate(args: Args, config: Config) -> Ended {
    let stop = CancellationToken::new();
    signals::cancel_on_signal(stop.clone(), PATIENCE)?;
    let script = match &args.script {
        Some(path) => Script::parse(&std::fs::read_to_string(path)?)?,
        None => Script::default(),
    };
    let rules = catalogue::load(config.catalogue_dir.as_deref())?.rules;
    let settings = outside::simulator_config(&config, args.listen, &rules)?;
    let random = args.random.map(|random| random.0).or(script.random.clone()).or(settings.script.random.clone());
    let script = Script { random, ..script };
    let settings = SimulatorConfig { script, callback: args.callback, ..settings };
    let running = simulator::start(settings, World::real()).await?;
    outside::clerk(&config, &running).await?;
    tracing::info!(province = running.url(), "the province simulator is listening");
    stop.cancelled().await;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}
