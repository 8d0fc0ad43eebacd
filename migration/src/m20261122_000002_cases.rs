//! Cases with their events, photos and materials, and the serials their numbers are cut from.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, integer, json, string, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::{create, drop_all, index, refers};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, &mut cases()).await?;
        index(manager, "cases", &["owner_id", "id"]).await?;
        create(manager, &mut case_event()).await?;
        create(manager, &mut photo()).await?;
        create(
            manager,
            Table::create()
                .table("material")
                .col(uuid("case_id"))
                .col(string("code"))
                .col(integer("position"))
                .col(uuid("photo_id"))
                .primary_key(Index::create().col("case_id").col("code").col("position"))
                .foreign_key(&mut refers("material", "case_id", "cases"))
                .foreign_key(&mut refers("material", "photo_id", "photo")),
        )
        .await?;
        index(manager, "material", &["photo_id"]).await?;
        create(
            manager,
            Table::create()
                .table("serial")
                .col(string("region"))
                .col(string("day"))
                .col(big_integer("next"))
                .primary_key(Index::create().col("region").col("day")),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["serial", "material", "photo", "case_event", "cases"]).await
    }
}

fn cases() -> TableCreateStatement {
    Table::create()
        .table("cases")
        .col(uuid("id").primary_key())
        .col(uuid("owner_id"))
        .col(text("item_code"))
        .col(integer("item_version"))
        .col(ColumnDef::new("number").string().null().unique_key())
        .col(text("state"))
        .col(big_integer("revision"))
        .col(text("form"))
        .col(integer("last_event"))
        .col(integer("data_version"))
        .col(text_null("province_id"))
        .col(text_null("province_state"))
        .col(timestamp_with_time_zone_null("province_at"))
        .col(text_null("correction"))
        .col(text_null("licence"))
        .col(boolean("told_late"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("changed_at"))
        .col(timestamp_with_time_zone_null("submitted_at"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .foreign_key(&mut refers("cases", "owner_id", "account"))
        .take()
}

fn case_event() -> TableCreateStatement {
    Table::create()
        .table("case_event")
        .col(uuid("id").primary_key())
        .col(uuid("case_id"))
        .col(integer("sequence"))
        .col(text("act"))
        .col(text("state"))
        .col(text("actor"))
        .col(uuid_null("actor_id"))
        .col(timestamp_with_time_zone("at"))
        .col(boolean("visible"))
        .col(text_null("note"))
        .index(Index::create().name("case_event_case_id_sequence_key").unique().col("case_id").col("sequence"))
        .foreign_key(&mut refers("case_event", "case_id", "cases"))
        .take()
}

fn photo() -> TableCreateStatement {
    Table::create()
        .table("photo")
        .col(uuid("id").primary_key())
        .col(uuid("owner_id"))
        .col(string("item_code"))
        .col(string("material_code"))
        .col(string("rule_name"))
        .col(integer("rule_version"))
        .col(string("original_sha256"))
        .col(big_integer("original_bytes"))
        .col(text("original_format"))
        .col(text("sha256"))
        .col(big_integer("bytes"))
        .col(text("format"))
        .col(integer("width"))
        .col(integer("height"))
        .col(json("outcome"))
        .col(boolean("kept_anyway"))
        .col(timestamp_with_time_zone("created_at"))
        .index(
            Index::create()
                .name("photo_same_bytes_key")
                .unique()
                .col("owner_id")
                .col("original_sha256")
                .col("item_code")
                .col("material_code")
                .col("rule_version"),
        )
        .foreign_key(&mut refers("photo", "owner_id", "account"))
        .take()
}
