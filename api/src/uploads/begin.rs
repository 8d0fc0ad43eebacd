//! Beginning an upload, or finding it again.

use entity::{AccountId, UploadId, upload};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use sea_orm::{QuerySelect as _, SqlErr};
use store::StorageKey;

use super::{LIFETIME, MAX_OPEN, Seen, discard, see, unavailable};
use crate::app::App;
use crate::http::problem::{Explain as _, Problem, codes};

/// An upload that may be sent now.
#[derive(Debug)]
pub enum Begun {
    /// It is new.
    New(Seen),
    /// The same file was begun before: parts of it may be there.
    Resumed(Seen),
}

/// Begins the upload of a file of `size` bytes whose hex SHA-256 is `sha256`, in lower case. The same file again is the
/// same upload.
///
/// # Errors
/// `photo.empty`, `photo.too_large`; `upload.too_many` when the owner has [`MAX_OPEN`] others open.
pub async fn begin(app: &App, owner: AccountId, size: u64, sha256: String) -> Result<Begun, Problem> {
    if size == 0 {
        return Err(Problem::new(&codes::PHOTO_EMPTY));
    }
    let Some(size_bytes) = i64::try_from(size).ok().filter(|_| size <= app.config.photos.max_bytes) else {
        return Err(Problem::new(&codes::PHOTO_TOO_LARGE));
    };
    if let Some(known) = known(app, owner, size_bytes, &sha256).await? {
        return Ok(Begun::Resumed(see(app, known).await?));
    }
    match start(app, owner, size_bytes, &sha256).await {
        // It may be the same file that took the last place just now.
        Err(full) if full.code().code == codes::UPLOAD_TOO_MANY.code => {
            match known(app, owner, size_bytes, &sha256).await? {
                Some(known) => Ok(Begun::Resumed(see(app, known).await?)),
                None => Err(full),
            }
        }
        other => other,
    }
}

async fn start(app: &App, owner: AccountId, size_bytes: i64, sha256: &str) -> Result<Begun, Problem> {
    free_slot(app, owner).await?;
    let id = UploadId(app.desk.world.id().map_err(Problem::internal)?);
    let key = StorageKey::Upload { upload: id.0 };
    let begun = app.store.begin_parts(&key).await.map_err(unavailable)?;
    let now = app.desk.world.now();
    let row = upload::ActiveModel {
        id: Set(id),
        owner_id: Set(owner),
        sha256: Set(sha256.to_owned()),
        size_bytes: Set(size_bytes),
        slot: Set(None),
        begun: Set(begun.clone()),
        joined: Set(false),
        photo_id: Set(None),
        created_at: Set(now),
        expires_at: Set(now + LIFETIME),
    };
    let inserted = insert(app, owner, size_bytes, sha256, row).await;
    if !matches!(inserted, Ok(Begun::New(_))) {
        // What was begun in vain; should it stay, it is swept, for it has no row.
        drop(app.store.drop_parts(&key, &begun).await);
    }
    inserted
}

/// Takes a place of the owner's. Who meets another request at the same place tries the next, as often as there are places.
async fn insert(
    app: &App,
    owner: AccountId,
    size_bytes: i64,
    sha256: &str,
    mut row: upload::ActiveModel,
) -> Result<Begun, Problem> {
    for _ in 0..=MAX_OPEN {
        row.slot = Set(Some(free_slot(app, owner).await?));
        match row.clone().insert(&app.desk.db).await {
            Ok(upload) => return Ok(Begun::New(Seen { upload, received: Vec::new() })),
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {}
            Err(error) => return Err(Problem::internal(error)),
        }
        if let Some(known) = known(app, owner, size_bytes, sha256).await? {
            return Ok(Begun::Resumed(see(app, known).await?));
        }
    }
    Err(casework::Error::Busy.explain())
}

/// The upload this is already; one that has expired is forgotten here and now.
async fn known(app: &App, owner: AccountId, size_bytes: i64, sha256: &str) -> Result<Option<upload::Model>, Problem> {
    let found = upload::Entity::find()
        .filter(upload::Column::OwnerId.eq(owner))
        .filter(upload::Column::Sha256.eq(sha256))
        .filter(upload::Column::SizeBytes.eq(size_bytes))
        .one(&app.desk.db)
        .await
        .map_err(Problem::internal)?;
    match found {
        Some(upload) if upload.expires_at <= app.desk.world.now() => {
            discard(app, &upload).await?;
            Ok(None)
        }
        other => Ok(other),
    }
}

/// A place no open upload of the owner has. One that has expired and waits for the sweeper gives its place up.
async fn free_slot(app: &App, owner: AccountId) -> Result<i32, Problem> {
    let open: Vec<upload::Model> = upload::Entity::find()
        .filter(upload::Column::OwnerId.eq(owner))
        .filter(upload::Column::Slot.is_not_null())
        .limit(u64::from(MAX_OPEN.unsigned_abs()))
        .all(&app.desk.db)
        .await
        .map_err(Problem::internal)?;
    let taken = |slot: &i32| open.iter().any(|upload| upload.slot == Some(*slot));
    if let Some(free) = (0..MAX_OPEN).find(|slot| !taken(slot)) {
        return Ok(free);
    }
    let now = app.desk.world.now();
    match open.iter().find(|upload| upload.expires_at <= now) {
        Some(over) => {
            discard(app, over).await?;
            over.slot.ok_or_else(|| Problem::new(&codes::UPLOAD_TOO_MANY))
        }
        None => Err(Problem::new(&codes::UPLOAD_TOO_MANY)),
    }
}
