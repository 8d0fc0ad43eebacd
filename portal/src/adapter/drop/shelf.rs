//! The folder or bucket, by paths both sides agreed on.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use store::{DropPath, ListQuery, MAX_PAGE, Object, ObjectStore, StorageKey, StoreError};

/// The most bytes of a message, a manifest, an acknowledgement or a report.
pub(super) const MAX_TEXT: u64 = 4 * 1024 * 1024;

/// The folder or bucket.
#[derive(Clone)]
pub(super) struct Shelf(pub(super) Arc<dyn ObjectStore>);

fn key(path: &str) -> Result<StorageKey, StoreError> {
    let wrong = || StoreError::Refused("this is no name for a file of the exchange".to_owned());
    DropPath::new(path).map(StorageKey::Dropped).ok_or_else(wrong)
}

impl Shelf {
    pub(super) async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.0.put(&key(path)?, bytes).await
    }

    /// A text; none when it is not there.
    pub(super) async fn text(&self, path: &str) -> Result<Option<Bytes>, StoreError> {
        match self.0.get(&key(path)?, MAX_TEXT).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StoreError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many bytes lie there; none when there is nothing.
    pub(super) async fn size(&self, path: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.0.head(&key(path)?).await?.map(|head| head.bytes))
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), StoreError> {
        self.0.delete(&key(path)?).await
    }

    /// What lies below `prefix`, in the order of the paths, after `after`; and where to go on.
    pub(super) async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<(Vec<Object>, Option<String>), StoreError> {
        let query = ListQuery { prefix, older_than: DateTime::<Utc>::MAX_UTC, after, limit: MAX_PAGE };
        let page = self.0.list(&query).await?;
        Ok((page.objects, page.next))
    }
}
