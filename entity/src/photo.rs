//! One uploaded picture: the untouched original and its normalised form, both as objects in the store.

use sea_orm::entity::prelude::*;

use crate::{AccountId, PhotoId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "photo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PhotoId,
    pub owner_id: AccountId,
    /// The item and material it was taken for: they name the rule.
    pub item_code: String,
    pub material_code: String,
    pub rule_name: String,
    pub rule_version: i32,
    /// Hex SHA-256 of the bytes as they were sent; with owner, item, material and rule version it is unique.
    pub original_sha256: String,
    pub original_bytes: i64,
    /// `jpeg`, `heic` …
    pub original_format: String,
    pub sha256: String,
    pub bytes: i64,
    /// `jpeg` or `png`.
    pub format: String,
    pub width: i32,
    pub height: i32,
    /// The whole answer of the engine but its bytes: verdict, code, advice, changes, checks. JSON.
    pub outcome: Json,
    /// The engine advised to take it again, and the owner kept it.
    pub kept_anyway: bool,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
