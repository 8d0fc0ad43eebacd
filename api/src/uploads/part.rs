//! Taking one part in.

use std::io::SeekFrom;

use bytes::Bytes;
use entity::{AccountId, UploadId, upload, upload_part};
use poem::Body;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait as _, SqlErr};
use sha2::{Digest as _, Sha256};
use store::StoreError;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncSeekExt as _};

use super::{Seen, Span, find, is_joined, key, see, size, spans, unavailable};
use crate::app::App;
use crate::http::problem::{Problem, codes};

/// A part as it is sent.
pub struct Piece {
    /// Its number, from 1.
    pub number: u32,
    /// Its hex SHA-256, where the sender says it.
    pub sha256: Option<String>,
    /// Its bytes, not read yet.
    pub body: Body,
}

impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piece").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Takes a part in, durably, before it says so. The same part again is as good as once.
///
/// # Errors
/// `upload.unknown`, `upload.part_unknown`; `upload.part_length` and `upload.part_mismatch` before anything is stored.
pub async fn put(app: &App, owner: AccountId, id: UploadId, piece: Piece) -> Result<Seen, Problem> {
    let Piece { number, sha256: said, body } = piece;
    let upload = find(app, owner, id).await?;
    let span = spans(size(&upload))
        .find(|span| span.number == number)
        .ok_or_else(|| Problem::new(&codes::UPLOAD_PART_UNKNOWN))?;
    let spooled = spool(body.into_async_read(), span).await?;
    // Only who has a permit holds a part in memory; the others wait with theirs in a file.
    let permit = app.parts.acquire().await.map_err(Problem::internal)?;
    let bytes = load(spooled, span).await?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    if said.is_some_and(|said| !said.trim().eq_ignore_ascii_case(&sha256)) {
        return Err(Problem::new(&codes::UPLOAD_PART_MISMATCH));
    }
    if !is_joined(&upload) {
        keep(app, &upload, span, sha256, bytes).await?;
    }
    drop(permit);
    see(app, upload).await
}

/// Reads the body into a file without a name, and no further than one byte too many.
async fn spool(body: impl AsyncRead + Unpin, span: Span) -> Result<File, Problem> {
    let mut file = File::from_std(tempfile::tempfile().map_err(Problem::internal)?);
    let length = tokio::io::copy(&mut body.take(span.bytes + 1), &mut file).await.map_err(Problem::internal)?;
    if length != span.bytes {
        let detail = (
            format!("第 {} 部分应为 {} 字节。", span.number, span.bytes),
            format!("Part {} has {} bytes.", span.number, span.bytes),
        );
        return Err(Problem::new(&codes::UPLOAD_PART_LENGTH).detail(detail));
    }
    Ok(file)
}

async fn load(mut file: File, span: Span) -> Result<Bytes, Problem> {
    file.seek(SeekFrom::Start(0)).await.map_err(Problem::internal)?;
    let mut bytes = Vec::with_capacity(usize::try_from(span.bytes).unwrap_or(0));
    file.take(span.bytes).read_to_end(&mut bytes).await.map_err(Problem::internal)?;
    Ok(bytes.into())
}

/// Stores the bytes, then writes the row. Bytes that are there already are not stored again.
async fn keep(app: &App, upload: &upload::Model, span: Span, sha256: String, bytes: Bytes) -> Result<(), Problem> {
    let number = i32::try_from(span.number).map_err(Problem::internal)?;
    let there = upload_part::Entity::find_by_id((upload.id, number)).one(&app.desk.db).await;
    if there.map_err(Problem::internal)?.is_some_and(|part| part.sha256 == sha256) {
        return Ok(());
    }
    let tag = match app.store.put_part(&key(upload), &upload.begun, span.number, bytes).await {
        Ok(tag) => tag,
        // Joined meanwhile, and so there already; or given up.
        Err(StoreError::Missing) if is_joined(&find(app, upload.owner_id, upload.id).await?) => return Ok(()),
        Err(StoreError::Missing) => return Err(Problem::new(&codes::UPLOAD_UNKNOWN)),
        Err(error) => return Err(unavailable(error)),
    };
    let row =
        upload_part::ActiveModel { upload_id: Set(upload.id), number: Set(number), sha256: Set(sha256), tag: Set(tag) };
    let same = OnConflict::columns([upload_part::Column::UploadId, upload_part::Column::Number])
        .update_columns([upload_part::Column::Sha256, upload_part::Column::Tag])
        .to_owned();
    match upload_part::Entity::insert(row).on_conflict(same).exec_without_returning(&app.desk.db).await {
        Ok(_) => Ok(()),
        // Given up meanwhile.
        Err(error) if matches!(error.sql_err(), Some(SqlErr::ForeignKeyConstraintViolation(_))) => {
            Err(Problem::new(&codes::UPLOAD_UNKNOWN))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}
