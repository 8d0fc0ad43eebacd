//! What every call of the wire passes: body, signature, then the faults that wait for it.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use poem::{Body, Request, Response};
use serde_json::{Value, json};

use super::desk::Desk;
use super::fault::{Action, CallKind, Fault, Moment};
use super::random::Form;
use crate::signature::{self, Call, Refusal, Stamp};

/// An answer in JSON.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    Response::builder().status(status).content_type("application/json; charset=utf-8").body(body.to_string())
}

/// A failure with a code and a message.
pub(super) fn failure(status: StatusCode, code: &str, message: &str) -> Response {
    answer(status, &json!({"code": code, "message": message}))
}

/// There is no more room.
pub(super) fn full() -> Response {
    let message = "模拟平台已满，请 DELETE /sim/cases；the simulator is full: DELETE /sim/cases";
    failure(StatusCode::INSUFFICIENT_STORAGE, "sim.full", message)
}

/// What a call is about.
pub(super) struct About<'a> {
    pub(super) kind: CallKind,
    pub(super) subjects: &'a [&'a str],
    pub(super) max_body: usize,
}

/// Reads the body, checks who calls, then carries `work` out, unless a fault has it otherwise.
pub(super) async fn pass<F>(
    desk: &Arc<Desk>,
    request: &Request,
    body: Body,
    about: About<'_>,
    work: impl FnOnce(Bytes) -> F + Send,
) -> Response
where
    F: Future<Output = Response> + Send,
{
    let _in_progress = desk.begin_call().await;
    let permit = desk.bodies.acquire().await;
    let Ok(bytes) = body.into_bytes_limit(about.max_body).await else {
        return failure(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large", "请求体过大；the body is too large");
    };
    if let Err(refusal) = admit(desk, request, &bytes).await {
        let unchecked = refusal == Refusal::Unchecked;
        let status = if unchecked { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::UNAUTHORIZED };
        return failure(status, refusal.code(), &refusal.to_string());
    }
    let own = match about.kind {
        CallKind::Case => handed_in(desk, &bytes),
        CallKind::Step => about.subjects.first().and_then(|projid| desk.memory().orgbusno_of(projid)),
        _ => None,
    };
    let own = own.unwrap_or_default();
    let subjects: Vec<_> = about.subjects.iter().copied().chain([own.as_str()]).collect();
    let fault = desk.take_fault(Form::Calls, about.kind, &subjects);
    drop(permit);
    desk.arrivals();
    match fault {
        None => work(bytes).await,
        Some(fault) if fault.action == Action::HoldUp => {
            desk.hold_up(bytes, fault.wait());
            cut(desk, request, Response::default())
        }
        Some(fault) if fault.action == Action::Lose => {
            let response = work(bytes).await;
            about.subjects.iter().for_each(|subject| desk.memory().lose_file(subject));
            response
        }
        Some(fault) => fail(desk, request, &fault, || work(bytes)).await,
    }
}

async fn admit(desk: &Desk, request: &Request, body: &[u8]) -> Result<(), Refusal> {
    let uri = request.original_uri();
    let path_and_query = uri.path_and_query().map_or_else(|| uri.path(), |both| both.as_str());
    let call = Call { method: request.method().as_str(), path_and_query, body };
    let stamp = Stamp::read(request.headers()).map_err(Refusal::first)?;
    signature::admit(&desk.trusted, &stamp, &call, &desk.nonces, desk.world.now()).await.map(|_| ())
}

/// Which case an application hands in: it names itself in its body.
pub(super) fn handed_in(desk: &Desk, body: &[u8]) -> Option<String> {
    let application: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| application.get(name).and_then(Value::as_str);
    let orgbusno = text("orgbusno")?;
    desk.meet(orgbusno, text("itemCode").unwrap_or_default(), text("applyname").unwrap_or_default());
    Some(orgbusno.to_owned())
}

async fn fail<F>(desk: &Desk, request: &Request, fault: &Fault, work: impl FnOnce() -> F + Send) -> Response
where
    F: Future<Output = Response> + Send,
{
    let words = fault.words.as_deref();
    match fault.action {
        Action::Refuse => {
            let words = words.unwrap_or("按演练要求不予接收；refused on command");
            failure(StatusCode::UNPROCESSABLE_ENTITY, "sim.refused", words)
        }
        Action::Status => status(fault),
        Action::Slow | Action::Hang => {
            if fault.moment == Some(Moment::After) {
                let response = work().await;
                hold(desk, fault).await;
                response
            } else {
                hold(desk, fault).await;
                work().await
            }
        }
        Action::CloseBefore => cut(desk, request, Response::default()),
        Action::CloseAfter => cut(desk, request, work().await),
        // Of reports, or of answers that are signed, which these are not; or seen to before.
        Action::Duplicate
        | Action::OutOfOrder
        | Action::WrongSignature
        | Action::StaleClock
        | Action::Lose
        | Action::HoldUp => work().await,
    }
}

fn status(fault: &Fault) -> Response {
    let status = fault.status.and_then(|status| StatusCode::from_u16(status).ok());
    let words = fault.words.as_deref().unwrap_or("按演练要求失败；failed on command");
    let mut response = failure(status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE), "sim.failed", words);
    if let Some(value) = fault.retry_after.as_deref().and_then(|text| http::HeaderValue::from_str(text).ok()) {
        response.headers_mut().insert(http::header::RETRY_AFTER, value);
    }
    response
}

async fn hold(desk: &Desk, fault: &Fault) {
    let waiting = async {
        let long_enough = tokio::time::sleep(fault.wait());
        if fault.action == Action::Hang {
            tokio::select! {
                () = desk.release.notified() => {}
                () = long_enough => {}
            }
        } else {
            long_enough.await;
        }
    };
    desk.stopping.run_until_cancelled(waiting).await;
}

fn cut(desk: &Desk, request: &Request, response: Response) -> Response {
    if let Some(peer) = request.remote_addr().as_socket_addr() {
        desk.switches.cut(*peer);
    }
    response
}
