//! A promise written in the same transaction as the change that owes it.

use std::fmt;
use std::str::FromStr;

use sea_orm::entity::prelude::*;

use crate::{CaseId, EndpointId, OutboxId};

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

/// Whom it is owed to. Written as `province`, `wechat`, or `webhook:` and 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum Destination {
    /// The provincial platform.
    Province,
    /// A person's WeChat.
    Wechat,
    /// An endpoint of a machine.
    Webhook(EndpointId),
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Province => f.write_str("province"),
            Self::Wechat => f.write_str("wechat"),
            Self::Webhook(endpoint) => write!(f, "webhook:{}", endpoint.0.simple()),
        }
    }
}

/// A text names no destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDestination;

impl fmt::Display for NoDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("names no destination")
    }
}

impl std::error::Error for NoDestination {}

impl FromStr for Destination {
    type Err = NoDestination;

    fn from_str(text: &str) -> Result<Self, NoDestination> {
        match text.split_once(':') {
            None if text == "province" => Ok(Self::Province),
            None if text == "wechat" => Ok(Self::Wechat),
            Some(("webhook", id)) => id.parse().map(Self::Webhook).map_err(|_| NoDestination),
            _ => Err(NoDestination),
        }
    }
}

impl sea_orm::TryFromU64 for Destination {
    fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
        Err(sea_orm::DbErr::ConvertFromU64("Destination"))
    }
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
