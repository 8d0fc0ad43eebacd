#![doc = include_str!("../README.md")]

use sea_orm_migration::prelude::*;

mod m20261122_000001_people;
mod m20261122_000002_cases;
mod m20261122_000003_promises;
mod m20261122_000004_seen;
mod m20261122_000005_uploads;
mod m20261122_000006_renewal;
mod m20261126_000007_lanes;
mod m20261126_000008_county;
mod m20261126_000009_integration;
mod m20261126_000010_reconciliation;
mod m20261126_000011_digest;
mod m20261126_000012_renewing;
mod m20261126_000013_keys;

/// All changes, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_people::Migration),
            Box::new(m20261122_000002_cases::Migration),
            Box::new(m20261122_000003_promises::Migration),
            Box::new(m20261122_000004_seen::Migration),
            Box::new(m20261122_000005_uploads::Migration),
            Box::new(m20261122_000006_renewal::Migration),
            Box::new(m20261126_000007_lanes::Migration),
            Box::new(m20261126_000008_county::Migration),
            Box::new(m20261126_000009_integration::Migration),
            Box::new(m20261126_000010_reconciliation::Migration),
            Box::new(m20261126_000011_digest::Migration),
            Box::new(m20261126_000012_renewing::Migration),
            Box::new(m20261126_000013_keys::Migration),
        ]
    }
}

/// Creates `table`, which holds nothing yet.
async fn create(manager: &SchemaManager<'_>, table: &mut TableCreateStatement) -> Result<(), DbErr> {
    manager.create_table(table.take()).await
}

/// Adds an index named `table_column_…_idx`.
async fn index(manager: &SchemaManager<'_>, table: &'static str, columns: &[&'static str]) -> Result<(), DbErr> {
    let mut index = Index::create().name(format!("{table}_{}_idx", columns.join("_"))).table(table).take();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}

/// Drops `tables` in the order given.
async fn drop_all(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).take()).await?;
    }
    Ok(())
}

/// A foreign key that keeps what is referred to from being deleted.
fn refers(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("{from}_{column}_fk")).from(from, column).to(to, "id").take()
}
