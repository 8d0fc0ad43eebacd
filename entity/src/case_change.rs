//! A case's place in the feed of changes: one row a case that was ever handed in, at its latest change.

use sea_orm::entity::prelude::*;

use crate::CaseId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_change")]
pub struct Model {
    /// Refers to no row: what becomes of a case that is deleted stands here as well.
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: CaseId,
    /// Its place. None from the change until a reader gives it one, after the commit.
    #[sea_orm(unique)]
    pub position: Option<i64>,
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
