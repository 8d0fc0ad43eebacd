#![doc = include_str!("../README.md")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};

pub mod config;
mod dropped;
pub mod error;
mod folder;
pub mod key;
mod s3;
pub mod secret;

pub use config::{Config, Limits, Mistake, S3Config};
pub use dropped::DropPath;
pub use error::StoreError;
pub use key::{Extension, StorageKey};
pub use secret::Secret;

/// Most objects one page of [`ObjectStore::list`] looks at: what S3 gives at once.
pub const MAX_PAGE: usize = 1000;
/// Size of every part but the last: the least S3 takes.
pub const PART_BYTES: u64 = 5 << 20;
/// Most parts of one object: the most S3 takes.
pub const MAX_PARTS: u32 = 10_000;
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

    /// Begins an object that will come in parts, and answers the store's own name for it: to be kept, and named in every
    /// call about the parts. Nothing is visible under the key yet.
    ///
    /// # Errors
    /// As [`ObjectStore::put`].
    async fn begin_parts(&self, key: &StorageKey) -> Result<String, StoreError>;

    /// Stores one part durably, in any order, instead of one of the same number. Answers the tag to join it by. All parts
    /// but the last have [`PART_BYTES`]; numbers are 1 to [`MAX_PARTS`].
    ///
    /// # Errors
    /// [`StoreError::Missing`] when these parts were never begun, were joined or were dropped; otherwise as
    /// [`ObjectStore::put`].
    async fn put_part(&self, key: &StorageKey, begun: &str, number: u32, bytes: Bytes) -> Result<String, StoreError>;

    /// Makes the object out of its parts, in the order given, which must be that of their numbers: whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when parts are not there as told, also because they were joined before: the object itself
    /// tells. Otherwise as [`ObjectStore::put`]; when only the reply was lost, the object is there.
    async fn join_parts(&self, key: &StorageKey, begun: &str, parts: &[Part]) -> Result<(), StoreError>;

    /// Removes parts that were not joined; succeeds when there are none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Refused`].
    async fn drop_parts(&self, key: &StorageKey, begun: &str) -> Result<(), StoreError>;

    /// Objects whose parts were begun before `older_than` and neither joined nor dropped: at most `limit`, at most
    /// [`MAX_PAGE`]. Empty when the server cannot tell.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Refused`].
    async fn unfinished(&self, older_than: DateTime<Utc>, limit: usize) -> Result<Vec<Unfinished>, StoreError>;

    /// Can this store be used now? Answers within seconds; for readiness.
    ///
    /// # Errors
    /// Why not.
    async fn check(&self) -> Result<(), StoreError>;
}

/// One part of an object that comes in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// What [`ObjectStore::put_part`] answered.
    pub tag: String,
}

/// Parts that wait for the rest, or were forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The object they are to become.
    pub key: StorageKey,
    /// What [`ObjectStore::begin_parts`] answered.
    pub begun: String,
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
    /// What their paths begin with: one of [`StorageKey::PREFIXES`] or [`DropPath::PREFIXES`], or
    /// more of a path; empty for all.
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
