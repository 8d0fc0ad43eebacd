//! What has been seen before: idempotency keys, nonces, cursors.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string, text, text_null, timestamp_with_time_zone, uuid};

use crate::{create, drop_all, index};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            Table::create()
                .table("idempotency")
                .col(uuid("scope"))
                .col(string("key_hash"))
                .col(text("body_hash"))
                .col(timestamp_with_time_zone("running_until"))
                .col(uuid("holder"))
                .col(text_null("answer"))
                .col(timestamp_with_time_zone("expires_at"))
                .primary_key(Index::create().col("scope").col("key_hash")),
        )
        .await?;
        index(manager, "idempotency", &["expires_at"]).await?;
        create(
            manager,
            Table::create()
                .table("nonce")
                .col(string("app"))
                .col(string("nonce"))
                .col(timestamp_with_time_zone("seen_at"))
                .primary_key(Index::create().col("app").col("nonce")),
        )
        .await?;
        index(manager, "nonce", &["seen_at"]).await?;
        create(
            manager,
            Table::create()
                .table("cursor")
                .col(string("name").primary_key())
                .col(text("value"))
                .col(timestamp_with_time_zone("changed_at")),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["cursor", "nonce", "idempotency"]).await
    }
}
