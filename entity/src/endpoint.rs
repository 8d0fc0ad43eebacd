//! An address a machine wants to be called at when cases change.

use sea_orm::entity::prelude::*;

use crate::EndpointId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "endpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EndpointId,
    /// Whose it is: the machine's name.
    pub machine: String,
    /// What the machine calls it; unique among its own.
    pub name: String,
    pub url: String,
    /// What it is called for: `case`, `digest`, or both, separated by a space.
    pub events: String,
    pub created_at: DateTimeUtc,
    pub disabled_at: Option<DateTimeUtc>,
    /// `machine`: it said so. `failing`: nothing came through for too long. `gone`: it answered 410.
    pub disabled_for: Option<String>,
    /// Since when nothing has come through.
    pub failing_since: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
