//! What is owed and what came back: outbox, attempts, notices, reports.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, integer, integer_null, json, string, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::{create, drop_all, index, refers};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, &mut outbox()).await?;
        // What is due, oldest first. History does not grow it.
        manager
            .create_index(
                Index::create()
                    .name("outbox_due_idx")
                    .table("outbox")
                    .col("next_try_at")
                    .and_where(Expr::col("state").is_in(["queued", "leased", "unknown"]))
                    .take(),
            )
            .await?;
        index(manager, "outbox", &["case_id"]).await?;
        create(
            manager,
            Table::create()
                .table("attempt")
                .col(uuid("id").primary_key())
                .col(uuid("outbox_id"))
                .col(integer("number"))
                .col(timestamp_with_time_zone("started_at"))
                .col(big_integer("millis"))
                .col(text("step"))
                .col(text("outcome"))
                .col(text_null("code"))
                .col(integer_null("status"))
                .col(text_null("reply"))
                .foreign_key(&mut refers("attempt", "outbox_id", "outbox")),
        )
        .await?;
        index(manager, "attempt", &["outbox_id", "number"]).await?;
        create(
            manager,
            Table::create()
                .table("notice")
                .col(uuid("id").primary_key())
                .col(uuid("account_id"))
                .col(uuid("case_id"))
                .col(text("kind"))
                .col(text("title"))
                .col(text("body"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("read_at"))
                .foreign_key(&mut refers("notice", "account_id", "account"))
                .foreign_key(&mut refers("notice", "case_id", "cases")),
        )
        .await?;
        index(manager, "notice", &["account_id", "id"]).await?;
        create(
            manager,
            Table::create()
                .table("report")
                .col(uuid("id").primary_key())
                .col(string("external_id").unique_key())
                .col(uuid_null("case_id"))
                .col(text("raw"))
                .col(text("result"))
                .col(timestamp_with_time_zone("occurred_at"))
                .col(timestamp_with_time_zone("received_at")),
        )
        .await?;
        index(manager, "report", &["received_at"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["report", "notice", "attempt", "outbox"]).await
    }
}

fn outbox() -> TableCreateStatement {
    Table::create()
        .table("outbox")
        .col(uuid("id").primary_key())
        .col(string("destination"))
        .col(string("stream"))
        .col(integer("sequence"))
        .col(uuid_null("case_id"))
        .col(json("payload"))
        .col(string("state"))
        .col(integer("tries"))
        .col(timestamp_with_time_zone("next_try_at"))
        .col(text_null("leased_by"))
        .col(big_integer("fence"))
        .col(ColumnDef::new("checkpoint").json().null())
        .col(text_null("reason"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("settled_at"))
        .index(Index::create().name("outbox_stream_key").unique().col("destination").col("stream").col("sequence"))
        .foreign_key(&mut refers("outbox", "case_id", "cases"))
        .take()
}
