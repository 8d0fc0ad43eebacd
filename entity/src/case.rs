//! One application. The table is `cases`, because CASE is a word of SQL.

use sea_orm::entity::prelude::*;

use crate::{AccountId, CaseId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cases")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CaseId,
    pub owner_id: AccountId,
    pub item_code: String,
    /// The version of the item the case was started with, and keeps.
    pub item_version: i32,
    /// Region, date and serial, readable over the phone. None while it is a draft.
    #[sea_orm(unique)]
    pub number: Option<String>,
    pub state: State,
    /// Rises with each change: the `ETag` of a draft.
    pub revision: i64,
    /// The saved answers: JSON, sealed.
    pub form: Sealed,
    /// The number of the last event.
    pub last_event: i32,
    /// How often it was handed in: 1 at first, one more after each correction. The province's `dataver`.
    pub data_version: i32,
    /// The number the province gave it.
    pub province_id: Option<String>,
    /// The province's own word for the state when we do not know it.
    pub province_state: Option<String>,
    /// When the newest status applied here happened at the province.
    pub province_at: Option<DateTimeUtc>,
    /// What the applicant must put right: the province's words, sealed.
    pub correction: Option<Sealed>,
    /// What the decision yielded: licence name, number, last day. JSON, sealed.
    pub licence: Option<Sealed>,
    /// Whether the applicant was told that the case is late.
    pub told_late: bool,
    pub created_at: DateTimeUtc,
    pub changed_at: DateTimeUtc,
    pub submitted_at: Option<DateTimeUtc>,
    pub decided_at: Option<DateTimeUtc>,
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// 草稿: the applicant is still at it.
    #[sea_orm(string_value = "draft")]
    Draft,
    /// 已提交: on its way to, or at, whoever decides.
    #[sea_orm(string_value = "submitted")]
    Submitted,
    /// 待补正: the one correction was asked for.
    #[sea_orm(string_value = "correcting")]
    Correcting,
    /// 未补正终止: the correction never came.
    #[sea_orm(string_value = "lapsed")]
    Lapsed,
    /// 不予受理.
    #[sea_orm(string_value = "not_accepted")]
    NotAccepted,
    /// 已受理.
    #[sea_orm(string_value = "accepted")]
    Accepted,
    /// 审查中.
    #[sea_orm(string_value = "reviewing")]
    Reviewing,
    /// 准予.
    #[sea_orm(string_value = "approved")]
    Approved,
    /// 不予许可.
    #[sea_orm(string_value = "denied")]
    Denied,
    /// 已发证.
    #[sea_orm(string_value = "issued")]
    Issued,
    /// 办结.
    #[sea_orm(string_value = "closed")]
    Closed,
    /// 已撤回.
    #[sea_orm(string_value = "withdrawn")]
    Withdrawn,
}

impl ActiveModelBehavior for ActiveModel {}
