//! A photo that could not be made again when its rule changed: why, for the version it was tried for.

use sea_orm::entity::prelude::*;

use crate::PhotoId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "renewal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub photo_id: PhotoId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_version: i32,
    /// Stable, dotted: `photo.too_small`.
    pub code: String,
    /// What to do, in Chinese and English.
    pub advice_zh: String,
    pub advice_en: String,
    pub tried_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
