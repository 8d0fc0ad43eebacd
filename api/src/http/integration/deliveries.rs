//! What is stuck on its way out, for whoever looks after the connection: why, what was tried, and what to do about it.

use std::sync::Arc;

use casework::machine::Scope;
use casework::outbox::{self, DRIVABLE, Filter};
use casework::{Error, destination};
use chrono::{DateTime, Utc};
use entity::outbox::State;
use entity::{CaseId, OutboxId};
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::delivery::{self, Deliveries, Delivery, DeliveryHistory, DeliveryState};
use crate::http::machine::Machine;
use crate::http::problem::{Place, Reply};
use crate::http::sent::Sent;

/// Most deliveries driven again by one call, and how many unless told.
const MAX_BATCH: u64 = 500;
const BATCH: u64 = 100;

/// The operations.
#[derive(Debug)]
pub struct StuckApi;

fails! {
    /// Listing.
    pub signed ListStuck: CURSOR_INVALID, DESTINATION_UNKNOWN;
    /// Reading one.
    pub signed GetStuck: DELIVERY_UNKNOWN;
    /// Driving one again.
    pub signed RedriveOne: DELIVERY_UNKNOWN, DELIVERY_NOT_PARKED;
    /// Driving many again.
    pub signed_body RedriveMany: DESTINATION_UNKNOWN;
    /// Ending one.
    pub signed_body CancelDelivery: DELIVERY_UNKNOWN, DELIVERY_SETTLED, DELIVERY_LEASED;
}

/// Where a delivery stands that can be driven again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum StuckState {
    /// It waits for a person.
    Parked,
    /// It may have arrived.
    Unknown,
}

impl From<StuckState> for State {
    fn from(state: StuckState) -> Self {
        match state {
            StuckState::Parked => Self::Parked,
            StuckState::Unknown => Self::Unknown,
        }
    }
}

/// Which deliveries to drive again. What is not said lets everything through that is parked or unknown.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct RedriveFilter {
    /// Only those owed to this destination.
    pub destination: Option<String>,
    /// Only those that stand here.
    pub state: Option<StuckState>,
    /// Only those that are stuck for this reason: a code of `/docs/reasons`; another is refused.
    #[oai(validator(max_length = 64))]
    pub reason: Option<String>,
    /// Only those of this case.
    pub case_id: Option<Uuid>,
    /// Only those promised before this.
    pub before: Option<DateTime<Utc>>,
    /// At most so many, the oldest first: 100 unless told, at most 500.
    #[oai(validator(minimum(value = "1"), maximum(value = "500")))]
    pub limit: Option<u64>,
}

/// What was driven again.
#[derive(Debug, Object)]
pub struct Redriven {
    /// The deliveries, oldest first.
    pub ids: Vec<Uuid>,
    /// Whether there are more that the same filter lets through: ask again.
    pub more: bool,
}

/// Why a delivery is to end.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct Cancellation {
    /// In a few words; kept with the delivery.
    #[oai(validator(min_length = 1, max_length = 500, pattern = r"\S"))]
    pub reason: String,
}

/// A destination's name, put to use.
fn destination_of(name: Option<&str>) -> Result<Option<entity::outbox::Destination>, Error> {
    name.map(destination::named).transpose()
}

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Deliveries")]
impl StuckApi {
    /// 挂起和不明的转办 · List what is stuck
    ///
    /// What is parked (a person must act) and what may or may not have arrived, oldest first; any other state when asked
    /// for. Scope `deliveries.read`.
    #[oai(path = "/deliveries", method = "get", operation_id = "list_stuck")]
    #[expect(clippy::too_many_arguments, reason = "each is a documented parameter of the query")]
    async fn list_stuck(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        /// Where they stand: parked or unknown unless told.
        state: Query<Option<DeliveryState>>,
        /// Whom they are owed to.
        destination: Query<Option<String>>,
        /// Why they are stuck: a code of `/docs/reasons`; another is refused.
        reason: Query<Option<String>>,
        /// Whose case.
        case_id: Query<Option<Uuid>>,
        /// Promised before this.
        before: Query<Option<DateTime<Utc>>>,
        /// Where the page begins: the `cursor` of the one before.
        cursor: Query<Option<String>>,
        /// Entries of a page: 20 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Reply<Json<Deliveries>, ListStuck> {
        who.may(Scope::DeliveriesRead)?;
        let filter = Filter {
            states: state.0.map_or(DRIVABLE.to_vec(), |state| vec![state.into()]),
            destination: destination_of(destination.as_deref())?,
            reason: delivery::known_reason(reason.0, Place::Parameter("reason".to_owned()))?,
            case: case_id.0.map(CaseId),
            before: before.0,
        };
        Ok(Json(delivery::list(&app.desk, &filter, cursor.as_deref(), limit.0).await?))
    }

