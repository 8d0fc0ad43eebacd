//! The stand-in's own calls, for developers and scripts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use poem::http::StatusCode;
use poem::web::{Data, Query};
use poem::{Body, IntoResponse as _, Response, handler};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::answer::{Fault, Trouble};
use super::state::State;

const MAX_BODY_BYTES: usize = 4096;
/// The longest text a command takes for an id or a path.
const MAX_TEXT: usize = 128;

const INDEX: &str = "\
微信替身 / stand-in for WeChat, for development only

GET  /sns/jscode2session                 js_code = dev-<name>[!40029 | !once-<x> | !unionid | !timeout | ...]
POST /cgi-bin/stable_token
POST /wxa/business/getuserphonenumber    code = dev-<name> | phone-<11 digits>
POST /cgi-bin/message/subscribe/send

GET    /stand-in/messages?openid=
POST   /stand-in/subscriptions       {openid, template, count}
POST   /stand-in/faults              {path, times?, errcode | status | hang_ms | garbage | oversize}
DELETE /stand-in/faults
POST   /stand-in/tokens/invalidate   {errcode?, sticky?}
";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantBody {
    openid: String,
    template: String,
    count: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultBody {
    path: String,
    #[serde(default = "once")]
    times: u32,
    errcode: Option<i64>,
    status: Option<u16>,
    hang_ms: Option<u64>,
    #[serde(default)]
    garbage: bool,
    #[serde(default)]
    oversize: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InvalidateBody {
    #[serde(default = "invalid_token")]
    errcode: i64,
    #[serde(default)]
    sticky: bool,
}

fn once() -> u32 {
    1
}

fn invalid_token() -> i64 {
    40001
}

#[handler]
pub(super) fn index() -> &'static str {
    INDEX
}

#[handler]
pub(super) fn messages(Query(query): Query<BTreeMap<String, String>>, Data(state): Data<&Arc<State>>) -> Response {
    let messages = state.messages(query.get("openid").map(String::as_str));
    poem::web::Json(json!({ "messages": messages })).into_response()
}

#[handler]
pub(super) async fn grant(body: Body, state: Data<&Arc<State>>) -> Response {
    let Some(grant) = read::<GrantBody>(body).await else { return refuse("needs {openid, template, count}") };
    if grant.openid.len() > MAX_TEXT || grant.template.len() > MAX_TEXT {
        return refuse("openid or template too long");
    }
    finish(state.grant(&grant.openid, &grant.template, grant.count))
}

#[handler]
pub(super) async fn add_fault(body: Body, state: Data<&Arc<State>>) -> Response {
    let Some(fault) = read::<FaultBody>(body).await else {
        return refuse("needs {path, times?, errcode | status | hang_ms | garbage | oversize}");
    };
    let troubles: Vec<_> = [
        fault.errcode.map(Trouble::Errcode),
        fault.status.map(Trouble::Status),
        fault.hang_ms.map(|ms| Trouble::Hang(Duration::from_millis(ms))),
        fault.garbage.then_some(Trouble::Garbage),
        fault.oversize.then_some(Trouble::Oversize),
    ]
    .into_iter()
    .flatten()
    .collect();
    match <[Trouble; 1]>::try_from(troubles) {
        Ok([trouble]) if fault.path.len() <= MAX_TEXT && (1..=1000).contains(&fault.times) => {
            finish(state.add_fault(Fault { path: fault.path, trouble, times: fault.times }))
        }
        _ => refuse("exactly one of errcode, status, hang_ms, garbage, oversize; times from 1 to 1000"),
    }
}

#[handler]
pub(super) fn clear_faults(Data(state): Data<&Arc<State>>) -> StatusCode {
    state.clear_faults();
    StatusCode::NO_CONTENT
}

#[handler]
pub(super) async fn invalidate_tokens(body: Body, state: Data<&Arc<State>>) -> Response {
    let Some(body) = read::<InvalidateBody>(body).await else { return refuse("needs {errcode?, sticky?}") };
    state.invalidate_tokens(body.errcode, body.sticky);
    StatusCode::NO_CONTENT.into_response()
}

async fn read<T: DeserializeOwned>(body: Body) -> Option<T> {
    let bytes = body.into_bytes_limit(MAX_BODY_BYTES).await.ok()?;
    serde_json::from_slice(if bytes.is_empty() { b"{}" } else { &bytes }).ok()
}

fn finish(done: Result<(), super::state::Full>) -> Response {
    match done {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(full) => refuse(&full.to_string()),
    }
}

fn refuse(why: &str) -> Response {
    poem::web::Json(json!({ "error": why })).with_status(StatusCode::BAD_REQUEST).into_response()
}
