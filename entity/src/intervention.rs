//! Something a person or a machine did to a promise by hand. Never changed, never deleted.

use sea_orm::entity::prelude::*;

use crate::{InterventionId, OutboxId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "intervention")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InterventionId,
    pub outbox_id: OutboxId,
    pub act: Act,
    /// Who: `staff:` and an id, `machine:` and a name, or `reconcile`.
    pub by: String,
    /// Why, in their words. Sealed.
    pub words: Option<Sealed>,
    pub at: DateTimeUtc,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Act {
    /// Driven again, with a fresh schedule.
    #[sea_orm(string_value = "redriven")]
    Redriven,
    /// Ended without being kept.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl ActiveModelBehavior for ActiveModel {}
