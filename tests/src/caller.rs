//! Who calls the server: phones, staff and machines, over real HTTP.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use bytes::Bytes;
use casework::world::World;
use portal::http::Http;
use portal::signature::{self, Call, Key};
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Longest answer read.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// What separates the parts of an upload; it does not occur in them.
pub const BOUNDARY: &str = "gaoxingban-test-boundary";

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The same, when its status is this one.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often only the status matters")]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    /// A header's text; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether it is a problem as every problem must be; then its status and code.
    #[track_caller]
    pub fn problem(&self) -> (u16, String) {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.header("content-type"), "application/problem+json", "{} {text}", self.status);
        let problem = self.json();
        let code = problem["code"].as_str().unwrap_or_else(|| panic!("no code: {text}")).to_owned();
        assert_eq!(problem["status"], self.status, "{text}");
        assert_eq!(problem["type"], format!("http://gaoxingban.test/docs/problems#{code}"), "{text}");
        for field in ["title", "advice", "request_id"] {
            assert!(problem[field].as_str().is_some_and(|words| !words.is_empty()), "no {field}: {text}");
        }
        assert!(problem["errors"].is_array(), "no errors: {text}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{text}");
        (self.status, code)
    }

    /// The faults a problem lists: pointer (or parameter) and code, in order.
    #[track_caller]
    pub fn faults(&self) -> Vec<(String, String)> {
        let word = |fault: &Value, name: &str| fault[name].as_str().map(str::to_owned);
        let place = |fault: &Value| word(fault, "pointer").or_else(|| word(fault, "parameter")).unwrap();
        let json = self.json();
        let faults = json["errors"].as_array().into_iter().flatten();
        faults.map(|fault| (place(fault), word(fault, "code").unwrap())).collect()
    }
}

/// A photo on its way up.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    /// The item's code.
    pub item: &'a str,
    /// The material's code.
    pub material: &'a str,
    /// Keep it although it may be hard to read.
    pub keep_anyway: bool,
    /// What the phone calls it.
    pub name: &'a str,
    /// Its bytes.
    pub file: &'a [u8],
}

impl Upload<'_> {
    /// The multipart body.
    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let keep = if self.keep_anyway { "true" } else { "false" };
        for (name, value) in [("item", self.item), ("material", self.material), ("keep_anyway", keep)] {
            body.extend(field(name, value));
        }
        body.extend(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\r\n",
                self.name
            )
            .bytes(),
        );
        body.extend(self.file);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        body
    }
}

/// One text field of a multipart body.
pub fn field(name: &str, value: &str) -> Vec<u8> {
    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
}

/// Somebody who calls: with a token, or nobody. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    http: Http,
    address: Arc<RwLock<String>>,
    token: Option<String>,
    /// What the sign-in answered; null for nobody.
    pub session: Value,
}

impl Caller {
    pub(crate) fn new(address: Arc<RwLock<String>>) -> Self {
        let http = Http::new(Duration::from_mins(2)).unwrap();
        Self { http, address, token: None, session: Value::Null }
    }

    /// The same with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Signs in with a WeChat code: the stand-in takes `dev-<name>`.
    pub async fn sign_in(&self, code: &str) -> Self {
        let session = self.send("POST", "/v1/session/wechat", &json!({ "code": code })).await.expect(200).json();
        let token = session["access_token"].as_str().unwrap().to_owned();
        Self { token: Some(token), session, ..self.clone() }
    }

    /// A request, ready for headers and a body.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.address.read().unwrap());
        let request = self.http.request(method.parse::<Method>().unwrap(), &url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads its answer.
    #[track_caller]
    pub fn finish(&self, request: RequestBuilder) -> impl Future<Output = Answer> + use<> {
        let http = self.http.clone();
        async move {
            let answer = http.send(request, MAX_ANSWER_BYTES).await.expect("an answer");
            Answer { status: answer.status, headers: answer.headers, body: answer.body }
        }
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.finish(self.request("GET", path)).await
    }

    /// Any method with a JSON body.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.finish(self.request(method, path).json(body)).await
    }

    /// Any method without a body.
    pub async fn call(&self, method: &str, path: &str) -> Answer {
        self.finish(self.request(method, path)).await
    }

    /// POST with an `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, key: &str, body: Option<&Value>) -> Answer {
        let request = self.request("POST", path).header("idempotency-key", key);
        self.finish(if let Some(body) = body { request.json(body) } else { request }).await
    }

    /// Uploads a photo.
    pub async fn upload(&self, upload: &Upload<'_>) -> Answer {
        self.send_multipart(upload.body()).await
    }

    /// Uploads a multipart body as it is.
    pub async fn send_multipart(&self, body: impl Into<reqwest::Body>) -> Answer {
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        self.finish(self.request("POST", "/v1/photos").header("content-type", content_type).body(body)).await
    }
}

/// A machine that signs what it sends.
#[derive(Debug)]
pub struct Machine {
    caller: Caller,
    /// What it signs with.
    pub key: Key,
    world: World,
    nonces: AtomicU64,
}

impl Machine {
    pub(crate) fn new(caller: Caller, world: World, key: Key) -> Self {
        Self { caller, key, world, nonces: AtomicU64::new(0) }
    }

    /// A signed request with this body.
    pub fn signed(&self, method: &str, path: &str, body: &[u8]) -> RequestBuilder {
        let nonce = format!(
            "{:032x}",
            u128::from_be_bytes(self.world.bytes().unwrap()) ^ u128::from(self.nonces.fetch_add(1, Ordering::Relaxed))
        );
        let call = Call { method, path_and_query: path, body };
        let stamp = signature::sign(&self.key, &call, self.world.now(), &nonce);
        let mut request = self.caller.request(method, path).header("content-type", "application/json");
        for (name, value) in stamp.headers() {
            request = request.header(name, value);
        }
        request.body(body.to_vec())
    }

    /// Sends a request that [`Machine::signed`] made.
    pub async fn finish(&self, request: RequestBuilder) -> Answer {
        self.caller.finish(request).await
    }

    /// Any signed call with a JSON body.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.finish(self.signed(method, path, &body)).await
    }

    /// A signed GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null).await
    }

    /// A report.
    pub async fn report(&self, report: &Value) -> Answer {
        self.send("POST", "/integration/v1/reports", report).await
    }
}
