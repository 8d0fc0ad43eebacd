//! One large file on its way up in parts.

use sea_orm::entity::prelude::*;

use crate::{AccountId, PhotoId, UploadId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UploadId,
    pub owner_id: AccountId,
    /// Hex SHA-256 of the whole file, as announced; with owner and size it is unique.
    pub sha256: String,
    pub size_bytes: i64,
    /// Which of the owner's places for open uploads it takes, unique with the owner; none once it became a photo.
    pub slot: Option<i32>,
    /// The store's own name for the parts.
    pub begun: String,
    /// The parts are one object now.
    pub joined: bool,
    /// What it became; then the bytes are with the photo.
    pub photo_id: Option<PhotoId>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
