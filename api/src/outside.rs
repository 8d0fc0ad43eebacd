//! WeChat and the province, or what stands in for them in development.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use casework::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use portal::adapter::Province;
use portal::adapter::gateway::{BadAddress, Gateway};
use portal::http::Http;
use portal::signature::Key;
use portal::simulator::{self, Script, Simulator, SimulatorConfig};
use portal::wechat::stand_in::{Options, StandIn};
use portal::wechat::{self, Client, WeChat};

use crate::catalogue::RuleBook;
use crate::config::{Config, ProvinceAt, WeChatAt};

/// How long before its end a key is spoken of.
const SOON: TimeDelta = TimeDelta::days(14);

/// What stands in for the outside; stops when dropped.
#[derive(Debug, Default)]
pub struct StandIns {
    /// WeChat on this machine.
    pub wechat: Option<StandIn>,
    /// The province on this machine.
    pub simulator: Option<Simulator>,
}

/// Everybody outside.
pub(crate) struct Outside {
    pub(crate) wechat: Arc<dyn WeChat>,
    pub(crate) province: Arc<dyn Province>,
    pub(crate) stand_ins: StandIns,
}

/// Why the outside cannot be reached at all.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// The simulator does not start.
    #[error(transparent)]
    Simulator(#[from] simulator::StartError),
    /// WeChat's stand-in does not start.
    #[error("the stand-in for WeChat does not start")]
    StandIn(#[source] io::Error),
    /// No client can be built.
    #[error("no HTTP client can be built")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The settings for WeChat cannot be right.
    #[error("WeChat cannot be used: {0}")]
    WeChat(String),
    /// The portal's address is none.
    #[error("GXB_PORTAL_URL is not the address of a portal")]
    Portal(#[from] BadAddress),
    /// A photo rule says something the simulator does not know.
    #[error("a photo rule cannot be told to the simulator")]
    Rule(#[from] serde_json::Error),
}

/// Opens the ways out; with `simulator`, the province runs in this process when no portal is configured.
pub(crate) async fn open(
    config: &Config,
    world: &World,
    rules: &RuleBook,
    simulator: bool,
) -> Result<Outside, OutsideError> {
    tell_of_ending_keys(config, world.now());
    let (wechat, stand_in) = wechat(config, world).await?;
    let simulator = match &config.province.at {
        ProvinceAt::Simulator(listen) if simulator => Some(simulate(config, *listen, rules, world).await?),
        _ => None,
    };
    let base = match (&config.province.at, &simulator) {
        (ProvinceAt::Portal(url), _) => url.clone(),
        (_, Some(running)) => running.url(),
        (ProvinceAt::Simulator(at), None) => format!("http://{at}"),
    };
    let province = Gateway::new(
        Http::new(config.province.timeout).map_err(|error| OutsideError::Client(error.into()))?,
        &base,
        province_key(config),
        world.clone(),
    )?
    .speaking(config.province.codes);
    Ok(Outside { wechat, province: Arc::new(province), stand_ins: StandIns { wechat: stand_in, simulator } })
}

/// What we sign with towards the province.
fn province_key(config: &Config) -> Key {
    Key::new(config.province.app.clone(), config.province.seal.clone())
}

/// Says which keys of the province's are over or nearly so: its reports are refused from then on.
fn tell_of_ending_keys(config: &Config, now: DateTime<Utc>) {
    for key in &config.province.believed {
        match key.until {
            Some(until) if until <= now => {
                tracing::warn!(key = key.name, %until, "a key of the portal is over");
            }
            Some(until) if until <= now + SOON => {
                tracing::warn!(key = key.name, %until, "a key of the portal ends soon");
            }
            _ => {}
        }
    }
}

/// The catalogue's rules, as the province enforces them. Only the names of the fields are shared.
///
/// # Errors
/// When a rule says something the simulator does not know.
pub fn simulated_rules(rules: &RuleBook) -> Result<Vec<simulator::Rule>, serde_json::Error> {
    rules.list().iter().map(|rule| serde_json::to_value(&**rule).and_then(serde_json::from_value)).collect()
}

/// A simulator that believes what we sign, and moves cases on by itself.
///
/// # Errors
/// When a rule says something the simulator does not know.
pub(crate) fn simulator_config(
    config: &Config,
    listen: SocketAddr,
    rules: &RuleBook,
) -> Result<SimulatorConfig, serde_json::Error> {
    Ok(SimulatorConfig {
        listen,
        key: Key::new(config.province.app.clone(), config.province.simulator_seal.clone()),
        trusted: vec![province_key(config).trusted()],
        rules: simulated_rules(rules)?,
        script: Script::default(),
        callback: Some(config.public_url.clone()),
        limits: simulator::Limits::default(),
    })
}

async fn simulate(
    config: &Config,
    listen: SocketAddr,
    rules: &RuleBook,
    world: &World,
) -> Result<Simulator, OutsideError> {
    Ok(simulator::start(simulator_config(config, listen, rules)?, world.clone()).await?)
}

async fn wechat(config: &Config, world: &World) -> Result<(Arc<dyn WeChat>, Option<StandIn>), OutsideError> {
    let (settings, stand_in) = match &config.wechat.at {
        WeChatAt::Server { url, appid, secret } => {
            let own = wechat::Config::new(appid, secret.clone());
            (wechat::Config { base_url: url.clone(), ..own }, None)
        }
        WeChatAt::StandIn => {
            let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let stand_in = StandIn::start(listen, Options::default(), world.clone()).await;
            let stand_in = stand_in.map_err(OutsideError::StandIn)?;
            (wechat::Config::stand_in(stand_in.url()), Some(stand_in))
        }
    };
    let faults = settings.faults();
    if faults.is_empty() {
        let client = Client::new(settings, world.clone()).map_err(|error| OutsideError::Client(error.into()))?;
        Ok((Arc::new(client), stand_in))
    } else {
        Err(OutsideError::WeChat(faults.join("; ")))
    }
}
