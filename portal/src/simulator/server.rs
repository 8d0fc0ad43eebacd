//! The calls of the wire, and where everything is found.

use std::future::ready;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::web::{Data, Path, Query};
use poem::{Body, Endpoint, EndpointExt as _, Request, Response, Route, Server, get, handler, post, put};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::connection::CuttableAcceptor;
use super::desk::Desk;
use super::fault::CallKind;
use super::gate::{About, answer, failure, full, pass};
use super::script::{Status, Step};
use super::wire::{DECIDED, PAGE_REPORTS, STATE_CORRECTION, STATE_GIVEN_UP, STEP_KINDS};
use super::{control, inspect, intake, mover, page, register, told};

/// Serves until the desk is told to stop; calls may then take `timeout` longer.
pub(super) async fn run(desk: Arc<Desk>, acceptor: TcpAcceptor, timeout: Duration) -> io::Result<()> {
    let acceptor = CuttableAcceptor::new(acceptor, desk.switches.clone());
    let stopping = desk.stopping.clone();
    let routes = routes(desk);
    Server::new_with_acceptor(acceptor)
        .name("province simulator")
        .run_with_graceful_shutdown(routes, stopping.cancelled(), Some(timeout))
        .await
}

fn routes(desk: Arc<Desk>) -> impl Endpoint {
    Route::new()
        .at("/rules", get(list_rules))
        .at("/files/:sha256", put(put_file))
        .at("/cases", post(post_case).get(list_cases))
        .at("/register", get(register::list))
        .at("/cases/:id", get(get_case))
        .at("/cases/:id/:kind", post(post_step))
        .at("/", get(page::front))
        .at("/sim/cases", get(control::show_cases).delete(control::forget))
        .at("/sim/cases/:orgbusno", get(control::show_case))
        .at("/sim/cases/:orgbusno/advance", post(control::advance))
        .at("/sim/files/:sha256", get(control::show_file))
        .at("/sim/script", get(control::show_script).put(control::set_script))
        .at("/sim/faults", get(control::show_faults).post(control::fail).delete(control::heal))
        .at("/sim/random", get(control::show_random).put(control::set_random).delete(control::end_random))
        .at("/sim/release", post(control::release))
        .data(desk)
        .catch_all_error(|error: poem::Error| async move {
            failure(error.status(), "call.unknown", "没有这个接口；there is no such call")
        })
}

#[handler]
async fn list_rules(desk: Data<&Arc<Desk>>, request: &Request, body: Body) -> Response {
    let about = About { kind: CallKind::Rules, subjects: &[], max_body: 0 };
    pass(&desk, request, body, about, |_| ready(answer(StatusCode::OK, &json!({"rules": desk.rules})))).await
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    rule: String,
}

#[handler]
async fn put_file(
    desk: Data<&Arc<Desk>>,
    request: &Request,
    Path(sha256): Path<String>,
    Query(named): Query<Named>,
    body: Body,
) -> Response {
    let about = About { kind: CallKind::File, subjects: &[&sha256], max_body: desk.limits.one_file_bytes };
    pass(&desk, request, body, about, |bytes| keep_file(&desk, &sha256, named.rule, bytes)).await
}

pub(super) async fn keep_file(desk: &Desk, sha256: &str, rule: String, bytes: Bytes) -> Response {
    let refuse = |code: &str, message: &str| failure(StatusCode::UNPROCESSABLE_ENTITY, code, message);
    if hex::encode(Sha256::digest(&bytes)) != sha256 {
        return refuse("file.sha256", "SHA-256 与内容不符；the SHA-256 is not that of the bytes");
    }
    let Some(known) = desk.rules.iter().find(|known| known.name == rule).cloned() else {
        return refuse("file.rule_unknown", "没有这个上传规格；there is no such rule");
    };
    if desk.memory().file(sha256).is_some_and(|file| file.rules.contains(&rule)) {
        return answer(StatusCode::OK, &json!({"sha256": sha256}));
    }
    let looked = bytes.clone();
    let content_type = match tokio::task::spawn_blocking(move || inspect::check(&looked, &known)).await {
        Ok(Ok(content_type)) => content_type,
        Ok(Err(flaw)) => return refuse(flaw.code, &flaw.message),
        Err(_) => return refuse("file.damaged", "无法查看该文件；the file cannot be looked at"),
    };
    let kept = desk.memory().add_file(sha256, &rule, content_type, bytes);
    desk.tell_change();
    match kept {
        Ok(true) => answer(StatusCode::CREATED, &json!({"sha256": sha256})),
        Ok(false) => answer(StatusCode::OK, &json!({"sha256": sha256})),
        Err(_) => full(),
    }
}

#[handler]
async fn post_case(desk: Data<&Arc<Desk>>, request: &Request, body: Body) -> Response {
    let about = About { kind: CallKind::Case, subjects: &[], max_body: desk.limits.body_bytes };
    pass(&desk, request, body, about, |bytes| ready(take_case(&desk, &bytes))).await
}

