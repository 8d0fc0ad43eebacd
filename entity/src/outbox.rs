//! A promise written in the same transaction as the change that owes it.

use sea_orm::entity::prelude::*;

use crate::{CaseId, OutboxId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OutboxId,
    pub destination: Destination,
    /// Promises with the same destination and stream are kept in the order of `sequence`.
    pub stream: String,
    pub sequence: i32,
    /// The case it belongs to.
    pub case_id: Option<CaseId>,
    /// The versioned promise: ids only, nothing personal.
    pub payload: Json,
    pub state: State,
    /// How often it was tried since it was last driven.
    pub tries: i32,
    /// From when on a relay may take it; while it is leased, when the lease ends.
    pub next_try_at: DateTimeUtc,
    /// The relay that holds it.
    pub leased_by: Option<String>,
    /// Rises with each lease: a late worker holds an old one and can write nothing.
    pub fence: i64,
    /// Steps already done, so that they are not done again. JSON of the deliverer's own.
    pub checkpoint: Option<Json>,
    /// Stable code of the last failure.
    pub reason: Option<String>,
    pub created_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
}

/// Whom it is owed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Destination {
    /// The provincial platform.
    #[sea_orm(string_value = "province")]
    Province,
    /// A person's WeChat.
    #[sea_orm(string_value = "wechat")]
    Wechat,
}

/// Where a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// Waiting for its time.
    #[sea_orm(string_value = "queued")]
    Queued,
    /// A relay is at it.
    #[sea_orm(string_value = "leased")]
    Leased,
    /// The call may have arrived: ask before sending again.
    #[sea_orm(string_value = "unknown")]
    Unknown,
    /// Kept.
    #[sea_orm(string_value = "done")]
    Done,
    /// A person must look at it.
    #[sea_orm(string_value = "parked")]
    Parked,
    /// No longer owed.
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

impl ActiveModelBehavior for ActiveModel {}
