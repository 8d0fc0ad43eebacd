//! Photos and what became of them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::PhotoId;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Attachment, Json};
use poem_openapi::types::Any;
use poem_openapi::types::multipart::Upload;
use poem_openapi::{ApiResponse, Enum, Multipart, Object, OpenApi};
use serde_json::Value;
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::caller::Applicant;
use crate::http::problem::Reply;
use crate::receive::{self, Form, Received, Request};

/// The operations.
#[derive(Debug)]
pub struct PhotosApi;

fails! {
    /// Uploading.
    pub signed_in_body UploadPhoto: ITEM_UNKNOWN, MATERIAL_UNKNOWN, PHOTO_EMPTY, PHOTO_NOT_AN_IMAGE, PHOTO_UNSUPPORTED,
        PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_TOO_MANY_PIXELS, PHOTO_TOO_SMALL, PHOTO_CANNOT_FIT, PHOTO_BLURRED,
        PHOTO_TOO_DARK, PHOTO_TOO_BRIGHT, PHOTO_TIMEOUT, PHOTO_BUSY;
    /// Reading one.
    pub signed_in GetPhoto: PHOTO_UNKNOWN;
    /// Reading its bytes.
    pub signed_in GetPhotoContent: PHOTO_UNKNOWN, PHOTO_LOST;
}

/// One photo and what it is for. The parts may come in any order.
#[derive(Debug, Multipart)]
#[oai(deny_unknown_fields)]
pub struct PhotoUpload {
    /// The item's code.
    pub item: String,
    /// The material's code.
    pub material: String,
    /// Keep it although it may be hard to read (`photo.blurred`, `photo.too_dark`, `photo.too_bright`).
    pub keep_anyway: Option<bool>,
    /// The file as the phone has it: JPEG, PNG, WebP, GIF, BMP, TIFF or HEIC.
    pub file: Upload,
}

/// A photo that will do.
#[derive(Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Photo {
    /// Its id: what `set_material` takes.
    pub id: Uuid,
    /// The item it was taken for.
    pub item: String,
    /// The material it was taken for.
    pub material: String,
    /// Hex SHA-256 of the file as it was sent.
    pub original_sha256: String,
    /// Hex SHA-256 of the normalised file.
    pub sha256: String,
    /// `jpeg` or `png`.
    pub format: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Size of the normalised file.
    pub bytes: u64,
    /// The engine advised to take it again, and the owner kept it.
    pub kept_anyway: bool,
    /// `ready` or `retake`.
    pub verdict: String,
    /// Why it should be taken again, where it should.
    pub code: Option<String>,
    /// What was done to it, in order: `step`, `from`, `to`.
    pub changes: Any<Value>,
    /// What was measured: `name`, `value`, `limit`, `pass`.
    pub checks: Any<Value>,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
}

impl From<entity::photo::Model> for Photo {
    fn from(row: entity::photo::Model) -> Self {
        let part = |name: &str| row.outcome.get(name).cloned().unwrap_or(Value::Null);
        let word = |name: &str| part(name).as_str().map(str::to_owned);
        Self {
            id: row.id.0,
            item: row.item_code.clone(),
            material: row.material_code.clone(),
            original_sha256: row.original_sha256.clone(),
            sha256: row.sha256.clone(),
            format: row.format.clone(),
            width: u32::try_from(row.width).unwrap_or(0),
            height: u32::try_from(row.height).unwrap_or(0),
            bytes: u64::try_from(row.bytes).unwrap_or(0),
            kept_anyway: row.kept_anyway,
            verdict: word("verdict").unwrap_or_default(),
            code: word("code"),
            changes: Any(part("changes")),
            checks: Any(part("checks")),
            created_at: row.created_at,
        }
    }
}

/// What came of an upload.
#[derive(Debug, ApiResponse)]
pub enum Uploaded {
    /// A new photo.
    #[oai(status = 201)]
    New(Json<Photo>, #[oai(header = "Location")] String),
    /// The same bytes came before: the same photo.
    #[oai(status = 200)]
    Same(Json<Photo>),
}

impl From<Received> for Uploaded {
    fn from(received: Received) -> Self {
        match received {
            Received::New(photo) => {
                let location = format!("/v1/photos/{}", photo.id);
                Self::New(Json(photo.into()), location)
            }
            Received::Same(photo) => Self::Same(Json(photo.into())),
        }
    }
}

/// Which of the two files.
#[derive(Clone, Copy, Debug, Enum)]
#[oai(rename_all = "snake_case")]
pub enum ContentForm {
    /// What the province gets.
    Normalised,
    /// The file as it was sent.
    Original,
}

impl From<Option<ContentForm>> for Form {
    fn from(form: Option<ContentForm>) -> Self {
        match form {
            Some(ContentForm::Original) => Self::Original,
            Some(ContentForm::Normalised) | None => Self::Normalised,
        }
    }
}

/// A file.
#[derive(Debug, ApiResponse)]
pub enum Content {
    /// The bytes.
    #[oai(status = 200)]
    File(Attachment<Vec<u8>>, #[oai(header = "Content-Type")] String, #[oai(header = "Cache-Control")] String),
}

#[OpenApi(prefix_path = "/v1", tag = "Tag::Photos")]
impl PhotosApi {
    /// 上传照片 · Upload a photo
    ///
    /// Any photo a phone takes. The answer says at once whether it will do; when it will not, the problem says what to do
    /// differently and carries the whole `outcome`. The same bytes again give the same photo.
    #[oai(path = "/photos", method = "post", operation_id = "upload_photo")]
    async fn upload_photo(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        body: PhotoUpload,
    ) -> Reply<Uploaded, UploadPhoto> {
        let PhotoUpload { item, material, keep_anyway, file } = body;
        let keep_anyway = keep_anyway.unwrap_or(false);
        let request = Request { owner: who.account(), item, material, keep_anyway, file: file.into_file() };
        Ok(receive::receive(&app, request).await?.into())
    }

    /// 照片信息 · Read a photo
    #[oai(path = "/photos/:id", method = "get", operation_id = "get_photo")]
    async fn get_photo(&self, who: Applicant, app: Data<&Arc<App>>, id: Path<Uuid>) -> Reply<Json<Photo>, GetPhoto> {
        Ok(Json(receive::find(&app, who.account(), PhotoId(id.0)).await?.into()))
    }

    /// 下载照片 · Read a photo's bytes
    #[oai(path = "/photos/:id/content", method = "get", operation_id = "get_photo_content")]
    async fn get_photo_content(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        /// Which of the two files: the normalised one unless told.
        form: Query<Option<ContentForm>>,
    ) -> Reply<Content, GetPhotoContent> {
        let (bytes, key) = receive::content(&app, who.account(), PhotoId(id.0), form.0.into()).await?;
        let name = key.path().rsplit('/').next().unwrap_or_default().to_owned();
        let file = Attachment::new(bytes.to_vec()).filename(name);
        Ok(Content::File(file, key.content_type().to_owned(), key.cache_control().to_owned()))
    }
}
