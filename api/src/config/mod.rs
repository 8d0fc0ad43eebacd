//! What the operator may decide: declared once in [`table`], read from the environment and a file, checked as a whole.
//!
//! [`Config`] is what the rest of the program sees: choices instead of half-set options. The other crates define what
//! they need themselves (`photo`, `store`, `portal`); their values are composed in `app.rs`.

mod check;
pub mod choice;
mod keys;
mod portal;
pub mod secret;
mod show;
mod source;
pub mod table;
pub mod value;
mod way;
mod webhooks;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::portal::adapter::CodeTable;
use ::portal::signature::Seal;
use choice::{DatabaseUrl, LogFormat, Profile, Template};
use chrono::NaiveTime;
pub use keys::{Keys, KeysError};
pub use portal::{Believed, Random};
use secret::Secret;
pub use show::{effective, markdown};
use source::Source;
pub use source::{FILE, PREFIX};
use table::Settings;
pub use way::ProvinceAt;
pub use webhooks::Webhooks;

/// WeChat's own server, where no other is named.
pub const WECHAT_URL: &str = "https://api.weixin.qq.com";

/// Everything the operator decided, consistent in itself.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether stand-ins are allowed.
    pub profile: Profile,
    /// Where the API listens.
    pub listen: SocketAddr,
    /// The address phones reach this server at, without a slash at its end.
    pub public_url: String,
    /// Where everything lives that has no other place.
    pub data_dir: PathBuf,
    /// The bureau's six-digit division code.
    pub region: String,
    /// A folder with more items, or newer versions of the built-in ones.
    pub catalogue_dir: Option<PathBuf>,
    /// Time-outs of the server.
    pub times: Times,
    /// How and how much is logged.
    pub log: Log,
    /// Where rows are kept.
    pub database: Database,
    /// Where files are kept.
    pub files: Files,
    /// How many photos are worked on at once, and how large they may be.
    pub photos: Photos,
    /// Where cases are relayed to.
    pub province: Province,
    /// When they are relayed.
    pub relay: Relay,
    /// When the operator is told what there is to do: times of the day in China.
    pub digest_at: Vec<NaiveTime>,
    /// How machines are called back.
    pub webhooks: Webhooks,
    /// Who tells us who is signing in.
    pub wechat: WeChat,
    /// How long a phone stays signed in without being used.
    pub refresh_lifetime: Duration,
    /// What is allowed but not wise; logged at start.
    pub warnings: Vec<String>,
    settings: Settings,
}

/// Time-outs of the server.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// For a request that brings no file.
    pub request: Duration,
    /// For an upload.
    pub upload: Duration,
    /// For work under way when the process is told to stop.
    pub shutdown: Duration,
}

/// How and how much is logged.
#[derive(Clone, Debug)]
pub struct Log {
    /// For a person or for a machine.
    pub format: LogFormat,
    /// In the words of `tracing-subscriber`.
    pub level: String,
}

/// Where rows are kept.
#[derive(Clone, Debug)]
pub struct Database {
    /// Its address, password included.
    pub url: DatabaseUrl,
    /// How many connections one process holds at most.
    pub pool: u32,
}

/// Where files are kept.
#[derive(Clone, Debug)]
pub struct Files {
    /// A folder or a bucket.
    pub place: Place,
    /// Files without a row are removed when older than this.
    pub sweep_age: Duration,
    /// How often to look for them.
    pub sweep_interval: Duration,
    /// How long a link to a photo lives.
    pub link_lifetime: Duration,
}

/// A folder or a bucket.
#[derive(Clone, Debug)]
pub enum Place {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A bucket of an S3-compatible server.
    Bucket(Bucket),
}

/// A bucket of an S3-compatible server.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The server; `None` is AWS itself.
    pub endpoint: Option<String>,
    /// The region to sign for.
    pub region: String,
    /// The access key's id.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: Secret,
    /// Whether the bucket stands in the path or in the host name.
    pub path_style: bool,
}

/// How many photos are worked on at once, and how large they may be.
#[derive(Clone, Copy, Debug)]
pub struct Photos {
    /// At once.
    pub running: usize,
    /// Waiting beyond that.
    pub waiting: usize,
    /// The largest file a phone may send.
    pub max_bytes: u64,
    /// What all that are worked on may take of memory together, in bytes.
    pub memory: u64,
    /// For one photo.
    pub timeout: Duration,
}

