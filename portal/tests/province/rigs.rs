//! An adapter and a province it reaches, for each way there is.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use casework::world::World;
use portal::adapter::drop::FileDrop;
use portal::adapter::gateway::Gateway;
use portal::adapter::tables::{self, ExchangeTables};
use portal::adapter::{CodeTable, Kind, Province, Settings};
use portal::simulator::{self, DropClerk, Script, Simulator, TablesClerk};
use sea_orm::ConnectionTrait as _;
use store::{Config, DropPath, Limits, ListQuery, ObjectStore, S3Config, Secret, StorageKey};
use tempfile::TempDir;
use tokio::sync::Mutex;

use crate::harness::{BOUND, config, key};
use crate::s3::{ACCESS_KEY_ID, BUCKET, S3Server, SECRET_ACCESS_KEY};

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
        Self::impatient(BOUND).await
    }

    /// A caller that waits no longer than this for an answer.
    pub(crate) async fn impatient(patience: std::time::Duration) -> Self {
        let world = World::real();
        let simulator = quiet(&world).await;
        let http = portal::http::Http::new(patience).expect("a client");
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

/// Bundles in a folder, or in a bucket.
pub(crate) struct ByFiles {
    /// The folder; empty where there is a bucket.
    pub(crate) folder: TempDir,
    pub(crate) world: World,
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) simulator: Simulator,
    pub(crate) adapter: FileDrop,
    clerk: DropClerk,
    _ground: Option<Ground>,
}

/// What must live as long as a bucket: a server of our own in this process, or the right to the one that was given, for one test
/// at a time, since all use the same names in it.
type Ground = Box<dyn std::any::Any + Send + Sync>;

static ONE_AT_A_TIME: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);

/// The bucket that `GXB_TEST_S3_*` names, emptied; or one of our own.
async fn bucket() -> (Arc<dyn ObjectStore>, Ground) {
    let given = |name: &str| std::env::var(format!("GXB_TEST_S3_{name}"));
    let at = |endpoint: String, [region, bucket, id, secret]: [String; 4]| {
        let config = S3Config {
            bucket,
            endpoint: Some(endpoint),
            region,
            access_key_id: id,
            secret_access_key: Secret::new(secret),
            path_style: true,
            limits: Limits::default(),
        };
        store::open(&Config::S3(config)).unwrap()
    };
    if let Ok(endpoint) = given("ENDPOINT") {
        let alone = Arc::clone(&ONE_AT_A_TIME).lock_owned().await;
        let named = ["REGION", "BUCKET", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"].map(|name| given(name).unwrap());
        let store = at(endpoint, named);
        empty(&*store).await;
        return (store, Box::new(alone));
    }
    let server = S3Server::start().await;
    let named = ["gaotang", BUCKET, ACCESS_KEY_ID, SECRET_ACCESS_KEY].map(str::to_owned);
    (at(format!("http://{}", server.address()), named), Box::new(server))
}

/// Removes what an earlier test left.
async fn empty(store: &dyn ObjectStore) {
    for prefix in ["outbox/", "inbox/", "taken/", "refused/"] {
        let older_than = chrono::DateTime::<chrono::Utc>::MAX_UTC;
        let query = ListQuery { prefix, older_than, after: None, limit: store::MAX_PAGE };
        let left = store.list(&query).await.unwrap();
        for object in left.objects {
            let path = DropPath::new(&object.path).expect("a path of ours");
            store.delete(&StorageKey::Dropped(path)).await.unwrap();
        }
    }
}

impl ByFiles {
    pub(crate) async fn in_a_folder() -> Self {
        Self::living_in(World::real()).await
    }

    pub(crate) async fn living_in(world: World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(&Config::Folder { path: folder.path().to_owned() }).unwrap();
        Self::over(store, world, folder, None).await
    }

    /// In the bucket that `GXB_TEST_S3_*` names, or in one of our own.
    pub(crate) async fn in_a_bucket() -> Self {
        let (store, ground) = bucket().await;
        Self::over(store, World::real(), tempfile::tempdir().unwrap(), Some(ground)).await
    }

    async fn over(store: Arc<dyn ObjectStore>, world: World, folder: TempDir, ground: Option<Ground>) -> Self {
        let simulator = quiet(&world).await;
        let adapter = FileDrop::new(Arc::clone(&store), settings(Kind::Drop), world.clone());
        let clerk = simulator.drop_clerk(Arc::clone(&store));
        Self { folder, world, store, simulator, adapter, clerk, _ground: ground }
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
        self.clerk.round().await.expect("a folder or bucket that can be used");
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

    /// In MariaDB.
    pub(crate) async fn in_mariadb() -> Self {
        let url = crate::mariadb::mariadb().await;
        Self::living_in(World::real(), &url, tempfile::tempdir().unwrap()).await
    }

    /// In tables that were made by docs/exchange.md.
    pub(crate) async fn by_the_document(url: &str) -> Self {
        let database = tables::connect(url, BOUND).await.unwrap();
        database.execute_unprepared(&tables::ddl("newer", None).unwrap()).await.unwrap();
        Self::living_in(World::real(), url, tempfile::tempdir().unwrap()).await
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
