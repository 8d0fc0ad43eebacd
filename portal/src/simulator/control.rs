//! Driving the simulator by hand. Nobody signs here: it is for the machine it runs on.

use std::sync::Arc;

use http::StatusCode;
use poem::web::{Data, Path, Query};
use poem::{Body, Response, handler};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::desk::Desk;
use super::fault::Fault;
use super::gate::{answer, failure};
use super::random::Random;
use super::script::{Script, ScriptError, Step};

/// The most bytes of a script or a fault.
const MAX_BODY: usize = 1024 * 1024;
/// The most cases of an answer.
const MAX_CASES: usize = 1000;

fn unknown() -> Response {
    failure(StatusCode::NOT_FOUND, "sim.absent", "没有；there is none")
}

fn senseless(error: &ScriptError) -> Response {
    failure(StatusCode::UNPROCESSABLE_ENTITY, "sim.senseless", &error.to_string())
}

async fn text(body: Body) -> Result<String, ScriptError> {
    let bytes = body.into_bytes_limit(MAX_BODY).await.map_err(|error| ScriptError::Unreadable(error.to_string()))?;
    String::from_utf8(bytes.into()).map_err(|_| ScriptError::Unreadable("not UTF-8".into()))
}

async fn json_of<T: DeserializeOwned>(body: Body) -> Result<T, ScriptError> {
    serde_json::from_str(&text(body).await?).map_err(|error| ScriptError::Unreadable(error.to_string()))
}

#[derive(Deserialize)]
struct Skipping {
    #[serde(default)]
    skip: usize,
}

#[handler]
pub(super) fn show_cases(Data(desk): Data<&Arc<Desk>>, Query(page): Query<Skipping>) -> Response {
    let all = desk.memory().cases();
    let shown: Vec<_> = all.iter().skip(page.skip).take(MAX_CASES).collect();
    answer(StatusCode::OK, &json!({"count": all.len(), "cases": shown}))
}

#[handler]
pub(super) fn show_case(Data(desk): Data<&Arc<Desk>>, Path(orgbusno): Path<String>) -> Response {
    let found = desk.memory().case(&orgbusno).map(|case| json!(case));
    found.map_or_else(unknown, |case| answer(StatusCode::OK, &case))
}

#[handler]
pub(super) fn forget(Data(desk): Data<&Arc<Desk>>) -> Response {
    desk.memory().clear();
    desk.tell_change();
    answer(StatusCode::OK, &json!({"count": 0}))
}

#[handler]
pub(super) async fn advance(Data(desk): Data<&Arc<Desk>>, Path(orgbusno): Path<String>, body: Body) -> Response {
    let step: Result<Step, _> = json_of(body).await.and_then(|step: Step| step.check().map(|()| step));
    match step {
        Err(error) => senseless(&error),
        Ok(step) => match desk.advance(&orgbusno, &step) {
            Some(()) => answer(StatusCode::OK, &json!({"orgbusno": orgbusno})),
            None => unknown(),
        },
    }
}

/// The bytes as they are. They passed the province's inspection, and the browser is told not to guess.
#[handler]
pub(super) fn show_file(Data(desk): Data<&Arc<Desk>>, Path(sha256): Path<String>) -> Response {
    let Some(file) = desk.memory().file(&sha256).cloned() else { return unknown() };
    Response::builder()
        .content_type(file.content_type)
        .header("x-content-type-options", "nosniff")
        .header("content-security-policy", "default-src 'none'; sandbox")
        .header("cache-control", "private, max-age=31536000, immutable")
        .body(file.bytes)
}

#[handler]
pub(super) fn show_script(Data(desk): Data<&Arc<Desk>>) -> Response {
    answer(StatusCode::OK, &json!(desk.script()))
}

#[handler]
pub(super) async fn set_script(Data(desk): Data<&Arc<Desk>>, body: Body) -> Response {
    let done = text(body).await.and_then(|text| Script::parse(&text)).and_then(|script| desk.set_script(script));
    match done {
        Ok(()) => answer(StatusCode::OK, &json!(desk.script())),
        Err(error) => senseless(&error),
    }
}

#[handler]
pub(super) fn show_faults(Data(desk): Data<&Arc<Desk>>) -> Response {
    answer(StatusCode::OK, &json!({"faults": desk.faults()}))
}

/// One fault, or an array of them: all or none.
#[handler]
pub(super) async fn fail(Data(desk): Data<&Arc<Desk>>, body: Body) -> Response {
    let read = json_of::<Value>(body).await.and_then(|value| {
        let many = if value.is_array() { value } else { json!([value]) };
        serde_json::from_value::<Vec<Fault>>(many).map_err(|error| ScriptError::Unreadable(error.to_string()))
    });
    let checked = read.and_then(|faults| faults.iter().try_for_each(Fault::check).map(|()| faults));
    match checked.and_then(|faults| faults.into_iter().try_for_each(|fault| desk.queue_fault(fault))) {
        Ok(()) => answer(StatusCode::OK, &json!({"faults": desk.faults()})),
        Err(error) => senseless(&error),
    }
}

/// How it fails at random, and how much has failed so far.
fn at_random(desk: &Desk) -> Response {
    let told = desk.lots(|lots| json!({"random": lots.random, "failed": lots.failed, "calls": lots.counts()}));
    answer(StatusCode::OK, &told.unwrap_or_else(|| json!({"random": null})))
}

#[handler]
pub(super) fn show_random(Data(desk): Data<&Arc<Desk>>) -> Response {
    at_random(desk)
}

#[handler]
pub(super) async fn set_random(Data(desk): Data<&Arc<Desk>>, body: Body) -> Response {
    let done = json_of::<Random>(body).await.and_then(|random| desk.set_random(Some(random)));
    done.map_or_else(|error| senseless(&error), |()| at_random(desk))
}

#[handler]
pub(super) fn end_random(Data(desk): Data<&Arc<Desk>>) -> Response {
    let done = desk.set_random(None);
    done.map_or_else(|error| senseless(&error), |()| at_random(desk))
}

#[handler]
pub(super) fn heal(Data(desk): Data<&Arc<Desk>>) -> Response {
    desk.heal();
    answer(StatusCode::OK, &json!({"faults": []}))
}

#[handler]
pub(super) fn release(Data(desk): Data<&Arc<Desk>>) -> Response {
    desk.release.notify_waiters();
    answer(StatusCode::OK, &json!({}))
}
