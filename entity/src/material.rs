//! One photo in its place: the case's material it fills, and in which order.

use sea_orm::entity::prelude::*;

use crate::{CaseId, PhotoId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "material")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: CaseId,
    /// The material's code in the item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// 0, 1, 2 … within the material.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub photo_id: PhotoId,
}

impl ActiveModelBehavior for ActiveModel {}
