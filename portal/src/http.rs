//! The one way out: every call to somebody else's server goes through [`Http`].

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use reqwest::dns::Resolve;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// A client with time-outs, without redirects, cookies or proxies from the environment.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    timeout: Duration,
}

/// What came back, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The reply's headers.
    pub headers: HeaderMap,
    /// The body, at most as long as the caller allowed.
    pub body: Bytes,
}

impl Answer {
    /// `Retry-After` in seconds or as an HTTP date; a date that has passed is no wait at all.
    pub fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let then = DateTime::parse_from_rfc2822(text).ok()?;
        Some(then.signed_duration_since(now).to_std().unwrap_or_default())
    }
}

/// Why there is no answer. The difference decides whether a call may be repeated blindly.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The request surely never reached the other side: wrong address, refused connection, failed handshake.
    #[error("no connection: {0}")]
    NotSent(String),
    /// The request may have been carried out: time-out, connection closed in the middle, reply too long.
    #[error("no answer: {0}")]
    MayHaveArrived(String),
}

impl Http {
    /// A client whose calls end after `timeout`, connection included.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(timeout: Duration) -> Result<Self, reqwest::Error> {
        Self::build(timeout, |client| client)
    }

    /// The same for addresses strangers give: names are resolved by `guard`, and connections go to what it answers.
    ///
    /// # Errors
    /// As [`Http::new`].
    pub fn guarded(timeout: Duration, guard: impl Resolve + 'static) -> Result<Self, reqwest::Error> {
        Self::build(timeout, |client| client.dns_resolver(std::sync::Arc::new(guard)))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where a client is built")]
    fn build(
        timeout: Duration,
        more: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, reqwest::Error> {
        // A second caller finds it installed already, which is what is wanted.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(timeout.min(Duration::from_secs(10)))
            .user_agent(concat!("gaoxingban/", env!("CARGO_PKG_VERSION")));
        Ok(Self { client: more(client).build()?, timeout })
    }

    /// Starts a request; hand what comes of it to [`Http::send`].
    pub fn request(&self, method: reqwest::Method, url: &str) -> reqwest::RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends `request` and reads at most `max_reply_bytes` of the answer.
    ///
    /// # Errors
    /// [`CallError`], which says whether the request may have arrived. Its text holds neither URL nor body.
    #[expect(clippy::disallowed_methods, reason = "the one place where a request is sent")]
    pub async fn send(&self, request: reqwest::RequestBuilder, max_reply_bytes: usize) -> Result<Answer, CallError> {
        let whole = async {
            let mut response = request.send().await.map_err(sort)?;
            let mut body = BytesMut::new();
            while let Some(chunk) = response.chunk().await.map_err(sort)? {
                if body.len() + chunk.len() > max_reply_bytes {
                    return Err(CallError::MayHaveArrived(format!("the reply is longer than {max_reply_bytes} bytes")));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body: body.freeze() })
        };
        tokio::time::timeout(self.timeout, whole).await.unwrap_or_else(|_| {
            Err(CallError::MayHaveArrived(format!("timed out after {} ms", self.timeout.as_millis())))
        })
    }
}

fn sort(error: reqwest::Error) -> CallError {
    let (never_sent, text) = (error.is_connect() || error.is_builder(), chain(&error.without_url()));
    if never_sent { CallError::NotSent(text) } else { CallError::MayHaveArrived(text) }
}

fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |e| e.source()).take(8).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
