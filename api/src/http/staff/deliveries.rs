//! What is owed, and what became of it: everything stuck is visible with its reason, and one call from being driven again.

use std::sync::Arc;

use casework::{Desk, outbox};
use chrono::{DateTime, Utc};
use entity::OutboxId;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::caller::Officer;
use crate::http::delivery::DeliveryState;
use crate::http::page;
use crate::http::problem::Reply;

/// The operations.
#[derive(Debug)]
pub struct DeliveriesApi;

fails! {
    /// Listing.
    pub signed_in ListDeliveries: CURSOR_INVALID, SESSION_NOT_ALLOWED;
    /// Reading one.
    pub signed_in GetDelivery: DELIVERY_UNKNOWN, SESSION_NOT_ALLOWED;
    /// Driving one again.
    pub signed_in RedriveDelivery: DELIVERY_UNKNOWN, DELIVERY_NOT_PARKED, SESSION_NOT_ALLOWED;
}

/// Something owed to somebody outside.
#[derive(Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct Delivery {
    /// Its id.
    pub id: Uuid,
    /// `province` or `wechat`.
    pub destination: String,
    /// The case it belongs to.
    pub case_id: Option<Uuid>,
    /// What is owed: `apply_v1`, `withdraw_v1`, `accept_v1`, `step_v1`, `special_v1`, `done_v1`, `rating_v1`, `notice_v1`.
    pub promise: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries since it was last driven.
    pub tries: u32,
    /// When it is tried next, while it waits.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Why it is not done: a stable code.
    pub reason: Option<String>,
    /// When it was promised.
    pub created_at: DateTime<Utc>,
    /// When it ended.
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
    /// How far it came: `ask`, `file`, `case`, `tell`, `withdraw`, `message`, `claim`.
    pub step: String,
    /// `done`, `retry`, `unknown`, `parked`, `cancelled`.
    pub outcome: String,
    /// Why it failed: a stable code.
    pub code: Option<String>,
    /// HTTP status of the last reply.
    pub status: Option<i32>,
    /// The other side's words, trimmed.
    pub reply: Option<String>,
}

/// A delivery with every try.
#[derive(Debug, Object)]
pub struct DeliveryHistory {
    /// The delivery.
    pub delivery: Delivery,
    /// Its tries, first to last.
    pub attempts: Vec<Attempt>,
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
            destination: sea_orm::ActiveEnum::to_value(&row.destination),
            case_id: row.case_id.map(|id| id.0),
            promise: row.payload.get("promise").and_then(|name| name.as_str()).unwrap_or_default().to_owned(),
            state,
            tries: u32::try_from(row.tries).unwrap_or(0),
            next_try_at: state.waits().then_some(row.next_try_at),
            reason: row.reason,
            created_at: row.created_at,
            settled_at: row.settled_at,
        }
    }
}

impl Attempt {
    fn of(desk: &Desk, row: entity::attempt::Model) -> casework::Result<Self> {
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

#[OpenApi(prefix_path = "/staff/v1", tag = "Tag::Deliveries")]
impl DeliveriesApi {
    /// 转办列表 · List deliveries
    ///
    /// Those that are parked unless told otherwise. For supervisors and operators.
    #[oai(path = "/deliveries", method = "get", operation_id = "list_deliveries")]
    async fn list_deliveries(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        /// Where they stand: `parked` unless told.
        state: Query<Option<DeliveryState>>,
        /// Where the page begins: the `cursor` of the one before.
        cursor: Query<Option<String>>,
        /// Entries of a page: 20 unless told, at most 100.
        limit: Query<Option<u64>>,
    ) -> Reply<Json<Deliveries>, ListDeliveries> {
        who.may_watch()?;
        let limit = page::limit(limit.0);
        let after = page::after(cursor.as_deref())?.map(OutboxId);
        let state = state.0.unwrap_or(DeliveryState::Parked).into();
        let rows = outbox::list(&app.desk, state, after, limit + 1).await?;
        let (rows, cursor) = page::cut(rows, limit, |row| row.id.0);
        Ok(Json(Deliveries { deliveries: rows.into_iter().map(Into::into).collect(), cursor }))
    }

    /// 转办详情 · Read a delivery
    ///
    /// With every try and the other side's own words. For supervisors and operators.
    #[oai(path = "/deliveries/:id", method = "get", operation_id = "get_delivery")]
    async fn get_delivery(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<DeliveryHistory>, GetDelivery> {
        who.may_watch()?;
        let (row, attempts) = outbox::find(&app.desk, OutboxId(id.0)).await?;
        let attempts = attempts.into_iter().map(|row| Attempt::of(&app.desk, row)).collect::<casework::Result<_>>()?;
        Ok(Json(DeliveryHistory { delivery: row.into(), attempts }))
    }

    /// 重新转办 · Drive a delivery again
    ///
    /// For one that is parked, when its cause is mended. The relay asks the other side first. For supervisors and
    /// operators.
    #[oai(path = "/deliveries/:id/redrive", method = "post", operation_id = "redrive_delivery")]
    async fn redrive_delivery(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<Delivery>, RedriveDelivery> {
        let by = who.may_watch()?;
        let row = outbox::redrive(&app.desk, OutboxId(id.0)).await?;
        tracing::info!(delivery = %row.id, %by, "driven again");
        app.wake.call();
        Ok(Json(row.into()))
    }
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
            settled_at: Some(at),
        }
    }
}
