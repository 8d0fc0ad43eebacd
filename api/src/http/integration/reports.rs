//! What the province tells of a case.

use std::sync::Arc;

use bytes::Bytes;
use casework::machine::Scope;
use casework::report::{self, Outcome, Report, Why};
use chrono::TimeDelta;
use poem::web::Data;
use poem::{FromRequest as _, Request, RequestBody};
use poem_openapi::payload::{Json, ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{Example, Type as _};
use poem_openapi::{Enum, Object, OpenApi, Union, impl_apirequest_for_payload};
use portal::adapter::{ReportFault, ReportFaults, Wanted};

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::app::view::State;
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
    /// The version of the application it speaks of. One that was never handed in is refused, but with a decision (07, 10), which
    /// is of the case. When absent: the newest, or the one before where it happened before the newest was handed in.
    pub dataver: Option<u32>,
    /// Its place among the case's reports: higher is later.
    pub sn: Option<i64>,
    /// 02 收件 · 05 受理 · 06 补齐补正 · 07 不予受理 · 10 办结 · 12 在办; anything else is kept and shown as unknown.
    pub state: String,
    /// With state 10: 0 准予许可 · 1 不予许可 · 6 不予受理.
    pub doneresult: Option<String>,
    /// When it happened: RFC 3339, or Beijing time as `2026-11-22 14:03:00` or `20261122T140300`. No more than a day ahead.
    pub occurtime: String,
    /// What the applicant is to read; at most 2,000 characters.
    pub nodeadv: Option<String>,
    /// Why not, with a refusal; at most 2,000 characters.
    pub exitres: Option<String>,
    /// What is to be put right, with state 06: at most 100 entries. The applicant reads `nodeadv` first, then a line for each.
    pub lists: Option<Vec<ToCorrect>>,
    /// The licence's name; it and the number are there both or neither. A later report of the same decision may bring them.
    pub certificatenam: Option<String>,
    /// The licence's number; see its name.
    pub certificateno: Option<String>,
    /// The licence's last day as `2028-11-21`, `20281121`, `2028/11/21` or `2028年11月21日`; 长期 or absent: it has no end.
    pub certificatelimit: Option<String>,
    /// Who issued it.
    pub publisher: Option<String>,
}

/// One thing to put right: plain words, or words about a material.
#[derive(Debug, Union)]
pub enum ToCorrect {
    /// What to do; at most 2,000 characters.
    Words(String),
    /// About a material.
    OfMaterial(MaterialToCorrect),
}

/// What to put right about a material.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct MaterialToCorrect {
    /// The material, as `materials[].attrid` when the case was handed in. One we do not know is shown as it is.
    pub attrid: Option<String>,
    /// What to do; at most 2,000 characters.
    pub memo: Option<String>,
}

/// What became of a report. Whatever it is, the report is kept and need not be sent again.
#[derive(Debug, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct ReportResult {
    /// What became of it.
    pub result: Taken,
    /// Why it moved nothing, with `stale` and `not_possible`.
    pub why: Option<NotMoved>,
    /// Where the case stands now; absent with `unknown_case`.
    pub state: Option<State>,
}

impl From<report::Taken> for ReportResult {
    fn from(taken: report::Taken) -> Self {
        Self { result: taken.outcome.into(), why: taken.why.map(Into::into), state: taken.state.map(Into::into) }
    }
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
    /// It stands in the case's timeline and moved nothing, as `why` says: what was asked for with it will not be done.
    Stale,
    /// The case does not allow it, as `why` says. Nothing was changed.
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

/// Why a report moved nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum NotMoved {
    /// The case was handed in anew since: this is of a version that was replaced (`stale`).
    OlderVersion,
    /// The case has passed that: it was told late, or a correction asked for after the acceptance (`stale`).
    FurtherAlong,
    /// The case was never handed in (`not_possible`).
    NotHandedIn,
    /// The applicant gave the case up, and this is no decision (`not_possible`).
    GivenUp,
    /// The case is decided otherwise (`not_possible`).
    Decided,
    /// The county decides this case, and the province is told (`not_possible`).
    DecidedByCounty,
}

impl From<Why> for NotMoved {
    fn from(why: Why) -> Self {
        match why {
            Why::OlderVersion => Self::OlderVersion,
            Why::FurtherAlong => Self::FurtherAlong,
            Why::NotHandedIn => Self::NotHandedIn,
            Why::GivenUp => Self::GivenUp,
            Why::Decided => Self::Decided,
            Why::DecidedByCounty => Self::DecidedByCounty,
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
        let report = read(&app, &body.0).map_err(|faults| unreadable(&faults))?;
        let taken = report::apply(&app.desk, &report, &String::from_utf8_lossy(&body.0)).await?;
        tracing::info!(report = %report.id, status = report.status.name(), outcome = taken.outcome.name(), "report");
        app.wake.call();
        Ok(Json(taken.into()))
    }
}

/// How far ahead a report may be: a clock that is wrong by hours is put up with, a year that is wrong is not.
const AHEAD: TimeDelta = TimeDelta::days(1);

fn read(app: &App, body: &[u8]) -> Result<Report, ReportFaults> {
    let report = app.province.read_report(body)?;
    let ahead = report.occurred_at > app.desk.world.now() + AHEAD;
    if ahead { Err(ReportFault::Malformed("occurtime", Wanted::Past).into()) } else { Ok(report) }
}

/// What is not JSON is malformed like any other body; what a report lacks is told field by field.
fn unreadable(faults: &ReportFaults) -> Problem {
    let of_shape = |fault: &ReportFault| matches!(fault, ReportFault::NotAnObject | ReportFault::NotJson(_));
    let code = if faults.0.iter().any(of_shape) { &codes::REQUEST_MALFORMED } else { &codes::REPORT_INVALID };
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
            lists: None,
            certificatenam: text("户外广告设施设置许可证"),
            certificateno: text("高审许〔2026〕42号"),
            certificatelimit: text("2029-11-21"),
            publisher: text("高唐县行政审批服务局"),
        }
    }
}

impl Example for ReportResult {
    fn example() -> Self {
        Self { result: Taken::Applied, why: None, state: Some(State::Approved) }
    }
}
