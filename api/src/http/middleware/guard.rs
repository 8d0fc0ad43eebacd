//! What a handler may not do: read too much, take too long, or bring the process down.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use poem::{Endpoint, Request, Response};

use super::super::problem::{Problem, codes};
use super::visit::Visit;

/// The routes with limits around them.
#[derive(Debug)]
pub(super) struct Guarded<E> {
    inner: E,
}

impl<E> Guarded<E> {
    pub(super) fn new(inner: E) -> Self {
        Self { inner }
    }
}

/// A handler panicked; the panic's own text went to the log when it happened.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct Panicked;

impl<E: Endpoint<Output = Response>> Endpoint for Guarded<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let Some(visit) = request.data::<Arc<Visit>>().cloned() else { return self.inner.call(request).await };
        let body = request.take_body();
        if !body.is_empty() {
            let measured = visit.meter.measure(body, request.headers());
            request.set_body(measured);
        }
        let handled = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        let answer = match tokio::time::timeout(visit.timeout(), handled).await {
            Err(_) => Err(Problem::new(&codes::SERVICE_TIMEOUT).into()),
            Ok(Err(_)) => Err(Problem::internal(Panicked).into()),
            Ok(Ok(answer)) => answer,
        };
        // Whatever the reader of the body made of its end, this is what happened.
        match answer {
            Err(_) if visit.meter.is_too_large() => Err(too_large(&visit).into()),
            Err(_) if visit.meter.is_cut_off() => Err(Problem::new(&codes::REQUEST_CUT_OFF).into()),
            answer => answer,
        }
    }
}

fn too_large(visit: &Visit) -> Problem {
    Problem::new(visit.operation().map_or(&codes::REQUEST_TOO_LARGE, |operation| operation.too_large))
}
