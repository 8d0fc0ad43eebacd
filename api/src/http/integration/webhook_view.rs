//! What is said of webhooks, and what they are asked for with.

use casework::webhook::{self, Event, Wanted};
use casework::{Desk, Result};
use chrono::{DateTime, Utc};
use entity::endpoint::Model;
use entity::endpoint_key::Kind;
use entity::outbox::Destination;
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Enum, Object};
use portal::webhook::sign;

/// A webhook as it is to be.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct WebhookRequest {
    /// Where to call: https, and no name or password in it.
    #[oai(validator(min_length = 1, max_length = 2000))]
    pub url: String,
    /// Whether it is called: it is, unless told. Turning it on again forgets that it failed; what is parked stays
    /// so until `replay_webhook`.
    pub enabled: Option<bool>,
    /// What it is called for: `case` unless told.
    #[oai(default = "cases", validator(min_items = 1, max_items = 2))]
    pub events: Vec<WebhookEvent>,
}

fn cases() -> Vec<WebhookEvent> {
    vec![WebhookEvent::Case]
}

impl WebhookRequest {
    /// The same in the words of the trade.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        let events = self.events.iter().map(|event| Event::from(*event)).collect();
        Wanted { url: &self.url, on: self.enabled.unwrap_or(true), events }
    }
}

/// What a webhook can be called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum WebhookEvent {
    /// A step of a case.
    Case,
    /// At set times: how much there is to do for an operator.
    Digest,
}

impl From<WebhookEvent> for Event {
    fn from(event: WebhookEvent) -> Self {
        match event {
            WebhookEvent::Case => Self::Case,
            WebhookEvent::Digest => Self::Digest,
        }
    }
}

impl From<Event> for WebhookEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Case => Self::Case,
            Event::Digest => Self::Digest,
        }
    }
}

/// How calls are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum KeyKind {
    /// HMAC-SHA-256 with a shared secret (`whsec_…`).
    #[oai(rename = "v1")]
    Hmac,
    /// Ed25519: you hold the public key (`whpk_…`) only.
    #[oai(rename = "v1a")]
    Ed25519,
}

impl From<KeyKind> for Kind {
    fn from(kind: KeyKind) -> Self {
        match kind {
            KeyKind::Hmac => Self::Hmac,
            KeyKind::Ed25519 => Self::Ed25519,
        }
    }
}

impl From<Kind> for KeyKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Hmac => Self::Hmac,
            Kind::Ed25519 => Self::Ed25519,
        }
    }
}

/// A key as it is to be.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct KeyRequest {
    /// How calls are signed; of a key that is there, it stays what it was.
    pub kind: KeyKind,
    /// Until when calls are signed with it; for good unless told.
    pub until: Option<DateTime<Utc>>,
}

/// A key of a webhook.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct WebhookKey {
    /// What you call it.
    pub name: String,
    /// How calls are signed.
    pub kind: KeyKind,
    /// What you check with: `whsec_…` is a secret, `whpk_…` is not.
    pub key: String,
    /// Until when calls are signed with it.
    pub until: Option<DateTime<Utc>>,
}

/// A webhook.
#[derive(Debug, Object)]
#[oai(rename = "Webhook", skip_serializing_if_is_none)]
pub struct WebhookView {
    /// What you call it.
    pub name: String,
    /// Where it calls.
    pub url: String,
    /// What it is called among destinations: to be paused and resumed there.
    pub destination: String,
    /// What it is called for.
    pub events: Vec<WebhookEvent>,
    /// Whether it is called.
    pub enabled: bool,
    /// Why not: `machine` (you said so), `failing` (nothing came through for too long), `gone` (it answered 410).
    pub disabled_for: Option<String>,
    /// Since when it is not.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Since when nothing has come through.
    pub failing_since: Option<DateTime<Utc>>,
    /// What calls are signed with.
    pub keys: Vec<WebhookKey>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Your webhooks.
#[derive(Debug, Object)]
pub struct Webhooks {
    /// The webhooks, by name.
    pub webhooks: Vec<WebhookView>,
}

/// From when on to send again.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct Replay {
    /// What was written at this moment or later; for the first call.
    pub since: Option<DateTime<Utc>>,
    /// Where the call before ended; for every further call.
    #[oai(validator(max_length = 64))]
    pub cursor: Option<String>,
    /// At most so many steps of cases, the oldest first: 200 unless told, at most 500.
    #[oai(validator(minimum(value = "1"), maximum(value = "500")))]
    pub limit: Option<u64>,
}

/// What is sent again.
#[derive(Debug, Object)]
#[oai(rename = "Replayed", skip_serializing_if_is_none)]
pub struct SentAgain {
    /// How many steps of cases.
    pub replayed: u64,
    /// Whether the webhook is called: where it is not, they wait until it is turned on.
    pub enabled: bool,
    /// Ask again with it; none when that was all.
    pub cursor: Option<String>,
}

/// It is no longer there.
#[derive(Debug, ApiResponse)]
pub enum Gone {
    /// It is gone.
    #[oai(status = 204)]
    Gone,
}

/// A webhook with its keys.
///
/// # Errors
/// When a row cannot be read.
pub(super) async fn view(desk: &Desk, row: Model) -> Result<WebhookView> {
    let key = |key: webhook::Key| WebhookKey {
        key: sign::shown(&key),
        name: key.name,
        kind: key.kind.into(),
        until: key.until,
    };
    Ok(WebhookView {
        keys: webhook::keys(desk, row.id).await?.into_iter().map(key).collect(),
        destination: Destination::Webhook(row.id).to_string(),
        events: Event::of(&row).into_iter().map(Into::into).collect(),
        name: row.name,
        url: row.url,
        enabled: row.disabled_at.is_none(),
        disabled_for: row.disabled_for,
        disabled_at: row.disabled_at,
        failing_since: row.failing_since,
        created_at: row.created_at,
    })
}

impl Example for WebhookRequest {
    fn example() -> Self {
        Self { url: "https://exchange.example.gov.cn/gaoxingban".to_owned(), enabled: Some(true), events: cases() }
    }
}

impl Example for KeyRequest {
    fn example() -> Self {
        Self { kind: KeyKind::Ed25519, until: None }
    }
}

impl Example for Replay {
    fn example() -> Self {
        Self { since: DateTime::from_timestamp(1_795_340_400, 0), cursor: None, limit: None }
    }
}
