//! What can go wrong with a store, by what the caller should do about it.

use std::io;

use crate::config::Mistake;

/// Why a store did not do what it was asked. Holds no secret and no content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such object. Where a row names it, that is an alarm.
    #[error("the object is missing")]
    Missing,
    /// The object is larger than the caller wanted.
    #[error("the object is larger than {max_bytes} bytes")]
    TooLarge {
        /// The caller's limit.
        max_bytes: u64,
    },
    /// Down, slow, full or in trouble: the same call may succeed later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The store answered, and will answer so again: no right, no bucket, a request it does not know.
    #[error("the store refused: {0}")]
    Refused(String),
    /// The settings cannot be right.
    #[error("the store is not configured: {}", Mistake::join(.0))]
    Configuration(Vec<Mistake>),
}

impl StoreError {
    /// May the same call succeed later without anybody doing anything?
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::NotADirectory => {
                Self::Refused(error.to_string())
            }
            _ => Self::Unavailable(error.to_string()),
        }
    }
}
