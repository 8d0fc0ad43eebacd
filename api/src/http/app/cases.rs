//! Cases, from draft to decision.

use std::sync::Arc;

use casework::{Desk, case as row, draft, submit, withdraw};
use chrono::{DateTime, Utc};
use entity::CaseId;
use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use serde_json::Value;
use uuid::Uuid;

use super::Tag;
use super::view::{self, Case, CaseSummary, Relay, State};
use crate::app::App;
use crate::fails;
use crate::http::caller::Applicant;
use crate::http::delivery::DeliveryState;
use crate::http::page;
use crate::http::problem::Reply;
use crate::http::ready::Ready;
use crate::http::repeat::{self, Key};
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct CasesApi;

fails! {
    /// Starting a draft.
    pub signed_in_body CreateCase: ITEM_UNKNOWN, FORM_INVALID, CASE_TOO_MANY, IDEMPOTENCY_KEY, IDEMPOTENCY_MISMATCH, IDEMPOTENCY_RUNNING;
    /// Submitting.
    pub signed_in SubmitCase: CASE_UNKNOWN, CASE_STATE, CASE_INCOMPLETE, IDEMPOTENCY_KEY, IDEMPOTENCY_MISMATCH, IDEMPOTENCY_RUNNING;
    /// Listing.
    pub signed_in ListCases: CURSOR_INVALID;
    /// Reading one.
    pub signed_in GetCase: CASE_UNKNOWN;
    /// Giving up.
    pub signed_in WithdrawCase: CASE_UNKNOWN, CASE_STATE;
}

/// What to apply for.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct NewCase {
    /// The item's code.
    #[oai(validator(min_length = 1, max_length = 64))]
    pub item: String,
    /// Answers there are already.
    pub form: Option<Value>,
}

/// A case that was handed in.
#[derive(Debug, Object)]
#[oai(example)]
pub struct Submitted {
    /// Its id.
    pub id: Uuid,
    /// Its number: readable over the phone.
    pub number: String,
    /// `submitted`.
    pub state: State,
    /// It is on its way to the province.
    pub relay: Relay,
}

/// A page of cases, newest first.
#[derive(Debug, Object)]
pub struct Cases {
    /// The cases.
    pub cases: Vec<CaseSummary>,
    /// Where the next page begins; none at the end.
    #[oai(skip_serializing_if_is_none)]
    pub cursor: Option<String>,
}

