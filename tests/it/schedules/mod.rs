//! Schedules made from seeds: people, the province and time go on while relays die, wait and lose their wires; then both
//! sides are compared. One that fails is made shorter and printed, with the command that plays it again.

mod check;
mod county;
mod dice;
mod draw;
mod end;
mod hooks;
mod plan;
mod play;
mod stage;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use tests::Database;
use tests::points::Point;

use self::plan::Schedule;
use self::play::{Shown, play};
use self::stage::Stage;

/// How many schedules a run of the tests plays on each database.
const FEW: u64 = 40;
/// After so many schedules the stage is built anew.
const STAGE: u64 = 200;
/// How often a schedule that fails is tried without one of its events.
const SHORTER: usize = 60;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// Says which schedule was being played when something unexpected ended the test.
struct Playing<'a>(&'a Schedule, Database);

impl Drop for Playing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", story(self.0, self.1, &["the test ended in the middle".to_owned()]));
        }
    }
}

fn story(schedule: &Schedule, database: Database, faults: &[String]) -> String {
    let name = if database == Database::Sqlite { "on_sqlite" } else { "on_postgres" };
    let again = format!(
        "GXB_TEST_SEED={} GXB_TEST_SCHEDULES=1 cargo test --locked --workspace --test it -- schedules::{name}",
        schedule.seed
    );
    format!("{schedule}{faults:#?}\nagain: {again}")
}

async fn show(stage: &mut Stage, schedule: &Schedule) -> Shown {
    let _playing = Playing(schedule, stage.database);
    match tokio::time::timeout(tests::BOUND, play(stage, schedule)).await {
        Ok(shown) => shown,
        Err(_) => Shown { faults: vec![format!("not over in time: {}", stage.at)], ..Shown::default() },
    }
}

/// Plays the schedules of these seeds. Answers the points that were reached.
async fn run(stage: &mut Stage, seeds: impl Iterator<Item = u64>) -> BTreeSet<Point> {
    let mut points = BTreeSet::new();
    for seed in seeds {
        let schedule = Schedule::of(seed, stage.database);
        let shown = show(stage, &schedule).await;
        if !shown.faults.is_empty() {
            let (shorter, faults) = shorten(stage.database, schedule, shown.faults).await;
            panic!("{}", story(&shorter, stage.database, &faults));
        }
        points.extend(shown.points);
    }
    points
}

/// The same fault with fewer events, as far as it goes.
async fn shorten(database: Database, mut schedule: Schedule, mut faults: Vec<String>) -> (Schedule, Vec<String>) {
    println!("{}", story(&schedule, database, &faults));
    let (mut tries, mut at) = (0, schedule.events.len());
    while at > 0 && tries < SHORTER {
        at -= 1;
        tries += 1;
        let mut without = schedule.clone();
        without.events.remove(at);
        // What failed may have left something behind.
        let shown = show(&mut Stage::open(database).await, &without).await;
        if !shown.faults.is_empty() {
            (schedule, faults) = (without, shown.faults);
        }
    }
    (schedule, faults)
}

/// Plays `many` schedules from seed `first`, or as many as fit before `until`.
async fn some(database: Database, first: u64, many: u64, until: Option<Instant>) {
    let (began, mut points, mut played) = (Instant::now(), BTreeSet::new(), 0);
    while played < many && until.is_none_or(|until| Instant::now() < until) {
        let mut stage = Stage::open(database).await;
        let seeds = first + played..first + many.min(played + STAGE);
        played = seeds.end - first;
        points.extend(run(&mut stage, seeds).await);
        println!("{database:?}: {played} schedules after {} s", began.elapsed().as_secs());
    }
    let (seconds, reached) = (began.elapsed().as_secs(), points.len());
    println!("{database:?}: {played} schedules from seed {first} in {seconds} s; {reached} points reached");
}

async fn few(database: Database) {
    let (first, many) = (number("GXB_TEST_SEED").unwrap_or(1), number("GXB_TEST_SCHEDULES").unwrap_or(FEW));
    some(database, first, many, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    few(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    few(Database::Postgres).await;
}

/// Schedules nobody saw before, for as long as one likes.
async fn soak(database: Database) {
    let minutes = number("GXB_TEST_MINUTES").unwrap_or(1);
    let now = casework::world::World::real().now().timestamp();
    let first = number("GXB_TEST_SEED").unwrap_or_else(|| u64::try_from(now).unwrap());
    println!("{database:?}: from seed {first}, for {minutes} minutes");
    some(database, first, u64::MAX - first, Some(Instant::now() + Duration::from_secs(60 * minutes))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as one likes: `make soak`"]
async fn soak_on_sqlite() {
    soak(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes as long as one likes: `make soak`"]
async fn soak_on_postgres() {
    soak(Database::Postgres).await;
}

/// A relay ends at each point there is, and the next one brings everything to its end.
async fn everywhere(database: Database, ending_at: impl Fn(Point) -> Schedule) {
    let mut stage = Stage::open(database).await;
    for point in Point::all() {
        let schedule = ending_at(point);
        let shown = show(&mut stage, &schedule).await;
        assert!(shown.faults.is_empty(), "{point:?}: {schedule}{:#?}", shown.faults);
        assert!(shown.met.contains(&point), "{point:?} is never reached: {schedule}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_at_every_point_on_sqlite() {
    everywhere(Database::Sqlite, Schedule::dying_at).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dying_at_every_point_on_postgres() {
    everywhere(Database::Postgres, Schedule::dying_at).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_point_on_sqlite() {
    everywhere(Database::Sqlite, Schedule::killed_at).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_every_point_on_postgres() {
    everywhere(Database::Postgres, Schedule::killed_at).await;
}
