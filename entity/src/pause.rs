//! A destination nothing is delivered to for the time being, because a person said so.

use sea_orm::entity::prelude::*;

use crate::outbox::Destination;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pause")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub destination: Destination,
    /// Who stopped it: a member of staff or a machine, by id or name.
    pub paused_by: String,
    /// Why, in that person's words.
    pub reason: String,
    pub paused_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
