//! Calling a machine back: thin, signed with every key of the endpoint, to checked addresses only, and never along a
//! redirect. Whatever is not 2xx is tried again by the schedule; an endpoint nothing comes through to is turned off.

use std::sync::Arc;

use async_trait::async_trait;
use casework::promise::Promise;
use casework::{Desk, Error, Result, webhook};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use entity::endpoint;
use entity::outbox::Destination;
use entity::{CaseId, DigestId, EndpointId, case, case_event, digest};
use sea_orm::{ActiveEnum as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::{Deliver, Delivery, Job, Outcome};
use crate::adapter::EXCERPT_CHARS;
use crate::http::{Answer, CallError, Http};
use crate::webhook::address::{Policy, REFUSED};
use crate::webhook::sign;

/// Longest reply read: nobody needs more than a line of it.
const MAX_REPLY_BYTES: usize = 64 * 1024;

/// Who knows the endpoints there are, which come and go while a relay runs.
#[async_trait]
pub trait Endpoints: Send + Sync {
    /// Every endpoint that is called.
    ///
    /// # Errors
    /// When the database fails.
    async fn called(&self) -> Result<Vec<EndpointId>>;

    /// Who keeps the promises made to one endpoint.
    fn deliverer(&self, endpoint: EndpointId) -> Arc<dyn Deliver>;
}

/// How endpoints are called.
#[derive(Clone)]
pub struct Webhooks {
    desk: Desk,
    http: Http,
    policy: Policy,
    /// How long nothing may come through before an endpoint is turned off.
    patience: TimeDelta,
    /// Told of every endpoint that is turned off: an operator must hear of it.
    turned_off: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Webhooks")
    }
}

impl Webhooks {
    /// Calls endpoints through `http`, which must guard where it connects to, as `policy` says.
    pub fn new(
        desk: Desk,
        http: Http,
        policy: Policy,
        patience: TimeDelta,
        turned_off: Arc<dyn Fn() + Send + Sync>,
    ) -> Self {
        Self { desk, http, policy, patience, turned_off }
    }
}

#[async_trait]
impl Endpoints for Webhooks {
    async fn called(&self) -> Result<Vec<EndpointId>> {
        webhook::called(&self.desk).await
    }

    fn deliverer(&self, endpoint: EndpointId) -> Arc<dyn Deliver> {
        Arc::new(ToEndpoint { by: self.clone(), endpoint })
    }
}

struct ToEndpoint {
    by: Webhooks,
    endpoint: EndpointId,
}

#[async_trait]
impl Deliver for ToEndpoint {
    fn destination(&self) -> Destination {
        Destination::Webhook(self.endpoint)
    }

    async fn deliver(&self, job: &Job<'_>) -> Result<Delivery> {
        let desk = &self.by.desk;
        let message = match job.promise() {
            Some(Promise::WebhookV1 { case, sn, .. }) => Message::of(desk, case, sn).await?,
            Some(Promise::DigestV1 { digest, .. }) => match Message::digest(desk, digest).await? {
                Some(message) => message,
                None => return Ok(Delivery::plain("claim", Outcome::Cancelled("digest.forgotten"))),
            },
            _ => return Ok(Delivery::plain("claim", Outcome::Parked("relay.unknown_promise".to_owned()))),
        };
        let Some(endpoint) = endpoint::Entity::find_by_id(self.endpoint).one(&desk.db).await? else {
            return Ok(Delivery::plain("claim", Outcome::Cancelled("webhook.removed")));
        };
        let delivery = self.by.call(&endpoint, message).await?;
        match &delivery.outcome {
            Outcome::Done(_) => webhook::came_through(desk, &endpoint).await?,
            outcome if *outcome == parked("webhook.gone") => {
                let off = webhook::turn_off(desk, endpoint.id, "gone").await?;
                self.by.tell(&endpoint, off, "it answered 410");
            }
            _ => {
                let off = webhook::failed(desk, &endpoint, self.by.patience).await?;
                self.by.tell(&endpoint, off, "nothing came through for too long");
            }
        }
        Ok(delivery)
    }
}

impl Webhooks {
    fn tell(&self, endpoint: &endpoint::Model, off: bool, why: &str) {
        if off {
            let (machine, name) = (&endpoint.machine, &endpoint.name);
            tracing::error!(alarm = "webhook_disabled", machine, name, why, "a webhook was turned off");
            (self.turned_off)();
        }
    }

