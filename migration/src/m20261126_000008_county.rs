//! Cases the county decides: what the province is told of each step, and the periods that run.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    boolean, date, integer, string, text, timestamp_with_time_zone, timestamp_with_time_zone_null, uuid,
};

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
                .table("case_step")
                .col(uuid("case_id"))
                .col(integer("sequence"))
                .col(text("kind"))
                .col(integer("data_version"))
                .col(text("data"))
                .col(timestamp_with_time_zone("at"))
                .primary_key(Index::create().col("case_id").col("sequence"))
                .foreign_key(&mut refers("case_step", "case_id", "cases")),
        )
        .await?;
        create(
            manager,
            Table::create()
                .table("case_clock")
                .col(uuid("case_id"))
                .col(string("name"))
                .col(date("from_on"))
                .col(date("due_on"))
                .col(boolean("provisional"))
                .col(text("calendar"))
                .col(timestamp_with_time_zone_null("stopped_at"))
                .primary_key(Index::create().col("case_id").col("name"))
                .foreign_key(&mut refers("case_clock", "case_id", "cases")),
        )
        .await?;
        // What runs: by the day it runs out for the clock, by the case for the desk. History does not grow them.
        for (name, columns) in
            [("case_clock_due_idx", ["name", "due_on"]), ("case_clock_case_idx", ["case_id", "name"])]
        {
            let mut running = Index::create().name(name).table("case_clock").take();
            for column in columns {
                running.col(column);
            }
            manager.create_index(running.and_where(Expr::col("stopped_at").is_null()).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, &["case_clock", "case_step"]).await
    }
}
