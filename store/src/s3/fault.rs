//! What an S3 server's answer, or its silence, means for the caller.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::StoreError;

pub(super) const TIMED_OUT: &str = "no answer in time";
/// How much of an error's causes is kept.
const MAX_CAUSES: usize = 6;
const MAX_TEXT_CHARS: usize = 300;

/// The error of a call. Says status and code of the server, or why there was no answer; never headers or bodies, where
/// signatures stand.
pub(super) fn reply<E>(error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            answered(answer.raw().status().as_u16(), answer.err().code().unwrap_or_default())
        }
        SdkError::ResponseError(answer) if answer.raw().status().is_success() => {
            StoreError::Unavailable("the answer broke off or cannot be read".to_owned())
        }
        SdkError::ResponseError(answer) => answered(answer.raw().status().as_u16(), ""),
        SdkError::TimeoutError(_) => StoreError::Unavailable(TIMED_OUT.to_owned()),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => StoreError::Unavailable(TIMED_OUT.to_owned()),
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(cause) => StoreError::Unavailable(causes(cause)),
            None => StoreError::Unavailable("the request could not be sent".to_owned()),
        },
        other => refused(other),
    }
}

/// The error of a call that asks for no object: what is missing then is the bucket.
pub(super) fn bucket_reply<E>(error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match reply(error) {
        StoreError::Missing => StoreError::Refused("there is no such bucket".to_owned()),
        other => other,
    }
}

/// A request that could not even be built.
pub(super) fn refused(error: &(dyn Error + 'static)) -> StoreError {
    StoreError::Refused(causes(error))
}

fn answered(status: u16, code: &str) -> StoreError {
    let code: String = code.chars().take(MAX_TEXT_CHARS).collect();
    match status {
        404 if code != "NoSuchBucket" => StoreError::Missing,
        408 | 425 | 429 | 500..=599 => StoreError::Unavailable(format!("status {status} {code}").trim_end().to_owned()),
        _ => StoreError::Refused(format!("status {status} {code}").trim_end().to_owned()),
    }
}

fn causes(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    let texts: Vec<String> = chain.take(MAX_CAUSES).map(ToString::to_string).collect();
    texts.join(": ").chars().take(MAX_TEXT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_answers() {
        assert_eq!(answered(404, "NoSuchKey"), StoreError::Missing);
        assert_eq!(answered(404, ""), StoreError::Missing);
        assert_eq!(answered(404, "NoSuchBucket"), StoreError::Refused("status 404 NoSuchBucket".to_owned()));
        assert_eq!(answered(403, "AccessDenied"), StoreError::Refused("status 403 AccessDenied".to_owned()));
        assert_eq!(answered(400, "BadDigest"), StoreError::Refused("status 400 BadDigest".to_owned()));
        assert_eq!(answered(503, "SlowDown"), StoreError::Unavailable("status 503 SlowDown".to_owned()));
        assert_eq!(answered(500, ""), StoreError::Unavailable("status 500".to_owned()));
    }
}
