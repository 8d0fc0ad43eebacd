//! Photos that could not be made again when a rule changed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, text, timestamp_with_time_zone, uuid};

use crate::{create, drop_all, refers};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            Table::create()
                .table("renewal")
                .col(uuid("photo_id"))
                .col(integer("rule_version"))
                .col(text("code"))
                .col(text("advice_zh"))
                .col(text("advice_en"))
                .col(timestamp_with_time_zone("tried_at"))
                .primary_key(Index::create().col("photo_id").col("rule_version"))
                .foreign_key(refers("renewal", "photo_id", "photo").on_delete(ForeignKeyAction::Cascade)),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["renewal"]).await
    }
}
