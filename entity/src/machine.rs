//! A machine that calls us: what it is called, and what it may do.

use sea_orm::entity::prelude::*;

use crate::MachineId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "machine")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MachineId,
    /// What it calls itself when it signs: `X-Gxb-App`.
    #[sea_orm(unique)]
    pub name: String,
    /// What it may do: the names of scopes, separated by spaces.
    pub scopes: String,
    pub created_at: DateTimeUtc,
    pub disabled_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
