//! The province on a laptop: speaks gateway v1, looks at every file with its own eyes, keeps what it accepted, moves
//! cases on by script and fails on command. How to drive it is in `docs/SANDBOX.md`.
//!
//! It shares the signature with the rest of the crate and nothing else, so that a mistake in the adapter is not
//! repeated here.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use casework::world::World;
use poem::listener::TcpAcceptor;
use store::ObjectStore;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::http::Http;
use crate::signature::{Key, TrustedKey};

mod clerk;
mod connection;
mod control;
mod courier;
mod desk;
mod drop;
mod fault;
mod gate;
mod held;
mod inspect;
mod intake;
mod memory;
mod mover;
mod page;
mod random;
mod register;
mod report;
mod rule;
mod script;
mod server;
mod tables;
mod told;
mod wire;

pub use self::drop::DropClerk;
pub use self::tables::TablesClerk;
pub use fault::{Action, CallKind, Fault, Moment};
pub use memory::{SimCase, SimFile, SimReport};
pub use random::Random;
pub use rule::Rule;
pub use script::{CaseScript, ItemText, LicenceText, Script, ScriptError, Status, Step};

use desk::Desk;

/// What a simulator needs to start.
#[derive(Clone, Debug)]
pub struct SimulatorConfig {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The key that reports are signed with.
    pub key: Key,
    /// The keys that callers may sign with.
    pub trusted: Vec<TrustedKey>,
    /// The photo rules it enforces. A file for a rule that is not here is refused.
    pub rules: Vec<Rule>,
    /// How cases move on, and the faults to begin with.
    pub script: Script,
    /// Where reports are pushed: `{callback}/integration/v1/reports`. Without one they can only be fetched.
    pub callback: Option<String>,
    /// How much it keeps.
    pub limits: Limits,
}

