//! Uploads that come in parts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, integer, integer_null, string, text, timestamp_with_time_zone, uuid, uuid_null,
};

use crate::{create, drop_all, index, refers};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, &mut upload()).await?;
        index(manager, "upload", &["expires_at"]).await?;
        create(
            manager,
            Table::create()
                .table("upload_part")
                .col(uuid("upload_id"))
                .col(integer("number"))
                .col(text("sha256"))
                .col(text("tag"))
                .primary_key(Index::create().col("upload_id").col("number"))
                .foreign_key(refers("upload_part", "upload_id", "upload").on_delete(ForeignKeyAction::Cascade)),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["upload_part", "upload"]).await
    }
}

fn upload() -> TableCreateStatement {
    Table::create()
        .table("upload")
        .col(uuid("id").primary_key())
        .col(uuid("owner_id"))
        .col(string("sha256"))
        .col(big_integer("size_bytes"))
        .col(integer_null("slot"))
        .col(text("begun"))
        .col(boolean("joined"))
        .col(uuid_null("photo_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .index(Index::create().name("upload_same_file_key").unique().col("owner_id").col("sha256").col("size_bytes"))
        .index(Index::create().name("upload_slot_key").unique().col("owner_id").col("slot"))
        .foreign_key(&mut refers("upload", "owner_id", "account"))
        .take()
}
