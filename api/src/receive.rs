//! From an upload to a photo: caller → bytes → engine → store → row.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;
use casework::item::MaterialSpec;
use entity::{AccountId, PhotoId, photo as row};
use photo::{Outcome, Output, Rule, Verdict};
use sea_orm::{ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, SqlErr};
use sha2::{Digest as _, Sha256};
use store::{Extension, StorageKey, StoreError};
use tokio::fs::File;
use tokio::io::AsyncSeekExt as _;

use crate::app::App;
use crate::darkroom::{Sheet, alone};
use crate::http::problem::{Code, Explain as _, Problem, codes};

/// Largest stored file read back into memory.
const MAX_OBJECT_BYTES: u64 = 256 * 1024 * 1024;

/// An upload whose sender is known. Its bytes lie in a file without a name: it is gone with the request.
#[derive(Debug)]
pub struct Request {
    /// Who sends it.
    pub owner: AccountId,
    /// The item's code.
    pub item: String,
    /// The material's code.
    pub material: String,
    /// Keep it although it may be hard to read.
    pub keep_anyway: bool,
    /// The bytes.
    pub file: File,
}

/// What came of an upload.
#[derive(Debug)]
pub enum Received {
    /// A new photo.
    New(row::Model),
    /// The same bytes came before.
    Same(row::Model),
}

/// Which of a photo's two files.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// What the province gets.
    Normalised,
    /// The file as it was sent.
    Original,
}

/// What a photo is for: enough to find it again.
pub(crate) struct Purpose<'a> {
    owner: AccountId,
    item: &'a str,
    material: &'a str,
    rule: Arc<Rule>,
    keep_anyway: bool,
}

impl<'a> Purpose<'a> {
    /// A photo of `owner` for a material of an item.
    ///
    /// # Errors
    /// `item.unknown` or `material.unknown`.
    pub(crate) fn of(
        app: &'a App,
        owner: AccountId,
        item: &'a str,
        material: &'a str,
        keep_anyway: bool,
    ) -> Result<Self, Problem> {
        let spec = spec(app, item, material)?;
        let rule = app
            .catalogue
            .rules
            .get(&spec.rule)
            .ok_or_else(|| Problem::internal("the catalogue names a rule that is not there"))?;
        Ok(Self { owner, item, material, rule, keep_anyway })
    }

    /// What the photo must be like.
    pub(crate) fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The same photo for a newer version of its rule.
    pub(crate) fn again(rule: &Arc<Rule>, photo: &'a row::Model) -> Self {
        let (owner, item, material) = (photo.owner_id, photo.item_code.as_str(), photo.material_code.as_str());
        Self { owner, item, material, rule: Arc::clone(rule), keep_anyway: photo.kept_anyway }
    }
}

/// Takes an upload in: makes it fit the material's rule, stores original and result, writes the row.
///
/// # Errors
/// A problem: unknown item or material; `photo.*` with the whole outcome when it will not do; `photo.busy` when too many
/// are worked at already.
pub async fn receive(app: &App, mut request: Request) -> Result<Received, Problem> {
    let purpose = Purpose::of(app, request.owner, &request.item, &request.material, request.keep_anyway)?;
    // Waiting for a place comes before reading: whoever waits holds no bytes.
    let place = app.darkroom.enter().await.map_err(|_| Problem::new(&codes::PHOTO_BUSY))?;
    let length = length(&mut request.file, app.config.photos.max_bytes).await?;
    let sheet = place.weigh(purpose.rule(), length, read(request.file, length)).await?;
    let sha256 = hex::encode(Sha256::digest(&sheet.file.bytes));
    take_in(app, sheet, &purpose, sha256).await
}

/// Takes in a file that is there, whichever way it came, whose hash is `sha256`.
///
/// # Errors
/// As [`receive`].
pub(crate) async fn take_in(
    app: &App,
    sheet: Sheet,
    purpose: &Purpose<'_>,
    sha256: String,
) -> Result<Received, Problem> {
    if let Some(same) = same(app, purpose, &sha256).await? {
        return Ok(Received::Same(same));
    }
    let (file, outcome) = sheet.develop(Rule::clone(&purpose.rule)).await?;
    let output = usable(&outcome, purpose.keep_anyway)?;
    keep(app, purpose, sha256, &file.bytes, &outcome, output).await
}

