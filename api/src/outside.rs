//! WeChat and the province, or what stands in for them in development.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use casework::digest::SOON;
use casework::world::World;
use chrono::{DateTime, Utc};
use portal::adapter::{self, OpenError, Province, Way};
use portal::signature::Key;
use portal::simulator::{self, Script, Simulator, SimulatorConfig};
use portal::wechat::stand_in::{Options, StandIn};
use portal::wechat::{self, Client, WeChat};

use crate::app::store_config;
use crate::catalogue::RuleBook;
use crate::config::{Config, ProvinceAt, WeChatAt};

/// How often the simulator looks at what is not brought to it by calls.
const CLERKS_ROUND: Duration = Duration::from_millis(200);

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
    /// The way to the portal cannot be gone.
    #[error("the portal cannot be reached by the way that is configured")]
    Portal(#[from] OpenError),
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
    let listen = match &config.province.at {
        ProvinceAt::Simulator(listen) => Some(*listen),
        ProvinceAt::Drop { simulated, .. } | ProvinceAt::Tables { simulated, .. } => *simulated,
        ProvinceAt::Portal(_) => None,
    };
    let simulator = match listen.filter(|_| simulator) {
        Some(listen) => Some(simulate(config, listen, rules, world).await?),
        None => None,
    };
    let settings = adapter::Settings {
        key: province_key(config),
        trusted: config.province.trusted(),
        codes: config.province.codes,
    };
    let province = adapter::open(&way(config, simulator.as_ref()), settings, world).await?;
    Ok(Outside { wechat, province, stand_ins: StandIns { wechat: stand_in, simulator } })
}

/// The way that is configured; to the simulator in this process, when there is one.
fn way(config: &Config, simulator: Option<&Simulator>) -> Way {
    let gateway = |url| Way::Gateway { url, timeout: config.province.timeout };
    match &config.province.at {
        ProvinceAt::Portal(url) => gateway(url.clone()),
        ProvinceAt::Simulator(at) => gateway(simulator.map_or_else(|| format!("http://{at}"), Simulator::url)),
        ProvinceAt::Drop { place, .. } => Way::Drop(store_config(place)),
        ProvinceAt::Tables { url, .. } => {
            Way::Tables { url: url.expose().to_owned(), timeout: config.province.timeout }
        }
    }
}

/// Lets the simulator read what is not brought to it by calls, where that is the way that is configured. It ends with the
/// simulator.
///
/// # Errors
/// When the folder, bucket or database cannot be used.
pub(crate) async fn clerk(config: &Config, simulator: &Simulator) -> Result<(), OpenError> {
    match &config.province.at {
        ProvinceAt::Drop { place, .. } => {
            drop(simulator.drop_clerk(store::open(&store_config(place))?).keep_going(CLERKS_ROUND));
        }
        ProvinceAt::Tables { url, .. } => {
            let database = adapter::tables::connect(url.expose(), config.province.timeout).await?;
            let clerk = simulator.tables_clerk(database);
            clerk.prepare().await?;
            drop(clerk.keep_going(CLERKS_ROUND));
        }
        ProvinceAt::Portal(_) | ProvinceAt::Simulator(_) => {}
    }
    Ok(())
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
        script: Script { random: config.province.simulator_random.clone(), ..Script::default() },
        // Whoever is reached by files or tables pushes nothing.
        callback: matches!(config.province.at, ProvinceAt::Simulator(_) | ProvinceAt::Portal(_))
            .then(|| config.public_url.clone()),
        limits: simulator::Limits::default(),
    })
}

async fn simulate(
    config: &Config,
    listen: SocketAddr,
    rules: &RuleBook,
    world: &World,
) -> Result<Simulator, OutsideError> {
    let running = simulator::start(simulator_config(config, listen, rules)?, world.clone()).await?;
    clerk(config, &running).await?;
    Ok(running)
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
