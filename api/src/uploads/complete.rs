//! From parts to a photo.

use std::time::Duration;

use bytes::Bytes;
use entity::{AccountId, PhotoId, UploadId, photo, upload, upload_part};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use sha2::{Digest as _, Sha256};
use store::{Part, StorageKey, StoreError};

use super::{Seen, discard, find, is_joined, key, see, size, unavailable};
use crate::app::App;
use crate::http::problem::{Fault, Place, Problem, codes};
use crate::receive::{self, Purpose, Received};

/// How often it is looked again whether another request has joined the parts, and after how long.
const LOOKS: usize = 20;
const PAUSE: Duration = Duration::from_millis(250);
/// How often the bytes are looked for: they move once, when another request makes the photo of them.
const FETCHES: usize = 2;

/// What an upload is to become.
#[derive(Debug)]
pub struct Completion {
    /// The item's code.
    pub item: String,
    /// The material's code.
    pub material: String,
    /// Keep it although it may be hard to read.
    pub keep_anyway: bool,
}

/// Makes a photo of an upload: joins its parts, once, checks them against what was announced, and goes on as
/// [`receive::receive`] does. May be repeated, also after the photo was advised against.
///
/// # Errors
/// `upload.unknown`; `upload.incomplete` with the missing parts; `upload.mismatch`, and then it is given up; otherwise as
/// [`receive::receive`].
pub async fn complete(app: &App, owner: AccountId, id: UploadId, wanted: &Completion) -> Result<Received, Problem> {
    let purpose = Purpose::of(app, owner, &wanted.item, &wanted.material, wanted.keep_anyway)?;
    let upload = join(app, find(app, owner, id).await?).await?;
    if upload.photo_id.is_some()
        && let Some(same) = receive::same(app, &purpose, &upload.sha256).await?
    {
        return Ok(Received::Same(same));
    }
    // Waiting for a place comes before reading: whoever waits holds no bytes.
    let place = app.darkroom.enter().await.map_err(|_| Problem::new(&codes::PHOTO_BUSY))?;
    let sheet = place.weigh(purpose.rule(), size(&upload), fetch(app, &upload)).await?;
    let received = receive::take_in(app, sheet, &purpose, upload.sha256.clone()).await?;
    let (Received::New(photo) | Received::Same(photo)) = &received;
    settle(app, &upload, photo.id).await?;
    Ok(received)
}

/// Joins the parts. Two may do this at once, and one may have died at it: what counts is that the object is there.
async fn join(app: &App, mut upload: upload::Model) -> Result<upload::Model, Problem> {
    let mut refused = None;
    for _ in 0..LOOKS {
        if is_joined(&upload) {
            return Ok(upload);
        }
        let parts = all_parts(app, &upload).await?;
        refused = match app.store.join_parts(&key(&upload), &upload.begun, &parts).await {
            Ok(()) => return mark_joined(app, upload).await,
            Err(error) if error.is_temporary() => return Err(unavailable(error)),
            Err(StoreError::Missing) => None,
            Err(error) => Some(error),
        };
        let head = app.store.head(&key(&upload)).await.map_err(unavailable)?;
        if head.is_some_and(|head| head.bytes == size(&upload)) {
            return mark_joined(app, upload).await;
        }
        tokio::time::sleep(PAUSE).await;
        upload = find(app, upload.owner_id, upload.id).await?;
    }
    match refused {
        Some(error) => Err(unavailable(error)),
        None => Err(not_as_announced(app, &upload).await),
    }
}

/// Every part, in order.
async fn all_parts(app: &App, upload: &upload::Model) -> Result<Vec<Part>, Problem> {
    let rows = upload_part::Entity::find()
        .filter(upload_part::Column::UploadId.eq(upload.id))
        .order_by_asc(upload_part::Column::Number)
        .all(&app.desk.db)
        .await
        .map_err(Problem::internal)?;
    let seen = see(app, upload.clone()).await?;
    let missing: Vec<_> = missing(&seen).collect();
    if missing.is_empty() {
        let part = |row: upload_part::Model| Part { number: row.number.unsigned_abs(), tag: row.tag };
        return Ok(rows.into_iter().map(part).collect());
    }
    Err(Problem::new(&codes::UPLOAD_INCOMPLETE).faults(missing))
}

