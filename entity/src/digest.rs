//! That the operator was told what is stuck: once for each time it was due.

use sea_orm::entity::prelude::*;

use crate::DigestId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "digest")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DigestId,
    /// The moment it was due: whoever writes this row first tells it, and nobody else.
    #[sea_orm(unique)]
    pub due: DateTimeUtc,
    /// What machines are told: counts and names of destinations, nothing personal.
    pub data: Json,
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
