//! Objects in a bucket of an S3-compatible server.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::base64;
use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::config::{Limits, S3Config};
use crate::key::StorageKey;
use crate::{Head, ListQuery, MAX_LINK, MAX_PAGE, Object, ObjectStore, Page, Part, StoreError, Unfinished};

mod client;
mod fault;
mod parts;

use fault::{TIMED_OUT, bucket_reply, refused, reply};

/// How much of a file is read at once to hash it.
const HASH_CHUNK_BYTES: usize = 64 * 1024;

/// The S3 store.
pub(crate) struct S3Store {
    client: Client,
    bucket: String,
    limits: Limits,
}

impl S3Store {
    pub(crate) fn open(settings: &S3Config) -> Self {
        Self { client: client::build(settings), bucket: settings.bucket.clone(), limits: settings.limits }
    }

    /// Sends one object. Its SHA-256 goes in a plain header, never in a trailer: many servers refuse trailers, and
    /// those that do not know the header pass it over.
    async fn send(&self, key: &StorageKey, sha256: String, body: ByteStream) -> Result<(), StoreError> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key.path())
            .content_type(key.content_type())
            .cache_control(key.cache_control())
            .checksum_sha256(sha256)
            .body(body)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| bucket_reply(&error))
    }

    async fn receive(&self, key: &StorageKey, max_bytes: u64) -> Result<Bytes, StoreError> {
        let request = self.client.get_object().bucket(&self.bucket).key(key.path());
        let answer = request.send().await.map_err(|error| reply(&error))?;
        let announced = answer.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
        if announced > max_bytes {
            return Err(StoreError::TooLarge { max_bytes });
        }
        let mut bytes = BytesMut::with_capacity(usize::try_from(announced).unwrap_or_default());
        let mut body = answer.body;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| StoreError::Unavailable(format!("reading the object: {error}")))?;
            if u64::try_from(bytes.len() + chunk.len()).is_ok_and(|read| read > max_bytes) {
                return Err(StoreError::TooLarge { max_bytes });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}

#[async_trait]
impl ObjectStore for S3Store {
    async fn put(&self, key: &StorageKey, bytes: Bytes) -> Result<(), StoreError> {
        let sha256 = hash(bytes.clone()).await?;
        self.send(key, sha256, ByteStream::from(bytes)).await
    }

    async fn put_file(&self, key: &StorageKey, file: &Path) -> Result<(), StoreError> {
        let unreadable = |error: &dyn std::error::Error| StoreError::Unavailable(format!("reading the file: {error}"));
        let path = file.to_owned();
        let sha256 = blocking(move || hash_file(&path).map_err(|error| unreadable(&error))).await?;
        let body = ByteStream::from_path(file).await.map_err(|error| unreadable(&error))?;
        self.send(key, sha256, body).await
    }

    async fn get(&self, key: &StorageKey, max_bytes: u64) -> Result<Bytes, StoreError> {
        // The client's own time-outs end with the reply's head; its body is part of the operation too.
        within(self.limits.operation, self.receive(key, max_bytes)).await
    }

