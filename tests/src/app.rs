//! A server under test, and everything around it.

use std::path::Path;
use std::sync::{Arc, RwLock};

use api::app::App;
use casework::world::{Driven, World};
use entity::staff::Role;
use portal::relay::Relay;
use portal::simulator::Simulator;
use sea_orm::DatabaseConnection;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::caller::{Caller, Machine};
use crate::database;
use crate::objects;
use crate::outside::{self, Outside};
use crate::process::Process;
use crate::s3::S3Server;
use crate::setup::{Database, Objects, Run, Setup};

/// A server under test, and everything around it. The surroundings outlive the server: it can be stopped, killed and
/// started again on the same data.
pub struct TestApp {
    /// Province and WeChat.
    pub outside: Outside,
    /// Time and randomness of everything that runs in the test process.
    pub world: World,
    pub(crate) setup: Setup,
    settings: Vec<(String, String)>,
    pub(crate) database_url: String,
    pub(crate) objects: Option<S3Server>,
    directory: TempDir,
    address: Arc<RwLock<String>>,
    running: Option<Running>,
}

enum Running {
    Inside(Box<Inside>),
    Process(Box<Process>),
}

struct Inside {
    app: Arc<App>,
    server: JoinHandle<std::io::Result<()>>,
    beside: TaskTracker,
}

impl std::fmt::Debug for TestApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TestApp({:?}, {:?})", self.setup.database, self.setup.objects)
    }
}

impl TestApp {
    pub(crate) async fn start(setup: Setup) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database_url = match setup.database {
            Database::Sqlite => database::sqlite(directory.path()),
            Database::Postgres => database::postgres().await,
        };
        let objects = if setup.objects == Objects::S3 { Some(S3Server::start().await) } else { None };
        let world = setup.clock.as_ref().map_or_else(World::real, Driven::world);
        // Listening first: the province must know where to push before there is a server.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let callback = (setup.run == Run::Inside).then(|| url.clone());
        let folder = setup.settings.iter().find(|(name, _)| name == "GXB_CATALOGUE_DIR");
        let folder = folder.map(|(_, folder)| Path::new(folder));
        let outside = Outside::start(&world, (setup.script.clone(), setup.limits), callback, folder).await;
        let settings = settings(&setup, &directory, &database_url, objects.as_ref(), &outside);
        let address = Arc::new(RwLock::new(url));
        let mut app =
            Self { outside, world, setup, settings, database_url, objects, directory, address, running: None };
        app.begin(Some(listener)).await;
        app
    }

    async fn begin(&mut self, listener: Option<TcpListener>) {
        let running = match self.setup.run {
            Run::Inside => {
                let listener = match listener {
                    Some(listener) => listener,
                    // Where it was before, so that the province still finds it.
                    None => TcpListener::bind(self.url().trim_start_matches("http://")).await.unwrap(),
                };
                Running::Inside(Box::new(self.inside(listener).await))
            }
            Run::Process(binary) => {
                let arguments: &[&str] = if self.setup.relay { &["serve"] } else { &["serve", "--no-relay"] };
                let process = Process::serve(binary, arguments, &self.settings).await;
                self.address.write().unwrap().clone_from(&process.url);
                Running::Process(Box::new(process))
            }
        };
        self.running = Some(running);
    }

    async fn inside(&self, listener: TcpListener) -> Inside {
        let app = self.beside().await;
        let beside = TaskTracker::new();
        if self.setup.relay {
            api::background::start(&app, &beside).unwrap();
        }
        let server = tokio::spawn(api::server::run(Arc::clone(&app), listener));
        Inside { app, server, beside }
    }

    /// The parts of the server, when it runs in the test process.
    pub fn app(&self) -> &Arc<App> {
        match &self.running {
            Some(Running::Inside(inside)) => &inside.app,
            _ => panic!("the server does not run in this process"),
        }
    }

    /// The process, when it is one.
    pub fn process(&self) -> &Process {
        match &self.running {
            Some(Running::Process(process)) => process,
            _ => panic!("the server is no process"),
        }
    }

    /// A relay on the server's own parts, to be drained by hand.
    pub fn relay(&self) -> Relay {
        api::background::relay(self.app()).unwrap()
    }

    /// Fetches what the province has to report. Answers how many reports changed a case.
    pub async fn poll(&self) -> usize {
        portal::poll::poll(&self.app().desk, &*self.app().province).await.unwrap()
    }

    /// The province.
    pub fn simulator(&self) -> &Simulator {
        &self.outside.simulator
    }

    /// Where the server listens: `http://127.0.0.1:…`.
    pub fn url(&self) -> String {
        self.address.read().unwrap().clone()
    }

    /// The settings the server runs with, for processes beside it.
    pub fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A connection of its own to the server's database.
    pub async fn database(&self) -> DatabaseConnection {
        database::connect(&self.database_url).await
    }

    /// Refuses from now on what would change a case's view behind its revision, where the database can.
    pub async fn guard_views(&self) {
        if self.setup.database == Database::Postgres {
            database::guard_views(&self.app().desk.db).await;
        }
    }

    /// How many objects the store holds; not for a store that was given.
    pub fn object_count(&self) -> usize {
        match (&self.objects, self.setup.objects) {
            (Some(server), _) => objects::count_files(server.folder()),
            (None, Objects::Folder) => objects::count_files(&self.directory.path().join("objects")),
            (None, _) => panic!("a store that was given is not ours alone"),
        }
    }

    /// How many parts of uploads the store holds; not for a store that was given.
    pub fn part_count(&self) -> usize {
        match (&self.objects, self.setup.objects) {
            (Some(server), _) => objects::count_parts(server.folder()),
            (None, Objects::Folder) => objects::count_files(&self.directory.path().join("objects/.parts")),
            (None, _) => panic!("a store that was given is not ours alone"),
        }
    }

    /// Kills the process as the operating system would. The data stay.
    pub async fn kill(&mut self) {
        match self.running.take() {
            Some(Running::Process(process)) => process.kill().await,
            _ => panic!("only a process can be killed"),
        }
    }

    /// Stops the server in an orderly way. The data stay.
    pub async fn stop(&mut self) {
        match self.running.take() {
            Some(Running::Process(process)) => assert_eq!(process.terminate().await, Some(0), "an orderly end"),
            Some(Running::Inside(inside)) => {
                let Inside { app, server, beside } = *inside;
                app.stop.cancel();
                server.await.unwrap().unwrap();
                beside.close();
                tokio::time::timeout(crate::BOUND, beside.wait()).await.expect("the relay ends");
            }
            None => {}
        }
    }

    /// Starts the server again on the same data, after [`TestApp::kill`] or [`TestApp::stop`].
    pub async fn restart(&mut self) {
        assert!(self.running.is_none(), "it still runs");
        self.begin(None).await;
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> Caller {
        Caller::new(Arc::clone(&self.address))
    }

    /// A shop owner who signed in; each name is a person.
    pub async fn owner(&self, name: &str) -> Caller {
        self.nobody().sign_in(&format!("dev-{name}")).await
    }

    /// A member of staff who signed in. They are made in the database, as `gaoxingban admin` makes them.
    pub async fn staff(&self, role: Role) -> Caller {
        let (_, key) = casework::staff::create(&self.app().desk, "测试", role).await.unwrap();
        let body = serde_json::json!({ "key": key });
        let session = self.nobody().send("POST", "/staff/v1/session", &body).await.expect(200).json();
        self.nobody().with_token(session["access_token"].as_str().unwrap())
    }

    /// The province's machine, which signs what it sends.
    pub fn machine(&self) -> Machine {
        Machine::new(self.nobody(), self.world.clone(), outside::key())
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(Running::Inside(inside)) = &self.running {
            inside.app.stop.cancel();
        }
        let hidden = self.directory.path().join("objects");
        if !std::thread::panicking() && self.running.is_none() && self.setup.objects == Objects::Folder {
            assert_eq!(leftovers(&hidden), 0, "an orderly end leaves no half-written file");
        }
    }
}

