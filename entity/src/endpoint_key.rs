//! What calls to an endpoint are signed with. Several at once, so that an old and a new one overlap.

use sea_orm::entity::prelude::*;

use crate::{EndpointId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "endpoint_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub endpoint_id: EndpointId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub kind: Kind,
    /// 32 bytes in base64, sealed: the shared secret, or the private key.
    pub key: Sealed,
    /// Until when calls are signed with it.
    pub until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

/// How calls are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// `v1`: HMAC-SHA-256.
    #[sea_orm(string_value = "v1")]
    Hmac,
    /// `v1a`: Ed25519.
    #[sea_orm(string_value = "v1a")]
    Ed25519,
}

impl ActiveModelBehavior for ActiveModel {}
