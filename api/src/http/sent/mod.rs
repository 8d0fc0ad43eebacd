//! JSON that is sent to us: read as its type says, and refused with everything that is wrong with it at once.
//!
//! The framework names the first fault, and not where it is. So what it refuses is compared once more with the schema in the
//! document, which the caller can read as well.

mod parameters;
mod shape;

use std::ops::Deref;

use poem::{FromRequest as _, Request, RequestBody};
use poem_openapi::impl_apirequest_for_payload;
use poem_openapi::payload::{Json, ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, Type};
use serde_json::Value;

use super::problem::{Problem, codes};

pub(crate) use parameters::Parameters;

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Sent<T>(pub T);

impl<T> Deref for Sent<T> {
    type Target = T;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T: Type> Payload for Sent<T> {
    const CONTENT_TYPE: &'static str = Json::<T>::CONTENT_TYPE;

    fn check_content_type(content_type: &str) -> bool {
        Json::<T>::check_content_type(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ParseFromJSON> ParsePayload for Sent<T> {
    const IS_REQUIRED: bool = T::IS_REQUIRED;

    async fn from_request(request: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        let bytes = bytes::Bytes::from_request(request, body).await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?;
        match T::parse_from_json(Some(value)) {
            Ok(read) => Ok(Self(read)),
            Err(error) => Err(refused::<T>(&bytes, error.message()).into()),
        }
    }
}

impl_apirequest_for_payload!(Sent<T>, T: ParseFromJSON);

/// What is no JSON at all.
fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::malformed((format!("内容不是正确的 JSON：{error}"), format!("this is no JSON: {error}")))
}

/// What is JSON, and not what was asked for: every fault, or `otherwise` where the schema does not say what is wrong.
fn refused<T: Type>(bytes: &[u8], otherwise: &str) -> Problem {
    let mut registry = Registry::new();
    T::register(&mut registry);
    let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let faults = shape::faults(&value, &T::schema_ref(), &registry);
    if faults.is_empty() {
        return Problem::malformed((format!("内容不符合接口要求：{otherwise}"), otherwise.to_owned()));
    }
    Problem::new(&codes::REQUEST_MALFORMED).faults(faults)
}
