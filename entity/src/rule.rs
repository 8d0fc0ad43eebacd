//! A version of a photo rule that came while the program was running: from the portal, or from a machine that speaks for it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// One more than the version before it, wherever that came from.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// The whole rule, in the shape of the catalogue's files.
    pub data: Json,
    /// What is different from the version before: `field`, `from`, `to`.
    pub changes: Json,
    /// Who stated it: `portal`, or `machine:` and a name.
    pub by: String,
    pub taken_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
