//! What the framework refuses by itself, told as one of our problems.

use poem::error::{MethodNotAllowedError, NotFoundError, ParseMultipartError, ReadBodyError};
use poem::http::StatusCode;
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseMultipartError as FormError, ParseParamError, ParsePathError,
    ParseRequestPayloadError,
};

use super::codes::{self, Code};
use super::{Fault, Place, Problem};
use crate::http::middleware::Visit;
use crate::http::operations::Operation;

/// The problem a framework error is, of this request; one of ours comes back as it is.
///
/// A reason is repeated only where it speaks of nothing but what the caller sent.
pub fn from_framework(error: poem::Error, visit: &Visit) -> Problem {
    let error = match error.downcast::<Problem>() {
        Ok(problem) => return problem,
        Err(error) => error,
    };
    if let Some(known) = simple(&error) {
        return Problem::new(known);
    }
    if let Some(ParseParamError { name, reason }) = error.downcast_ref() {
        return parameter(name, reason, visit);
    }
    if let Some(ParsePathError { name, reason }) = error.downcast_ref() {
        return parameter(name, reason, visit);
    }
    if let Some(ParseRequestPayloadError { reason }) = error.downcast_ref() {
        return malformed(reason);
    }
    if let Some(FormError { reason }) = error.downcast_ref() {
        return malformed(reason);
    }
    if let Some(cut_off) = multipart(&error) {
        return cut_off;
    }
    by_status(&error)
}

fn simple(error: &poem::Error) -> Option<&'static Code> {
    if error.is::<NotFoundError>() {
        return Some(&codes::REQUEST_NO_SUCH_PATH);
    }
    if error.is::<MethodNotAllowedError>() {
        return Some(&codes::REQUEST_METHOD);
    }
    if error.is::<AuthorizationError>() {
        return Some(&codes::SESSION_MISSING);
    }
    if error.is::<ContentTypeError>() {
        return Some(&codes::REQUEST_MEDIA_TYPE);
    }
    match error.downcast_ref::<ReadBodyError>()? {
        ReadBodyError::PayloadTooLarge => Some(&codes::REQUEST_TOO_LARGE),
        ReadBodyError::Utf8(_) => Some(&codes::REQUEST_MALFORMED),
        ReadBodyError::Io(_) => Some(&codes::REQUEST_CUT_OFF),
        ReadBodyError::BodyHasBeenTaken => None,
    }
}

fn multipart(error: &poem::Error) -> Option<Problem> {
    match error.downcast_ref::<ParseMultipartError>()? {
        ParseMultipartError::InvalidContentType(_) | ParseMultipartError::ContentTypeRequired => {
            Some(Problem::new(&codes::REQUEST_MEDIA_TYPE))
        }
        ParseMultipartError::Utf8(_) => Some(malformed("a field is not UTF-8")),
        ParseMultipartError::Multipart(reason) => Some(malformed(&reason.to_string())),
        // Writing the upload to disk failed: ours to mend, not the caller's.
        ParseMultipartError::Io(_) => None,
    }
}

/// The framework counts the parameters of a path (`param0`); the caller knows them by the names in the document.
fn documented<'a>(name: &'a str, operation: Option<&'a Operation>) -> &'a str {
    let place = name.strip_prefix("param").and_then(|place| place.parse().ok());
    place.and_then(|place| operation?.path_parameter(place)).unwrap_or(name)
}

/// Every parameter that is not what the document says; the one the framework stumbled on where the document does not tell.
fn parameter(name: &str, reason: &str, visit: &Visit) -> Problem {
    let (faults, name) = (visit.parameter_faults(), documented(name, visit.operation()));
    if !faults.is_empty() {
        return Problem::new(&codes::REQUEST_PARAMETER).faults(faults);
    }
    Problem::new(&codes::REQUEST_PARAMETER).faults([Fault {
        place: Place::Parameter(name.to_owned()),
        code: codes::REQUEST_PARAMETER.code.to_owned(),
        detail: (format!("参数 {name} 不对：{reason}"), format!("{name}: {reason}")).into(),
    }])
}

fn malformed(reason: &str) -> Problem {
    Problem::malformed((format!("请求体不符合接口要求：{reason}"), reason.to_owned()))
}

/// The last resort: whatever it was, only its status is told. Errors of ours keep their cause for the log.
fn by_status(error: &poem::Error) -> Problem {
    let code = for_status(error.status());
    if code.status >= 500 { Problem::new(code).because(Hidden(error.to_string())) } else { Problem::new(code) }
}

/// The problem that says no more than this status does.
pub(crate) fn for_status(status: StatusCode) -> &'static Code {
    match status.as_u16() {
        401 => &codes::SESSION_MISSING,
        403 => &codes::SESSION_NOT_ALLOWED,
        404 => &codes::REQUEST_NO_SUCH_PATH,
        405 => &codes::REQUEST_METHOD,
        413 => &codes::REQUEST_TOO_LARGE,
        415 => &codes::REQUEST_MEDIA_TYPE,
        429 => &codes::REQUEST_RATE,
        400..=499 => &codes::REQUEST_MALFORMED,
        503 => &codes::SERVICE_UNAVAILABLE,
        _ => &codes::INTERNAL,
    }
}

/// The text of a framework error, for the log only.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Hidden(String);
