//! An adapter and a province it reaches, for each way there is.

use std::sync::Arc;

use async_trait::async_trait;
use casework::world::World;
use portal::adapter::drop::FileDrop;
use portal::adapter::gateway::Gateway;
use portal::adapter::tables::{self, ExchangeTables};
use portal::adapter::{CodeTable, Kind, Province, Settings};
use portal::simulator::{self, DropClerk, Script, Simulator, TablesClerk};
use sea_orm::ConnectionTrait as _;
use store::ObjectStore;
use tempfile::TempDir;

use crate::harness::{BOUND, config, key};

/// An adapter, and the province at its other end: to be looked at, and told to fail.
#[async_trait]
pub(crate) trait Rig: Send + Sync {
    /// The adapter under test.
    fn province(&self) -> &dyn Province;

    /// What stands in for the province.
    fn simulator(&self) -> &Simulator;

    /// Lets the province do what it does by itself: read what was left for it, and answer. Nothing where it is called.
    async fn round(&self);

    /// The time both live in.
    fn world(&self) -> &World;
}

async fn quiet(world: &World) -> Simulator {
    simulator::start(config(Script::nothing()), world.clone()).await.expect("starts")
}

pub(crate) fn settings(kind: Kind) -> Settings {
    Settings { key: key(), trusted: vec![key().trusted()], codes: CodeTable::usual(kind) }
}

/// Calls over HTTP.
pub(crate) struct ByCalls {
    world: World,
    simulator: Simulator,
    adapter: Gateway,
}

impl ByCalls {
    pub(crate) async fn over_http() -> Self {
        let world = World::real();
        let simulator = quiet(&world).await;
        let http = portal::http::Http::new(BOUND).expect("a client");
        let adapter = Gateway::new(http, &simulator.url(), key(), world.clone()).expect("an address");
        Self { world, simulator, adapter }
    }
}

#[async_trait]
impl Rig for ByCalls {
    fn province(&self) -> &dyn Province {
        &self.adapter
    }

    fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    async fn round(&self) {}

    fn world(&self) -> &World {
        &self.world
    }
}

/// Bundles in a folder.
pub(crate) struct ByFiles {
    pub(crate) folder: TempDir,
    pub(crate) world: World,
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) simulator: Simulator,
    pub(crate) adapter: FileDrop,
    clerk: DropClerk,
}

impl ByFiles {
    pub(crate) async fn in_a_folder() -> Self {
        Self::living_in(World::real()).await
    }

    pub(crate) async fn living_in(world: World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(&store::Config::Folder { path: folder.path().to_owned() }).unwrap();
        let simulator = quiet(&world).await;
        let adapter = FileDrop::new(Arc::clone(&store), settings(Kind::Drop), world.clone());
        let clerk = simulator.drop_clerk(Arc::clone(&store));
        Self { folder, world, store, simulator, adapter, clerk }
    }
}

#[async_trait]
impl Rig for ByFiles {
    fn province(&self) -> &dyn Province {
        &self.adapter
    }

    fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    async fn round(&self) {
        self.clerk.round().await.expect("a folder that can be used");
    }

    fn world(&self) -> &World {
        &self.world
    }
}

/// Rows in the exchange tables.
pub(crate) struct ByRows {
    pub(crate) world: World,
    pub(crate) simulator: Simulator,
    pub(crate) adapter: ExchangeTables,
    pub(crate) database: sea_orm::DatabaseConnection,
    clerk: TablesClerk,
    _folder: TempDir,
}

impl ByRows {
    /// In a SQLite file: for development.
    pub(crate) async fn in_a_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = crate::database::sqlite(folder.path());
        Self::living_in(World::real(), &url, folder).await
    }

    /// In PostgreSQL.
    pub(crate) async fn in_postgres() -> Self {
        let url = crate::database::postgres().await;
        Self::living_in(World::real(), &url, tempfile::tempdir().unwrap()).await
    }

    /// In a database of its own at the MySQL or MariaDB server that `GXB_TEST_MYSQL_URL` names, where it does.
    pub(crate) async fn in_the_given_mysql() -> Option<Self> {
        let server = std::env::var("GXB_TEST_MYSQL_URL").ok()?;
        let name = format!("gxb_{}", hex::encode(World::real().bytes::<8>().unwrap()));
        let root = tables::connect(&server, BOUND).await.unwrap();
        root.execute_unprepared(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await.unwrap();
        let url = format!("{}/{name}", server.trim_end_matches('/'));
        Some(Self::living_in(World::real(), &url, tempfile::tempdir().unwrap()).await)
    }

    async fn living_in(world: World, url: &str, folder: TempDir) -> Self {
        let database = tables::connect(url, BOUND).await.unwrap();
        let simulator = quiet(&world).await;
        let clerk = simulator.tables_clerk(database.clone());
        clerk.prepare().await.unwrap();
        let adapter = ExchangeTables::new(database.clone(), &settings(Kind::Tables), world.clone()).unwrap();
        Self { world, simulator, adapter, database, clerk, _folder: folder }
    }
}

#[async_trait]
impl Rig for ByRows {
    fn province(&self) -> &dyn Province {
        &self.adapter
    }

    fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    async fn round(&self) {
        self.clerk.round().await.expect("a database that can be used");
    }

    fn world(&self) -> &World {
        &self.world
    }
}
