#![doc = include_str!("../README.md")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};

pub mod config;
pub mod error;
mod folder;
pub mod key;
mod s3;
pub mod secret;

pub use config::{Config, Limits, Mistake, S3Config};
pub use error::StoreError;
pub use key::{Extension, StorageKey};
pub use secret::Secret;

/// Most objects one page of [`ObjectStore::list`] looks at: what S3 gives at once.
pub const MAX_PAGE: usize = 1000;
/// Longest life of a link; a longer one is shortened to this.
pub const MAX_LINK: Duration = Duration::from_mins(15);

/// A place for objects. All implementations keep the promises of this crate's front page.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Stores these bytes under the key, durably, replacing what was there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Refused`]; nothing new is visible then, unless only the reply was lost.
    async fn put(&self, key: &StorageKey, bytes: Bytes) -> Result<(), StoreError>;

    /// Stores a copy of this file, without holding it in memory. The file stays the caller's.
    ///
    /// # Errors
    /// As [`ObjectStore::put`]; [`StoreError::Unavailable`] also when the file cannot be read.
    async fn put_file(&self, key: &StorageKey, file: &Path) -> Result<(), StoreError>;

    /// The object's bytes.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::TooLarge`] above `max_bytes`; otherwise as [`ObjectStore::put`].
    async fn get(&self, key: &StorageKey, max_bytes: u64) -> Result<Bytes, StoreError>;

    /// What is known of the object without reading it; nothing when it is not there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Refused`].
    async fn head(&self, key: &StorageKey) -> Result<Option<Head>, StoreError>;

    /// Removes the object; succeeds when it is not there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Refused`].
    async fn delete(&self, key: &StorageKey) -> Result<(), StoreError>;

    /// One page of the objects that were last written before a given time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Refused`].
    async fn list(&self, query: &ListQuery<'_>) -> Result<Page, StoreError>;

    /// A link by which anyone may read the object from `now` for `expires_in` (at most [`MAX_LINK`]), whether or not the
    /// object exists. Nothing when this store has no links: the caller sends the bytes itself. The link is as
    /// confidential as the object.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it cannot be signed.
    async fn link(
        &self,
        key: &StorageKey,
        now: DateTime<Utc>,
        expires_in: Duration,
    ) -> Result<Option<String>, StoreError>;

    /// Removes at most `limit` files that interrupted writes left before `older_than`, and says how many it was.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Refused`].
    async fn clear_leftovers(&self, older_than: DateTime<Utc>, limit: usize) -> Result<usize, StoreError>;

    /// Can this store be used now? Answers within seconds; for readiness.
    ///
    /// # Errors
    /// Why not.
    async fn check(&self) -> Result<(), StoreError>;
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its size.
    pub bytes: u64,
    /// When it was last written, by the store's own clock.
    pub changed_at: DateTime<Utc>,
}

/// Which objects to list.
#[derive(Debug, Clone, Copy)]
pub struct ListQuery<'a> {
    /// What their paths begin with: one of [`StorageKey::PREFIXES`], or empty for all.
    pub prefix: &'a str,
    /// Only objects last written before this.
    pub older_than: DateTime<Utc>,
    /// [`Page::next`] of the page before, nothing for the first.
    pub after: Option<&'a str>,
    /// How many objects to look at, old enough or not; at most [`MAX_PAGE`].
    pub limit: usize,
}

/// One page of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Those old enough, by path. May be empty though more pages follow.
    pub objects: Vec<Object>,
    /// Where the next page begins; nothing when this is the last.
    pub next: Option<String>,
}

/// One object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its path.
    pub path: String,
    /// The key of that path; nothing when the object is not one of ours.
    pub key: Option<StorageKey>,
    /// Its size and age.
    pub head: Head,
}

/// Opens the store that is configured. Makes the folder when it is missing; does not call the S3 server: see
/// [`ObjectStore::check`].
///
/// # Errors
/// [`StoreError::Configuration`] with all mistakes, or why the folder cannot be used.
pub fn open(config: &Config) -> Result<Arc<dyn ObjectStore>, StoreError> {
    config.validate().map_err(StoreError::Configuration)?;
    Ok(match config {
        Config::Folder { path } => Arc::new(folder::FolderStore::open(path)?),
        Config::S3(settings) => Arc::new(s3::S3Store::open(settings)),
    })
}
