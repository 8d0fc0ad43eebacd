//! Promises by the million, and what became of them.

use std::time::Duration;

use sea_orm::{ConnectionTrait as _, DatabaseConnection};

/// Rows written at once: the log of more would have to be kept.
const PORTION: usize = 500_000;

/// Forgets every promise.
pub async fn clear(db: &DatabaseConnection) {
    run(db, "TRUNCATE outbox CASCADE").await;
}

/// Promises that wait, each in a stream of its own.
pub async fn waiting(db: &DatabaseConnection, count: usize) {
    insert(db, 1, ("queued", 1), count).await;
    settle_down(db).await;
}

/// Promises that are kept.
pub async fn kept(db: &DatabaseConnection, count: usize) {
    insert(db, 2, ("done", 1), count).await;
    settle_down(db).await;
}

/// Promises that are due and may not go, each because a parked one stands before it.
pub async fn behind_parked(db: &DatabaseConnection, count: usize) {
    insert(db, 3, ("parked", 1), count).await;
    insert(db, 3, ("queued", 2), count).await;
    settle_down(db).await;
}

/// Ids rise with time, as the server's do. The same number of a lot is the same stream, whatever its promise's place in it.
async fn insert(db: &DatabaseConnection, lot: u8, (state, place): (&str, u8), count: usize) {
    let id = |place: u8| {
        format!(
            "(lpad(to_hex(1780000000000 + n), 12, '0') || '7000' || '8{lot}0{place}' || lpad(to_hex(n), 12, '0'))::uuid"
        )
    };
    let (id, stream) = (id(place), id(0));
    for first in (1..=count).step_by(PORTION) {
        let last = count.min(first + PORTION - 1);
        let text = format!(
            "INSERT INTO outbox (id, destination, stream, sequence, payload, state, tries, next_try_at, fence, created_at,
                                 settled_at)
             SELECT {id}, 'wechat', {stream}, {place},
                    '{{\"promise\":\"notice_v1\",\"notice\":\"01900000-0000-7000-8000-000000000000\"}}',
                    '{state}', 0, now() - (n || ' microseconds')::interval, 0, now(),
                    CASE WHEN '{state}' IN ('done', 'parked') THEN now() END
             FROM generate_series({first}::bigint, {last}) n"
        );
        run(db, &text).await;
    }
}

/// What PostgreSQL does by itself sooner or later, and would otherwise do in the middle of a measurement.
async fn settle_down(db: &DatabaseConnection) {
    run(db, "VACUUM ANALYZE outbox").await;
}

/// Waits until nothing is open, and answers how many were settled a second.
pub async fn rate_when_all_are_done(db: &DatabaseConnection) -> f64 {
    while number(db, "SELECT count(*)::float8 FROM outbox WHERE state <> 'done'").await > 0.0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let seconds = "SELECT extract(epoch FROM max(settled_at) - min(settled_at))::float8 FROM outbox";
    number(db, "SELECT count(*)::float8 FROM outbox").await / number(db, seconds).await
}

/// One number from the database.
pub async fn number(db: &DatabaseConnection, statement: &str) -> f64 {
    let row = db.query_one_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, statement)).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn run(db: &DatabaseConnection, statement: &str) {
    db.execute_unprepared(statement).await.unwrap();
}
