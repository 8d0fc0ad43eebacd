//! A status that came back, kept as it came for six months.

use sea_orm::entity::prelude::*;

use crate::{CaseId, ReportId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReportId,
    /// The sender's id of the report: the same one again is a repeat.
    #[sea_orm(unique)]
    pub external_id: String,
    pub case_id: Option<CaseId>,
    /// The bytes as received, sealed.
    pub raw: Sealed,
    /// `applied`, `stale`, `unknown_state`, `unknown_case`, `not_possible`; `set_aside` of one that was fetched and cannot be taken.
    pub result: String,
    /// When it happened at the province.
    pub occurred_at: DateTimeUtc,
    pub received_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
