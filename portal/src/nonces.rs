//! Nonces of signed calls, remembered in the database: all processes share them.

use async_trait::async_trait;
use casework::{Desk, Result};
use chrono::{DateTime, Utc};
use entity::nonce;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, TryInsertResult};

use crate::signature::{NonceMemory, NonceMemoryFailed, REMEMBER};

/// Remembers nonces in the database.
#[derive(Clone, Debug)]
pub struct SharedNonces(pub Desk);

#[async_trait]
impl NonceMemory for SharedNonces {
    async fn remember(
        &self,
        app: &str,
        nonce: &str,
        now: DateTime<Utc>,
    ) -> std::result::Result<bool, NonceMemoryFailed> {
        let row = nonce::ActiveModel { app: Set(app.to_owned()), nonce: Set(nonce.to_owned()), seen_at: Set(now) };
        let kept = nonce::Entity::insert(row)
            .on_conflict(OnConflict::columns([nonce::Column::App, nonce::Column::Nonce]).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(&self.0.db)
            .await;
        match kept {
            Ok(kept) => Ok(matches!(kept, TryInsertResult::Inserted(1))),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a nonce could not be remembered");
                Err(NonceMemoryFailed)
            }
        }
    }
}

impl SharedNonces {
    /// Forgets nonces no call can use any more. Answers how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self) -> Result<u64> {
        let old = nonce::Column::SeenAt.lt(self.0.world.now() - REMEMBER);
        Ok(nonce::Entity::delete_many().filter(old).exec(&self.0.db).await?.rows_affected)
    }
}