/// A draft was started.
#[derive(Debug, ApiResponse)]
pub enum Created {
    /// The draft.
    #[oai(status = 201)]
    Case(Json<Case>, #[oai(header = "ETag")] String, #[oai(header = "Location")] String),
}

/// A case with its `ETag`.
#[derive(Debug, ApiResponse)]
pub enum Found {
    /// The case.
    #[oai(status = 200)]
    Case(Json<Case>, #[oai(header = "ETag")] String),
}

/// A case, or nothing new about it.
#[derive(Debug, ApiResponse)]
pub enum Shown {
    /// The case.
    #[oai(status = 200)]
    Case(Ready<Case>, #[oai(header = "ETag")] String),
    /// As `If-None-Match` says: the app shows it as it is.
    #[oai(status = 304)]
    Same(#[oai(header = "ETag")] String),
}

/// A case was handed in.
#[derive(Debug, ApiResponse)]
pub enum Taken {
    /// It is safe with us; the province hears of it next.
    #[oai(status = 202)]
    Case(Json<Submitted>),
}

#[OpenApi(prefix_path = "/v1", tag = "Tag::Cases")]
impl CasesApi {
    /// 新建办件 · Start a case
    ///
    /// A draft of the item's current version. Answers may be sent along or later, whole or in part.
    #[oai(path = "/cases", method = "post", operation_id = "create_case")]
    async fn create_case(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        /// 8 to 64 letters, digits, `-` or `_`: the same key starts one case only.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<String>>,
        body: Sent<NewCase>,
    ) -> Reply<Created, CreateCase> {
        let text = format!("{}\n{}", body.item, body.form.as_ref().unwrap_or(&Value::Null));
        let (account, header) = (who.account(), key.as_deref());
        let key = Key { account, operation: "create_case", header, body: text.as_bytes() };
        let case = repeat::once(&app.desk, key, view::fresh, async |once| {
            draft::create(&app.desk, account, &body.item, body.form.as_ref(), once).await
        });
        Ok(created(case.await?))
    }

    /// 提交 · Submit
    ///
    /// Hands a complete case in. Send an `Idempotency-Key` and repeat the very same request when the answer was lost.
    #[oai(path = "/cases/:id/submit", method = "post", operation_id = "submit_case")]
    async fn submit_case(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        /// 8 to 64 letters, digits, `-` or `_`: the same key submits once only.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<String>>,
    ) -> Reply<Taken, SubmitCase> {
        let operation = format!("submit_case {}", id.0);
        let key = Key { account: who.account(), operation: &operation, header: key.as_deref(), body: b"" };
        let submitted = repeat::once(&app.desk, key, submitted, async |once| {
            submit::submit(&app.desk, who.account(), CaseId(id.0), once).await
        });
        let submitted = submitted.await?;
        app.wake.call();
        Ok(Taken::Case(Json(submitted)))
    }

    /// 我的办件 · List my cases
    #[oai(path = "/cases", method = "get", operation_id = "list_cases")]
    async fn list_cases(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        /// Where the page begins: the `cursor` of the one before.
        cursor: Query<Option<String>>,
        /// Entries of a page: 20 unless told, at most 100.
        limit: Query<Option<u64>>,
    ) -> Reply<Json<Cases>, ListCases> {
        let limit = page::limit(limit.0);
        let before = page::after(cursor.as_deref())?.map(CaseId);
        let rows = row::list(&app.desk, who.account(), before, limit + 1).await?;
        let (rows, cursor) = page::cut(rows, limit, |row| row.id.0);
        let cases = rows.iter().map(|case| view::summary(&app.desk, case)).collect::<casework::Result<_>>()?;
        Ok(Json(Cases { cases, cursor }))
    }

    /// 办件详情 · Read a case
    ///
    /// Its answers, photos, timeline, and how handing it on goes. Send back the `ETag` as `If-None-Match` to save the
    /// phone's data while nothing changes.
    #[oai(path = "/cases/:id", method = "get", operation_id = "get_case")]
    async fn get_case(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        id: Path<Uuid>,
        /// The `ETag` of the case as the app shows it.
        #[oai(name = "If-None-Match")]
        known: Header<Option<String>>,
    ) -> Reply<Shown, GetCase> {
        let case = app.shown.case(&app.desk, who.account(), CaseId(id.0)).await?;
        let etag = case.etag().to_owned();
        Ok(if case.is_known(known.as_deref()) { Shown::Same(etag) } else { Shown::Case(case, etag) })
    }

    /// 撤回 · Withdraw
    ///
    /// Gives the case up, any time before it is decided. Asking twice is no fault.
    #[oai(path = "/cases/:id/withdraw", method = "post", operation_id = "withdraw_case")]
    async fn withdraw_case(&self, who: Applicant, app: Data<&Arc<App>>, id: Path<Uuid>) -> Reply<Found, WithdrawCase> {
        let case = withdraw::withdraw(&app.desk, who.account(), CaseId(id.0)).await?;
        app.wake.call();
        Ok(found(view::whole(&app.desk, who.account(), case.id).await?))
    }
}

fn created(case: Case) -> Created {
    let (etag, location) = (case.etag(), format!("/v1/cases/{}", case.id));
    Created::Case(Json(case), etag, location)
}

pub(super) fn found(case: Case) -> Found {
    let etag = case.etag();
    Found::Case(Json(case), etag)
}

fn submitted(_: &Desk, case: &entity::case::Model) -> casework::Result<Submitted> {
    let at: DateTime<Utc> = case.changed_at;
    Ok(Submitted {
        id: case.id.0,
        number: case.number.clone().ok_or(casework::Error::BadRow("cases.number"))?,
        state: case.state.into(),
        relay: Relay { state: DeliveryState::Queued, next_try_at: Some(at) },
    })
}
