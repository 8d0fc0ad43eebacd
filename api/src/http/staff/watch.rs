//! What those who watch over deliveries read first.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use super::Tag;
use crate::app::App;
use crate::http::books::{self, ReconciliationView};
use crate::http::caller::Officer;
use crate::http::digest::DigestView;
use crate::http::problem::Reply;
use crate::{digest, fails};

/// The operations.
#[derive(Debug)]
pub struct WatchApi;

fails! {
    /// Reading the digest.
    pub signed_in GetDigest: SESSION_NOT_ALLOWED;
    /// Reading the last comparison.
    pub signed_in GetReconciliation: RECONCILIATION_NONE, SESSION_NOT_ALLOWED;
}

#[OpenApi(prefix_path = "/staff/v1", tag = "Tag::Deliveries")]
impl WatchApi {
    /// 值班摘要 · Read what there is to do
    ///
    /// What is parked and unknown and why, what has waited longest, who does not answer or is paused, which keys end; and for
    /// each what to do. Gathered now. For supervisors and operators.
    #[oai(path = "/digest", method = "get", operation_id = "get_digest")]
    async fn get_digest(&self, who: Officer, app: Data<&Arc<App>>) -> Reply<Json<DigestView>, GetDigest> {
        who.may_watch()?;
        Ok(Json(digest::now(&app).await?.into()))
    }

    /// 对账结果 · Read the last comparison with the province
    ///
    /// What `gaoxingban reconcile` found last, whoever asked for it. For supervisors and operators.
    #[oai(path = "/reconciliation", method = "get", operation_id = "get_reconciliation")]
    async fn get_reconciliation(
        &self,
        who: Officer,
        app: Data<&Arc<App>>,
    ) -> Reply<Json<ReconciliationView>, GetReconciliation> {
        who.may_watch()?;
        Ok(Json(books::last(&app).await?))
    }
}
