//! One period of a case: from when, until when, and counted with which calendar.

use sea_orm::entity::prelude::*;

use crate::CaseId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_clock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub case_id: CaseId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: Name,
    /// The day of the event it is counted from, in China.
    pub from_on: Date,
    /// The last day in time.
    pub due_on: Date,
    /// Whether a calendar still to come may move `due_on`.
    pub provisional: bool,
    /// The version of the calendar it was counted with.
    pub calendar: String,
    /// When what had to be done was done; none while it runs.
    pub stopped_at: Option<DateTimeUtc>,
}

/// Which period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)")]
pub enum Name {
    /// To take up, not take up, or ask once for corrections: working days from the receipt.
    #[sea_orm(string_value = "correction")]
    Correction,
    /// For the applicant to correct: calendar days from the request.
    #[sea_orm(string_value = "lapse")]
    Lapse,
    /// To decide, by law: working days from the acceptance.
    #[sea_orm(string_value = "decision")]
    Decision,
    /// To decide, as promised: working days from the acceptance.
    #[sea_orm(string_value = "promise")]
    Promise,
    /// To hand out what was decided: working days from the decision.
    #[sea_orm(string_value = "delivery")]
    Delivery,
}

impl ActiveModelBehavior for ActiveModel {}
