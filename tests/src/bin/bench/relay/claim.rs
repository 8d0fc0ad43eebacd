//! What one claim costs, with little and much waiting, and with a long history.

use std::time::Instant;

use casework::Desk;
use chrono::TimeDelta;
use entity::outbox::Destination;
use portal::relay::lease;
use tests::database;

use super::rows;
use crate::score;

/// Promises that wait.
const WAITING: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Promises that are due before all others and may not go, because a parked one stands before each.
const BLOCKED: usize = 1_000;
/// Promises that are over, in the last measurement; `GXB_BENCH_HISTORY` sets another number.
const HISTORY: usize = 1_000_000;
/// Claims that are measured, each of as many as a relay takes.
const CLAIMS: usize = 100;
const AT_ONCE: usize = 8;

/// Prints the median for each.
pub async fn measure(desk: &Desk, url: &str) {
    // A server's own connections give up on a statement that takes as long as writing these.
    let db = database::connect(url).await;
    let mut first = None;
    for waiting in WAITING {
        rows::clear(&db).await;
        rows::waiting(&db, waiting).await;
        print(&format!("{waiting} waiting"), millis(desk).await, &mut first);
    }
    rows::clear(&db).await;
    rows::waiting(&db, WAITING[0]).await;
    rows::behind_parked(&db, BLOCKED).await;
    print(&format!("{} waiting, {BLOCKED} stuck", WAITING[0]), millis(desk).await, &mut first);
    let history = std::env::var("GXB_BENCH_HISTORY").ok().and_then(|count| count.parse().ok()).unwrap_or(HISTORY);
    rows::clear(&db).await;
    rows::kept(&db, history).await;
    rows::waiting(&db, WAITING[0]).await;
    print(&format!("{} waiting, {history} over", WAITING[0]), millis(desk).await, &mut first);
    rows::clear(&db).await;
}

fn print(what: &str, millis: f64, first: &mut Option<f64>) {
    let times = millis / *first.get_or_insert(millis);
    let what = format!("claim, {what}");
    println!("{what:<34}{millis:>10.2} ms         {times:.2} times the first");
}

async fn millis(desk: &Desk) -> f64 {
    let mut millis = Vec::new();
    for _ in 0..CLAIMS {
        let began = Instant::now();
        let held = lease::claim(desk, "bench", Destination::Wechat, AT_ONCE, TimeDelta::hours(1)).await.unwrap();
        millis.push(began.elapsed().as_secs_f64() * 1e3);
        assert_eq!(held.len(), AT_ONCE);
    }
    score::median(millis)
}
