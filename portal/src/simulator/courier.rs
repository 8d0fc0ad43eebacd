//! Pushes reports to the callback: one courier a case, so that a case's reports go out in order; a fault may change that.

use std::sync::Arc;

use chrono::TimeDelta;
use http::{Method, header};
use serde_json::Value;

use super::desk::Desk;
use super::fault::{Action, CallKind};
use super::random::Form;
use crate::signature::{self, Call};

/// The path under the callback.
const PATH: &str = "/integration/v1/reports";
/// How much of the answer is read; none of it is used.
const MAX_REPLY: usize = 64 * 1024;
/// How far a stale clock is behind.
pub(super) const BEHIND: TimeDelta = TimeDelta::hours(1);

/// Sees to it that a courier is on its way for this case.
pub(super) fn wake(desk: &Arc<Desk>, orgbusno: &str) {
    if desk.callback.is_none() {
        return;
    }
    if let Some(case) = desk.memory().case_mut(orgbusno) {
        if case.pushing {
            return;
        }
        case.pushing = true;
    }
    let (desk, orgbusno) = (Arc::clone(desk), orgbusno.to_owned());
    tokio::spawn(async move {
        let stopping = desk.stopping.clone();
        stopping.run_until_cancelled(deliver(&desk, &orgbusno)).await;
    });
}

/// Pushes what is not pushed yet, until there is nothing more.
async fn deliver(desk: &Desk, orgbusno: &str) -> Option<()> {
    while let Some(index) = next(desk, orgbusno) {
        let action = desk.take_fault(Form::Calls, CallKind::Report, &[orgbusno]).map(|fault| fault.action);
        match action {
            Some(Action::Lose) => {}
            Some(Action::OutOfOrder) if hold_back(desk, orgbusno, index) => continue,
            Some(Action::Duplicate) => {
                push(desk, orgbusno, index, None).await;
                push(desk, orgbusno, index, None).await;
            }
            action => push(desk, orgbusno, index, action).await,
        }
        let held_back = desk.memory().case_mut(orgbusno)?.held_back.take();
        if let Some(held_back) = held_back {
            push(desk, orgbusno, held_back, None).await;
        }
    }
    Some(())
}

/// The next report to push. With none, the courier is off duty from this moment on.
fn next(desk: &Desk, orgbusno: &str) -> Option<usize> {
    let mut memory = desk.memory();
    let case = memory.case_mut(orgbusno)?;
    loop {
        let index = case.pushed;
        let Some(report) = case.history.get(index) else {
            case.pushing = false;
            return None;
        };
        case.pushed += 1;
        if report.pushable {
            return Some(index);
        }
    }
}

/// Keeps a report for after the next one. Not when the case is done: nothing comes after that.
fn hold_back(desk: &Desk, orgbusno: &str, index: usize) -> bool {
    let mut memory = desk.memory();
    let Some(case) = memory.case_mut(orgbusno) else { return false };
    let last = case.history.get(index).is_none_or(|report| report.body.get("doneresult").is_some());
    if last || case.held_back.is_some() {
        return false;
    }
    case.held_back = Some(index);
    true
}

/// Pushes one report, some times if need be; the first time signed wrongly where `spoilt` says so.
async fn push(desk: &Desk, orgbusno: &str, index: usize, mut spoilt: Option<Action>) {
    let mut pause = desk.limits.push_pause;
    for attempt in 0..desk.limits.push_tries {
        if attempt > 0 {
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
        let Some(body) = body_of(desk, orgbusno, index) else { return };
        let status = send(desk, &body, spoilt).await;
        let delivered = status.is_some_and(|status| (200..300).contains(&status));
        note(desk, orgbusno, index, status, delivered);
        if delivered {
            return;
        }
        // The next try is right again, unless that one is to fail too.
        spoilt = desk.take_spoilt(orgbusno);
    }
    tracing::warn!(orgbusno, "a report could not be pushed; it can still be fetched");
}

fn body_of(desk: &Desk, orgbusno: &str, index: usize) -> Option<Arc<Value>> {
    desk.memory().case(orgbusno)?.history.get(index).map(|report| Arc::clone(&report.body))
}

fn note(desk: &Desk, orgbusno: &str, index: usize, status: Option<u16>, delivered: bool) {
    if let Some(report) = desk.memory().case_mut(orgbusno).and_then(|case| case.history.get_mut(index)) {
        report.tries += 1;
        report.last_status = status;
        report.delivered |= delivered;
    }
    desk.tell_change();
}

/// One push; the status it was answered.
async fn send(desk: &Desk, body: &Value, spoilt: Option<Action>) -> Option<u16> {
    let url = format!("{}{PATH}", desk.callback.as_deref()?);
    let path = reqwest::Url::parse(&url).ok()?.path().to_owned();
    let body = body.to_string();
    let call = Call { method: "POST", path_and_query: &path, body: body.as_bytes() };
    let nonce = hex::encode(desk.world.bytes::<16>().ok()?);
    let clock = if spoilt == Some(Action::StaleClock) { desk.world.now() - BEHIND } else { desk.world.now() };
    let mut stamp = signature::sign(&desk.key, &call, clock, &nonce);
    if spoilt == Some(Action::WrongSignature) {
        stamp.signature.iter_mut().take(1).for_each(|byte| *byte ^= 1);
    }
    let mut request = desk.http.request(Method::POST, &url).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in stamp.headers() {
        request = request.header(name, value);
    }
    desk.http.send(request.body(body), MAX_REPLY).await.ok().map(|answer| answer.status)
}
