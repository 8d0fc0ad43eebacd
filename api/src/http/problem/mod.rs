//! Every error this server answers with, in one shape (RFC 9457) and two languages.
//!
//! An act returns its own error; [`Explain`] says which [`Code`] of the one table it is; [`Failure`] carries it out of
//! a handler and into the OpenAPI document; the outermost middleware renders it in the caller's language. What the
//! framework refuses by itself takes the same way (`framework`), so nothing leaves as plain text, and nothing of an
//! internal error but its code leaves at all.

mod code;
pub mod codes;
mod failure;
pub mod faults;
mod framework;
mod page;
mod render;
mod words;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::{IntoResponse as _, Response};
use poem_openapi::Object;

pub use code::Reader;
pub use codes::Code;
pub use failure::{Fails, Failure, Reply};
pub(crate) use framework::for_status;
pub use framework::from_framework;
pub use page::{fault_page, page, reasons};
pub use render::{Rendering, render};
pub use words::{Language, Words};

use crate::http::free::Free;

/// How an error of ours is told to the caller.
pub trait Explain {
    /// The problem it is.
    fn explain(self) -> Problem;
}

/// A problem before it is put into a language: what a handler fails with. As small as a pointer, for it is in the way
/// of every good answer.
pub struct Problem(Box<Parts>);

struct Parts {
    code: &'static Code,
    detail: Option<Words>,
    advice: Option<Words>,
    faults: Vec<Fault>,
    outcome: Option<serde_json::Value>,
    retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// One fault of what was sent; all of them are reported at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// What kind of fault it is: stable, dotted.
    pub code: String,
    /// What is wrong and what to do, in plain words.
    pub detail: Words,
}

/// Where in the request a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the body: a JSON pointer (RFC 6901).
    Body(String),
    /// In a parameter of the path, the query or the headers: its name.
    Parameter(String),
}

impl Problem {
    /// A problem of this kind.
    pub fn new(code: &'static Code) -> Self {
        Self(Box::new(Parts {
            code,
            detail: None,
            advice: None,
            faults: Vec::new(),
            outcome: None,
            retry_after: None,
            source: None,
        }))
    }

    /// A body nothing more can be said of than `detail`.
    pub(crate) fn malformed(detail: impl Into<Words>) -> Self {
        let (place, code) = (Place::Body(String::new()), codes::REQUEST_MALFORMED.code.to_owned());
        Self::new(&codes::REQUEST_MALFORMED).faults([Fault { place, code, detail: detail.into() }])
    }

    /// Something on our side went wrong; `source` is logged once and never shown.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(&codes::INTERNAL).because(source)
    }

    /// Says what happened this time.
    #[must_use]
    pub fn detail(mut self, words: impl Into<Words>) -> Self {
        self.0.detail = Some(words.into());
        self
    }

    /// Says what to do this time, instead of what the table says.
    #[must_use]
    pub fn advice(mut self, words: impl Into<Words>) -> Self {
        self.0.advice = Some(words.into());
        self
    }

    /// Lists what is wrong with the request.
    #[must_use]
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.0.faults.extend(faults);
        self
    }

    /// Adds the outcome of a photo that will not do.
    #[must_use]
    pub fn outcome(mut self, outcome: serde_json::Value) -> Self {
        self.0.outcome = Some(outcome);
        self
    }

    /// Says when to try again, instead of what the table says.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Keeps the error behind it for the log. It is never shown.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What is to be done.
    pub fn says(&self, reader: Reader) -> &Words {
        self.0.advice.as_ref().unwrap_or_else(|| self.0.code.advice(reader))
    }

    /// What kind of problem it is.
    pub fn code(&self) -> &'static Code {
        self.0.code
    }
}

impl From<&'static Code> for Problem {
    fn from(code: &'static Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem").field("code", &self.0.code.code).finish_non_exhaustive()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.code)
    }
}

impl StdError for Problem {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

/// Only for the case that nothing renders it: then the status and the code go out, and no words.
impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.0.code.status()
    }

    fn as_response(&self) -> Response {
        self.0.code.code.with_status(self.status()).into_response()
    }
}

/// What went wrong (RFC 9457, `application/problem+json`).
///
/// `code` is what a program should look at: it never changes. `title`, `detail` and `advice` are for people, in the
/// language `Accept-Language` asks for: Chinese unless English is preferred.
#[derive(Debug, Object)]
#[oai(rename = "Problem")]
pub struct ProblemBody {
    /// Where this kind of problem is described.
    #[oai(rename = "type")]
    pub kind: String,
    /// What kind of problem it is, in a few words.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What happened this time.
    #[oai(skip_serializing_if_is_none)]
    pub detail: Option<String>,
    /// What kind of problem it is: stable, dotted, such as `photo.blurred`.
    pub code: String,
    /// What to do now.
    pub advice: String,
    /// Everything that is wrong with the request, all at once; empty where there is nothing to list.
    pub errors: Vec<FaultBody>,
    /// Only for a photo that will not do: what was found and what was tried.
    #[oai(skip_serializing_if_is_none)]
    pub outcome: Option<Free>,
    /// The id to quote when asking for help; also in the `X-Request-Id` header.
    pub request_id: String,
}

/// One thing that is wrong with the request.
#[derive(Debug, Object)]
#[oai(rename = "ProblemError", skip_serializing_if_is_none)]
pub struct FaultBody {
    /// Where it is in the body: a JSON pointer (RFC 6901); empty for the whole body.
    pub pointer: Option<String>,
    /// The name of the parameter it is in, when it is not in the body.
    pub parameter: Option<String>,
    /// What kind of fault it is: stable, dotted; `/docs/faults` says what each means.
    pub code: String,
    /// What is wrong and what to do, in plain words.
    pub detail: String,
}

#[cfg(test)]
mod tests;
