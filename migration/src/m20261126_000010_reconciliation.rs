//! Comparisons of our cases with the province's.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{json, timestamp_with_time_zone, uuid};

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
                .table("reconciliation")
                .col(uuid("id").primary_key())
                .col(timestamp_with_time_zone("started_at"))
                .col(json("report")),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["reconciliation"]).await
    }
}