/// Where cases are relayed to.
#[derive(Clone, Debug)]
pub struct Province {
    /// The portal, or the simulator in this process.
    pub at: ProvinceAt,
    /// The name the portal knows us by.
    pub app: String,
    /// What we sign with.
    pub seal: Seal,
    /// What the portal may sign with beside the secret it shares with us.
    pub believed: Vec<Believed>,
    /// What the simulator signs with.
    pub simulator_seal: Seal,
    /// How the simulator fails at random; none where it does not.
    pub simulator_random: Option<::portal::simulator::Random>,
    /// For one call.
    pub timeout: Duration,
    /// How often to ask for reports.
    pub poll: Duration,
    /// How often to ask for its photo rules; none when nobody asks by themselves.
    pub rules: Option<Duration>,
    /// How often to compare all cases with its list; none when nobody does by themselves.
    pub reconcile: Option<Duration>,
    /// The codes its version speaks.
    pub codes: &'static CodeTable,
}

/// When cases are relayed.
#[derive(Clone, Debug)]
pub struct Relay {
    /// How long to wait after each failed try, in order.
    pub schedule: Vec<Duration>,
    /// How long a worker holds an item.
    pub lease: Duration,
    /// How many items one process delivers at once.
    pub workers: usize,
    /// How often to look for work when nothing wakes the relay.
    pub poll: Duration,
    /// After this long the applicant is told that the case is late.
    pub promise: Duration,
}

/// Who tells us who is signing in.
#[derive(Clone, Debug)]
pub struct WeChat {
    /// WeChat itself, or its stand-in in this process.
    pub at: WeChatAt,
    /// Message templates by kind of notice.
    pub templates: Vec<Template>,
}

/// WeChat itself, or its stand-in in this process.
#[derive(Clone, Debug)]
pub enum WeChatAt {
    /// The stand-in: takes any code `dev-<name>`.
    StandIn,
    /// A server that speaks WeChat's API.
    Server {
        /// Its address.
        url: String,
        /// The mini-program's id.
        appid: String,
        /// The mini-program's secret.
        secret: Secret,
    },
}

/// Everything that is wrong with the configuration, one line each.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has {} to mend:\n{}", count(.0), lines(.0))]
pub struct Mistakes(pub Vec<String>);

fn count(mistakes: &[String]) -> String {
    if mistakes.len() == 1 { "one mistake".to_owned() } else { format!("{} mistakes", mistakes.len()) }
}

fn lines(mistakes: &[String]) -> String {
    mistakes.iter().map(|mistake| format!("  - {mistake}")).collect::<Vec<_>>().join("\n")
}

impl Config {
    /// Reads this process's environment, and the file that `--config` or `GXB_CONFIG` names.
    ///
    /// # Errors
    /// [`Mistakes`]: all of them at once.
    pub fn load(file: Option<&Path>) -> Result<Self, Mistakes> {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        let environment = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
        let file = file.map(Path::to_owned).or_else(|| std::env::var_os(FILE).map(PathBuf::from));
        let content = match file.as_deref().map(std::fs::read_to_string).transpose() {
            Ok(content) => content,
            Err(error) => {
                let name = file.unwrap_or_default();
                return Err(Mistakes(vec![format!("the file {} cannot be read: {error}", name.display())]));
            }
        };
        Self::read(environment, content.as_deref())
    }

    /// Reads an environment and the text of a TOML file; names in the environment that do not begin with `GXB_` are
    /// somebody else's.
    ///
    /// # Errors
    /// [`Mistakes`]: all of them at once.
    pub fn read(environment: impl IntoIterator<Item = (String, String)>, file: Option<&str>) -> Result<Self, Mistakes> {
        let mut source = Source::gather(environment, file);
        let Some(settings) = Settings::read(&mut source) else { return Err(Mistakes(source.mistakes)) };
        source.mistakes.extend(check::mistakes(&settings));
        if source.mistakes.is_empty() { Ok(check::resolve(settings)) } else { Err(Mistakes(source.mistakes)) }
    }

    /// The keys: the configured ones, or in development those in the data directory, drawn there if there are none.
    ///
    /// # Errors
    /// When the data directory cannot be written, or holds keys that cannot be read.
    pub fn keys(&self, world: &casework::world::World) -> Result<Keys, KeysError> {
        keys::of(&self.settings, &self.data_dir, world)
    }

    /// Every setting as it was read.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

#[cfg(test)]
mod tests;
