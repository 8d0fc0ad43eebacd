//! Putting a problem into a language and onto the wire.

use std::error::Error as StdError;

use poem::http::HeaderValue;
use poem::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use poem::{Body, Response};
use poem_openapi::types::ToJSON as _;

use super::{Fault, FaultBody, Language, Place, Problem, ProblemBody, Reader};
use crate::http::free::Free;

/// For whom a problem is rendered.
#[derive(Clone, Copy, Debug)]
pub struct Rendering<'a> {
    /// The language the caller reads.
    pub language: Language,
    /// Who reads what is to be done.
    pub reader: Reader,
    /// The address of this server, without a slash at its end.
    pub public_url: &'a str,
    /// The id to quote when asking for help.
    pub request_id: &'a str,
}

/// The answer to send. An internal error behind the problem is logged here, once, with its whole chain.
pub fn render(problem: Problem, to: Rendering<'_>) -> Response {
    log(&problem, to.request_id);
    let code = problem.0.code;
    let retry_after_s =
        problem.0.retry_after.map(|wait| wait.as_secs().max(1)).or_else(|| code.retry_after_s.map(u64::from));
    let json = body(problem, to).to_json_string();
    let mut response = Response::builder().status(code.status()).body(Body::from_string(json));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(to.language.tag()));
    headers.insert(VARY, HeaderValue::from_static("accept-language"));
    if let Some(seconds) = retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if code.status == 401 {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge(code.code)));
    }
    response
}

/// RFC 6750: only a token that was sent and is not good is called invalid.
fn challenge(code: &str) -> &'static str {
    match code {
        "session.invalid" | "session.expired" => r#"Bearer realm="gaoxingban", error="invalid_token""#,
        "signature.invalid" => r#"Gxb-Signature realm="gaoxingban""#,
        _ => r#"Bearer realm="gaoxingban""#,
    }
}

pub(super) fn body(problem: Problem, to: Rendering<'_>) -> ProblemBody {
    let Rendering { language, public_url, request_id, .. } = to;
    let advice = problem.says(to.reader).say(language).to_owned();
    let Problem(problem) = problem;
    let code = problem.code;
    ProblemBody {
        kind: format!("{public_url}/docs/problems#{}", code.code),
        title: code.title.say(language).to_owned(),
        status: code.status,
        detail: problem.detail.map(|words| words.say(language).to_owned()),
        code: code.code.to_owned(),
        advice,
        errors: problem.faults.into_iter().map(|fault| fault_body(fault, language)).collect(),
        outcome: problem.outcome.map(Free),
        request_id: request_id.to_owned(),
    }
}

fn fault_body(fault: Fault, language: Language) -> FaultBody {
    let (pointer, parameter) = match fault.place {
        Place::Body(pointer) => (Some(pointer), None),
        Place::Parameter(name) => (None, Some(name)),
    };
    FaultBody { pointer, parameter, code: fault.code, detail: fault.detail.say(language).to_owned() }
}

fn log(problem: &Problem, request_id: &str) {
    let Some(source) = problem.source() else { return };
    let chain = std::iter::successors(Some(source), |&error| error.source()).take(16);
    let cause = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    if problem.0.code.status == 500 {
        tracing::error!(code = problem.0.code.code, request_id, cause, "a request failed");
    } else {
        tracing::warn!(code = problem.0.code.code, request_id, cause, "a request was refused");
    }
}