/// What bounds the simulator's memory. Full, it answers 507 until `DELETE /sim/cases`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Cases kept.
    pub cases: usize,
    /// Reports of all cases kept.
    pub reports: usize,
    /// Bytes of all files kept.
    pub file_bytes: usize,
    /// Bytes of one file.
    pub one_file_bytes: usize,
    /// Bytes of one application or step.
    pub body_bytes: usize,
    /// Nonces remembered, ten minutes each.
    pub nonces: usize,
    /// Times a report is pushed before it can only be fetched.
    pub push_tries: u32,
    /// The pause before the second push; each later one is twice as long.
    pub push_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cases: 20_000,
            reports: 200_000,
            file_bytes: 256 * 1024 * 1024,
            one_file_bytes: 8 * 1024 * 1024,
            body_bytes: 1024 * 1024,
            nonces: 500_000,
            push_tries: 5,
            push_pause: Duration::from_millis(500),
        }
    }
}

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("the province simulator cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The script or a fault in it makes no sense.
    #[error(transparent)]
    Script(#[from] ScriptError),
    /// Two rules have one name.
    #[error("two rules are named {0}")]
    Rule(String),
    /// The client for reports cannot be built.
    #[error("the client for reports cannot be built: {0}")]
    Client(String),
}

/// A running simulator. Dropping it stops it at once; [`Simulator::stop`] lets calls end.
#[derive(Debug)]
pub struct Simulator {
    desk: Arc<Desk>,
    address: SocketAddr,
    server: JoinHandle<io::Result<()>>,
}

/// How long a report may take to be pushed.
const PUSH_TIMEOUT: Duration = Duration::from_secs(10);
/// How long calls may still take when the simulator stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// Starts a simulator, listening when this returns.
///
/// # Errors
/// [`StartError`].
pub async fn start(config: SimulatorConfig, world: World) -> Result<Simulator, StartError> {
    config.script.check()?;
    let listening = |error| StartError::Listen(config.listen, error);
    let listener = TcpListener::bind(config.listen).await.map_err(listening)?;
    let address = listener.local_addr().map_err(listening)?;
    let acceptor = TcpAcceptor::from_tokio(listener).map_err(listening)?;
    let http = Http::new(PUSH_TIMEOUT).map_err(|error| StartError::Client(error.to_string()))?;
    let desk = Arc::new(Desk::new(config, world, http)?);
    let server = tokio::spawn(server::run(Arc::clone(&desk), acceptor, STOP_TIMEOUT));
    Ok(Simulator { desk, address, server })
}

impl Simulator {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Its address as the adapter's base: `http://127.0.0.1:8090`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every case it has, in the order of arrival.
    pub fn cases(&self) -> Vec<SimCase> {
        self.desk.arrivals();
        self.desk.memory().cases()
    }

    /// One case.
    pub fn case(&self, orgbusno: &str) -> Option<SimCase> {
        self.desk.arrivals();
        self.desk.memory().case(orgbusno).cloned()
    }

    /// One file, when it was accepted.
    pub fn file(&self, sha256: &str) -> Option<SimFile> {
        self.desk.memory().file(sha256).cloned()
    }

    /// How many files it has.
    pub fn file_count(&self) -> usize {
        self.desk.memory().file_count()
    }

    /// How many calls of the wire are being answered, hanging ones included.
    pub fn calls_in_progress(&self) -> usize {
        self.desk.calls_in_progress()
    }

    /// Whether a report is being pushed, or waits for its next try.
    pub fn is_pushing(&self) -> bool {
        self.desk.memory().is_pushing()
    }

    /// Replaces the script for cases that arrive from now on, and queues the faults in it.
    ///
    /// # Errors
    /// [`ScriptError`]; the old script then stays.
    pub fn set_script(&self, script: Script) -> Result<(), ScriptError> {
        self.desk.set_script(script)
    }

    /// Queues a fault behind those that wait already.
    ///
    /// # Errors
    /// [`ScriptError`] when it makes no sense.
    pub fn fail(&self, fault: Fault) -> Result<(), ScriptError> {
        self.desk.queue_fault(fault)
    }

    /// Fails at random from now on; none ends that.
    ///
    /// # Errors
    /// [`ScriptError`] when it makes no sense.
    pub fn set_random(&self, random: Option<Random>) -> Result<(), ScriptError> {
        self.desk.set_random(random)
    }

    /// How many calls failed at random since that began.
    pub fn failed_at_random(&self) -> u64 {
        self.desk.lots(|lots| lots.failed).unwrap_or_default()
    }

    /// Drops the faults that wait, ends failing at random, and lets every hanging call go on.
    pub fn heal(&self) {
        self.desk.heal();
    }

    /// A clerk who takes bundles from `store` to this province, and puts its answers there.
    pub fn drop_clerk(&self, store: Arc<dyn ObjectStore>) -> DropClerk {
        DropClerk::new(Arc::clone(&self.desk), store)
    }

    /// A clerk who takes rows from the exchange tables in `database` to this province, and writes its answers there.
    pub fn tables_clerk(&self, database: sea_orm::DatabaseConnection) -> TablesClerk {
        TablesClerk::new(Arc::clone(&self.desk), database)
    }

    /// Moves a case on by hand. `false` when there is no such case or no room.
    pub fn advance(&self, orgbusno: &str, step: &Step) -> bool {
        self.desk.advance(orgbusno, step).is_some()
    }

    /// Waits until `state` says something, looking again after every change; [`None`] when `bound` has passed.
    pub async fn wait_for<T>(&self, bound: Duration, mut state: impl FnMut(&Self) -> Option<T>) -> Option<T> {
        let mut changes = self.desk.changes();
        let waiting = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = state(self) {
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(bound, waiting).await.ok().flatten()
    }

    /// Stops: no new calls, hanging ones let go, scripts and pushes ended. What it kept is lost.
    pub async fn stop(mut self) {
        self.desk.stop();
        // It ends by itself within `STOP_TIMEOUT`; how makes no difference any more.
        drop((&mut self.server).await);
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.desk.stop();
        self.server.abort();
    }
}
