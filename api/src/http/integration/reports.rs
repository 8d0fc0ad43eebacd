//! What the province tells of a case.

use std::sync::Arc;

use bytes::Bytes;
use casework::machine::Scope;
use casework::report::{self, Outcome};
use poem::web::Data;
use poem::{FromRequest as _, Request, RequestBody};
use poem_openapi::payload::{Json, ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{Example, Type as _};
use poem_openapi::{Enum, Object, OpenApi, impl_apirequest_for_payload};
use portal::adapter::{ReportFault, ReportFaults};

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::machine::Machine;
use crate::http::problem::{Fault, Place, Problem, Reply, codes};

/// The operations.
#[derive(Debug)]
pub struct ReportsApi;

fails! {
    /// Taking a report in.
    pub signed_body ReceiveReport: REPORT_INVALID;
}

/// One status of one case, in the platform's own words (`EA_JC_STEP_*`). Fields not named here are passed over.
#[derive(Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct GatewayReport {
    /// The report's own id: the same report has the same id however often it comes.
    pub reportid: String,
    /// The case: what `orgbusno` was when it was handed in.
    pub orgbusno: String,
    /// The platform's number of the case; kept where none is known yet, and not compared.
    pub projid: Option<String>,
    /// The version of the application it speaks of; 1 when absent.
    pub dataver: Option<u32>,
    /// Its place among the case's reports: higher is later.
    pub sn: Option<i64>,
    /// 02 收件 · 05 受理 · 06 补齐补正 · 07 不予受理 · 10 办结 · 12 在办; anything else is kept and shown as unknown.
    pub state: String,
    /// With state 10: 0 准予许可 · 1 不予许可 · 6 不予受理.
    pub doneresult: Option<String>,
    /// When it happened (RFC 3339).
    pub occurtime: String,
    /// What the applicant is to read.
    pub nodeadv: Option<String>,
    /// Why not, with a refusal.
    pub exitres: Option<String>,
    /// The licence's name.
    pub certificatenam: Option<String>,
    /// The licence's number.
    pub certificateno: Option<String>,
    /// The licence's last day.
    pub certificatelimit: Option<String>,
    /// Who issued it.
    pub publisher: Option<String>,
}

/// What became of a report. Whatever it is, the report is kept and need not be sent again.
#[derive(Debug, Object)]
#[oai(example)]
pub struct ReportResult {
    /// What became of it.
    pub result: Taken,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "ReportOutcome", rename_all = "snake_case")]
pub enum Taken {
    /// It stands in the case's timeline, and the case moved on if the report said so.
    Applied,
    /// A report of this `reportid` was taken before; the first one counts. What it says is not compared: whoever corrects
    /// himself sends a new id.
    Repeated,
    /// The case is further along already, or was handed in anew since (`dataver`). The report stands in its timeline.
    Stale,
    /// The case does not allow it: it was given up, decided otherwise, or is decided by the county. Nothing was changed.
    NotPossible,
    /// A `state` nobody agreed on: kept and shown as it came. Nothing else was changed.
    UnknownState,
    /// No case has this `orgbusno`.
    UnknownCase,
}

impl From<Outcome> for Taken {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Applied => Self::Applied,
            Outcome::Repeated => Self::Repeated,
            Outcome::Stale => Self::Stale,
            Outcome::NotPossible => Self::NotPossible,
            Outcome::UnknownState => Self::UnknownState,
            Outcome::UnknownCase => Self::UnknownCase,
        }
    }
}

/// A report as it came: kept so, and read by the adapter.
#[derive(Debug)]
pub struct RawReport(Bytes);

impl Payload for RawReport {
    const CONTENT_TYPE: &'static str = "application/json; charset=utf-8";

    fn check_content_type(content_type: &str) -> bool {
        Json::<GatewayReport>::check_content_type(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        GatewayReport::schema_ref()
    }

    fn register(registry: &mut Registry) {
        GatewayReport::register(registry);
    }
}

impl ParsePayload for RawReport {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self(Bytes::from_request(request, body).await?))
    }
}

impl_apirequest_for_payload!(RawReport);

#[OpenApi(prefix_path = "/integration/v1", tag = "Tag::Reports")]
impl ReportsApi {
    /// 状态回传 · Receive a report
    ///
    /// One status of one case. Safe to repeat; in any order. 200 means that it is kept, whatever `result` says. After 429, 5xx
    /// or no answer send the same report again, after `Retry-After` where there is one. After any other 4xx mend what it
    /// names first: it would be refused again. Scope `reports.write`, which the portal has by itself.
    #[oai(path = "/reports", method = "post", operation_id = "receive_report")]
    async fn receive_report(
        &self,
        who: Machine,
        app: Data<&Arc<App>>,
        body: RawReport,
    ) -> Reply<Json<ReportResult>, ReceiveReport> {
        who.may(Scope::ReportsWrite)?;
        let report = app.province.read_report(&body.0).map_err(|faults| unreadable(&faults))?;
        let outcome = report::apply(&app.desk, &report, &String::from_utf8_lossy(&body.0)).await?;
        tracing::info!(report = %report.id, status = report.status.name(), outcome = outcome.name(), "report");
        app.wake.call();
        Ok(Json(ReportResult { result: outcome.into() }))
    }
}

/// What is not JSON is malformed like any other body; what a report lacks is told field by field.
fn unreadable(faults: &ReportFaults) -> Problem {
    let code =
        if faults.0.contains(&ReportFault::NotAnObject) { &codes::REQUEST_MALFORMED } else { &codes::REPORT_INVALID };
    Problem::new(code).faults(faults.0.iter().map(|fault| Fault {
        place: Place::Body(fault.pointer()),
        code: fault.code().to_owned(),
        detail: (fault.zh(), fault.to_string()).into(),
    }))
}

impl Example for GatewayReport {
    fn example() -> Self {
        let text = |text: &str| Some(text.to_owned());
        Self {
            reportid: "01a203ebd2a77c28bcb358c6c2fc4518".to_owned(),
            orgbusno: "01a203ebb1537e20a2b814cf59ef3d0c".to_owned(),
            projid: text("3720261122000001"),
            dataver: Some(1),
            sn: Some(2),
            state: "10".to_owned(),
            doneresult: text("0"),
            occurtime: "2026-11-22T15:41:56Z".to_owned(),
            nodeadv: None,
            exitres: None,
            certificatenam: text("户外广告设施设置许可证"),
            certificateno: text("高审许〔2026〕42号"),
            certificatelimit: text("2029-11-21"),
            publisher: text("高唐县行政审批服务局"),
        }
    }
}

impl Example for ReportResult {
    fn example() -> Self {
        Self { result: Taken::Applied }
    }
}
