//! Telling the relays that something is owed: within a process at once, across processes through PostgreSQL.
//!
//! A call carries nothing: who hears it looks into the outbox. One that is lost costs time, not a promise, since every
//! relay looks by itself now and then.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio_util::sync::CancellationToken;

/// What the processes call each other on.
const CHANNEL: &str = "gaoxingban_outbox";
/// Calls to other processes are gathered for so long: `NOTIFY` takes a lock the whole server shares.
const GATHER: Duration = Duration::from_millis(10);
/// How long to wait before listening again when that failed.
const LISTEN_AGAIN: Duration = Duration::from_secs(5);

/// Who wants to hear that something is owed, and how they hear it.
#[derive(Debug, Default)]
pub struct Wake {
    here: Notify,
    elsewhere: Notify,
}

impl Wake {
    /// Something is owed: to be called after the commit.
    pub fn call(&self) {
        self.here.notify_waiters();
        self.elsewhere.notify_one();
    }

    /// Waits for the next call. Enable it before looking into the outbox, so that no call in between is lost.
    pub fn called(&self) -> Notified<'_> {
        self.here.notified()
    }

    /// Carries calls to the other processes on this database and theirs to us, until `stop`. On SQLite everybody is in
    /// this process already.
    pub async fn carry(&self, db: &DatabaseConnection, stop: &CancellationToken) {
        if db.get_database_backend() != DbBackend::Postgres {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.tell(db) => {}
            () = self.listen(db) => {}
        }
    }

    async fn tell(&self, db: &DatabaseConnection) {
        loop {
            self.elsewhere.notified().await;
            if let Err(error) = db.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "other processes cannot be told of new work");
            }
            tokio::time::sleep(GATHER).await;
        }
    }

    async fn listen(&self, db: &DatabaseConnection) {
        loop {
            if let Err(error) = self.hear(db).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "new work of other processes cannot be heard");
            }
            tokio::time::sleep(LISTEN_AGAIN).await;
        }
    }

    async fn hear(&self, db: &DatabaseConnection) -> Result<(), sea_orm::sqlx::Error> {
        let mut listener = PgListener::connect_with(db.get_postgres_connection_pool()).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // Also wakes after a connection was lost and made again: what was called meanwhile nobody heard.
            drop(listener.try_recv().await?);
            self.here.notify_waiters();
        }
    }
}
