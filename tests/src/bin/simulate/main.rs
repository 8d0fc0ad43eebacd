//! Plays some hours of a bureau's Monday: applicants with phones, at the rate of a county, a province or more, through the
//! real server over HTTP on PostgreSQL and S3, with relays in processes of their own and a province that answers. Prints what it took.
//!
//! ```text
//! make simulate                              a county's Monday from 8 to 18, in two minutes
//! make simulate ARGS="cases=10000000 from=9 to=9.02 history=100000"
//! ```
//!
//! Everything runs on one machine, applicants too: times include waiting for a processor.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what does not hold ends the run"
)]

mod applicant;
mod asked;
mod growth;
mod history;
mod limits;
mod parts;
mod profile;
mod sql;
mod timing;

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portal::simulator::{Limits, Script, Status, Step};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use tests::pictures::draw::Dice;
use tests::setup::{Database, Objects};
use tests::{Setup, TestApp, wait_for};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use self::applicant::Traffic;
use self::asked::Asked;
use self::growth::{Between, Seen};
use self::limits::Case;
use self::parts::Parts;

/// Photos the simulated province has room for, in bytes.
const PROVINCE_BYTES: usize = 8 * 1024 * 1024 * 1024;
/// What is measured from the rows that were written: how long after its commit a promise was kept.
const KEPT: &str = "SELECT (1e3 * extract(epoch FROM settled_at - created_at))::float8 FROM outbox WHERE state = 'done' \
                    AND created_at >= now() - make_interval(secs => {since}) AND destination = '{destination}'";

#[tokio::main]
async fn main() {
    let asked = Asked::read(std::env::args().skip(1));
    // Cases are worth the disk's time.
    tests::database::survive_power_cuts();
    let path = std::env::current_exe().unwrap().with_file_name("served");
    assert!(path.exists(), "the server is not built: run `make simulate`");
    simulate(&asked, path.to_str().unwrap().to_owned().leak()).await;
}

async fn simulate(asked: &Asked, binary: &'static str) {
    let mut app = start(binary).await;
    let (relays, db) = (start_relays(&app, binary, asked.relays), app.database().await);
    let traffic = Arc::new(Traffic::new(app.nobody(), asked.photos, asked.reads));
    asked.print();
    traffic.print();
    // The first case warms up what a server does once, and is what history is copied from.
    traffic.play(0).await;
    all_kept(&db).await;
    let empty = settled(&db).await;
    history::seed(&db, asked.history).await;
    let before = settled(&db).await;
    let parts = parts(&app, &relays, &db).await;
    let taken = parts.taken();
    traffic.timing.clear();
    let began = Instant::now();
    let cases = play(asked, &traffic).await;
    all_kept(&db).await;
    let seconds = began.elapsed().as_secs_f64();
    let taken = parts.taken().since(&taken);
    // What PostgreSQL counts, each connection tells within seconds.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = Seen::now(&db).await;
    println!(
        "\n{cases} cases in {seconds:.0} s, {:.2} a second; processors {:.0} % busy with the server, relays and PostgreSQL, {:.0} % \
              with everything else of this run",
        cases / seconds,
        share(taken.server + taken.relays + taken.database, seconds),
        share(taken.outside, seconds)
    );
    kept(&db, &traffic, seconds).await;
    traffic.timing.print(seconds);
    let rest = Between { before: &empty, after: &before, cases: f64::from(asked.history) };
    let played = Between { before: &before, after: &after, cases };
    let rest = (asked.history > 0).then_some(&rest);
    growth::print(rest, &played);
    growth::print_scans(&played);
    let photos =
        sql::number(&db, "SELECT (sum(original_bytes + bytes) / count(DISTINCT owner_id))::float8 FROM photo").await;
    Case {
        seconds: taken.over(cases),
        row_bytes: rest.unwrap_or(&played).bytes_a_case(),
        photo_bytes: photos,
        commits: (after.commits - before.commits) / cases,
        log_bytes: (after.log_bytes - before.log_bytes) / cases,
    }
    .print();
    drop(relays);
    app.stop().await;
}

