//! Everything one process works with, put together once at start.

use std::sync::Arc;

use casework::world::World;
use prometheus::Registry;
use sea_orm::{DatabaseConnection, DbErr};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Keys, KeysError};
use crate::database;
use crate::http::middleware::HttpMetrics;

/// Everything one process works with. Handlers get it as `Data<&Arc<App>>`.
pub struct App {
    /// What the operator decided.
    pub config: Arc<Config>,
    /// Clock, randomness and ids.
    pub world: World,
    /// The database.
    pub db: DatabaseConnection,
    /// The keys; `Debug` shows none of them.
    pub keys: Keys,
    /// What `/metrics` shows; whoever counts something registers it here.
    pub metrics: Registry,
    /// The counters of requests.
    pub http_metrics: HttpMetrics,
    /// Cancelled when the process is told to stop: nothing new is begun after that.
    pub stop: CancellationToken,
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
    /// The data directory cannot be made.
    #[error("the data directory {path} cannot be made")]
    DataDir {
        /// Where it should be.
        path: std::path::PathBuf,
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
    /// Counters of the same name exist already.
    #[error("metrics")]
    Metrics(#[from] prometheus::Error),
}

/// Puts an [`App`] together; what is not given is made as the configuration says.
#[derive(Debug)]
pub struct Builder {
    config: Config,
    world: World,
    stop: CancellationToken,
}

impl Builder {
    /// An app for this configuration, in the real world.
    pub fn new(config: Config) -> Self {
        Self { config, world: World::real(), stop: CancellationToken::new() }
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

    /// Opens the database, brings its schema up to date in development, and makes the rest.
    ///
    /// # Errors
    /// [`StartError`] when a part cannot be had.
    pub async fn build(self) -> Result<Arc<App>, StartError> {
        let Self { config, world, stop } = self;
        let path = &config.data_dir;
        std::fs::create_dir_all(path).map_err(|source| StartError::DataDir { path: path.clone(), source })?;
        let keys = config.keys(&world)?;
        let db = database::open(&config).await?;
        let metrics = Registry::new();
        let http_metrics = HttpMetrics::new(&metrics)?;
        Ok(Arc::new(App { config: Arc::new(config), world, db, keys, metrics, http_metrics, stop }))
    }
}

impl App {
    /// Whether the process was told to stop.
    pub fn stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Whether files can be read and written.
    pub fn store_is_there(&self) -> impl Future<Output = bool> {
        // Seam: ask the object store once it is part of the app.
        std::future::ready(true)
    }

    /// The public keys that access tokens are checked with (RFC 7517).
    pub fn jwks(&self) -> serde_json::Value {
        // Seam: `crate::auth` fills this in.
        serde_json::json!({ "keys": [] })
    }
}
