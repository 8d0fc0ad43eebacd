//! What whoever looks after the connection reads first.

use std::sync::Arc;

use casework::machine::Scope;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use super::Tag;
use crate::app::App;
use crate::http::books::{self, ReconciliationView};
use crate::http::digest::DigestView;
use crate::http::machine::Machine;
use crate::http::problem::Reply;
use crate::{digest, fails};

/// The operations.
#[derive(Debug)]
pub struct LookApi;

fails! {
    /// Reading the digest.
    pub signed ReadDigest: ;
    /// Reading the last comparison.
    pub signed ReadReconciliation: RECONCILIATION_NONE;
}

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Deliveries")]
impl LookApi {
    /// 值班摘要 · Read what there is to do
    ///
    /// What is parked and unknown and why, what has waited longest, who does not answer or is paused, which keys end; and for
    /// each what to do. Gathered now. A webhook can be told when it is time to look (`events`). Scope `deliveries.read`.
    #[oai(path = "/digest", method = "get", operation_id = "read_digest")]
    async fn read_digest(&self, who: Machine, app: Data<&Arc<App>>) -> Reply<Json<DigestView>, ReadDigest> {
        who.may(Scope::DeliveriesRead)?;
        Ok(Json(digest::now(&app).await?.into()))
    }

    /// 对账结果 · Read the last comparison with the province
    ///
    /// What was found last when our cases were laid beside the province's list. Scope `deliveries.read`.
    #[oai(path = "/reconciliation", method = "get", operation_id = "read_reconciliation")]
    async fn read_reconciliation(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
    ) -> Reply<Json<ReconciliationView>, ReadReconciliation> {
        who.may(Scope::DeliveriesRead)?;
        Ok(Json(books::last(&app).await?))
    }
}
