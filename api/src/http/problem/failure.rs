//! How a handler fails: with one type that carries the problem out and lists in the OpenAPI document what can happen.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use poem_openapi::ApiResponse;
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};
use poem_openapi::types::{ToJSON as _, Type as _};

use super::codes::{self, Code};
use super::{Explain, Language, Problem, ProblemBody, Reader, Rendering};

/// What one operation can fail with, beside what every operation can.
pub trait Fails: Send + Sync + 'static {
    /// Whether the operation asks who is calling; then the problems of sessions are added.
    const SIGNED_IN: bool;
    /// Whether the operation asks which machine is calling; then the problems of signatures and scopes are added.
    const SIGNED: bool;
    /// Whether the operation reads a body; then the problems of bodies are added.
    const BODY: bool;
    /// The problems of this operation.
    const CODES: &'static [&'static Code];
}

/// What a handler answers: something good, or one of the problems `F` lists.
pub type Reply<T, F> = Result<T, Failure<F>>;

/// A problem on its way out of a handler. `?` makes it from anything that can [`Explain`] itself.
#[derive(Debug)]
pub struct Failure<F>(Problem, PhantomData<F>);

impl<F, E: Explain> From<E> for Failure<F> {
    fn from(error: E) -> Self {
        Self(error.explain(), PhantomData)
    }
}

impl<F> From<Failure<F>> for poem::Error {
    fn from(failure: Failure<F>) -> Self {
        failure.0.into()
    }
}

impl Explain for Problem {
    fn explain(self) -> Problem {
        self
    }
}

impl Explain for &'static Code {
    fn explain(self) -> Problem {
        Problem::new(self)
    }
}

/// Declares what operations can fail with, as empty types for the second place of [`Reply`]. The word before the name
/// says whether the operation asks who is calling and whether it reads a body.
///
/// ```ignore
/// fails! {
///     /// Reading one item.
///     pub open GetItem: ITEM_UNKNOWN;
///     /// What a machine reads, signed.
///     pub signed ListDestinations: ;
///     /// Changing a draft.
///     pub signed_in_body ChangeCase: CASE_UNKNOWN, CASE_STATE, FORM_INVALID;
/// }
/// ```
#[macro_export]
macro_rules! fails {
    ($( $(#[$doc:meta])+ $vis:vis $how:ident $name:ident: $($code:ident),*; )+) => { $(
        $(#[$doc])+
        #[derive(Debug)]
        $vis enum $name {}

        impl $crate::http::problem::Fails for $name {
            const SIGNED_IN: bool = $crate::fails!(@signed_in $how);
            const SIGNED: bool = $crate::fails!(@signed $how);
            const BODY: bool = $crate::fails!(@body $how);
            const CODES: &'static [&'static $crate::http::problem::Code] =
                &[$(&$crate::http::problem::codes::$code),*];
        }
    )+ };
    (@signed_in signed_in) => { true };
    (@signed_in signed_in_body) => { true };
    (@signed_in $other:ident) => { false };
    (@signed signed) => { true };
    (@signed signed_body) => { true };
    (@signed $other:ident) => { false };
    (@body open_body) => { true };
    (@body signed_in_body) => { true };
    (@body signed_body) => { true };
    (@body $other:ident) => { false };
}

const ALWAYS: [&Code; 4] =
    [&codes::REQUEST_PARAMETER, &codes::INTERNAL, &codes::SERVICE_UNAVAILABLE, &codes::SERVICE_TIMEOUT];
const BODY: [&Code; 4] =
    [&codes::REQUEST_MALFORMED, &codes::REQUEST_CUT_OFF, &codes::REQUEST_TOO_LARGE, &codes::REQUEST_MEDIA_TYPE];
/// Nothing of ours counts calls; a gateway before the phones may.
const UNSIGNED: [&Code; 1] = [&codes::REQUEST_RATE];
const SIGNED: [&Code; 2] = [&codes::SIGNATURE_INVALID, &codes::MACHINE_SCOPE];
const SIGNED_IN: [&Code; 3] = [&codes::SESSION_MISSING, &codes::SESSION_INVALID, &codes::SESSION_EXPIRED];

impl<F: Fails> ApiResponse for Failure<F> {
    fn meta() -> MetaResponses {
        let mut by_status: BTreeMap<u16, Vec<&'static Code>> = BTreeMap::new();
        let body: &[&Code] = if F::BODY { &BODY } else { &[] };
        let session: &[&Code] = if F::SIGNED_IN { &SIGNED_IN } else { &[] };
        let machine: &[&Code] = if F::SIGNED { &SIGNED } else { &UNSIGNED };
        for code in F::CODES.iter().chain(session).chain(machine).chain(body).chain(&ALWAYS) {
            let codes = by_status.entry(code.status).or_default();
            if !codes.iter().any(|known| known.code == code.code) {
                codes.push(code);
            }
        }
        let reader = if F::SIGNED { Reader::Machine } else { Reader::Person };
        let responses = by_status.into_iter().map(|(status, codes)| response(status, &codes, reader)).collect();
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        ProblemBody::register(registry);
    }
}

fn response(status: u16, codes: &[&'static Code], reader: Reader) -> MetaResponse {
    let lines = codes.iter().map(|code| format!("- `{}`: {} ({})", code.code, code.title.zh, code.title.en));
    let schema = MetaSchema {
        all_of: vec![ProblemBody::schema_ref()],
        example: codes.first().and_then(|code| example(code, reader)),
        ..MetaSchema::ANY
    };
    MetaResponse {
        description: keep(lines.collect::<Vec<_>>().join("\n")),
        status: Some(status),
        status_range: None,
        content: vec![MetaMediaType {
            content_type: "application/problem+json",
            schema: MetaSchemaRef::Inline(Box::new(schema)),
        }],
        headers: headers(status, codes, reader),
    }
}

fn example(code: &'static Code, reader: Reader) -> Option<serde_json::Value> {
    let to = Rendering {
        language: Language::Chinese,
        reader,
        public_url: "https://api.example.gov.cn",
        request_id: "0192f0c1-example",
    };
    super::render::body(Problem::new(code), to).to_json()
}

fn headers(status: u16, codes: &[&'static Code], reader: Reader) -> Vec<MetaHeader> {
    let header = |name: &str, description: &str| MetaHeader {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required: false,
        deprecated: false,
        schema: String::schema_ref(),
    };
    let mut headers = Vec::new();
    if status == 401 {
        let how = match reader {
            Reader::Machine => {
                "`Gxb-Signature realm=\"gaoxingban\"`: sign the call as the security scheme `signature` says."
            }
            Reader::Person => "How to sign in (RFC 6750).",
        };
        headers.push(header("WWW-Authenticate", how));
    }
    if codes.iter().any(|code| code.retry_after_s.is_some()) {
        headers.push(header("Retry-After", "Seconds to wait before the same request may succeed."));
    }
    headers
}

/// The registry wants texts that live for ever: each one is kept once, however often documents are made.
fn keep(text: String) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text.as_str()) {
        return known;
    }
    let text: &'static str = Box::leak(text.into_boxed_str());
    kept.insert(text);
    text
}