pub(super) fn take_case(desk: &Arc<Desk>, bytes: &[u8]) -> Response {
    let application: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let now = desk.world.now();
    let mut memory = desk.memory();
    let taken = match intake::check(&application, &memory) {
        Ok(taken) => taken,
        Err(errors) => return answer(StatusCode::UNPROCESSABLE_ENTITY, &errors),
    };
    if let Some(case) = memory.case_mut(&taken.orgbusno) {
        case.posts += 1;
        let projid = json!({"projid": case.projid});
        if taken.dataver <= case.dataver {
            return answer(StatusCode::CONFLICT, &projid);
        }
        if case.state != STATE_CORRECTION {
            let why = "该办件不在补正中；the case is not to be corrected";
            let errors = intake::Faults::one("/dataver", "case.not_correcting", why);
            return answer(StatusCode::UNPROCESSABLE_ENTITY, &errors);
        }
        (case.dataver, case.application) = (taken.dataver, Arc::new(application));
        drop(memory);
        desk.record(&taken.orgbusno, &Step::now(Status::Received), false);
        return answer(StatusCode::CREATED, &projid);
    }
    let (orgbusno, dataver) = (taken.orgbusno, taken.dataver);
    let Ok(projid) = memory.add_case(&orgbusno, dataver, application, now) else { return full() };
    drop(memory);
    let (steps, announced) = desk.plan(&orgbusno, &taken.item, &taken.applicant);
    desk.record(&orgbusno, &Step::now(Status::Received), announced);
    mover::follow(desk, &orgbusno, steps);
    answer(StatusCode::CREATED, &json!({"projid": projid}))
}

#[handler]
async fn post_step(
    desk: Data<&Arc<Desk>>,
    request: &Request,
    Path((projid, kind)): Path<(String, String)>,
    body: Body,
) -> Response {
    let about = About { kind: CallKind::Step, subjects: &[&projid], max_body: desk.limits.body_bytes };
    pass(&desk, request, body, about, |bytes| ready(take_step(&desk, &projid, &kind, &bytes))).await
}

/// The most steps a case is told.
const MAX_TOLD: usize = 1000;

pub(super) fn take_step(desk: &Desk, projid: &str, kind: &str, bytes: &[u8]) -> Response {
    let mut memory = desk.memory();
    let orgbusno = memory.orgbusno_of(projid).filter(|_| STEP_KINDS.contains(&kind));
    let Some(case) = orgbusno.and_then(|orgbusno| memory.case_mut(&orgbusno)) else { return absent() };
    let step: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let told::Step { sn, state, doneresult } = match told::check(kind, &step) {
        Ok(step) => step,
        Err(errors) => return answer(StatusCode::UNPROCESSABLE_ENTITY, &errors),
    };
    if case.told.iter().any(|(told, number, _)| told == kind && *number == sn) {
        return answer(StatusCode::CONFLICT, &json!({"sn": sn}));
    }
    if case.told.len() >= MAX_TOLD {
        return full();
    }
    let decided = DECIDED.contains(&case.state.as_str());
    if kind == "done" && decided {
        return failure(StatusCode::UNPROCESSABLE_ENTITY, "case.decided", "已经办结；it is decided already");
    }
    if let Some(state) = state.filter(|_| !decided && case.state != STATE_GIVEN_UP) {
        state.clone_into(&mut case.state);
        case.doneresult = doneresult.or(case.doneresult.take());
    }
    case.told.push((kind.to_owned(), sn.clone(), step));
    drop(memory);
    desk.tell_change();
    answer(StatusCode::OK, &json!({"sn": sn}))
}

fn absent() -> Response {
    failure(StatusCode::NOT_FOUND, "case.absent", "没有这个办件；there is no such case")
}

#[handler]
async fn get_case(desk: Data<&Arc<Desk>>, request: &Request, Path(orgbusno): Path<String>, body: Body) -> Response {
    let about = About { kind: CallKind::Get, subjects: &[&orgbusno], max_body: 0 };
    pass(&desk, request, body, about, |_| ready(show_case(&desk, &orgbusno))).await
}

fn show_case(desk: &Desk, orgbusno: &str) -> Response {
    let memory = desk.memory();
    let Some(case) = memory.case(orgbusno) else { return absent() };
    let history: Vec<_> = case.history.iter().map(|report| &report.body).collect();
    let shown = json!({
        "orgbusno": case.orgbusno, "projid": case.projid, "dataver": case.dataver,
        "state": case.state, "doneresult": case.doneresult, "history": history,
    });
    answer(StatusCode::OK, &shown)
}

#[derive(Deserialize)]
pub(super) struct From {
    pub(super) cursor: Option<String>,
}

#[handler]
async fn list_cases(desk: Data<&Arc<Desk>>, request: &Request, Query(from): Query<From>, body: Body) -> Response {
    let about = About { kind: CallKind::List, subjects: &[], max_body: 0 };
    pass(&desk, request, body, about, |_| ready(show_reports(&desk, from.cursor.as_deref()))).await
}

fn show_reports(desk: &Desk, cursor: Option<&str>) -> Response {
    let Ok(from) = cursor.unwrap_or("0").parse::<usize>() else {
        return failure(StatusCode::UNPROCESSABLE_ENTITY, "cursor.unknown", "游标无效；there is no such cursor");
    };
    let (reports, all) = desk.memory().reports_from(from, PAGE_REPORTS);
    let next = from.saturating_add(reports.len());
    answer(StatusCode::OK, &json!({"reports": reports, "cursor": next.to_string(), "more": next < all}))
}
