//! Objects that come in parts, as multipart uploads.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::fault::{bucket_reply, reply};
use super::{S3Store, hash};
use crate::key::StorageKey;
use crate::{Part, StoreError, Unfinished};

/// What servers say when parts are not there as told.
const NOT_THERE: [&str; 4] = ["NoSuchUpload", "InvalidPart", "InvalidPartOrder", "EntityTooSmall"];
/// What servers say that cannot list what was begun.
const CANNOT_LIST: &str = "NotImplemented";

impl S3Store {
    pub(super) async fn create(&self, key: &StorageKey) -> Result<String, StoreError> {
        let request = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(key.path())
            .content_type(key.content_type())
            .cache_control(key.cache_control())
            .checksum_algorithm(ChecksumAlgorithm::Sha256);
        let answer = request.send().await.map_err(|error| bucket_reply(&error))?;
        answer.upload_id.ok_or_else(|| StoreError::Refused("the server does not name what was begun".to_owned()))
    }

    /// The tag is the part's SHA-256 and the server's own tag: both are asked for when the parts are joined.
    pub(super) async fn part(
        &self,
        key: &StorageKey,
        begun: &str,
        number: u32,
        bytes: Bytes,
    ) -> Result<String, StoreError> {
        let sha256 = hash(bytes.clone()).await?;
        let request = self
            .client
            .upload_part()
            .bucket(&self.bucket)
            .key(key.path())
            .upload_id(begun)
            .part_number(i32::try_from(number).unwrap_or(i32::MAX))
            .checksum_sha256(&sha256)
            .body(ByteStream::from(bytes));
        let answer = request.send().await.map_err(|error| part_reply(&error))?;
        let tag = answer.e_tag.ok_or_else(|| StoreError::Refused("the server does not tag a part".to_owned()))?;
        Ok(format!("{sha256} {tag}"))
    }

    pub(super) async fn complete(&self, key: &StorageKey, begun: &str, parts: &[Part]) -> Result<(), StoreError> {
        let parts = parts.iter().map(|part| {
            let (sha256, tag) = part.tag.split_once(' ').unwrap_or_default();
            let number = i32::try_from(part.number).unwrap_or(i32::MAX);
            CompletedPart::builder().part_number(number).e_tag(tag).checksum_sha256(sha256).build()
        });
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let request = self
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(key.path())
            .upload_id(begun)
            .multipart_upload(whole);
        request.send().await.map(|_| ()).map_err(|error| part_reply(&error))
    }

    pub(super) async fn abort(&self, key: &StorageKey, begun: &str) -> Result<(), StoreError> {
        let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(key.path()).upload_id(begun);
        match request.send().await.map_err(|error| part_reply(&error)) {
            Ok(_) | Err(StoreError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn begun(&self, older_than: DateTime<Utc>, limit: usize) -> Result<Vec<Unfinished>, StoreError> {
        let request = self
            .client
            .list_multipart_uploads()
            .bucket(&self.bucket)
            .max_uploads(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some(CANNOT_LIST) => return Ok(Vec::new()),
            Err(error) => return Err(bucket_reply(&error)),
        };
        let found = answer.uploads().iter().filter_map(|upload| {
            let begun_at = DateTime::from_timestamp(upload.initiated()?.secs(), 0)?;
            let key = StorageKey::parse(upload.key()?)?;
            (begun_at < older_than).then_some(Unfinished { key, begun: upload.upload_id()?.to_owned() })
        });
        Ok(found.take(limit).collect())
    }
}

/// The error of a call about parts.
fn part_reply<E>(error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let not_there = error.code().is_some_and(|code| NOT_THERE.contains(&code));
    if not_there { StoreError::Missing } else { reply(error) }
}
