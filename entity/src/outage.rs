//! A destination that does not answer a relay, while that relay leaves it alone.

use sea_orm::entity::prelude::*;

use crate::outbox::Destination;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub destination: Destination,
    /// The relay that found out. One that died takes nothing back: what it said counts no more after a while.
    #[sea_orm(primary_key, auto_increment = false)]
    pub relay: String,
    pub since: DateTimeUtc,
    /// When it last looked in vain.
    pub seen_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
