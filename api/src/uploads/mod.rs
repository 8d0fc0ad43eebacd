//! Large files on their way up in parts: begun, sent in any order, completed into a photo, or given up.
//!
//! The row says what was announced and what has come; the bytes lie in the store. Whatever is not finished when it expires
//! goes, bytes first: a row is the last that is forgotten. What a crash leaves between store and row has no row, and is
//! swept by age.

mod begin;
mod complete;
mod part;
mod sweep;

use chrono::TimeDelta;
use entity::{AccountId, UploadId, upload, upload_part};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use store::{PART_BYTES, StorageKey, StoreError};

use crate::app::App;
use crate::http::problem::{Problem, codes};

pub use begin::{Begun, begin};
pub use complete::{Completion, complete};
pub use part::{Piece, put};
pub(crate) use sweep::{forgotten, over};

/// How long an upload may take, from its beginning.
pub const LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Most uploads one account may have open.
pub const MAX_OPEN: i32 = 10;
/// Parts held in memory at once, all accounts together.
pub const PARTS_AT_ONCE: usize = 8;

/// An upload and the numbers of the parts that are there.
#[derive(Debug)]
pub struct Seen {
    /// The upload.
    pub upload: upload::Model,
    received: Vec<i32>,
}

/// One part of an upload: which bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// From 1.
    pub number: u32,
    /// Where it begins in the file.
    pub offset: u64,
    /// How many bytes it has.
    pub bytes: u64,
}

impl Seen {
    /// Every part of the file, and whether it is there.
    pub fn parts(&self) -> impl Iterator<Item = (Span, bool)> {
        let joined = is_joined(&self.upload);
        spans(size(&self.upload)).map(move |span| {
            let received = i32::try_from(span.number).is_ok_and(|number| self.received.contains(&number));
            (span, joined || received)
        })
    }
}

/// An upload of `owner` and what has come of it.
///
/// # Errors
/// `upload.unknown` when there is none, it has expired, or it is somebody else's.
pub async fn look(app: &App, owner: AccountId, id: UploadId) -> Result<Seen, Problem> {
    see(app, find(app, owner, id).await?).await
}

/// Gives an upload up: its bytes go, and its row.
///
/// # Errors
/// `upload.unknown`; `service.unavailable` when the bytes cannot be removed now.
pub async fn give_up(app: &App, owner: AccountId, id: UploadId) -> Result<(), Problem> {
    discard(app, &find(app, owner, id).await?).await
}

async fn find(app: &App, owner: AccountId, id: UploadId) -> Result<upload::Model, Problem> {
    upload::Entity::find_by_id(id)
        .filter(upload::Column::OwnerId.eq(owner))
        .filter(upload::Column::ExpiresAt.gt(app.desk.world.now()))
        .one(&app.desk.db)
        .await
        .map_err(Problem::internal)?
        .ok_or_else(|| Problem::new(&codes::UPLOAD_UNKNOWN))
}

async fn see(app: &App, upload: upload::Model) -> Result<Seen, Problem> {
    let received = upload_part::Entity::find()
        .select_only()
        .column(upload_part::Column::Number)
        .filter(upload_part::Column::UploadId.eq(upload.id))
        .order_by_asc(upload_part::Column::Number)
        .into_tuple()
        .all(&app.desk.db)
        .await
        .map_err(Problem::internal)?;
    Ok(Seen { upload, received })
}

/// Removes the bytes, wherever they are by now, and then the row with its parts.
async fn discard(app: &App, upload: &upload::Model) -> Result<(), Problem> {
    app.store.delete(&key(upload)).await.map_err(unavailable)?;
    if !is_joined(upload) {
        match app.store.drop_parts(&key(upload), &upload.begun).await {
            Err(error) if error.is_temporary() => return Err(unavailable(error)),
            // The row goes all the same: what is left without one is tried again by the sweeper.
            Err(error) => {
                tracing::error!(upload = %upload.id, error = &error as &dyn std::error::Error, "parts not dropped");
            }
            Ok(()) => {}
        }
    }
    upload::Entity::delete_by_id(upload.id).exec(&app.desk.db).await.map_err(Problem::internal)?;
    Ok(())
}

/// The parts of a file of this size.
fn spans(size: u64) -> impl Iterator<Item = Span> {
    (1..).map_while(move |number: u32| {
        let offset = u64::from(number - 1) * PART_BYTES;
        (offset < size).then(|| Span { number, offset, bytes: PART_BYTES.min(size - offset) })
    })
}

fn size(upload: &upload::Model) -> u64 {
    u64::try_from(upload.size_bytes).unwrap_or(0)
}

/// Whether no more parts are wanted.
fn is_joined(upload: &upload::Model) -> bool {
    upload.joined || upload.photo_id.is_some()
}

fn key(upload: &upload::Model) -> StorageKey {
    StorageKey::Upload { upload: upload.id.0 }
}

fn unavailable(error: StoreError) -> Problem {
    Problem::new(&codes::SERVICE_UNAVAILABLE).because(error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_cover_the_file_once(size in 1..300_000_000_u64) {
            let parts: Vec<_> = spans(size).collect();
            let mut next = 0;
            for (number, part) in (1..).zip(&parts) {
                prop_assert_eq!((part.number, part.offset), (number, next));
                prop_assert!(part.bytes == PART_BYTES || part.offset + part.bytes == size);
                prop_assert!(part.bytes > 0);
                next += part.bytes;
            }
            prop_assert_eq!(next, size);
        }
    }
}