/// Per cent of this machine's processors.
fn share(taken: f64, seconds: f64) -> f64 {
    taken / seconds / limits::processors() * 100.0
}

/// The server, without deliveries, as everybody gets it but for what makes minutes of hours.
async fn start(binary: &'static str) -> TestApp {
    let script = Script::of([Step::after(300, Status::Accepted), Step::after(600, Status::Approved)]);
    let limits = Limits {
        cases: 1_000_000,
        reports: 2_000_000,
        file_bytes: PROVINCE_BYTES,
        nonces: 10_000_000,
        ..Limits::default()
    };
    Setup::on(Database::Postgres, Objects::S3)
        .process(binary)
        .without_relay()
        .script(script)
        .province_limits(limits)
        .set("GXB_PHOTO_WAITING", "16")
        .set("GXB_RELAY_POLL", "1s")
        .set("GXB_PORTAL_POLL", "1s")
        .start()
        .await
}

fn start_relays(app: &TestApp, binary: &str, count: usize) -> Vec<Child> {
    let relay = |_| {
        let mut command = Command::new(binary);
        command.arg("relay").env_clear().envs(app.settings().iter().cloned()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    (0..count).map(relay).collect()
}

async fn parts(app: &TestApp, relays: &[Child], db: &DatabaseConnection) -> Parts {
    let folder = sql::texts(db, "SHOW data_directory").await.remove(0);
    let first = std::fs::read_to_string(format!("{folder}/postmaster.pid")).unwrap();
    Parts {
        server: app.process().id(),
        relays: relays.iter().map(|relay| relay.id().unwrap()).collect(),
        database: first.lines().next().unwrap().parse().unwrap(),
    }
}

/// Starts every applicant in time, whether the server keeps up or not, and waits until the last has read the decision. Answers how many.
async fn play(asked: &Asked, traffic: &Arc<Traffic>) -> f64 {
    let arrivals = profile::arrivals(asked.cases, asked.from, asked.to, &mut Dice::new(asked.seed));
    assert!(!arrivals.is_empty(), "nobody comes: ask for more cases, or more hours");
    let (began, mut applicants) = (Instant::now(), JoinSet::new());
    for (hour, number) in arrivals.iter().zip(1_u32..) {
        let at = (hour - asked.from) / (asked.to - asked.from) * asked.seconds;
        tokio::time::sleep_until((began + Duration::from_secs_f64(at)).into()).await;
        let traffic = Arc::clone(traffic);
        applicants.spawn(async move { traffic.play(number).await });
        while let Some(ended) = applicants.try_join_next() {
            ended.unwrap();
        }
    }
    while let Some(ended) = applicants.join_next().await {
        ended.unwrap();
    }
    f64::from(u32::try_from(arrivals.len()).unwrap())
}

/// Waits until nothing is owed any more.
async fn all_kept(db: &DatabaseConnection) {
    let open = "SELECT count(*)::float8 FROM outbox WHERE state IN ('queued', 'leased', 'unknown')";
    wait_for("everything is delivered", || async { (sql::number(db, open).await == 0.0).then_some(()) }).await;
}

/// What there is when PostgreSQL has tidied up.
async fn settled(db: &DatabaseConnection) -> Seen {
    db.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    Seen::now(db).await
}

/// Adds how soon the promises of this run were kept.
async fn kept(db: &DatabaseConnection, traffic: &Traffic, seconds: f64) {
    for (what, destination) in [("commit to kept, province", "province"), ("commit to kept, WeChat", "wechat")] {
        let question = KEPT.replace("{since}", &format!("{}", seconds + 2.0)).replace("{destination}", destination);
        for row in sql::rows(db, &question).await {
            traffic.timing.add(what, row.try_get_by_index(0).unwrap());
        }
    }
}
