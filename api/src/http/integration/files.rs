//! A case's files, by links that live minutes.

use std::sync::Arc;

use casework::feed;
use casework::machine::Scope;
use casework::vault::Purpose;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{CaseId, PhotoId, photo};
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Attachment, Json};
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use sea_orm::EntityTrait as _;
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::app::photos::{Content, ContentForm};
use crate::http::machine::Machine;
use crate::http::problem::{Problem, Reply, codes};
use crate::receive::{self, Form};

/// The operations.
#[derive(Debug)]
pub struct FilesApi;

fails! {
    /// Asking for a link.
    pub signed LinkFile: CASE_UNKNOWN, PHOTO_UNKNOWN;
    /// Following one.
    pub open GetLinkedFile: LINK_INVALID, PHOTO_LOST;
}

/// A link to a file.
#[derive(Debug, Object)]
#[oai(example)]
pub struct FileLink {
    /// Where it can be read with a plain GET, by whoever has the link: as confidential as the file.
    pub url: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// What a link of ours vouches for.
fn terms(photo: Uuid, form: Form, expires: i64) -> String {
    format!("{photo}\n{form:?}\n{expires}")
}

/// A link of the store's own, or one of ours where the store has none.
async fn link(app: &App, photo: &photo::Model, form: Form) -> Result<FileLink, Problem> {
    let (now, lifetime) = (app.desk.world.now(), app.config.files.link_lifetime);
    let expires_at = now + TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::zero());
    let key = receive::key(photo, form);
    let linked = app.store.link(&key, now, lifetime).await;
    if let Some(url) = linked.map_err(|error| Problem::new(&codes::SERVICE_UNAVAILABLE).because(error))? {
        return Ok(FileLink { url, expires_at });
    }
    let (base, id, expires) = (&app.config.public_url, photo.id.0, expires_at.timestamp());
    let signature = app.desk.vault.digest(Purpose::Link, &terms(id, form, expires));
    let name = if matches!(form, Form::Original) { "original" } else { "normalised" };
    let url = format!("{base}/integration/v1/files/{id}?form={name}&expires={expires}&signature={signature}");
    Ok(FileLink { url, expires_at })
}

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Cases")]
impl FilesApi {
    /// 文件链接 · Ask for a link to a file
    ///
    /// The link needs no signature and lives a few minutes: ask for it right before you use it, and never keep it. Check
    /// what you read against the `sha256` of the case's `files`. Scope `cases.read`.
    #[oai(path = "/cases/:id/files/:photo/link", method = "post", operation_id = "link_file")]
    async fn link_file(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        /// The photo's id, as the case's `files` name it.
        photo: Path<Uuid>,
        /// Which of the two files: the normalised one unless told.
        form: Query<Option<ContentForm>>,
    ) -> Reply<Json<FileLink>, LinkFile> {
        let by = who.may(Scope::CasesRead)?;
        let case = feed::find(&app.desk, CaseId(id.0)).await?;
        let photos = casework::case::photos(&app.desk.db, case.id).await?;
        let placed = photos.into_iter().find(|(_, one)| one.id == PhotoId(photo.0));
        let (_, placed) = placed.ok_or(&codes::PHOTO_UNKNOWN)?;
        tracing::info!(case = %case.id, photo = %placed.id, by, "a link was given");
        Ok(Json(link(&app, &placed, form.0.into()).await?))
    }

    /// 下载文件 · Follow a link to a file
    ///
    /// Only as `link_file` answered it.
    #[oai(path = "/files/:photo", method = "get", operation_id = "get_linked_file")]
    async fn get_linked_file(
        &self,
        app: Data<&Arc<App>>,
        photo: Path<Uuid>,
        /// Which of the two files.
        form: Query<Option<ContentForm>>,
        /// Until when the link is good, in Unix seconds.
        expires: Query<i64>,
        /// What vouches for the link.
        signature: Query<String>,
    ) -> Reply<Content, GetLinkedFile> {
        let form: Form = form.0.into();
        let good = app.desk.vault.is_digest(Purpose::Link, &terms(photo.0, form, expires.0), &signature);
        if !good || expires.0 < app.desk.world.now().timestamp() {
            return Err(Problem::new(&codes::LINK_INVALID).into());
        }
        let row = photo::Entity::find_by_id(PhotoId(photo.0)).one(&app.desk.db).await.map_err(Problem::internal)?;
        let (bytes, key) = receive::bytes(&app, &row.ok_or(&codes::LINK_INVALID)?, form).await?;
        let name = key.path().rsplit('/').next().unwrap_or_default().to_owned();
        let file = Attachment::new(bytes.to_vec()).filename(name);
        Ok(Content::File(file, key.content_type().to_owned(), key.cache_control().to_owned()))
    }
}

impl Example for FileLink {
    fn example() -> Self {
        Self {
            url: "https://objects.example.gov.cn/photo/result/01a203ebd2be7fc0ad3b18f9b9b3ac25.jpg?X-Amz-Signature=…"
                .to_owned(),
            expires_at: DateTime::from_timestamp(1_795_340_700, 0).unwrap_or_default(),
        }
    }
}
