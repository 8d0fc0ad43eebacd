//! Large photos over weak networks: in parts, in any order, each as often as need be.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::UploadId;
use poem::Body;
use poem::web::Data;
use poem_openapi::param::{Header, Path};
use poem_openapi::payload::{Binary, Json};
use poem_openapi::{ApiResponse, Object, OpenApi};
use store::PART_BYTES;
use uuid::Uuid;

use super::Tag;
use super::photos::Uploaded;
use crate::app::App;
use crate::fails;
use crate::http::caller::Applicant;
use crate::http::problem::Reply;
use crate::http::sent::Sent;
use crate::uploads::{self, Completion, Piece, Seen};

/// The operations.
#[derive(Debug)]
pub struct UploadsApi;

fails! {
    /// Beginning one.
    pub signed_in_body BeginUpload: PHOTO_EMPTY, PHOTO_TOO_LARGE, UPLOAD_TOO_MANY;
    /// Looking at one, or giving it up.
    pub signed_in AtUpload: UPLOAD_UNKNOWN;
    /// Sending a part.
    pub signed_in_body PutPart: UPLOAD_UNKNOWN, UPLOAD_PART_UNKNOWN, UPLOAD_PART_LENGTH, UPLOAD_PART_MISMATCH;
    /// Making a photo of it.
    pub signed_in_body CompleteUpload: UPLOAD_UNKNOWN, UPLOAD_INCOMPLETE, UPLOAD_MISMATCH, ITEM_UNKNOWN, MATERIAL_UNKNOWN,
        PHOTO_NOT_AN_IMAGE, PHOTO_UNSUPPORTED, PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_TOO_MANY_PIXELS, PHOTO_TOO_SMALL,
        PHOTO_CANNOT_FIT, PHOTO_BLURRED, PHOTO_TOO_DARK, PHOTO_TOO_BRIGHT, PHOTO_TIMEOUT, PHOTO_BUSY;
}

/// A file that is to come in parts.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct NewUpload {
    /// Its size in bytes, as the phone has it.
    pub size: u64,
    /// Hex SHA-256 of the whole file.
    #[oai(validator(min_length = 64, max_length = 64, pattern = "^[0-9A-Fa-f]{64}$"))]
    pub sha256: String,
}

/// What the upload is to become.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct UploadPurpose {
    /// The item's code.
    pub item: String,
    /// The material's code.
    pub material: String,
    /// Keep it although it may be hard to read (`photo.blurred`, `photo.too_dark`, `photo.too_bright`).
    pub keep_anyway: Option<bool>,
}

/// A file on its way up.
#[derive(Debug, Object)]
#[oai(example)]
pub struct Upload {
    /// Its id.
    pub id: Uuid,
    /// The file's size in bytes.
    pub size: u64,
    /// How many bytes each part has but the last, which has the rest.
    pub part_bytes: u64,
    /// Every part, in order.
    pub parts: Vec<UploadPart>,
    /// When it is forgotten, if it is not completed before.
    pub expires_at: DateTime<Utc>,
}

/// One part of the file.
#[derive(Debug, Object)]
pub struct UploadPart {
    /// Its number, from 1.
    pub number: u32,
    /// Where it begins in the file.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether it is there. Only parts that are not need to be sent.
    pub received: bool,
}

impl From<Seen> for Upload {
    fn from(seen: Seen) -> Self {
        let parts = seen.parts().map(|(span, received)| UploadPart {
            number: span.number,
            offset: span.offset,
            bytes: span.bytes,
            received,
        });
        Self {
            id: seen.upload.id.0,
            size: u64::try_from(seen.upload.size_bytes).unwrap_or(0),
            part_bytes: PART_BYTES,
            parts: parts.collect(),
            expires_at: seen.upload.expires_at,
        }
    }
}