/// A photo of `owner`.
///
/// # Errors
/// `photo.unknown` when there is none, or it is somebody else's.
pub async fn find(app: &App, owner: AccountId, id: PhotoId) -> Result<row::Model, Problem> {
    row::Entity::find_by_id(id)
        .filter(row::Column::OwnerId.eq(owner))
        .one(&app.desk.db)
        .await
        .map_err(Problem::internal)?
        .ok_or_else(|| Problem::new(&codes::PHOTO_UNKNOWN))
}

/// The bytes of one of a photo's files, and its key.
///
/// # Errors
/// `photo.unknown`; `photo.lost` when the object is not there, which is an alarm.
pub async fn content(app: &App, owner: AccountId, id: PhotoId, form: Form) -> Result<(Bytes, StorageKey), Problem> {
    bytes(app, &find(app, owner, id).await?, form).await
}

/// The bytes of a photo somebody may see.
///
/// # Errors
/// When they are not there, or the store fails.
pub async fn bytes(app: &App, photo: &row::Model, form: Form) -> Result<(Bytes, StorageKey), Problem> {
    let key = key(photo, form);
    match app.store.get(&key, MAX_OBJECT_BYTES).await {
        Ok(bytes) => Ok((bytes, key)),
        Err(error @ (StoreError::Missing | StoreError::TooLarge { .. })) => {
            lost(app, photo.id);
            Err(Problem::new(&codes::PHOTO_LOST).because(error))
        }
        Err(error) => Err(Problem::new(&codes::SERVICE_UNAVAILABLE).because(error)),
    }
}

/// A row without its object is an alarm.
pub(crate) fn lost(app: &App, id: PhotoId) {
    tracing::error!(photo = %id, alarm = "object_missing", "a photo's row has no usable object");
    app.alarms.object_missing.inc();
}

/// Where one of a photo's files lies.
pub(crate) fn key(photo: &row::Model, form: Form) -> StorageKey {
    match form {
        Form::Normalised => portal::application::object(photo),
        Form::Original => StorageKey::PhotoOriginal { photo: photo.id.0, extension: extension(&photo.original_format) },
    }
}

fn spec<'a>(app: &'a App, item: &str, material: &str) -> Result<&'a MaterialSpec, Problem> {
    let entry = app.desk.catalogue.current(item).ok_or_else(|| Problem::new(&codes::ITEM_UNKNOWN))?;
    entry.item.material(material).ok_or_else(|| Problem::new(&codes::MATERIAL_UNKNOWN))
}

/// The length of the spooled file, which is at most `max_bytes`.
async fn length(file: &mut File, max_bytes: u64) -> Result<u64, Problem> {
    let length = file.seek(SeekFrom::End(0)).await.map_err(Problem::internal)?;
    if length > max_bytes { Err(Problem::new(&codes::PHOTO_TOO_LARGE)) } else { Ok(length) }
}

/// Reads the spooled file whole: in one go, where a file of the async runtime would copy every piece once more.
async fn read(file: File, length: u64) -> Result<Bytes, Problem> {
    let mut file = file.into_std().await;
    let work = move || {
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.rewind()?;
        file.take(length).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(Bytes::from(bytes))
    };
    alone(work).await?.map_err(Problem::internal)
}

/// The photo these bytes are already. One that was advised against and not kept was never stored.
pub(crate) async fn same(app: &App, purpose: &Purpose<'_>, sha256: &str) -> Result<Option<row::Model>, Problem> {
    row::Entity::find()
        .filter(row::Column::OwnerId.eq(purpose.owner))
        .filter(row::Column::OriginalSha256.eq(sha256))
        .filter(row::Column::ItemCode.eq(purpose.item))
        .filter(row::Column::MaterialCode.eq(purpose.material))
        .filter(row::Column::RuleVersion.eq(rule_version(&purpose.rule)))
        .one(&app.desk.db)
        .await
        .map_err(Problem::internal)
}

