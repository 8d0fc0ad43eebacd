//! One try at keeping a promise.

use sea_orm::entity::prelude::*;

use crate::{AttemptId, OutboxId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttemptId,
    pub outbox_id: OutboxId,
    /// 1, 2, 3 … within the promise.
    pub number: i32,
    pub started_at: DateTimeUtc,
    pub millis: i64,
    /// How far it came: `file`, `case`, `ask`, `message` …
    pub step: String,
    /// `done`, `retry`, `unknown`, `parked`, `cancelled`.
    pub outcome: String,
    /// Stable code, where it failed.
    pub code: Option<String>,
    /// HTTP status of the last reply.
    pub status: Option<i32>,
    /// The other side's words, trimmed and sealed: they may repeat what was sent.
    pub reply: Option<Sealed>,
}

impl ActiveModelBehavior for ActiveModel {}
