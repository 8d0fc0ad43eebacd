//! A lane for each destination: its own index, and a way to pause it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string, text, timestamp_with_time_zone};

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
                .table("pause")
                .col(string("destination").primary_key())
                .col(text("paused_by"))
                .col(text("reason"))
                .col(timestamp_with_time_zone("paused_at")),
        )
        .await?;
        manager.create_index(due("outbox_lane_idx", &["destination", "next_try_at"])).await?;
        manager.drop_index(Index::drop().name("outbox_due_idx").table("outbox").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(due("outbox_due_idx", &["next_try_at"])).await?;
        manager.drop_index(Index::drop().name("outbox_lane_idx").table("outbox").to_owned()).await?;
        drop_all(manager, &["pause"]).await
    }
}

/// An index of what is due, oldest first. History does not grow it.
fn due(name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table("outbox").take();
    for column in columns {
        index.col(*column);
    }
    index.and_where(Expr::col("state").is_in(["queued", "leased", "unknown"])).take()
}
