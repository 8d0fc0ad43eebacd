//! An idempotency key is written with its answer, by the act itself: nobody holds one before.
//!
//! A program from before this change does not run on it; there was no release yet.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{timestamp_with_time_zone_null, uuid_null};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A key without an answer is that of a request that was never carried out.
        let unanswered = Query::delete().from_table("idempotency").and_where(Expr::col("answer").is_null()).take();
        manager.execute(unanswered).await?;
        for column in ["running_until", "holder"] {
            manager.alter_table(Table::alter().table("idempotency").drop_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The columns want a value, and keys are forgotten within a day in any case.
        manager.execute(Query::delete().from_table("idempotency").take()).await?;
        for column in [timestamp_with_time_zone_null("running_until"), uuid_null("holder")] {
            manager.alter_table(Table::alter().table("idempotency").add_column(column).take()).await?;
        }
        Ok(())
    }
}
