//! The outermost layer: gives the request its id, turns every error into an answer, counts it and writes its line.
//!
//! A line names method, operation, status, milliseconds, request id and the account's id: never the URL, whose query
//! may say who somebody is, and nothing of what was sent.

use std::sync::Arc;

use poem::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use poem::http::{HeaderValue, StatusCode};
use poem::{Endpoint, Request, Response};

use super::super::problem::{Problem, Rendering, from_framework, render};
use super::Shell;
use super::visit::{REQUEST_ID, Visit};
use crate::http::problem;

/// The guarded routes, observed.
#[derive(Debug)]
pub(super) struct Observed<E> {
    inner: E,
    shell: Shell,
}

impl<E> Observed<E> {
    pub(super) fn new(inner: E, shell: Shell) -> Self {
        Self { inner, shell }
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Observed<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let visit = Visit::new(&request, &self.shell);
        request.set_data(Arc::clone(&visit));
        let mut line = Line::begin(Arc::clone(&visit), self.shell.clone());
        let mut answer = match self.inner.call(request).await {
            Ok(answer) => reshape(answer, &visit, &self.shell),
            Err(error) if error.is_from_response() => reshape(error.into_response(), &visit, &self.shell),
            Err(error) => self.refuse(from_framework(error, &visit), &visit),
        };
        dress(&mut answer, &visit);
        line.status = Some(answer.status());
        Ok(answer)
    }
}

impl<E> Observed<E> {
    fn refuse(&self, problem: Problem, visit: &Visit) -> Response {
        say(problem, visit, &self.shell)
    }
}

fn say(problem: Problem, visit: &Visit, shell: &Shell) -> Response {
    let to = Rendering {
        language: visit.language,
        reader: visit.reader(),
        public_url: &shell.public_url,
        request_id: &visit.request_id,
    };
    render(problem, to)
}

/// An error status without one of our problems behind it gets the problem its status stands for.
fn reshape(answer: Response, visit: &Visit, shell: &Shell) -> Response {
    let status = answer.status();
    let ours = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    let machine_readable = visit.path.starts_with("/health/");
    if !(status.is_client_error() || status.is_server_error()) || ours || machine_readable {
        return answer;
    }
    say(Problem::new(problem::for_status(status)), visit, shell)
}

/// The headers every answer has.
fn dress(answer: &mut Response, visit: &Visit) {
    let method_refused = answer.status() == StatusCode::METHOD_NOT_ALLOWED;
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&visit.request_id) {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
    if method_refused && !headers.contains_key(ALLOW) {
        let allowed = visit.allowed();
        let allowed = if allowed.is_empty() { "GET, HEAD".to_owned() } else { allowed };
        headers.extend(HeaderValue::from_str(&allowed).ok().map(|allowed| (ALLOW, allowed)));
    }
    let pages = visit.path.starts_with("/docs");
    let policy = if pages {
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    for (name, value) in
        [("content-security-policy", policy), ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff")]
    {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // What a handler says about caching counts; otherwise nothing of a person's is kept on the way.
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(if pages { "public, max-age=300" } else { "no-store" }));
    }
}

/// Counts and writes the line when the request is over, also when the caller left before there was an answer.
struct Line {
    visit: Arc<Visit>,
    shell: Shell,
    status: Option<StatusCode>,
}

impl Line {
    fn begin(visit: Arc<Visit>, shell: Shell) -> Self {
        shell.metrics.began(visit.label());
        Self { visit, shell, status: None }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let visit = &self.visit;
        let (operation, spent) = (visit.label(), visit.started.elapsed());
        let status = self.status.map_or(499, |status| status.as_u16());
        self.shell.metrics.ended(operation, status, spent.as_secs_f64());
        let account = visit.account().map(tracing::field::display);
        let ms = u64::try_from(spent.as_millis()).unwrap_or(u64::MAX);
        let (method, request_id) = (visit.method.as_str(), visit.request_id.as_str());
        if operation == "none" && status < 400 {
            tracing::debug!(method, operation, status, ms, request_id, account, "request");
        } else {
            tracing::info!(method, operation, status, ms, request_id, account, "request");
        }
    }
}
