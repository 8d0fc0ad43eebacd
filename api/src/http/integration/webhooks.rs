//! Endpoints of a machine that wants to be called when cases change.

use std::sync::Arc;

use casework::machine::Scope;
use casework::outbox::Filter;
use casework::webhook::{self, Event};
use chrono::{DateTime, Utc};
use entity::outbox::Destination;
use entity::{EventId, OutboxId};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::Tag;
use super::webhook_view::{Gone, KeyRequest, Replay, SentAgain, WebhookRequest, WebhookView, Webhooks, view};
use crate::app::App;
use crate::fails;
use crate::http::delivery::{self, Deliveries, DeliveryHistory, DeliveryState};
use crate::http::machine::Machine;
use crate::http::page;
use crate::http::problem::{Fault, Place, Problem, Reply, codes};
use crate::http::sent::Sent;

/// Most lines of timelines replayed by one call, and how many unless told.
const MAX_REPLAY: u64 = 500;
const REPLAY: u64 = 200;

/// The operations.
#[derive(Debug)]
pub struct WebhooksApi;

fails! {
    /// Listing.
    pub signed ListWebhooks: ;
    /// Making or changing one.
    pub signed_body PutWebhook: WEBHOOK_NAME, WEBHOOK_ADDRESS, WEBHOOK_TOO_MANY;
    /// Removing one.
    pub signed DeleteWebhook: WEBHOOK_UNKNOWN;
    /// Making a key, or giving it an end.
    pub signed_body PutWebhookKey: WEBHOOK_UNKNOWN, WEBHOOK_NAME, WEBHOOK_TOO_MANY;
    /// Dropping a key.
    pub signed DeleteWebhookKey: WEBHOOK_UNKNOWN, WEBHOOK_LAST_KEY;
    /// Sending again.
    pub signed_body ReplayWebhook: WEBHOOK_UNKNOWN, CURSOR_INVALID, REQUEST_MALFORMED;
    /// Reading what was sent.
    pub signed ListWebhookDeliveries: WEBHOOK_UNKNOWN, CURSOR_INVALID;
    /// Reading one of them.
    pub signed GetWebhookDelivery: WEBHOOK_UNKNOWN, DELIVERY_UNKNOWN;
}

/// Passes a name that may stand in a path.
fn named(name: &str) -> Result<&str, Problem> {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if plain && (1..=32).contains(&name.len()) { Ok(name) } else { Err(Problem::new(&codes::WEBHOOK_NAME)) }
}

/// Passes an address that may be called, as far as can be seen from the outside.
fn allowed(app: &App, url: &str) -> Result<(), Problem> {
    let Err(why) = app.config.webhooks.policy.check(url) else { return Ok(()) };
    let (place, code) = (Place::Body("/url".to_owned()), codes::WEBHOOK_ADDRESS.code.to_owned());
    let detail = (format!("这个地址不能用：{}。", why.zh), format!("This address will not do: it {}.", why.en));
    Err(Problem::new(&codes::WEBHOOK_ADDRESS).faults([Fault { place, code, detail: detail.into() }]))
}

/// From where on to send again: one of the two must be said.
fn from(asked: &Replay) -> Result<webhook::From, Problem> {
    match (asked.since, page::after(asked.cursor.as_deref())?) {
        (_, Some(line)) => Ok(webhook::From::Behind(EventId(line))),
        (Some(since), None) => Ok(webhook::From::Time(since)),
        (None, None) => {
            let (place, code) = (Place::Body("/since".to_owned()), codes::REQUEST_MALFORMED.code.to_owned());
            let detail = ("请写明 since 或 cursor。", "Say `since`, or `cursor` to go on.").into();
            Err(Problem::new(&codes::REQUEST_MALFORMED).faults([Fault { place, code, detail }]))
        }
    }
}

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Webhooks")]
impl WebhooksApi {
    /// 回调列表 · List your webhooks
    ///
    /// Yours alone, with the keys to check with. Scope `webhooks.write`.
    #[oai(path = "/webhooks", method = "get", operation_id = "list_webhooks")]
    async fn list_webhooks(&self, who: Machine, app: Data<&Arc<App>>) -> Reply<Json<Webhooks>, ListWebhooks> {
        who.may(Scope::WebhooksWrite)?;
        let mut webhooks = Vec::new();
        for row in webhook::list(&app.desk, who.name()).await? {
            webhooks.push(view(&app.desk, row).await?);
        }
        Ok(Json(Webhooks { webhooks }))
    }

