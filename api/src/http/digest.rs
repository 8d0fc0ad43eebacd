//! What an operator has to know: the same words for staff, for machines and on the command line.

use casework::destination::Standing;
use casework::outbox::Reason;
use casework::webhook::Trouble;
use chrono::{DateTime, Utc};
use entity::outbox::Destination;
use poem_openapi::Object;
use poem_openapi::types::Example;
use portal::digest::{self, Digest, Ending, Oldest};
use uuid::Uuid;

use super::delivery::DeliveryState;

/// What an operator has to know: counts, names and codes, nothing personal, and why something was paused.
#[derive(Debug, Object)]
#[oai(rename = "Digest", example, skip_serializing_if_is_none)]
pub struct DigestView {
    /// When it was gathered.
    pub at: DateTime<Utc>,
    /// How many deliveries wait for a person.
    pub parked: u64,
    /// How many may have arrived.
    pub unknown: u64,
    /// What has been open for longest.
    pub oldest: Option<OldestDelivery>,
    /// How every destination stands.
    pub destinations: Vec<DigestDestination>,
    /// What is parked or unknown, by destination and reason.
    pub stuck: Vec<StuckFor>,
    /// Webhooks nothing comes through to.
    pub webhooks: Vec<TroubledWebhook>,
    /// Keys that end within 14 days, and those that were the last of their owner.
    pub keys: Vec<EndingKey>,
    /// Everything there is to do, what weighs most first, and how to do it; empty when all is well.
    pub todo: Vec<Todo>,
}

/// What has been open for longest.
#[derive(Debug, Object)]
pub struct OldestDelivery {
    /// The delivery.
    pub id: Uuid,
    /// To whom it is owed.
    pub destination: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How long that is, in seconds.
    pub age_seconds: u64,
    /// Whether that is longer than was promised (`GXB_RELAY_PROMISE`).
    pub late: bool,
}

/// A destination.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DigestDestination {
    /// What it is called.
    pub name: String,
    /// How many deliveries wait for their time, or are being sent.
    pub waiting: u64,
    /// How many may have arrived.
    pub unknown: u64,
    /// How many wait for a person.
    pub parked: u64,
    /// Since when the oldest of all those has been owed.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Since when it does not answer.
    pub down_since: Option<DateTime<Utc>>,
    /// Since when it is paused.
    pub paused_at: Option<DateTime<Utc>>,
    /// Who paused it: `staff:` and an id, `machine:` and a name, or `cli`.
    pub paused_by: Option<String>,
}

/// How many deliveries are stuck for one reason.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct StuckFor {
    /// To whom they are owed.
    pub destination: String,
    /// `parked` or `unknown`.
    pub state: DeliveryState,
    /// Why: a stable code.
    pub reason: Option<String>,
    /// How many.
    pub count: u64,
    /// Since when the oldest of them has been owed.
    pub oldest_at: DateTime<Utc>,
}

/// A webhook nothing comes through to.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct TroubledWebhook {
    /// What it is called among destinations.
    pub destination: String,
    /// Whose.
    pub machine: String,
    /// What its machine calls it.
    pub name: String,
    /// Since when nothing came through, or since when it is off.
    pub since: DateTime<Utc>,
    /// Why it was turned off: `failing`, `gone`; none while it is called.
    pub disabled_for: Option<String>,
}

/// A key that ends.
#[derive(Debug, Object)]
pub struct EndingKey {
    /// Who signs with it: `portal`, `machine`, or `webhook` (we, when we call one).
    pub signer: String,
    /// Whose it is: the portal's or the machine's name; of a webhook `machine/webhook`.
    pub owner: String,
    /// What it is called.
    pub name: String,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// Whether no other key of the same owner is good for longer.
    pub last: bool,
}

/// One thing to do.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Todo {
    /// Which kind of thing: `down`, `paused`, `late`, `parked`, `unknown`, `reports`, `books`, `key`, `webhook`.
    pub code: String,
    /// The destination it is about, where it is about one.
    pub destination: Option<String>,
    /// Of what is parked or unknown: the code of the reason.
    pub reason: Option<String>,
    /// Of what is late: the delivery.
    pub delivery: Option<Uuid>,
    /// Which operation of the integration interface is of use, with the `destination`, `reason` or `delivery` above; none where
    /// only the operator can do something.
    pub operation: Option<String>,
    /// What there is, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// What to do, in Chinese, with the operator's command.
    pub next_zh: String,
    /// The same in English.
    pub next_en: String,
}

