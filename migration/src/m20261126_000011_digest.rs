//! What the operator was told and when, which endpoints hear what, and an index of calls that are over.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{json, string, timestamp_with_time_zone, uuid};

use crate::{create, drop_all};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            Table::create()
                .table("digest")
                .col(uuid("id").primary_key())
                .col(timestamp_with_time_zone("due").unique_key())
                .col(json("data"))
                .col(timestamp_with_time_zone("at")),
        )
        .await?;
        let mut change = Table::alter().table("endpoint").take();
        manager.alter_table(change.add_column(string("events").default("case")).take()).await?;
        // Calls that are over, oldest first: what the sweep looks for. Everything else in the outbox stays out of it.
        let mut over = Index::create().name("outbox_called_idx").table("outbox").col("settled_at").take();
        over.and_where(Expr::col("state").is_in(["done", "cancelled"]));
        manager.create_index(over.and_where(Expr::cust("substr(destination, 1, 8) = 'webhook:'")).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("outbox_called_idx").table("outbox").to_owned()).await?;
        manager.alter_table(Table::alter().table("endpoint").drop_column("events").take()).await?;
        drop_all(manager, &["digest"]).await
    }
}
