//! One refresh token. Tokens of one sign-in form a family; reuse of an old one ends the family.

use sea_orm::entity::prelude::*;

use crate::{AccountId, SessionId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// The first token's id: the same for all tokens of one sign-in.
    pub family: SessionId,
    pub account_id: AccountId,
    /// SHA-256 of the token, in hex. The token itself is never stored.
    #[sea_orm(unique)]
    pub token_hash: String,
    pub issued_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// When it was exchanged for the next one.
    pub used_at: Option<DateTimeUtc>,
    /// When its family ended: signed out, or an old token turned up again.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
