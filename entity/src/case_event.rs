//! One entry of a case's timeline. Never changed, never deleted.

use sea_orm::entity::prelude::*;

use crate::case::State;
use crate::{CaseId, EventId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    pub case_id: CaseId,
    /// 1, 2, 3 … within the case.
    pub sequence: i32,
    /// What was done: `created`, `submitted`, `accepted` …
    pub act: String,
    /// The state afterwards.
    pub state: State,
    pub actor: Actor,
    /// The account or member of staff, where there is one.
    pub actor_id: Option<Uuid>,
    pub at: DateTimeUtc,
    /// Whether the applicant may see it.
    pub visible: bool,
    /// Words that belong to it: a reason, a list of what to put right. Sealed.
    pub note: Option<Sealed>,
}

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Actor {
    /// The owner of the case.
    #[sea_orm(string_value = "applicant")]
    Applicant,
    /// A member of the bureau's staff.
    #[sea_orm(string_value = "staff")]
    Staff,
    /// The province, through a report.
    #[sea_orm(string_value = "province")]
    Province,
    /// A clock that ran out.
    #[sea_orm(string_value = "system")]
    System,
}

impl ActiveModelBehavior for ActiveModel {}