/// The finished file, when it will do or is to be kept anyway; otherwise the problem with the whole outcome.
fn usable(outcome: &Outcome, keep_anyway: bool) -> Result<&Output, Problem> {
    match (outcome.verdict, &outcome.output) {
        (Verdict::Ready, Some(output)) => Ok(output),
        (Verdict::Retake, Some(output)) if keep_anyway => Ok(output),
        _ => {
            let code = outcome.code.and_then(|code| Code::named(code.as_str())).unwrap_or(&codes::PHOTO_DAMAGED);
            let mut problem = Problem::new(code).outcome(serde_json::to_value(outcome).unwrap_or_default());
            if let Some(advice) = &outcome.advice {
                problem = problem.advice((advice.zh.clone(), advice.en.clone()));
            }
            Err(problem)
        }
    }
}

/// Stores both files, then writes the row: a row always has its objects; an object without a row is swept by age.
async fn keep(
    app: &App,
    purpose: &Purpose<'_>,
    sha256: String,
    original: &Bytes,
    outcome: &Outcome,
    output: &Output,
) -> Result<Received, Problem> {
    let id = PhotoId(app.desk.world.id().map_err(Problem::internal)?);
    let format = outcome.input.format.clone().unwrap_or_default();
    let result = Bytes::copy_from_slice(&output.data);
    let row = row::ActiveModel {
        id: Set(id),
        owner_id: Set(purpose.owner),
        item_code: Set(purpose.item.to_owned()),
        material_code: Set(purpose.material.to_owned()),
        rule_name: Set(purpose.rule.name.clone()),
        rule_version: Set(rule_version(&purpose.rule)),
        original_sha256: Set(sha256.clone()),
        original_bytes: Set(i64::try_from(original.len()).unwrap_or(i64::MAX)),
        sha256: Set(hex::encode(Sha256::digest(&result))),
        bytes: Set(i64::try_from(result.len()).unwrap_or(i64::MAX)),
        format: Set(output.format.to_string()),
        width: Set(i32::try_from(output.width).unwrap_or(i32::MAX)),
        height: Set(i32::try_from(output.height).unwrap_or(i32::MAX)),
        outcome: Set(serde_json::to_value(outcome).map_err(Problem::internal)?),
        kept_anyway: Set(purpose.keep_anyway && outcome.verdict == Verdict::Retake),
        created_at: Set(app.desk.world.now()),
        original_format: Set(format.clone()),
    };
    let original_key = StorageKey::PhotoOriginal { photo: id.0, extension: extension(&format) };
    let result_extension = Extension::parse(output.format.extension()).unwrap_or(Extension::Jpg);
    let result_key = StorageKey::PhotoResult { photo: id.0, extension: result_extension };
    let stored = async {
        app.store.put(&original_key, original.clone()).await?;
        app.store.put(&result_key, result).await
    };
    stored.await.map_err(|error: StoreError| Problem::new(&codes::SERVICE_UNAVAILABLE).because(error))?;
    match row.insert(&app.desk.db).await {
        Ok(photo) => Ok(Received::New(photo)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            // The same upload twice at once: the other one won, and ours goes.
            let same = same(app, purpose, &sha256).await?.ok_or_else(|| casework::Error::Busy.explain())?;
            drop(tokio::join!(app.store.delete(&original_key), app.store.delete(&result_key)));
            Ok(Received::Same(same))
        }
        Err(error) => Err(Problem::internal(error)),
    }
}

pub(crate) fn rule_version(rule: &Rule) -> i32 {
    i32::try_from(rule.version).unwrap_or(i32::MAX)
}

/// The file extension of a format as the engine names it.
fn extension(format: &str) -> Extension {
    match format {
        "png" => Extension::Png,
        "webp" => Extension::Webp,
        "gif" => Extension::Gif,
        "bmp" => Extension::Bmp,
        "tiff" => Extension::Tiff,
        "heic" => Extension::Heic,
        _ => Extension::Jpg,
    }
}
