//! What the province tells of a case.

use std::sync::Arc;

use casework::report::{self, Outcome};
use poem::web::Data;
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::payload::{Json, PlainText};
use poem_openapi::{ApiResponse, Object, OpenApi};
use portal::adapter::gateway::parse_report;
use portal::signature::{self, Call};

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::problem::{Explain as _, Fault, Place, Problem, Reply, codes};

/// The operations.
#[derive(Debug)]
pub struct ReportsApi;

fails! {
    /// Taking a report in.
    pub open_body ReceiveReport: SIGNATURE_INVALID, REPORT_INVALID;
}

/// What became of a report.
#[derive(Debug, Object)]
pub struct ReportResult {
    /// `applied`, `repeated`, `stale`, `not_possible`, `unknown_state` or `unknown_case`. All of them mean that the
    /// report is kept and need not be sent again.
    pub result: String,
}

/// The report is kept.
#[derive(Debug, ApiResponse)]
pub enum Kept {
    /// It was taken in, or had been before.
    #[oai(status = 200)]
    Result(Json<ReportResult>),
}

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Reports")]
impl ReportsApi {
    /// 状态回传 · Receive a report
    ///
    /// One status of one case, as JSON in the platform's own words; `docs/PORTAL.md` describes it. Signed; safe to repeat;
    /// in any order. Anything but 200 means: send it again.
    #[oai(path = "/reports", method = "post", operation_id = "receive_report")]
    async fn receive_report(&self, app: Data<&Arc<App>>, body: Signed) -> Reply<Kept, ReceiveReport> {
        let _ = (app, body);
        Err(Problem::new(&codes::INTERNAL).into())
    }
}
