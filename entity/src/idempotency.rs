//! A POST that was made before, and its first answer.

use sea_orm::entity::prelude::*;

use crate::Sealed;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Whose key it is: an account or a machine.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: Uuid,
    /// Hex SHA-256 of operation and key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: String,
    /// Hex SHA-256 of the request.
    pub body_hash: String,
    /// Until when the first request may still be running.
    pub running_until: DateTimeUtc,
    /// Which request holds it.
    pub holder: Uuid,
    /// The first answer: JSON, sealed. None while it runs.
    pub answer: Option<Sealed>,
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
