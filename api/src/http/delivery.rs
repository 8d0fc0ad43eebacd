//! What is owed, where it stands and what became of it: the same words for the applicant, for staff and for machines.

use casework::outbox::{self, Filter};
use casework::{Desk, Result};
use chrono::{DateTime, Utc};
use entity::OutboxId;
use entity::outbox::State;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use super::free::Free;
use super::page;
use super::problem::{Explain as _, Fault, Place, Problem, codes};

/// Where something owed to the province or to a person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waiting for its turn, or for the next try.
    Queued,
    /// Being sent right now.
    Leased,
    /// It may have arrived: we ask before sending again.
    Unknown,
    /// It arrived.
    Done,
    /// One of us is looking at it. The applicant need do nothing.
    Parked,
    /// No longer owed.
    Cancelled,
}

impl DeliveryState {
    /// Whether it will be tried at its time.
    pub(crate) fn waits(self) -> bool {
        matches!(self, Self::Queued | Self::Unknown)
    }
}

impl From<State> for DeliveryState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Leased => Self::Leased,
            State::Unknown => Self::Unknown,
            State::Done => Self::Done,
            State::Parked => Self::Parked,
            State::Cancelled => Self::Cancelled,
        }
    }
}

impl From<DeliveryState> for State {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Queued => Self::Queued,
            DeliveryState::Leased => Self::Leased,
            DeliveryState::Unknown => Self::Unknown,
            DeliveryState::Done => Self::Done,
            DeliveryState::Parked => Self::Parked,
            DeliveryState::Cancelled => Self::Cancelled,
        }
    }
}

/// Something owed to somebody outside.
#[derive(Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// `province`, `wechat`, or a webhook's `destination`.
    pub destination: String,
    /// The case it belongs to.
    pub case_id: Option<Uuid>,
    /// What is owed: `apply_v1`, `withdraw_v1`, `accept_v1`, `step_v1`, `special_v1`, `done_v1`, `rating_v1`, `notice_v1`,
    /// `webhook_v1`.
    pub promise: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries since it was last driven.
    pub tries: u32,
    /// When it is tried next, while it waits: then, or as soon as everything earlier of the same case to the same destination is
    /// over. Behind one that is parked it may long have passed.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Why it is not done: a stable code; `/docs/reasons` says what each means and what to do.
    pub reason: Option<String>,
    /// When it was promised.
    pub created_at: DateTime<Utc>,
    /// Since when it waits for a person, while it is parked.
    pub parked_at: Option<DateTime<Utc>>,
    /// When it ended: arrived, or was cancelled.
    pub settled_at: Option<DateTime<Utc>>,
}

/// One try.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Attempt {
    /// 1, 2, 3 …
    pub number: u32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took.
    pub millis: u64,
    /// How far it came: `ask`, `file`, `case`, `tell`, `withdraw`, `message`, `call`, `claim`.
    pub step: String,
    /// `done`, `retry`, `unknown`, `parked`, `cancelled`.
    pub outcome: String,
    /// Why it failed: a stable code, one of `/docs/reasons`.
    pub code: Option<String>,
    /// HTTP status of the last reply.
    pub status: Option<i32>,
    /// The other side's words, trimmed.
    pub reply: Option<String>,
}

/// Something somebody did to it by hand.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Intervention {
    /// `redriven` or `cancelled`.
    pub act: String,
    /// Who: `staff:` and an id, or `machine:` and a name.
    pub by: String,
    /// Why, in their words.
    pub words: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A delivery with every try.
#[derive(Debug, Object)]
pub struct DeliveryHistory {
    /// The delivery.
    pub delivery: Delivery,
    /// Its tries, first to last.
    pub attempts: Vec<Attempt>,
    /// What was done to it by hand, first to last.
    pub interventions: Vec<Intervention>,
    /// What it sends: `ids` as it is kept and, under `content`, what would go out now in our own words, personal data masked.
    /// `content` is null where it cannot be put together.
    pub payload: Free,
}

/// A page of deliveries, oldest first.
#[derive(Debug, Object)]
pub struct Deliveries {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// Where the next page begins; none at the end.
    #[oai(skip_serializing_if_is_none)]
    pub cursor: Option<String>,
}

