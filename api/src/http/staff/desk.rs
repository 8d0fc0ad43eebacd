//! What lies on the desk, and a case as staff see it.

use std::sync::Arc;

use casework::county;
use entity::{CaseId, PhotoId};
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Attachment, Json};
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use super::view::{DeskCase, DeskEntry, whole};
use crate::app::App;
use crate::fails;
use crate::http::app::photos::{Content, ContentForm};
use crate::http::app::view::State;
use crate::http::caller::Officer;
use crate::http::page;
use crate::http::problem::{Reply, codes};
use crate::receive;

/// The operations.
#[derive(Debug)]
pub struct DeskApi;

fails! {
    /// Listing.
    pub signed_in ListDesk: CURSOR_INVALID, SESSION_NOT_ALLOWED;
    /// Reading one.
    pub signed_in GetDeskCase: CASE_UNKNOWN, SESSION_NOT_ALLOWED;
    /// Reading a photo of one.
    pub signed_in GetDeskPhoto: CASE_UNKNOWN, PHOTO_UNKNOWN, PHOTO_LOST, SESSION_NOT_ALLOWED;
}

/// A page of what lies on the desk, oldest first.
#[derive(Debug, Object)]
pub struct DeskPage {
    /// The cases.
    pub cases: Vec<DeskEntry>,
    /// Where the next page begins; none at the end.
    #[oai(skip_serializing_if_is_none)]
    pub cursor: Option<String>,
}

#[OpenApi(prefix_path = "/staff/v1", tag = "Tag::Desk")]
impl DeskApi {
    /// 待办列表 · What lies on the desk
    ///
    /// Every case the county decides that waits for somebody: the bureau, or the applicant's correction. Not for operators.
    #[oai(path = "/cases", method = "get", operation_id = "list_desk")]
    async fn list_desk(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        /// Where they stand: anywhere unless told.
        state: Query<Option<State>>,
        /// Where the page begins: the `cursor` of the one before.
        cursor: Query<Option<String>>,
        /// Entries of a page: 20 unless told, at most 100.
        limit: Query<Option<u64>>,
    ) -> Reply<Json<DeskPage>, ListDesk> {
        county::may_look(&who.by())?;
        let limit = page::limit(limit.0);
        let after = page::after(cursor.as_deref())?.map(CaseId);
        let rows = county::queue::list(&app.desk, state.0.map(Into::into), after, limit + 1).await?;
        let (rows, cursor) = page::cut(rows, limit, |row| row.case.id.0);
        let cases = rows.into_iter().map(|row| DeskEntry::of(&app.desk, row)).collect::<casework::Result<_>>()?;
        Ok(Json(DeskPage { cases, cursor }))
    }

    /// 办件 · Read a case
    ///
    /// Answers, photos, timeline, periods, and what is under way. Not for operators.
    #[oai(path = "/cases/:id", method = "get", operation_id = "get_desk_case")]
    async fn get_desk_case(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<DeskCase>, GetDeskCase> {
        county::may_look(&who.by())?;
        Ok(Json(whole(&app.desk, CaseId(id.0)).await?))
    }

    /// 办件的照片 · Read a photo of a case
    #[oai(path = "/cases/:id/photos/:photo", method = "get", operation_id = "get_desk_photo")]
    async fn get_desk_photo(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        /// The photo's id, as the case's `materials` name it.
        photo: Path<Uuid>,
        /// Which of the two files: the normalised one unless told.
        form: Query<Option<ContentForm>>,
    ) -> Reply<Content, GetDeskPhoto> {
        county::may_look(&who.by())?;
        let case = county::find(&app.desk, CaseId(id.0)).await?;
        let photos = casework::case::photos(&app.desk.db, case.id).await?;
        let placed = photos.into_iter().find(|(_, one)| one.id == PhotoId(photo.0));
        let (_, placed) = placed.ok_or(&codes::PHOTO_UNKNOWN)?;
        let (bytes, key) = receive::bytes(&app, &placed, form.0.into()).await?;
        let name = key.path().rsplit('/').next().unwrap_or_default().to_owned();
        let file = Attachment::new(bytes.to_vec()).filename(name);
        Ok(Content::File(file, key.content_type().to_owned(), key.cache_control().to_owned()))
    }
}
