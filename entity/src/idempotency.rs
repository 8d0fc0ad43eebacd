//! A POST that was made, and its answer.

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
    /// The answer: JSON, sealed.
    pub answer: Sealed,
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
