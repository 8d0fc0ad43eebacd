//! The loops that are measured, each in a process of its own.

use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use api::app::Builder;
use api::config::Config;
use async_trait::async_trait;
use casework::Desk;
use entity::outbox::Destination;
use portal::deliver::{Deliver, Delivery, Job, Outcome};
use portal::relay::{self, Relay};
use sea_orm::ConnectionTrait as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

/// The argument that makes this program one of the loops.
pub const ROLE: &str = "relay-loop";
/// Promises at hand at once, in both loops: what a relay takes unless it is told otherwise.
fn parallel() -> usize {
    relay::Config::default().parallel
}

/// Which loop, and how long its province takes.
#[derive(Clone, Copy)]
pub enum Kind {
    /// The relay.
    Relay { answer_ms: u64 },
    /// Claims, waits for the province, marks.
    Bare { answer_ms: u64 },
}

/// Running loops.
pub struct Processes(Vec<Child>);

impl Processes {
    /// Starts so many, and waits until all are connected.
    pub async fn start(url: &str, kind: Kind, count: usize) -> Self {
        let (name, answer_ms) = match kind {
            Kind::Relay { answer_ms } => ("relay", answer_ms),
            Kind::Bare { answer_ms } => ("bare", answer_ms),
        };
        let program = std::env::current_exe().unwrap();
        let mut children = Vec::new();
        for _ in 0..count {
            let mut command = Command::new(&program);
            command.args([ROLE, name, &answer_ms.to_string(), url]).stdin(Stdio::piped()).stdout(Stdio::piped());
            children.push(command.kill_on_drop(true).spawn().unwrap());
        }
        for child in &mut children {
            child.stdout.as_mut().unwrap().read_u8().await.unwrap();
        }
        for child in &mut children {
            child.stdin.as_mut().unwrap().write_u8(1).await.unwrap();
        }
        Self(children)
    }

    /// Ends them.
    pub async fn stop(self) {
        for mut child in self.0 {
            child.kill().await.unwrap();
        }
    }
}

/// One of the loops, until it is killed: `relay|bare ANSWER_MS URL`.
pub async fn run(arguments: &[String]) {
    let [kind, answer_ms, url] = arguments else { panic!("relay|bare ANSWER_MS URL") };
    let answer = Duration::from_millis(answer_ms.parse().unwrap());
    let app = app(url).await;
    // Nothing else runs here yet: these may block.
    std::io::stdout().write_all(&[1]).unwrap();
    std::io::stdout().flush().unwrap();
    std::io::stdin().read_exact(&mut [0]).unwrap();
    if kind == "bare" {
        return bare(&app.desk, answer).await;
    }
    let deliverer: Arc<dyn Deliver> = Arc::new(Province(answer));
    let relay = Relay::new(app.desk.clone(), relay::Config::default(), vec![deliverer], Arc::clone(&app.wake)).unwrap();
    tokio::join!(relay.run(CancellationToken::new()), app.wake.carry(&app.desk.db, &app.stop));
}

/// What the loops work with; the schema is made by the first.
pub async fn desk(url: &str) -> Desk {
    app(url).await.desk.clone()
}

/// A process's parts on this database, in a folder that goes with the machine's temporary files.
pub async fn app(url: &str) -> Arc<api::app::App> {
    let folder = tempfile::tempdir().unwrap().keep();
    let settings = [("GXB_DATABASE_URL", url.to_owned()), ("GXB_DATA_DIR", folder.display().to_string())];
    let settings = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
    Builder::new(Config::read(settings, None).unwrap()).build().await.unwrap()
}

/// A province that answers after a while.
struct Province(Duration);

#[async_trait]
impl Deliver for Province {
    fn destination(&self) -> Destination {
        Destination::Wechat
    }

    async fn deliver(&self, _: &Job<'_>) -> casework::Result<Delivery> {
        if !self.0.is_zero() {
            tokio::time::sleep(self.0).await;
        }
        Ok(Delivery { status: Some(200), reached: true, ..Delivery::plain("case", Outcome::Done(None)) })
    }
}

/// The peer: so many loops at once, each claiming one row, waiting and marking it.
async fn bare(desk: &Desk, answer: Duration) {
    let loops = (0..parallel()).map(|_| async {
        loop {
            let claim = "UPDATE outbox SET state = 'leased' WHERE id = (SELECT id FROM outbox WHERE state IN ('queued', \
                         'leased', 'unknown') AND state = 'queued' AND destination = 'wechat' ORDER BY next_try_at LIMIT 1 \
                         FOR UPDATE SKIP LOCKED) RETURNING id::text";
            let row = desk.db.query_one_raw(statement(claim)).await.unwrap();
            let Some(row) = row else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let id: String = row.try_get_by_index(0).unwrap();
            if !answer.is_zero() {
                tokio::time::sleep(answer).await;
            }
            let mark = format!("UPDATE outbox SET state = 'done', settled_at = clock_timestamp() WHERE id = '{id}'");
            desk.db.execute_unprepared(&mark).await.unwrap();
        }
    });
    futures_util::future::join_all(loops).await;
}

fn statement(text: &str) -> sea_orm::Statement {
    sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, text)
}
