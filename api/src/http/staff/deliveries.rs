//! What is owed, and what became of it: everything stuck is visible with its reason, and one call from being driven again.

use std::sync::Arc;

use casework::outbox::{self, Filter};
use entity::OutboxId;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::caller::Officer;
use crate::http::delivery::{self, Deliveries, Delivery, DeliveryHistory, DeliveryState};
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
        let filter = Filter::of([state.0.unwrap_or(DeliveryState::Parked).into()]);
        Ok(Json(delivery::list(&app.desk, &filter, cursor.as_deref(), limit.0).await?))
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
        Ok(Json(delivery::history(&app.desk, OutboxId(id.0)).await?))
    }

    /// 重新转办 · Drive a delivery again
    ///
    /// For one that is parked, when its cause is mended, or whose outcome is unknown. The relay asks the other side first.
    /// For supervisors and operators.
    #[oai(path = "/deliveries/:id/redrive", method = "post", operation_id = "redrive_delivery")]
    async fn redrive_delivery(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
    ) -> Reply<Json<Delivery>, RedriveDelivery> {
        let by = who.may_watch()?;
        let row = outbox::redrive(&app.desk, OutboxId(id.0), &format!("staff:{by}")).await?;
        tracing::info!(delivery = %row.id, %by, "driven again");
        app.wake.call();
        Ok(Json(row.into()))
    }
}