    /// 转办详情 · Read a delivery
    ///
    /// Why it is stuck, every try with the other side's own words, what was done to it by hand, and what it sends,
    /// personal data masked. Scope `deliveries.read`.
    #[oai(path = "/deliveries/:id", method = "get", operation_id = "get_stuck")]
    async fn get_stuck(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<DeliveryHistory>, GetStuck> {
        who.may(Scope::DeliveriesRead)?;
        Ok(Json(delivery::history(&app.desk, OutboxId(id.0)).await?))
    }

    /// 重新转办 · Drive a delivery again
    ///
    /// For one that is parked or unknown: it is tried at once, with a fresh schedule, as often as it is asked for. No
    /// `Idempotency-Key` stands in the way: the relay asks the other side first, so nothing arrives twice. Scope
    /// `deliveries.write`.
    #[oai(path = "/deliveries/:id/redrive", method = "post", operation_id = "redrive_one")]
    async fn redrive_one(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<Delivery>, RedriveOne> {
        let by = who.may(Scope::DeliveriesWrite)?;
        let row = outbox::redrive(&app.desk, OutboxId(id.0), &by).await?;
        tracing::info!(delivery = %row.id, by, "driven again");
        app.wake.call();
        Ok(Json(row.into()))
    }

    /// 批量重新转办 · Drive many deliveries again
    ///
    /// The oldest of those the filter lets through, all of them or none. A filter that cannot be right is refused, and then
    /// nothing is driven. What is no longer stuck when it is their turn is
    /// left alone. Scope `deliveries.write`.
    #[oai(path = "/deliveries/redrive", method = "post", operation_id = "redrive_many")]
    async fn redrive_many(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        body: Sent<RedriveFilter>,
    ) -> Reply<Json<Redriven>, RedriveMany> {
        let by = who.may(Scope::DeliveriesWrite)?;
        let asked = body.0;
        let filter = Filter {
            states: asked.state.map_or(DRIVABLE.to_vec(), |state| vec![state.into()]),
            destination: destination_of(asked.destination.as_deref())?,
            reason: delivery::known_reason(asked.reason, Place::Body("/reason".to_owned()))?,
            case: asked.case_id.map(CaseId),
            before: asked.before,
        };
        let limit = asked.limit.unwrap_or(BATCH).clamp(1, MAX_BATCH);
        let (ids, more) = outbox::redrive_many(&app.desk, &filter, limit, &by).await?;
        tracing::info!(count = ids.len(), by, "driven again");
        app.wake.call();
        Ok(Json(Redriven { ids: ids.into_iter().map(|id| id.0).collect(), more }))
    }

    /// 取消转办 · End a delivery
    ///
    /// It will not be tried again, and what waited behind it in its case goes on. What may have arrived already stays there.
    /// Scope `deliveries.write`.
    #[oai(path = "/deliveries/:id/cancel", method = "post", operation_id = "cancel_delivery")]
    async fn cancel_delivery(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        body: Sent<Cancellation>,
    ) -> Reply<Json<Delivery>, CancelDelivery> {
        let by = who.may(Scope::DeliveriesWrite)?;
        let row = outbox::cancel(&app.desk, OutboxId(id.0), &body.reason, &by).await?;
        tracing::info!(delivery = %row.id, by, "cancelled");
        app.wake.call();
        Ok(Json(row.into()))
    }
}

impl Example for RedriveFilter {
    fn example() -> Self {
        Self {
            destination: Some("province".to_owned()),
            state: Some(StuckState::Parked),
            reason: Some("province.failing".to_owned()),
            case_id: None,
            before: DateTime::from_timestamp(1_795_340_400, 0),
            limit: Some(100),
        }
    }
}

impl Example for Cancellation {
    fn example() -> Self {
        Self { reason: "省平台已由窗口人工录入".to_owned() }
    }
}
