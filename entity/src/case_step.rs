//! What the province is told of one step of a case. Written with the step, never changed.

use sea_orm::entity::prelude::*;

use crate::{CaseId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: CaseId,
    /// The number of the event that wrote it: what the province knows the step by within the case.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i32,
    pub kind: Kind,
    /// The version of the application it speaks of.
    pub data_version: i32,
    /// What is told: JSON, sealed.
    pub data: Sealed,
    pub at: DateTimeUtc,
}

/// What kind of step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Kind {
    /// 受理.
    #[sea_orm(string_value = "accept")]
    Accept,
    /// 办理环节.
    #[sea_orm(string_value = "step")]
    Step,
    /// 特别程序, the correction among them.
    #[sea_orm(string_value = "special")]
    Special,
    /// 办结.
    #[sea_orm(string_value = "done")]
    Done,
    /// 评价.
    #[sea_orm(string_value = "rating")]
    Rating,
}

impl ActiveModelBehavior for ActiveModel {}
