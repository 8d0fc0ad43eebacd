//! The next free serial of a region and day: case numbers are cut from it in blocks.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "serial")]
pub struct Model {
    /// Six digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub region: String,
    /// The day in China, `yyyymmdd`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    pub next: i64,
}

impl ActiveModelBehavior for ActiveModel {}
