//! An answer that was put into words once and is sent many times.

use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use poem::http::header::CONTENT_TYPE;
use poem::{IntoResponse, Response};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ToJSON, Type};
use sha2::{Digest as _, Sha256};

/// The words of a [`Json<T>`]. The document says the same of both.
pub struct Ready<T> {
    words: Bytes,
    etag: Arc<str>,
    of: PhantomData<fn() -> T>,
}

impl<T: ToJSON> Ready<T> {
    /// Puts it into words.
    pub fn new(value: &T) -> Self {
        let words = value.to_json_string();
        let digest = hex::encode(Sha256::digest(&words));
        let etag = format!("\"{}\"", digest.get(..32).unwrap_or(&digest));
        Self { words: words.into(), etag: etag.into(), of: PhantomData }
    }

    /// The same where the value has an `ETag` of its own.
    pub fn tagged(value: &T, etag: String) -> Self {
        Self { words: value.to_json_string().into(), etag: etag.into(), of: PhantomData }
    }
}

impl<T> Ready<T> {
    /// The words.
    pub fn words(&self) -> &Bytes {
        &self.words
    }

    /// What tells these words from any others; quoted, as the `ETag` header wants it.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// Whether `If-None-Match` names these words.
    pub(crate) fn is_known(&self, header: Option<&str>) -> bool {
        names(header, &self.etag)
    }
}

/// Whether `If-None-Match` names this `ETag`.
pub(crate) fn names(header: Option<&str>, etag: &str) -> bool {
    header.is_some_and(|known| {
        known.split(',').any(|one| one.trim().trim_start_matches("W/") == etag || one.trim() == "*")
    })
}

impl<T> Clone for Ready<T> {
    fn clone(&self) -> Self {
        Self { words: self.words.clone(), etag: Arc::clone(&self.etag), of: PhantomData }
    }
}

impl<T> std::fmt::Debug for Ready<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ready({} bytes)", self.words.len())
    }
}

impl<T: Type> Payload for Ready<T> {
    const CONTENT_TYPE: &'static str = Json::<T>::CONTENT_TYPE;

    fn schema_ref() -> MetaSchemaRef {
        Json::<T>::schema_ref()
    }

    fn register(registry: &mut Registry) {
        Json::<T>::register(registry);
    }
}

impl<T: Type> IntoResponse for Ready<T> {
    fn into_response(self) -> Response {
        Response::builder().header(CONTENT_TYPE, Self::CONTENT_TYPE).body(self.words)
    }
}
