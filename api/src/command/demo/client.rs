//! The phone in the story.

use std::error::Error;
use std::time::Duration;

use portal::http::Http;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// How long one call may take.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Longest answer read.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// What separates the parts of an upload; it does not occur in them.
const BOUNDARY: &str = "gaoxingban-demo-boundary";

/// An answer, or a part of one.
pub(super) struct Story(pub(super) Value);

impl Story {
    /// The text at a JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Result<String, String> {
        let found = self.0.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        found.ok_or_else(|| format!("the answer has no {pointer}"))
    }
}

/// One phone.
pub(super) struct Client {
    http: Http,
    server: String,
    token: Option<String>,
}

impl Client {
    pub(super) fn new(server: &str) -> Result<Self, reqwest::Error> {
        let server = server.trim_end_matches('/').to_owned();
        Ok(Self { http: Http::new(TIMEOUT)?, server, token: None })
    }

    pub(super) fn sign_in(&mut self, token: String) {
        self.token = Some(token);
    }

    pub(super) async fn get(&self, path: &str) -> Result<Story, Box<dyn Error + Send + Sync>> {
        self.finish(self.request(Method::GET, path)).await
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Story, Box<dyn Error + Send + Sync>> {
        self.finish(self.request(method.parse()?, path).json(body)).await
    }

    pub(super) async fn submit(&self, case: &str, key: &str) -> Result<Story, Box<dyn Error + Send + Sync>> {
        let request = self.request(Method::POST, &format!("/v1/cases/{case}/submit"));
        self.finish(request.header("idempotency-key", key)).await
    }

    pub(super) async fn upload(
        &self,
        item: &str,
        material: &str,
        file: &[u8],
    ) -> Result<Story, Box<dyn Error + Send + Sync>> {
        let field = |name: &str, value: &str| {
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let head = format!(
            "{}{}--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"photo.bmp\"\r\n\
             Content-Type: image/bmp\r\n\r\n",
            field("item", item),
            field("material", material)
        );
        let body = [head.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        self.finish(self.request(Method::POST, "/v1/photos").header("content-type", content_type).body(body)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, &format!("{}{path}", self.server));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn finish(&self, request: RequestBuilder) -> Result<Story, Box<dyn Error + Send + Sync>> {
        let answer = self.http.send(request, MAX_ANSWER_BYTES).await?;
        let body: Value = serde_json::from_slice(&answer.body)?;
        if (200..300).contains(&answer.status) {
            Ok(Story(body))
        } else {
            Err(format!("the server refused: {body}").into())
        }
    }
}