impl From<entity::outbox::Model> for Delivery {
    fn from(row: entity::outbox::Model) -> Self {
        let state = DeliveryState::from(row.state);
        Self {
            id: row.id.0,
            destination: row.destination.to_string(),
            case_id: row.case_id.map(|id| id.0),
            promise: row.payload.get("promise").and_then(|name| name.as_str()).unwrap_or_default().to_owned(),
            state,
            tries: u32::try_from(row.tries).unwrap_or(0),
            next_try_at: state.waits().then_some(row.next_try_at),
            reason: row.reason,
            created_at: row.created_at,
            parked_at: row.settled_at.filter(|_| state == DeliveryState::Parked),
            settled_at: row.settled_at.filter(|_| state != DeliveryState::Parked),
        }
    }
}

impl Attempt {
    fn of(desk: &Desk, row: entity::attempt::Model) -> Result<Self> {
        let reply = outbox::reply(desk, &row)?;
        Ok(Self {
            number: u32::try_from(row.number).unwrap_or(0),
            started_at: row.started_at,
            millis: u64::try_from(row.millis).unwrap_or(0),
            step: row.step,
            outcome: row.outcome,
            code: row.code,
            status: row.status,
            reply,
        })
    }
}

impl Intervention {
    fn of(desk: &Desk, row: entity::intervention::Model) -> Result<Self> {
        let words = outbox::words(desk, &row)?;
        Ok(Self { act: sea_orm::ActiveEnum::to_value(&row.act), by: row.by, words, at: row.at })
    }
}

/// A reason that was asked for at this place of the request. No other than those of `/docs/reasons` is ever the reason of
/// anything: one that was mistyped would let nothing through, and look like good news.
///
/// # Errors
/// `request.malformed` or `request.parameter`.
pub(crate) fn known_reason(asked: Option<String>, place: Place) -> std::result::Result<Option<String>, Problem> {
    let Some(code) = asked.as_ref().filter(|code| portal::reason::named(code).is_none()) else { return Ok(asked) };
    let kind = match place {
        Place::Body(_) => &codes::REQUEST_MALFORMED,
        Place::Parameter(_) => &codes::REQUEST_PARAMETER,
    };
    let words = (
        format!("没有原因代码 {code}，全部代码见 /docs/reasons"),
        format!("there is no reason {code}; `/docs/reasons` lists all"),
    );
    Err(Problem::new(kind).faults([Fault { place, code: "request.choice".to_owned(), detail: words.into() }]))
}

/// A page of the deliveries a filter lets through.
///
/// # Errors
/// `list.cursor`, or when the database fails.
pub(crate) async fn list(
    desk: &Desk,
    filter: &Filter,
    cursor: Option<&str>,
    limit: Option<u64>,
) -> std::result::Result<Deliveries, Problem> {
    let limit = page::limit(limit);
    let after = page::after(cursor)?.map(OutboxId);
    let rows = outbox::list(desk, filter, after, limit + 1).await.map_err(casework::Error::explain)?;
    let (rows, cursor) = page::cut(rows, limit, |row| row.id.0);
    Ok(Deliveries { deliveries: rows.into_iter().map(Into::into).collect(), cursor })
}

/// A delivery with everything that is known of it.
///
/// # Errors
/// When there is none, or a row cannot be read.
pub(crate) async fn history(desk: &Desk, id: OutboxId) -> Result<DeliveryHistory> {
    let (row, attempts) = outbox::find(desk, id).await?;
    let interventions = outbox::interventions(desk, id).await?;
    Ok(DeliveryHistory {
        payload: Free(portal::payload::masked(desk, &row).await?),
        delivery: row.into(),
        attempts: attempts.into_iter().map(|row| Attempt::of(desk, row)).collect::<Result<_>>()?,
        interventions: interventions.into_iter().map(|row| Intervention::of(desk, row)).collect::<Result<_>>()?,
    })
}

impl Example for Delivery {
    fn example() -> Self {
        let at = DateTime::from_timestamp(1_795_340_400, 0).unwrap_or_default();
        Self {
            id: Uuid::from_u128(0x01a2_03eb_d2be_7fc0_ad3b_18f9_b9b3_ac25),
            destination: "province".to_owned(),
            case_id: Some(Uuid::from_u128(0x01a2_03eb_b153_7e20_a2b8_14cf_59ef_3d0c)),
            promise: "apply_v1".to_owned(),
            state: DeliveryState::Parked,
            tries: 1,
            next_try_at: None,
            reason: Some("province.refused".to_owned()),
            created_at: at,
            parked_at: Some(at),
            settled_at: None,
        }
    }
}
