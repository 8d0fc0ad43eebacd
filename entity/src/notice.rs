//! A message owed to a person.

use sea_orm::entity::prelude::*;

use crate::{AccountId, CaseId, NoticeId, Sealed};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    pub account_id: AccountId,
    pub case_id: CaseId,
    /// `accepted`, `correction`, `approved` …: which text, and which WeChat template.
    pub kind: String,
    pub title: String,
    /// The whole text, sealed: it may repeat the province's words.
    pub body: Sealed,
    pub created_at: DateTimeUtc,
    pub read_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
