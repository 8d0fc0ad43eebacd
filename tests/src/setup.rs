//! What a test wants: which database, which store, which clock, where the relay runs.

use portal::simulator::{Limits, Script};

use std::sync::Arc;

use crate::app::TestApp;
use crate::receiver::StandInNames;
use casework::world::Driven;

/// Where rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file of its own.
    Sqlite,
    /// A database of its own in the test process's cluster.
    Postgres,
}

/// Where photos are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objects {
    /// A folder of its own.
    Folder,
    /// An S3 server of its own, in this process.
    S3,
    /// The server `GXB_TEST_S3_*` names.
    Given,
}

/// How the server under test runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// In the test process: its clock can be driven, and the test reaches its parts.
    Inside,
    /// As a process of the binary at this path, which can be killed.
    Process(&'static str),
}

/// What a test wants.
#[derive(Clone, Debug)]
pub struct Setup {
    pub(crate) database: Database,
    pub(crate) objects: Objects,
    pub(crate) run: Run,
    pub(crate) relay: bool,
    pub(crate) clock: Option<Driven>,
    pub(crate) script: Script,
    pub(crate) limits: Limits,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) names: Option<Arc<StandInNames>>,
}

impl Setup {
    /// SQLite and a folder: the embedded defaults.
    pub fn sqlite() -> Self {
        Self::on(Database::Sqlite, Objects::Folder)
    }

    /// PostgreSQL and S3.
    pub fn postgres() -> Self {
        Self::on(Database::Postgres, Objects::S3)
    }

    /// Any database and any store; the server runs inside the test with a relay of its own, in real time, and the
    /// province accepts and approves at once.
    pub fn on(database: Database, objects: Objects) -> Self {
        use portal::simulator::{Status, Step};
        let script = Script::of([Step::now(Status::Accepted), Step::now(Status::Approved)]);
        Self {
            database,
            objects,
            run: Run::Inside,
            relay: true,
            clock: None,
            script,
            limits: Limits::default(),
            settings: Vec::new(),
            names: None,
        }
    }

    /// Runs `binary` as a process: it can be killed. Reports are fetched, not pushed.
    #[must_use]
    pub fn process(self, binary: &'static str) -> Self {
        Self { run: Run::Process(binary), ..self }
    }

    /// No relay and no poll: nothing is delivered unless the test does it.
    #[must_use]
    pub fn without_relay(self) -> Self {
        Self { relay: false, ..self }
    }

    /// Everything takes its time from this clock.
    #[must_use]
    pub fn clock(self, clock: &Driven) -> Self {
        Self { clock: Some(clock.clone()), ..self }
    }

    /// What the province does.
    #[must_use]
    pub fn script(self, script: Script) -> Self {
        Self { script, ..self }
    }

    /// What the province has room for.
    #[must_use]
    pub fn province_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// One setting of the server, by its name in the environment.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// Names of machines that want to be called back stand for what these say.
    #[must_use]
    pub fn names(self, names: &Arc<StandInNames>) -> Self {
        Self { names: Some(Arc::clone(names)), ..self }
    }

    /// Starts it.
    pub async fn start(self) -> TestApp {
        TestApp::start(self).await
    }
}
