//! How soon a commit in one process is followed by the first call in another, when nothing else is going on.

use std::time::Duration;

use casework::Desk;
use casework::promise::Promise;
use entity::NoticeId;
use portal::wake::Wake;
use sea_orm::ConnectionTrait as _;
use tokio_util::sync::CancellationToken;

use super::process::{Kind, Processes};
use super::rows;
use crate::score;

/// Commits that are measured.
const SAMPLES: usize = 300;
/// The goal for 99 of 100, in milliseconds.
const MOST_MS: f64 = 50.0;

/// Prints the median and the 99th of 100.
pub async fn measure(desk: &Desk, url: &str) {
    rows::clear(&desk.db).await;
    let running = Processes::start(url, Kind::Relay { answer_ms: 0 }, 1).await;
    let (wake, stop) = (Wake::default(), CancellationToken::new());
    let mut waits_ms = Vec::new();
    let sampling = async {
        // Until the other process listens, its own looks find what is new.
        tokio::time::sleep(Duration::from_secs(2)).await;
        for _ in 0..SAMPLES {
            waits_ms.push(sample(desk, &wake).await);
        }
        stop.cancel();
    };
    tokio::join!(sampling, wake.carry(&desk.db, &stop));
    running.stop().await;
    waits_ms.sort_by(f64::total_cmp);
    println!("{:<34}{:>10.2} ms", "commit to first call, median", score::median(waits_ms.iter().copied()));
    score::at_most("commit to first call, 99 of 100", waits_ms[SAMPLES * 99 / 100], "ms", MOST_MS);
}

async fn sample(desk: &Desk, wake: &Wake) -> f64 {
    let notice = NoticeId(desk.world.id().unwrap());
    let promise = Promise::NoticeV1 { notice };
    let tx = desk.begin().await.unwrap();
    let case = "INSERT INTO outbox (id, destination, stream, sequence, payload, state, tries, next_try_at, fence, created_at) \
                VALUES ('{id}', 'wechat', '{id}', 1, '{payload}', 'queued', 0, clock_timestamp(), 0, clock_timestamp())";
    let payload = serde_json::to_string(&promise).unwrap();
    let insert = case.replace("{id}", &notice.0.to_string()).replace("{payload}", &payload);
    tx.execute_unprepared(&insert).await.unwrap();
    tx.commit().await.unwrap();
    let committed = desk.world.now();
    wake.call();
    let began = format!(
        "SELECT coalesce(max(extract(epoch FROM started_at)), 0)::float8 FROM attempt WHERE outbox_id = '{}'",
        notice.0
    );
    loop {
        let began = rows::number(&desk.db, &began).await;
        if began > 0.0 {
            let committed = committed.timestamp_micros();
            #[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit a double for centuries")]
            return began * 1e3 - committed as f64 / 1e3;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