/// An upload that may be sent now.
#[derive(Debug, ApiResponse)]
pub enum Begun {
    /// It is new.
    #[oai(status = 201)]
    New(Json<Upload>, #[oai(header = "Location")] String),
    /// The same file was begun before: go on with the parts that are not there.
    #[oai(status = 200)]
    Resumed(Json<Upload>),
}

impl From<uploads::Begun> for Begun {
    fn from(begun: uploads::Begun) -> Self {
        match begun {
            uploads::Begun::New(seen) => {
                let location = format!("/v1/uploads/{}", seen.upload.id);
                Self::New(Json(seen.into()), location)
            }
            uploads::Begun::Resumed(seen) => Self::Resumed(Json(seen.into())),
        }
    }
}

/// Given up.
#[derive(Debug, ApiResponse)]
pub enum GivenUp {
    /// The upload is forgotten, and what was sent of it.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/v1", tag = "Tag::Photos")]
impl UploadsApi {
    /// 开始分片上传 · Begin an upload in parts
    ///
    /// For a large photo over a weak network. What it is for is said at the end, with `complete_upload`. The same size and
    /// hash again give the same upload and say which parts are there: so a phone goes on that was closed meanwhile. An
    /// upload is forgotten after 24 hours; ten may be open at once.
    #[oai(path = "/uploads", method = "post", operation_id = "begin_upload")]
    async fn begin_upload(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        body: Sent<NewUpload>,
    ) -> Reply<Begun, BeginUpload> {
        let NewUpload { size, sha256 } = body.0;
        Ok(uploads::begin(&app, who.account(), size, sha256.to_ascii_lowercase()).await?.into())
    }

    /// 查看分片上传 · Read an upload
    #[oai(path = "/uploads/:id", method = "get", operation_id = "get_upload")]
    async fn get_upload(&self, who: Applicant, app: Data<&Arc<App>>, id: Path<Uuid>) -> Reply<Json<Upload>, AtUpload> {
        Ok(Json(uploads::look(&app, who.account(), UploadId(id.0)).await?.into()))
    }

    /// 上传一个分片 · Send a part
    ///
    /// The bytes of the part and nothing else, exactly as many as the upload lists for it. Any order, as often as need be;
    /// a part that is answered is kept.
    #[oai(path = "/uploads/:id/parts/:n", method = "put", operation_id = "put_part")]
    async fn put_part(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        /// The part's number, from 1.
        n: Path<u32>,
        /// Hex SHA-256 of the part: a part that was changed on its way is refused at once, and not only the whole file in
        /// the end.
        #[oai(name = "X-Gxb-Sha256")]
        sha256: Header<Option<String>>,
        body: Binary<Body>,
    ) -> Reply<Json<Upload>, PutPart> {
        let piece = Piece { number: n.0, sha256: sha256.0, body: body.0 };
        Ok(Json(uploads::put(&app, who.account(), UploadId(id.0), piece).await?.into()))
    }

    /// 完成分片上传 · Make a photo of an upload
    ///
    /// Answers what `upload_photo` answers, as if the whole file had come at once. A photo that was advised against can be
    /// completed again with `keep_anyway`, or for another material, without being sent again.
    #[oai(path = "/uploads/:id/complete", method = "post", operation_id = "complete_upload")]
    async fn complete_upload(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<UploadPurpose>,
    ) -> Reply<Uploaded, CompleteUpload> {
        let UploadPurpose { item, material, keep_anyway } = body.0;
        let wanted = Completion { item, material, keep_anyway: keep_anyway.unwrap_or(false) };
        Ok(uploads::complete(&app, who.account(), UploadId(id.0), &wanted).await?.into())
    }

    /// 放弃分片上传 · Give an upload up
    ///
    /// A photo that was made of it stays.
    #[oai(path = "/uploads/:id", method = "delete", operation_id = "drop_upload")]
    async fn drop_upload(&self, who: Applicant, app: Data<&Arc<App>>, id: Path<Uuid>) -> Reply<GivenUp, AtUpload> {
        uploads::give_up(&app, who.account(), UploadId(id.0)).await?;
        Ok(GivenUp::Done)
    }
}