fn missing(seen: &Seen) -> impl Iterator<Item = Fault> {
    seen.parts().filter(|(_, received)| !received).map(|(span, _)| Fault {
        place: Place::Body(format!("/parts/{}", span.number - 1)),
        code: codes::UPLOAD_INCOMPLETE.code.to_owned(),
        detail: (format!("第 {} 部分还没有传。", span.number), format!("Part {} is missing.", span.number)).into(),
    })
}

async fn mark_joined(app: &App, upload: upload::Model) -> Result<upload::Model, Problem> {
    let marked = upload::Entity::update_many()
        .set(upload::ActiveModel { joined: Set(true), ..Default::default() })
        .filter(upload::Column::Id.eq(upload.id))
        .exec(&app.desk.db)
        .await
        .map_err(Problem::internal)?;
    // Given up meanwhile: nobody is left to own the object.
    if marked.rows_affected == 0 {
        drop(app.store.delete(&key(&upload)).await);
        return Err(Problem::new(&codes::UPLOAD_UNKNOWN));
    }
    Ok(upload::Model { joined: true, ..upload })
}

/// The bytes, if they are what was announced: of the joined object, or of the photo it became.
async fn fetch(app: &App, upload: &upload::Model) -> Result<Bytes, Problem> {
    let mut upload = upload.clone();
    for _ in 0..FETCHES {
        let key = match upload.photo_id {
            Some(photo) => original(app, photo).await?,
            None => key(&upload),
        };
        match app.store.get(&key, size(&upload)).await {
            Ok(bytes) if is_as_announced(&upload, &bytes) => return Ok(bytes),
            Ok(_) | Err(StoreError::TooLarge { .. }) => break,
            Err(StoreError::Missing) => upload = find(app, upload.owner_id, upload.id).await?,
            Err(error) => return Err(unavailable(error)),
        }
    }
    Err(not_as_announced(app, &upload).await)
}

fn is_as_announced(upload: &upload::Model, bytes: &Bytes) -> bool {
    u64::try_from(bytes.len()).is_ok_and(|length| length == size(upload))
        && hex::encode(Sha256::digest(bytes)) == upload.sha256
}

async fn original(app: &App, id: PhotoId) -> Result<StorageKey, Problem> {
    let photo = photo::Entity::find_by_id(id).one(&app.desk.db).await.map_err(Problem::internal)?;
    photo
        .as_ref()
        .map(|photo| receive::key(photo, receive::Form::Original))
        .ok_or_else(|| Problem::new(&codes::UPLOAD_UNKNOWN))
}

/// Gives the upload up, so that the same file can be begun anew.
async fn not_as_announced(app: &App, upload: &upload::Model) -> Problem {
    match discard(app, upload).await {
        Ok(()) => Problem::new(&codes::UPLOAD_MISMATCH),
        Err(problem) => problem,
    }
}

/// Notes what it became, so that a repeated completion answers the same; the joined object is of no more use.
async fn settle(app: &App, upload: &upload::Model, photo: PhotoId) -> Result<(), Problem> {
    upload::Entity::update_many()
        .set(upload::ActiveModel { photo_id: Set(Some(photo)), slot: Set(None), ..Default::default() })
        .filter(upload::Column::Id.eq(upload.id))
        .exec(&app.desk.db)
        .await
        .map_err(Problem::internal)?;
    if let Err(error) = app.store.delete(&key(upload)).await {
        tracing::warn!(upload = %upload.id, error = &error as &dyn std::error::Error, "left to the sweeper");
    }
    Ok(())
}