    async fn head(&self, key: &StorageKey) -> Result<Option<Head>, StoreError> {
        let request = self.client.head_object().bucket(&self.bucket).key(key.path());
        match request.send().await.map_err(|error| reply(&error)) {
            Ok(answer) => Ok(Some(head(answer.content_length(), answer.last_modified())?)),
            Err(StoreError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, key: &StorageKey) -> Result<(), StoreError> {
        let request = self.client.delete_object().bucket(&self.bucket).key(key.path());
        match request.send().await.map_err(|error| reply(&error)) {
            // Some servers say so, though S3 itself does not.
            Ok(_) | Err(StoreError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn list(&self, query: &ListQuery<'_>) -> Result<Page, StoreError> {
        let limit = query.limit.clamp(1, MAX_PAGE);
        let answer = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(query.prefix)
            .max_keys(i32::try_from(limit).unwrap_or(i32::MAX))
            // A path, not the server's token: it stays good when the object is deleted, and for as long as one likes.
            .set_start_after(query.after.map(ToOwned::to_owned))
            .send()
            .await
            .map_err(|error| bucket_reply(&error))?;
        let more = answer.is_truncated().unwrap_or_default();
        let next = answer.contents().last().and_then(|object| object.key()).filter(|_| more).map(ToOwned::to_owned);
        let mut objects = Vec::new();
        for object in answer.contents() {
            let Some(path) = object.key().map(ToOwned::to_owned) else { continue };
            let head = head(object.size(), object.last_modified())?;
            if head.changed_at < query.older_than {
                objects.push(Object { key: StorageKey::parse(&path), path, head });
            }
        }
        Ok(Page { objects, next })
    }

    async fn link(
        &self,
        key: &StorageKey,
        now: DateTime<Utc>,
        expires_in: Duration,
    ) -> Result<Option<String>, StoreError> {
        let terms = PresigningConfig::builder()
            .start_time(now.into())
            .expires_in(expires_in.min(MAX_LINK))
            .build()
            .map_err(|error| refused(&error))?;
        let request = self.client.get_object().bucket(&self.bucket).key(key.path());
        let signed = request.presigned(terms).await.map_err(|error| reply(&error))?;
        Ok(Some(signed.uri().to_owned()))
    }

    /// An object that was not sent whole does not exist on the server; parts that wait are told by `unfinished`.
    async fn clear_leftovers(&self, _: DateTime<Utc>, _: usize) -> Result<usize, StoreError> {
        Ok(0)
    }

    async fn begin_parts(&self, key: &StorageKey) -> Result<String, StoreError> {
        self.create(key).await
    }

    async fn put_part(&self, key: &StorageKey, begun: &str, number: u32, bytes: Bytes) -> Result<String, StoreError> {
        self.part(key, begun, number, bytes).await
    }

    async fn join_parts(&self, key: &StorageKey, begun: &str, parts: &[Part]) -> Result<(), StoreError> {
        self.complete(key, begun, parts).await
    }

    async fn drop_parts(&self, key: &StorageKey, begun: &str) -> Result<(), StoreError> {
        self.abort(key, begun).await
    }

    async fn unfinished(&self, older_than: DateTime<Utc>, limit: usize) -> Result<Vec<Unfinished>, StoreError> {
        self.begun(older_than, limit.min(MAX_PAGE)).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        let asked = self.client.head_bucket().bucket(&self.bucket).send();
        within(self.limits.check, Box::pin(async { asked.await.map(|_| ()).map_err(|error| bucket_reply(&error)) }))
            .await
    }
}

fn head(bytes: Option<i64>, changed_at: Option<&aws_smithy_types::DateTime>) -> Result<Head, StoreError> {
    let bytes = bytes.and_then(|bytes| u64::try_from(bytes).ok());
    let changed_at = changed_at.and_then(|instant| DateTime::from_timestamp(instant.secs(), instant.subsec_nanos()));
    match (bytes, changed_at) {
        (Some(bytes), Some(changed_at)) => Ok(Head { bytes, changed_at }),
        _ => Err(StoreError::Refused("the server does not say an object's size and age".to_owned())),
    }
}

/// The SHA-256 as the header wants it.
async fn hash(bytes: Bytes) -> Result<String, StoreError> {
    blocking(move || Ok(base64::encode(Sha256::digest(&bytes)))).await
}

fn hash_file(path: &Path) -> std::io::Result<String> {
    let mut file = std::io::BufReader::with_capacity(HASH_CHUNK_BYTES, std::fs::File::open(path)?);
    let mut hasher = Sha256::new();
    loop {
        let chunk = std::io::BufRead::fill_buf(&mut file)?;
        let read = chunk.len();
        if read == 0 {
            return Ok(base64::encode(hasher.finalize()));
        }
        hasher.update(chunk);
        std::io::BufRead::consume(&mut file, read);
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::Unavailable("the hashing was broken off".to_owned()))?
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, StoreError>> + Send) -> Result<T, StoreError> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(StoreError::Unavailable(TIMED_OUT.to_owned())))
}
