//! All cases, page by page, for a caller who compares books.

use std::future::ready;
use std::sync::Arc;

use http::StatusCode;
use poem::web::{Data, Query};
use poem::{Body, Request, Response, handler};
use serde_json::{Value, json};

use super::desk::Desk;
use super::fault::CallKind;
use super::gate::{About, answer, failure, pass};
use super::memory::SimCase;
use super::server::From;
use super::wire::PAGE_CASES;

#[handler]
pub(super) async fn list(desk: Data<&Arc<Desk>>, request: &Request, Query(from): Query<From>, body: Body) -> Response {
    let about = About { kind: CallKind::Register, subjects: &[], max_body: 0 };
    pass(&desk, request, body, about, |_| ready(show(&desk, from.cursor.as_deref()))).await
}

fn show(desk: &Desk, cursor: Option<&str>) -> Response {
    let Ok(from) = cursor.unwrap_or("0").parse::<usize>() else {
        return failure(StatusCode::UNPROCESSABLE_ENTITY, "cursor.unknown", "游标无效；there is no such cursor");
    };
    let (cases, all) = desk.memory().cases_from(from, PAGE_CASES);
    let next = from.saturating_add(cases.len());
    let cases: Vec<_> = cases.iter().map(line).collect();
    answer(StatusCode::OK, &json!({"cases": cases, "cursor": next.to_string(), "more": next < all}))
}

fn line(case: &SimCase) -> Value {
    json!({
        "orgbusno": case.orgbusno, "projid": case.projid, "dataver": case.dataver, "state": case.state,
        "doneresult": case.doneresult, "files": files(&case.application),
    })
}

fn files(application: &Value) -> Vec<Value> {
    let array = |value: &Value, name| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut all = Vec::new();
    for material in array(application, "materials") {
        for file in array(&material, "files") {
            all.push(json!({"attrid": material.get("attrid"), "sha256": file.get("sha256")}));
        }
    }
    all
}
