//! Everything one process works with, put together once at start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use casework::Desk;
use casework::desk::{Calendar, CalendarFault};
use casework::item::BadCatalogue;
use casework::number::Numbers;
use casework::submit::Counter;
use casework::vault::Vault;
use casework::world::World;
use portal::adapter::Province;
use portal::signature::TrustedKey;
use portal::wake::Wake;
use portal::webhook::address::{Names, SystemNames};
use portal::wechat::WeChat;
use prometheus::Registry;
use sea_orm::DbErr;
use store::{ObjectStore, StoreError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::auth::{self, KeyError, Tokens};
use crate::catalogue::{self, Loaded};
use crate::config::{Config, Keys, KeysError, Place};
use crate::darkroom::Darkroom;
use crate::database;
use crate::http::app::shown::Shown;
use crate::http::middleware::HttpMetrics;
use crate::outside::{self, OutsideError, StandIns};
use crate::rule_sync;
use crate::telemetry::Alarms;
use crate::uploads;

/// Who issues access tokens: the same in every process, whatever its address.
const ISSUER: &str = "gaoxingban";

/// Everything one process works with. Handlers get it as `Data<&Arc<App>>`.
pub struct App {
    /// What the operator decided.
    pub config: Arc<Config>,
    /// What every act works with: database, clock, vault, catalogue, rules, numbers.
    pub desk: Desk,
    /// What can be applied for, with the `ETag` of it all.
    pub catalogue: Loaded,
    /// Cases as their owners see them.
    pub shown: Shown,
    /// Where photos are kept.
    pub store: Arc<dyn ObjectStore>,
    /// Where photos are worked at.
    pub darkroom: Darkroom,
    /// Who may hold a part of an upload in memory.
    pub parts: Semaphore,
    /// What an operator must hear of.
    pub alarms: Alarms,
    /// Issues and checks access tokens.
    pub tokens: Tokens,
    /// Who tells us who is signing in.
    pub wechat: Arc<dyn WeChat>,
    /// Where cases are relayed to.
    pub province: Arc<dyn Province>,
    /// Who knows where machines that want to be called back are.
    pub names: Arc<dyn Names>,
    /// What the province may sign its reports with.
    pub province_keys: Vec<TrustedKey>,
    /// Wakes the relay: to be called after a commit that owes something.
    pub wake: Arc<Wake>,
    /// What `/metrics` shows; whoever counts something registers it here.
    pub metrics: Registry,
    /// The counters of requests.
    pub http_metrics: HttpMetrics,
    /// Cancelled when the process is told to stop: nothing new is begun after that.
    pub stop: CancellationToken,
    /// What stands in for the outside in development; stops with the app.
    pub stand_ins: StandIns,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

/// Why the process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The keys cannot be had.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// There are too many token keys.
    #[error("GXB_TOKEN_KEY and GXB_TOKEN_OLD_KEYS cannot be used")]
    TokenKeys(#[from] KeyError),
    /// The data directory cannot be made.
    #[error("the data directory {path} cannot be made")]
    DataDir {
        /// Where it should be.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The database cannot be used.
    #[error("the database at {address} cannot be used")]
    Database {
        /// Where it should be, password masked.
        address: String,
        /// What it says.
        source: DbErr,
    },
    /// The schema is older than the program.
    #[error("the database lacks {0} migration(s): run `gaoxingban migrate up` first")]
    Schema(usize),
    /// The store cannot be used.
    #[error("the store for photos cannot be used")]
    Store(#[from] StoreError),
    /// The items are not what they must be.
    #[error("the catalogue cannot be used")]
    Catalogue(#[from] BadCatalogue),
    /// The photo rules that came earlier cannot be read.
    #[error("the photo rules in the database cannot be read")]
    Rules(#[from] casework::Error),
    /// WeChat, the province or a stand-in for them cannot be used.
    #[error(transparent)]
    Outside(#[from] OutsideError),
    /// The calendar contradicts itself.
    #[error("the calendar of working days cannot be used")]
    Calendar(#[from] CalendarFault),
    /// Counters of the same name exist already.
    #[error("metrics")]
    Metrics(#[from] prometheus::Error),
}

/// Puts an [`App`] together; what is not given is made as the configuration says.
pub struct Builder {
    config: Config,
    world: World,
    stop: CancellationToken,
    simulator: bool,
    names: Arc<dyn Names>,
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Builder")
    }
}

impl Builder {
    /// An app for this configuration, in the real world.
    pub fn new(config: Config) -> Self {
        let (world, stop) = (World::real(), CancellationToken::new());
        Self { config, world, stop, simulator: false, names: Arc::new(SystemNames) }
    }

    /// Asks somebody else for the addresses of machines that want to be called back: what tests do.
    #[must_use]
    pub fn names(mut self, names: Arc<dyn Names>) -> Self {
        self.names = names;
        self
    }

    /// Takes time and randomness from somewhere else: what tests do.
    #[must_use]
    pub fn world(mut self, world: World) -> Self {
        self.world = world;
        self
    }

    /// Stops when this token is cancelled.
    #[must_use]
    pub fn stop(mut self, stop: CancellationToken) -> Self {
        self.stop = stop;
        self
    }

    /// Runs the province's simulator in this process, when no portal is configured. Other processes on the same
    /// configuration leave it out and call this one.
    #[must_use]
    pub fn with_simulator(mut self) -> Self {
        self.simulator = true;
        self
    }

    /// Opens the database, brings its schema up to date in development, and makes the rest.
    ///
    /// # Errors
    /// [`StartError`] when a part cannot be had.
    pub async fn build(self) -> Result<Arc<App>, StartError> {
        let Self { config, world, stop, simulator, names } = self;
        let path = &config.data_dir;
        private_dir(path).map_err(|source| StartError::DataDir { path: path.clone(), source })?;
        let keys = config.keys(&world)?;
        let catalogue = catalogue::load(config.catalogue_dir.as_deref())?;
        let store = store::open(&store_config(&config.files.place))?;
        let desk = desk(&config, &world, &keys, &catalogue).await?;
        rule_sync::refresh(&desk, &catalogue.rules).await?;
        let outside = outside::open(&config, &world, &catalogue.rules, simulator).await?;
        let metrics = Registry::new();
        Ok(Arc::new(App {
            tokens: tokens(&keys, &world)?,
            province_keys: config.province.trusted(),
            http_metrics: HttpMetrics::new(&metrics)?,
            alarms: Alarms::new(&metrics)?,
            darkroom: Darkroom::new(&config.photos),
            parts: Semaphore::new(uploads::PARTS_AT_ONCE),
            config: Arc::new(config),
            wechat: outside.wechat,
            province: outside.province,
            names,
            stand_ins: outside.stand_ins,
            wake: Arc::default(),
            shown: Shown::new(desk.db.clone()),
            desk,
            catalogue,
            store,
            metrics,
            stop,
        }))
    }
}

/// Makes the directory when it is missing; what we make nobody else may look into.
fn private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

async fn desk(config: &Config, world: &World, keys: &Keys, catalogue: &Loaded) -> Result<Desk, StartError> {
    let data: Vec<_> = keys.data.iter().map(|named| (named.kid.clone(), *named.key.expose())).collect();
    Ok(Desk {
        db: database::open(config).await?,
        world: world.clone(),
        vault: Arc::new(Vault::new(&data, keys.hash.expose())),
        catalogue: catalogue.catalogue.clone(),
        rules: Arc::clone(&catalogue.rules) as Arc<dyn casework::item::Rules>,
        numbers: Arc::new(Numbers::new(config.region.clone())),
        counter: Counter::default(),
        calendar: Arc::new(Calendar::embedded()?),
    })
}

fn tokens(keys: &Keys, world: &World) -> Result<Tokens, KeyError> {
    let others = keys.token_old.iter().map(crate::config::secret::Key32::expose);
    Ok(Tokens::new(auth::Keys::new(keys.token.expose(), others)?, ISSUER, world.clone()))
}

pub(crate) fn store_config(place: &Place) -> store::Config {
    match place {
        Place::Folder(path) => store::Config::Folder { path: path.clone() },
        Place::Bucket(bucket) => store::Config::S3(store::S3Config {
            bucket: bucket.name.clone(),
            endpoint: bucket.endpoint.clone(),
            region: bucket.region.clone(),
            access_key_id: bucket.access_key_id.clone(),
            secret_access_key: bucket.secret_access_key.clone(),
            path_style: bucket.path_style,
            limits: store::Limits::default(),
        }),
    }
}

impl App {
    /// Whether the process was told to stop.
    pub fn stopping(&self) -> bool {
        self.stop.is_cancelled()
    }
}
