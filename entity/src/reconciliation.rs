//! One comparison of our cases with the province's, and what came of it.

use sea_orm::entity::prelude::*;

use crate::ReconciliationId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReconciliationId,
    pub started_at: DateTimeUtc,
    /// The whole report: ids, numbers and codes only, nothing personal.
    pub report: Json,
}

impl ActiveModelBehavior for ActiveModel {}
