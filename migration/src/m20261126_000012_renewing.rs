//! Cases that are not handed in: whose photos are made again when a rule changes.

use sea_orm_migration::prelude::*;

/// This change.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut open = Index::create().name("cases_open_idx").table("cases").col("id").take();
        manager.create_index(open.and_where(Expr::col("state").is_in(["draft", "correcting"])).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("cases_open_idx").table("cases").to_owned()).await
    }
}