    /// 设置回调 · Make or change a webhook
    ///
    /// From now on every step of every case (event `case`) is sent there by POST, by the Standard Webhooks specification: `webhook-id` (the same
    /// however often it is sent), `webhook-timestamp`, and `webhook-signature` with one signature for each key. The body is
    /// thin: `{"type": "case.accepted", "timestamp", "data": {"case_id", "number", "state", "sequence"}}`; read the case for the
    /// rest. An operator's webhook can also hear, at the times set by `GXB_DIGEST_AT`, how much there is to do (event `digest`,
    /// which needs the scope `deliveries.read` as well): `{"type": "digest.ready", "timestamp", "data": {"at", "todo", "parked",
    /// "unknown", "oldest_at", "down", "paused", "webhooks", "keys"}}`; `read_digest` says the rest. Answer 2xx within the time-out; anything else is tried again by the schedule, redirects are not followed, 410
    /// turns the webhook off, and so does a long time in which nothing comes through. Order is kept within a case. A new
    /// webhook has one key, `first`. The address must lead to a public host (or one the operator allows), by https. Scope
    /// `webhooks.write`.
    #[oai(path = "/webhooks/:name", method = "put", operation_id = "put_webhook")]
    async fn put_webhook(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        /// What you call it: 1 to 32 letters, digits, `-` or `_`.
        name: Path<String>,
        body: Sent<WebhookRequest>,
    ) -> Reply<Json<WebhookView>, PutWebhook> {
        who.may(Scope::WebhooksWrite)?;
        let (name, asked) = (named(&name)?, body.0);
        allowed(&app, &asked.url)?;
        for scope in asked.events.iter().flat_map(|event| Event::from(*event).scopes()) {
            who.may(*scope)?;
        }
        let row = webhook::put(&app.desk, who.name(), name, asked.wanted()).await?;
        if webhook::keys(&app.desk, row.id).await?.is_empty() {
            webhook::put_key(&app.desk, row.id, "first", entity::endpoint_key::Kind::Hmac, None).await?;
        }
        app.wake.call();
        Ok(Json(view(&app.desk, row).await?))
    }

    /// 删除回调 · Remove a webhook
    ///
    /// What it is still owed is not sent. Scope `webhooks.write`.
    #[oai(path = "/webhooks/:name", method = "delete", operation_id = "delete_webhook")]
    async fn delete_webhook(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        name: Path<String>,
    ) -> Reply<Gone, DeleteWebhook> {
        who.may(Scope::WebhooksWrite)?;
        webhook::remove(&app.desk, who.name(), &name).await?;
        Ok(Gone::Gone)
    }

    /// 设置回调密钥 · Make a key of a webhook
    ///
    /// To rotate: make a second key, check with both, then give the first one an end (`until`) or drop it. While several
    /// are good, every call carries a signature by each. The same call again changes nothing but the end. A key that is
    /// over stays listed, and is one of the four there may be, until it is dropped. Scope
    /// `webhooks.write`.
    #[oai(path = "/webhooks/:name/keys/:key", method = "put", operation_id = "put_webhook_key")]
    async fn put_webhook_key(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        name: Path<String>,
        /// What you call the key: 1 to 32 letters, digits, `-` or `_`.
        key: Path<String>,
        body: Sent<KeyRequest>,
    ) -> Reply<Json<WebhookView>, PutWebhookKey> {
        who.may(Scope::WebhooksWrite)?;
        let row = webhook::find(&app.desk, who.name(), &name).await?;
        webhook::put_key(&app.desk, row.id, named(&key)?, body.kind.into(), body.until).await?;
        Ok(Json(view(&app.desk, row).await?))
    }

