//! Whoever stops waiting takes nothing of anybody else's along.

use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Waker};

use casework::desk::begin;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement, TransactionOptions};
use tests::database;

async fn count(db: &DatabaseConnection) -> i64 {
    let question = Statement::from_string(db.get_database_backend(), "SELECT count(*) AS n FROM kept");
    db.query_one_raw(question).await.unwrap().unwrap().try_get("", "n").unwrap()
}

/// A transaction whose beginning was given up, at every stage of it, leaves the connection as it was: the next who writes
/// through it, and says yes, has written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beginning_a_transaction() {
    let address = database::postgres().await;
    // One connection each: what was left behind meets the next who comes.
    let (db, reader) = (database::connect(&address).await, database::connect(&address).await);
    db.execute_unprepared("CREATE TABLE kept (n int)").await.unwrap();
    for polls in 0..200 {
        {
            let mut beginning = pin!(begin(&db, TransactionOptions::default()));
            for _ in 0..polls {
                if beginning.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        db.execute_unprepared("INSERT INTO kept VALUES (1)").await.unwrap();
        assert_eq!(count(&reader).await, polls + 1, "given up after {polls} looks");
    }
}
