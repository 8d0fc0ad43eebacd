//! What a machine may sign with. Several at once, so that an old and a new key overlap.

use sea_orm::entity::prelude::*;

use crate::{MachineId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "machine_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub machine_id: MachineId,
    /// What the operator calls it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// `algorithm:key`, sealed: a shared secret can sign as well as check.
    pub key: Sealed,
    /// When it stops being believed.
    pub until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