    /// 删除回调密钥 · Drop a key of a webhook
    ///
    /// From now on nothing is signed with it. The only key that is good cannot be dropped: make another one first. One that is
    /// over can always be. Scope `webhooks.write`.
    #[oai(path = "/webhooks/:name/keys/:key", method = "delete", operation_id = "delete_webhook_key")]
    async fn delete_webhook_key(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        name: Path<String>,
        key: Path<String>,
    ) -> Reply<Json<WebhookView>, DeleteWebhookKey> {
        who.may(Scope::WebhooksWrite)?;
        let row = webhook::find(&app.desk, who.name(), &name).await?;
        webhook::drop_key(&app.desk, row.id, &key).await?;
        Ok(Json(view(&app.desk, row).await?))
    }

    /// 重发 · Send again
    ///
    /// Everything that happened since then, whether it came through before or not, and also what happened while the webhook
    /// was off, and what is parked; under the same `webhook-id`. What is on its way already is not doubled. Where the webhook is off (`enabled`
    /// false in the answer), all of it waits until `put_webhook` turns it on. Scope `webhooks.write`.
    #[oai(path = "/webhooks/:name/replay", method = "post", operation_id = "replay_webhook")]
    async fn replay_webhook(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        name: Path<String>,
        body: Sent<Replay>,
    ) -> Reply<Json<SentAgain>, ReplayWebhook> {
        let by = who.may(Scope::WebhooksWrite)?;
        let row = webhook::find(&app.desk, who.name(), &name).await?;
        let limit = body.limit.unwrap_or(REPLAY).clamp(1, MAX_REPLAY);
        let (replayed, next) = webhook::replay(&app.desk, row.id, from(&body)?, limit, &by).await?;
        app.wake.call();
        Ok(Json(SentAgain {
            replayed,
            enabled: row.disabled_at.is_none(),
            cursor: next.map(|line| page::cursor(line.0)),
        }))
    }

    /// 回调记录 · List what was sent
    ///
    /// What waits or failed unless told otherwise. Scope `webhooks.write`.
    #[oai(path = "/webhooks/:name/deliveries", method = "get", operation_id = "list_webhook_deliveries")]
    #[expect(clippy::too_many_arguments, reason = "each is a documented parameter of the query")]
    async fn list_webhook_deliveries(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        name: Path<String>,
        /// Where they stand: anything but `done` and `cancelled` unless told.
        state: Query<Option<DeliveryState>>,
        /// Promised before this.
        before: Query<Option<DateTime<Utc>>>,
        /// Where the page begins: the `cursor` of the one before.
        cursor: Query<Option<String>>,
        /// Entries of a page: 20 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Reply<Json<Deliveries>, ListWebhookDeliveries> {
        who.may(Scope::WebhooksWrite)?;
        let row = webhook::find(&app.desk, who.name(), &name).await?;
        let open = [DeliveryState::Queued, DeliveryState::Leased, DeliveryState::Unknown, DeliveryState::Parked];
        let states = state.0.map_or(open.map(Into::into).to_vec(), |state| vec![state.into()]);
        let destination = Some(Destination::Webhook(row.id));
        let filter = Filter { states, destination, before: before.0, ..Filter::default() };
        Ok(Json(delivery::list(&app.desk, &filter, cursor.as_deref(), limit.0).await?))
    }

    /// 回调详情 · Read what became of one call
    ///
    /// With every try: when, how long, the status, and the start of what you answered. Scope `webhooks.write`.
    #[oai(path = "/webhooks/:name/deliveries/:id", method = "get", operation_id = "get_webhook_delivery")]
    async fn get_webhook_delivery(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        name: Path<String>,
        id: Path<Uuid>,
    ) -> Reply<Json<DeliveryHistory>, GetWebhookDelivery> {
        who.may(Scope::WebhooksWrite)?;
        let row = webhook::find(&app.desk, who.name(), &name).await?;
        let (promise, _) = casework::outbox::find(&app.desk, OutboxId(id.0)).await?;
        if promise.destination != Destination::Webhook(row.id) {
            return Err(Problem::new(&codes::DELIVERY_UNKNOWN).into());
        }
        Ok(Json(delivery::history(&app.desk, promise.id).await?))
    }
}
