//! The way of every call: count it, let it go wrong if that was asked for, do the work, answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use poem::http::{Method, StatusCode};
use poem::web::Data;
use poem::{Body, Request, Response, handler};
use serde_json::{Value, json};

use super::state::State;
use super::{PHONE, SEND, SIGN_IN, TOKEN, message, session, token};

/// WeChat's requests are a few kilobytes long.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest silence that can be asked for.
pub(super) const MAX_HANG: Duration = Duration::from_mins(1);
/// Longer than any reply a client should read.
const OVERSIZE_BYTES: usize = 1024 * 1024;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// This `errcode` instead of the work.
    Errcode(i64),
    /// This HTTP status instead of the work.
    Status(u16),
    /// The work, and the answer only after this time, at most a minute.
    Hang(Duration),
    /// The work, and an answer that is not JSON.
    Garbage,
    /// The work, and a megabyte of answer.
    Oversize,
}

/// Something that goes wrong with the next calls of a path.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The path, `/sns/jscode2session` for example.
    pub path: String,
    /// What goes wrong.
    pub trouble: Trouble,
    /// How many calls it spoils.
    pub times: u32,
}

/// WeChat's own answer, and what spoils it.
pub(super) struct Answer {
    pub(super) json: Value,
    pub(super) trouble: Option<Trouble>,
}

impl Answer {
    pub(super) fn new(json: Value) -> Self {
        Self { json, trouble: None }
    }

    pub(super) fn error(errcode: i64, errmsg: &str) -> Self {
        Self::new(json!({ "errcode": errcode, "errmsg": errmsg }))
    }
}

/// One call, taken apart.
pub(super) struct Call {
    pub(super) query: BTreeMap<String, String>,
    pub(super) body: Value,
}

impl Call {
    pub(super) fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

#[handler]
pub(super) async fn respond(request: &Request, body: Body, state: Data<&Arc<State>>) -> Response {
    let Ok(_permit) = state.calls.try_acquire() else {
        return render(Answer::error(-1, "system error"), &state).await;
    };
    let Some(path) = [SIGN_IN, TOKEN, PHONE, SEND].into_iter().find(|path| *path == request.uri().path()) else {
        return Response::builder().status(StatusCode::NOT_FOUND).finish();
    };
    let Ok(bytes) = body.into_bytes_limit(MAX_BODY_BYTES).await else {
        return render(Answer::error(45002, "content size out of limit"), &state).await;
    };
    let query = request.params().unwrap_or_default();
    let body = if bytes.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&bytes).ok() };
    let answer = match (body, method_error(path, request.method())) {
        (_, Some(error)) => error,
        (None, None) => Answer::error(47001, "data format error"),
        (Some(body), None) => work(path, &Call { query, body }, &state),
    };
    render(answer, &state).await
}

fn method_error(path: &str, method: &Method) -> Option<Answer> {
    match (path == SIGN_IN, method == Method::GET) {
        (true, false) => Some(Answer::error(43001, "require GET method")),
        (false, true) => Some(Answer::error(43002, "require POST method")),
        _ => None,
    }
}

fn work(path: &'static str, call: &Call, state: &State) -> Answer {
    let fault = {
        let mut inner = state.inner();
        inner.count(path);
        inner.take_fault(path)
    };
    match fault.map(|fault| fault.trouble) {
        Some(Trouble::Errcode(errcode)) => Answer::error(errcode, "as ordered"),
        Some(trouble @ Trouble::Status(_)) => Answer { json: Value::Null, trouble: Some(trouble) },
        trouble => {
            let answer = match path {
                SIGN_IN => session::sign_in(call, state),
                TOKEN => token::stable_token(call, state),
                PHONE => session::phone(call, state),
                _ => message::send(call, state),
            };
            Answer { trouble: trouble.or(answer.trouble), ..answer }
        }
    }
}

async fn render(answer: Answer, state: &State) -> Response {
    let text = |body: String| Response::builder().content_type("application/json; encoding=utf-8").body(body);
    match answer.trouble {
        Some(Trouble::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return Response::builder().status(status).body("not WeChat");
        }
        Some(Trouble::Garbage) => return text("<html>not JSON: session_key secret access_token</html>".to_owned()),
        Some(Trouble::Oversize) => return text(" ".repeat(OVERSIZE_BYTES)),
        Some(Trouble::Hang(time)) => {
            // Ends early when the stand-in stops, so that stopping never waits for a hanging call.
            drop(tokio::time::timeout(time.min(MAX_HANG), state.stop.cancelled()).await);
        }
        Some(Trouble::Errcode(errcode)) => return text(Answer::error(errcode, "as ordered").json.to_string()),
        None => {}
    }
    text(answer.json.to_string())
}
