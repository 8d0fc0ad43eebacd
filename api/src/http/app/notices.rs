//! What applicants are told.

use std::sync::Arc;

use casework::{Desk, notice};
use chrono::{DateTime, Utc};
use entity::NoticeId;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::caller::Applicant;
use crate::http::page;
use crate::http::problem::Reply;

/// The operations.
#[derive(Debug)]
pub struct NoticesApi;

fails! {
    /// Listing.
    pub signed_in ListNotices: CURSOR_INVALID;
    /// Marking as read.
    pub signed_in ReadNotice: NOTICE_UNKNOWN;
}

/// A message to the applicant.
#[derive(Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Notice {
    /// Its id.
    pub id: Uuid,
    /// The case it is about.
    pub case_id: Uuid,
    /// `accepted`, `correction`, `not_accepted`, `approved`, `denied`, `special`, `lapsed`, `issued`, `late`.
    pub kind: String,
    /// One line, in Chinese.
    pub title: String,
    /// What happened and what to do next, in Chinese.
    pub body: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

/// A page of notices, newest first.
#[derive(Debug, Object)]
pub struct Notices {
    /// The notices.
    pub notices: Vec<Notice>,
    /// Where the next page begins; none at the end.
    #[oai(skip_serializing_if_is_none)]
    pub cursor: Option<String>,
}

impl Notice {
    fn of(desk: &Desk, row: entity::notice::Model) -> casework::Result<Self> {
        let body = notice::body(desk, &row)?;
        Ok(Self {
            id: row.id.0,
            case_id: row.case_id.0,
            kind: row.kind,
            title: row.title,
            body,
            created_at: row.created_at,
            read_at: row.read_at,
        })
    }
}

#[OpenApi(prefix_path = "/v1", tag = "Tag::Notices")]
impl NoticesApi {
    /// 通知列表 · List notices
    #[oai(path = "/notices", method = "get", operation_id = "list_notices")]
    async fn list_notices(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        /// Where the page begins: the `cursor` of the one before.
        cursor: Query<Option<String>>,
        /// Entries of a page: 20 unless told, at most 100.
        limit: Query<Option<u64>>,
    ) -> Reply<Json<Notices>, ListNotices> {
        let limit = page::limit(limit.0);
        let before = page::after(cursor.as_deref())?.map(NoticeId);
        let rows = notice::list(&app.desk, who.account(), before, limit + 1).await?;
        let (rows, cursor) = page::cut(rows, limit, |row| row.id.0);
        let notices = rows.into_iter().map(|row| Notice::of(&app.desk, row)).collect::<casework::Result<_>>()?;
        Ok(Json(Notices { notices, cursor }))
    }

    /// 通知已读 · Mark a notice as read
    #[oai(path = "/notices/:id/read", method = "post", operation_id = "read_notice")]
    async fn read_notice(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<Notice>, ReadNotice> {
        let row = notice::read(&app.desk, who.account(), NoticeId(id.0)).await?;
        Ok(Json(Notice::of(&app.desk, row)?))
    }
}