/// Files of the folder store that were never finished.
fn leftovers(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let is_hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let one = |path: &Path| usize::from(path.file_name().is_some_and(is_hidden));
    let paths = entries.flatten().map(|entry| entry.path());
    paths.map(|path| if path.is_dir() { leftovers(&path) } else { one(&path) }).sum()
}

fn settings(
    setup: &Setup,
    directory: &TempDir,
    database_url: &str,
    server: Option<&S3Server>,
    outside: &Outside,
) -> Vec<(String, String)> {
    let mut settings: Vec<(String, String)> = [
        ("GXB_LISTEN", "127.0.0.1:0"),
        ("GXB_PUBLIC_URL", "http://gaoxingban.test"),
        ("GXB_DATABASE_URL", database_url),
        // A test's relay is never idle for long.
        ("GXB_RELAY_POLL", "100ms"),
        ("GXB_PORTAL_POLL", "200ms"),
        ("GXB_PORTAL_TIMEOUT", "5s"),
        ("GXB_RELAY_SCHEDULE", "100ms,200ms,300ms,500ms,1s,1s,1s,1s"),
        ("GXB_SHUTDOWN_TIMEOUT", "10s"),
        ("GXB_PHOTO_WAITING", "200"),
        ("GXB_PHOTO_TIMEOUT", "60s"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    settings.push(("GXB_DATA_DIR".to_owned(), directory.path().display().to_string()));
    settings.extend(outside.settings());
    settings.extend(match setup.objects {
        Objects::Folder => Vec::new(),
        Objects::S3 => server.map(objects::settings_of).unwrap_or_default(),
        Objects::Given => objects::given().expect("GXB_TEST_S3_ENDPOINT is not set"),
    });
    // What the test sets wins.
    settings.retain(|(name, _)| !setup.settings.iter().any(|(own, _)| own == name));
    settings.extend(setup.settings.iter().cloned());
    settings
}
