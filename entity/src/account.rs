//! A person who signed in from a phone.

use sea_orm::entity::prelude::*;

use crate::{AccountId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// Keyed hash of the WeChat openid: finds the account without storing the openid in the clear.
    #[sea_orm(unique)]
    pub openid_hash: String,
    /// The openid itself, needed to send messages.
    pub openid: Sealed,
    /// Mobile number as WeChat confirmed it, once the person gave it.
    pub phone: Option<Sealed>,
    /// Keyed hash of the number.
    pub phone_hash: Option<String>,
    pub created_at: DateTimeUtc,
    pub seen_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
