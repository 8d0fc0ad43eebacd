//! What every act works with.

use std::sync::Arc;

use chrono::NaiveDate;
use entity::Sealed;
pub use law::calendar::{Calendar, Fault as CalendarFault};
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};

use crate::error::Result;
use crate::item::{Catalogue, Rules};
use crate::number::Numbers;
use crate::submit::Counter;
use crate::vault::{Purpose, Vault};
use crate::world::World;

/// The database, the clock, the keys and the catalogue. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub db: DatabaseConnection,
    /// Clock and randomness.
    pub world: World,
    /// Seals personal data.
    pub vault: Arc<Vault>,
    /// What can be applied for.
    pub catalogue: Catalogue,
    /// What photos must meet.
    pub rules: Arc<dyn Rules>,
    /// Gives out case numbers.
    pub numbers: Arc<Numbers>,
    /// Where cases are handed in.
    pub counter: Counter,
    /// Knows the working days.
    pub calendar: Arc<Calendar>,
}

/// Begins a transaction, in a task of its own: it is begun to the end though nobody may wait for it any more.
///
/// The driver counts a PostgreSQL transaction only when the server has answered its BEGIN (sqlx 0.9,
/// `PgTransactionManager::begin`). Whoever stopped waiting before that, because a phone hung up or the time was over, gave the
/// connection back inside a transaction that nobody ends: what others then wrote through it was undone later.
///
/// # Errors
/// When the database cannot be reached.
pub async fn begin(
    db: &DatabaseConnection,
    options: TransactionOptions,
) -> std::result::Result<DatabaseTransaction, DbErr> {
    let db = db.clone();
    let begun = tokio::spawn(async move { db.begin_with_options(options).await });
    begun.await.map_err(|error| DbErr::Conn(RuntimeErr::Internal(error.to_string())))?
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

impl Desk {
    /// Starts a transaction that will write. On SQLite it takes the write lock at once: one that reads first and writes
    /// later could be refused in the middle.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        Ok(begin(&self.db, options).await?)
    }

    /// Encrypts a text where there is one.
    ///
    /// # Errors
    /// When there is no key or no randomness.
    pub fn seal(&self, purpose: Purpose, text: Option<&str>) -> Result<Option<Sealed>> {
        Ok(text.map(|text| self.vault.seal(&self.world, purpose, text)).transpose()?)
    }

    /// Decrypts what [`Desk::seal`] made.
    ///
    /// # Errors
    /// When the key is unknown or the text was altered.
    pub fn open(&self, purpose: Purpose, sealed: Option<&Sealed>) -> Result<Option<String>> {
        Ok(sealed.map(|sealed| self.vault.open(purpose, sealed)).transpose()?)
    }

    /// Today in China.
    pub fn today(&self) -> NaiveDate {
        law::calendar::china_date(self.world.now())
    }
}
