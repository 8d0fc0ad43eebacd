//! One part of an upload that is there; gone with its upload.

use sea_orm::entity::prelude::*;

use crate::UploadId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "upload_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub upload_id: UploadId,
    /// From 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// Hex SHA-256 of its bytes.
    pub sha256: String,
    /// What the store joins it by.
    pub tag: String,
}

impl ActiveModelBehavior for ActiveModel {}
