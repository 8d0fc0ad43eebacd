//! Opening the database: the same options in every process, on SQLite and on PostgreSQL.

use std::time::Duration;

use migration::Migrator;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait as _;

use crate::app::StartError;
use crate::config::Config;
use crate::config::choice::Profile;
use crate::config::value::Value as _;

/// How long to wait for a free connection before a request is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that was not used for this long is asked whether it still works before it is used. Asking each time would
/// double the round trips of every request.
const UNSURE_AFTER: Duration = Duration::from_secs(1);
/// How long one statement may run on PostgreSQL.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a writer on SQLite waits for the one before it, in milliseconds.
const BUSY_TIMEOUT_MS: &str = "10000";

/// Connects, and sees to the schema: development brings it up to date, production only checks that it is, so that two
/// processes starting together never change it at the same time.
///
/// # Errors
/// [`StartError::Database`] when it cannot be reached, [`StartError::Schema`] when it is too old.
pub async fn open(config: &Config) -> Result<DatabaseConnection, StartError> {
    let failed = |source| StartError::Database { address: config.database.url.show(), source };
    let db = connect(config).await.map_err(failed)?;
    if config.profile == Profile::Development {
        Migrator::up(&db, None).await.map_err(failed)?;
    } else {
        let pending = Migrator::get_pending_migrations(&db).await.map_err(failed)?.len();
        if pending > 0 {
            return Err(StartError::Schema(pending));
        }
    }
    Ok(db)
}

/// Connects and leaves the schema alone.
///
/// # Errors
/// When the database cannot be reached.
pub async fn connect(config: &Config) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(config.database.url.expose());
    options
        .max_connections(config.database.pool)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire_if_idle_for(UNSURE_AFTER)
        // Statements carry no personal data, but what they are bound to does: neither is logged.
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    if config.database.url.is_sqlite() {
        options.map_sqlx_sqlite_opts(|options| {
            options
                .pragma("journal_mode", "WAL")
                // A commit that was answered survives a power cut, not only a crash of the process.
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("busy_timeout", BUSY_TIMEOUT_MS)
        });
    } else {
        options.statement_timeout(STATEMENT_TIMEOUT).set_application_name("gaoxingban");
    }
    Database::connect(options).await
}