    async fn call(&self, endpoint: &endpoint::Model, message: Message) -> Result<Delivery> {
        // Looked at again each time: what may be called is the operator's to change.
        if let Err(why) = self.policy.check(&endpoint.url) {
            return Ok(Delivery {
                reply: Some(why.en.to_owned()),
                ..Delivery::plain("call", parked("webhook.address"))
            });
        }
        let now = self.desk.world.now();
        let signatures =
            sign::signatures(&webhook::keys(&self.desk, endpoint.id).await?, &message.id, now, &message.body);
        if signatures.is_empty() {
            return Ok(Delivery::plain("call", parked("webhook.no_key")));
        }
        let request = self
            .http
            .request(reqwest::Method::POST, &endpoint.url)
            .header(sign::ID, &message.id)
            .header(sign::TIMESTAMP, now.timestamp())
            .header(sign::SIGNATURE, signatures)
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(message.body);
        Ok(judge(self.http.send(request, MAX_REPLY_BYTES).await, now))
    }
}

/// What is told of one line of a timeline, or of what is stuck: the same bytes however often.
struct Message {
    id: String,
    body: String,
}

impl Message {
    async fn of(desk: &Desk, case: CaseId, sn: i32) -> Result<Self> {
        let row = case::Entity::find_by_id(case).one(&desk.db).await?.ok_or(Error::BadRow("outbox.case_id"))?;
        let line = case_event::Entity::find()
            .filter(case_event::Column::CaseId.eq(case))
            .filter(case_event::Column::Sequence.eq(sn))
            .one(&desk.db)
            .await?
            .ok_or(Error::BadRow("outbox.payload"))?;
        let body = json!({
            "type": format!("case.{}", line.act),
            "timestamp": line.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "data": { "case_id": case, "number": row.number, "state": line.state.to_value(), "sequence": sn },
        });
        Ok(Self { id: format!("msg_{}", line.id.0.simple()), body: body.to_string() })
    }

    /// None when it was so long ago that it is no longer kept.
    async fn digest(desk: &Desk, id: DigestId) -> Result<Option<Self>> {
        let Some(row) = digest::Entity::find_by_id(id).one(&desk.db).await? else { return Ok(None) };
        // When it was gathered: told late, it speaks of then and not of when it was due.
        let gathered = row.data.get("at").and_then(|at| at.as_str()?.parse::<DateTime<Utc>>().ok());
        let timestamp = gathered.unwrap_or(row.due).to_rfc3339_opts(SecondsFormat::Micros, true);
        let body = json!({ "type": "digest.ready", "timestamp": timestamp, "data": row.data });
        Ok(Some(Self { id: format!("msg_{}", row.id.0.simple()), body: body.to_string() }))
    }
}

fn parked(code: &str) -> Outcome {
    Outcome::Parked(code.to_owned())
}

fn again(after: Option<std::time::Duration>, code: &str) -> Outcome {
    Outcome::Retry { after, code: code.to_owned() }
}

fn judge(answer: std::result::Result<Answer, CallError>, now: DateTime<Utc>) -> Delivery {
    let answer = match answer {
        Ok(answer) => answer,
        Err(CallError::NotSent(text)) if text.contains(REFUSED) => {
            return Delivery { reply: Some(text), ..Delivery::plain("call", parked("webhook.address")) };
        }
        Err(CallError::NotSent(text)) => {
            return Delivery { reply: Some(text), ..Delivery::plain("call", again(None, "webhook.unreachable")) };
        }
        Err(CallError::MayHaveArrived(text)) => {
            return Delivery { reply: Some(text), ..Delivery::plain("call", again(None, "webhook.no_answer")) };
        }
    };
    let after = answer.retry_after(now);
    let outcome = match answer.status {
        200..=299 => Outcome::Done(None),
        300..=399 => again(None, "webhook.redirect"),
        410 => parked("webhook.gone"),
        429 | 503 => again(after, "webhook.busy"),
        500..=599 => again(after, "webhook.failing"),
        _ => again(after, "webhook.refused"),
    };
    let words: String = String::from_utf8_lossy(&answer.body).chars().take(EXCERPT_CHARS).collect();
    let reply = (!words.is_empty()).then_some(words);
    Delivery { outcome, step: "call", status: Some(answer.status), reached: true, reply }
}
