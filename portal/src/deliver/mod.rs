//! Keeping one promise: what the relay asks of whoever speaks to the outside.

mod notice;
mod province;
mod webhook;

use std::time::Duration;

use async_trait::async_trait;
use casework::promise::Promise;
use casework::{Desk, Result};
use chrono::{DateTime, Utc};
use entity::outbox::{self, Destination};
use serde_json::Value;

pub use notice::{NoticeTemplates, ToWeChat};
pub use province::{Binder, ToProvince};
pub use webhook::{Endpoints, Webhooks};

use crate::relay::lease::Lease;

/// Somebody who keeps the promises made to one destination.
#[async_trait]
pub trait Deliver: Send + Sync {
    /// Whose promises.
    fn destination(&self) -> Destination;

    /// Tries once. It may be stopped at any moment and tried again by another process: steps that must not be done twice
    /// are remembered with [`Job::checkpoint`].
    ///
    /// # Errors
    /// When our own database fails or the lease is lost; the promise is then taken up again later.
    async fn deliver(&self, job: &Job<'_>) -> Result<Delivery>;
}

/// One promise at hand.
#[derive(Debug)]
pub struct Job<'a> {
    desk: &'a Desk,
    lease: &'a Lease,
}

impl<'a> Job<'a> {
    /// The promise a lease holds.
    pub fn new(desk: &'a Desk, lease: &'a Lease) -> Self {
        Self { desk, lease }
    }

    /// What was promised; none when this program is older than the one that promised it.
    pub fn promise(&self) -> Option<Promise> {
        serde_json::from_value(self.lease.row.payload.clone()).ok()
    }

    /// The row.
    pub fn row(&self) -> &outbox::Model {
        &self.lease.row
    }

    /// The steps an earlier attempt remembered.
    pub fn steps(&self) -> Value {
        self.lease.row.checkpoint.clone().unwrap_or(Value::Null)
    }

    /// Remembers the steps done so far.
    ///
    /// # Errors
    /// When the lease is lost.
    pub async fn checkpoint(&self, steps: &Value) -> Result<()> {
        self.lease.checkpoint(self.desk, steps).await
    }
}

/// Codes that say a destination was away, and nothing of the promise that met this.
pub(crate) const OUTAGES: &[&str] = &[
    "province.unreachable",
    "province.no_answer",
    "province.failing",
    "province.too_slow",
    "relay.timeout",
    "webhook.unreachable",
    "webhook.no_answer",
    "webhook.failing",
];
/// Codes by which a destination asks to be left alone.
const OVERLOADED: &[&str] = &["province.busy", "wechat.busy", "webhook.busy"];

/// What became of one attempt.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What to do now.
    pub outcome: Outcome,
    /// How far it came: `ask`, `file`, `case`, `tell`, `withdraw`, `message`, `call` …
    pub step: &'static str,
    /// HTTP status of the last reply.
    pub status: Option<u16>,
    /// Whether the other side was there: it answered, or what was owed is done.
    pub reached: bool,
    /// The other side's words, trimmed.
    pub reply: Option<String>,
}

/// What to do after an attempt. Codes are stable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept; a code where it was kept without doing anything.
    Done(Option<&'static str>),
    /// It is no longer owed.
    Cancelled(&'static str),
    /// It was not done: try later.
    Retry {
        /// How long the other side asks to be left alone.
        after: Option<Duration>,
        /// Why.
        code: String,
    },
    /// It cannot be known before this moment: look again then. Not the other side's wish, so no bound of the schedule holds.
    Later {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        code: &'static str,
    },
    /// It may have been done: ask before trying again.
    Unknown(String),
    /// A person must act.
    Parked(String),
}

impl Delivery {
    /// An attempt without a reply.
    pub fn plain(step: &'static str, outcome: Outcome) -> Self {
        Self { outcome, step, status: None, reached: false, reply: None }
    }

    /// Whether the destination is there for others as well: yes when it answered this one, no when it was away or had too
    /// much to do, none when the attempt ended for reasons of our own.
    pub(crate) fn answered(&self) -> Option<bool> {
        match &self.outcome {
            Outcome::Retry { code, .. } | Outcome::Unknown(code) => {
                let code = code.as_str();
                (OUTAGES.contains(&code) || OVERLOADED.contains(&code)).then_some(false)
            }
            Outcome::Done(_) | Outcome::Parked(_) | Outcome::Later { .. } => self.reached.then_some(true),
            Outcome::Cancelled(_) => None,
        }
    }
}
