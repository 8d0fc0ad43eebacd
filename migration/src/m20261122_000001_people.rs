//! Accounts, their sessions and subscriptions, and staff.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    integer, string, text, text_null, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

use crate::{create, drop_all, index, refers};

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            Table::create()
                .table("account")
                .col(uuid("id").primary_key())
                .col(string("openid_hash").unique_key())
                .col(text("openid"))
                .col(text_null("phone"))
                .col(text_null("phone_hash"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone("seen_at")),
        )
        .await?;
        create(
            manager,
            Table::create()
                .table("session")
                .col(uuid("id").primary_key())
                .col(uuid("family"))
                .col(uuid("account_id"))
                .col(string("token_hash").unique_key())
                .col(timestamp_with_time_zone("issued_at"))
                .col(timestamp_with_time_zone("expires_at"))
                .col(timestamp_with_time_zone_null("used_at"))
                .col(timestamp_with_time_zone_null("ended_at"))
                .foreign_key(&mut refers("session", "account_id", "account")),
        )
        .await?;
        index(manager, "session", &["family"]).await?;
        index(manager, "session", &["expires_at"]).await?;
        create(
            manager,
            Table::create()
                .table("subscription")
                .col(uuid("account_id"))
                .col(string("template"))
                .col(integer("remaining"))
                .col(timestamp_with_time_zone("changed_at"))
                .primary_key(Index::create().col("account_id").col("template"))
                .foreign_key(&mut refers("subscription", "account_id", "account")),
        )
        .await?;
        create(
            manager,
            Table::create()
                .table("staff")
                .col(uuid("id").primary_key())
                .col(text("name"))
                .col(text("role"))
                .col(string("key_hash").unique_key())
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("disabled_at")),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["staff", "subscription", "session", "account"]).await
    }
}
