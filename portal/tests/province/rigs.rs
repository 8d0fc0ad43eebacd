//! An adapter and a province it reaches, for each way there is.

use std::sync::Arc;

use async_trait::async_trait;
use casework::world::World;
use portal::adapter::drop::FileDrop;
use portal::adapter::gateway::Gateway;
use portal::adapter::{CodeTable, Kind, Province, Settings};
use portal::simulator::{self, DropClerk, Script, Simulator};
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
    pub(crate) async fn start() -> Self {
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
    pub(crate) async fn start() -> Self {
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
