//! One call and what its reply means.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::codes::{self, Meaning};
use super::error::{Fault, WeChatError};
use crate::http::{CallError, Http};

/// WeChat's JSON replies are a few hundred bytes long.
const MAX_REPLY_BYTES: usize = 64 * 1024;
/// How long to leave a server alone that could not be reached.
const UNREACHED: Duration = Duration::from_secs(5);
/// How long to leave a server alone that says it is overloaded.
const OVERLOADED: Duration = Duration::from_secs(30);

/// Why a call brought nothing. A refused token is told apart, because a new one heals it.
pub(super) enum Refused {
    Token(i64),
    Other(WeChatError),
}

impl Refused {
    /// The same, for a caller who has no newer token to offer.
    pub(super) fn settle(self, fault: Fault) -> WeChatError {
        match self {
            Self::Token(code) => WeChatError::Rejected { code, fault, field: None },
            Self::Other(error) => error,
        }
    }
}

impl From<WeChatError> for Refused {
    fn from(error: WeChatError) -> Self {
        Self::Other(error)
    }
}

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    errmsg: String,
}

/// Sends `request` and reads its reply as `T`.
///
/// serde's own error texts quote what they could not read, so none of them gets out of here.
pub(super) async fn exchange<T: DeserializeOwned>(
    http: &Http,
    request: reqwest::RequestBuilder,
    now: DateTime<Utc>,
) -> Result<T, Refused> {
    let answer = http.send(request, MAX_REPLY_BYTES).await.map_err(|error| lost(&error))?;
    if answer.status != 200 {
        return Err(by_status(answer.status).into());
    }
    let unreadable = || WeChatError::unknown("a reply that is not WeChat's JSON");
    // serde reads a struct from a list as well, and an empty list would pass for success.
    if answer.body.trim_ascii_start().first() != Some(&b'{') {
        return Err(unreadable().into());
    }
    let head: Head = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
    if codes::meaning(head.errcode) == Meaning::NewToken {
        return Err(Refused::Token(head.errcode));
    }
    if let Some(error) = WeChatError::from_code(head.errcode, &head.errmsg, now) {
        return Err(error.into());
    }
    serde_json::from_slice(&answer.body).map_err(|_| unreadable().into())
}

fn lost(error: &CallError) -> WeChatError {
    match error {
        CallError::NotSent(_) => WeChatError::Retry { after: UNREACHED, why: error.to_string() },
        CallError::MayHaveArrived(_) => WeChatError::unknown(error.to_string()),
    }
}

/// WeChat itself always answers 200; anything else comes from something in between.
fn by_status(status: u16) -> WeChatError {
    match status {
        429 | 503 => WeChatError::Retry { after: OVERLOADED, why: format!("HTTP status {status}") },
        300..=499 => WeChatError::Rejected { code: i64::from(status), fault: Fault::Http, field: None },
        _ => WeChatError::unknown(format!("HTTP status {status}")),
    }
}