impl From<Digest> for DigestView {
    fn from(of: Digest) -> Self {
        let todo = digest::lines(&of).into_iter().map(Into::into).collect();
        let age = |oldest: &Oldest| u64::try_from((of.at - oldest.since).num_seconds()).unwrap_or(0);
        let oldest = of.oldest.as_ref().map(|oldest| OldestDelivery {
            id: oldest.id.0,
            destination: oldest.destination.to_string(),
            since: oldest.since,
            age_seconds: age(oldest),
            late: oldest.late,
        });
        Self {
            at: of.at,
            parked: of.parked(),
            unknown: of.unknown(),
            oldest,
            destinations: of.destinations.into_iter().map(Into::into).collect(),
            stuck: of.stuck.into_iter().map(Into::into).collect(),
            webhooks: of.webhooks.into_iter().map(Into::into).collect(),
            keys: of.keys.into_iter().map(Into::into).collect(),
            todo,
        }
    }
}

impl From<Standing> for DigestDestination {
    fn from(of: Standing) -> Self {
        let (paused_at, paused_by) = of.pause.map(|pause| (pause.paused_at, pause.paused_by)).unzip();
        Self {
            name: of.destination.to_string(),
            waiting: of.waiting + of.leased,
            unknown: of.unknown,
            parked: of.parked,
            oldest_at: of.oldest_at,
            down_since: of.down_since,
            paused_at,
            paused_by,
        }
    }
}

impl From<Reason> for StuckFor {
    fn from(of: Reason) -> Self {
        let Reason { destination, state, reason, count, oldest_at } = of;
        Self { destination: destination.to_string(), state: state.into(), reason, count, oldest_at }
    }
}

impl From<Trouble> for TroubledWebhook {
    fn from(of: Trouble) -> Self {
        let Trouble { endpoint, machine, name, since, off: disabled_for } = of;
        Self { destination: Destination::Webhook(endpoint).to_string(), machine, name, since, disabled_for }
    }
}

impl From<Ending> for EndingKey {
    fn from(of: Ending) -> Self {
        let signer = of.signer.name().to_owned();
        Self { signer, owner: of.key.owner, name: of.key.name, until: of.key.until, last: of.key.last }
    }
}

impl From<digest::Line> for Todo {
    fn from(of: digest::Line) -> Self {
        let digest::Line { code, destination, reason, delivery, operation, zh, en, next_zh, next_en } = of;
        let (destination, delivery) = (destination.map(|of| of.to_string()), delivery.map(|id| id.0));
        let (code, operation) = (code.to_owned(), operation.map(str::to_owned));
        Self { code, destination, reason, delivery, operation, zh, en, next_zh, next_en }
    }
}

impl Example for DigestView {
    fn example() -> Self {
        let at = DateTime::from_timestamp(1_795_340_400, 0).unwrap_or_default();
        let destination = || "province".to_owned();
        let reason = "province.refused";
        let again = format!("gaoxingban admin redrive --destination province --reason {reason}");
        Self {
            at,
            parked: 2,
            unknown: 0,
            oldest: None,
            destinations: Vec::new(),
            stuck: vec![StuckFor {
                destination: destination(),
                state: DeliveryState::Parked,
                reason: Some(reason.to_owned()),
                count: 2,
                oldest_at: at,
            }],
            webhooks: Vec::new(),
            keys: Vec::new(),
            todo: vec![Todo {
                code: "parked".to_owned(),
                destination: Some(destination()),
                reason: Some(reason.to_owned()),
                delivery: None,
                operation: Some("redrive_many".to_owned()),
                zh: format!("province 挂起 2 件：{reason}，最早 3 小时 5 分钟前"),
                en: format!("province: 2 parked for {reason}, the oldest 3h 5m ago"),
                next_zh: format!("查明并解决原因后重办：{again}"),
                next_en: format!("Mend the cause, then drive them again: {again}"),
            }],
        }
    }
}
