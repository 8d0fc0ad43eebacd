//! The platform's field names: here and nowhere else. Inward, fields we do not know are passed over.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::codes;
use crate::adapter::{Application, CodeTable, FileRule, Material, MaterialFile, Received, ReportPage, Standing};

mod register;
mod report;
pub(super) mod step;

pub(super) use register::Register;
pub use report::parse_report;

/// The body of `POST /cases`. Names from `PRE_APASINFO` and `EA_JC_STEP_BASICINFO` (lower case), `project_no` and
/// `apply_date` from `up_pro_accept`.
#[derive(Serialize)]
pub(super) struct Case<'a> {
    orgbusno: &'a str,
    project_no: &'a str,
    dataver: u32,
    #[serde(rename = "itemCode")]
    item_code: &'a str,
    itemname: &'a str,
    itemversion: &'a str,
    applyertype: &'static str,
    applyname: &'a str,
    apply_cardtype: &'static str,
    apply_cardtypenumber: &'a str,
    contactman: &'a str,
    telphone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    submit: &'static str,
    apply_date: String,
    form: &'a Map<String, Value>,
    materials: Vec<PreFile<'a>>,
}

/// The body of `POST /cases/{projid}/done` for a case the applicant gave up: `EA_JC_STEP_DONE`.
pub(super) fn given_up(at: DateTime<Utc>, done_result: &str) -> Vec<u8> {
    let occurtime = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let step = serde_json::json!({
        "sn": codes::GIVEN_UP_SN, "doneresult": done_result, "exitres": "申请人主动撤回", "occurtime": occurtime,
    });
    step.to_string().into_bytes()
}

/// A material and its files: `PRE_FILE`.
#[derive(Serialize)]
struct PreFile<'a> {
    attrid: &'a str,
    attrname: &'a str,
    sortid: usize,
    istake: &'static str,
    amount: usize,
    files: Vec<Entity<'a>>,
}

/// A file, which travelled apart.
#[derive(Serialize)]
struct Entity<'a> {
    filename: &'a str,
    sha256: &'a str,
    rule: &'a str,
    size: u64,
    contenttype: &'a str,
}

impl<'a> From<&'a Application> for Case<'a> {
    fn from(application: &'a Application) -> Self {
        let applicant = &application.applicant;
        Self {
            orgbusno: &application.orgbusno,
            project_no: &application.number,
            dataver: application.dataver,
            item_code: &application.item.code,
            itemname: &application.item.name,
            itemversion: &application.item.version,
            applyertype: codes::applicant_type(applicant.kind),
            applyname: &applicant.name,
            apply_cardtype: codes::card_type(applicant.kind),
            apply_cardtypenumber: &applicant.id,
            contactman: &application.contact.name,
            telphone: &application.contact.phone,
            address: application.contact.address.as_deref(),
            submit: codes::SUBMIT_ONLINE,
            apply_date: application.submitted_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            form: &application.form,
            materials: application.materials.iter().enumerate().map(pre_file).collect(),
        }
    }
}

fn pre_file((index, material): (usize, &Material)) -> PreFile<'_> {
    PreFile {
        attrid: &material.code,
        attrname: &material.name,
        sortid: index + 1,
        istake: codes::TAKEN,
        amount: material.files.len(),
        files: material.files.iter().map(entity).collect(),
    }
}

fn entity(file: &MaterialFile) -> Entity<'_> {
    Entity {
        filename: &file.file_name,
        sha256: &file.sha256,
        rule: &file.rule,
        size: file.bytes,
        contenttype: &file.content_type,
    }
}

/// The answer to `POST /cases`, 201 and 409 alike.
#[derive(Deserialize)]
pub(super) struct Posted {
    pub(super) projid: String,
}

/// A failure's own code.
#[derive(Deserialize)]
pub(super) struct Failure {
    pub(super) code: String,
}

/// What [`Failure::code`] is when the platform never heard of a case; any other 404 is a wrong address.
pub(super) const CASE_ABSENT: &str = "case.absent";

/// The answer to `GET /cases/{orgbusno}`.
#[derive(Deserialize)]
pub(super) struct Known {
    projid: String,
    dataver: u32,
    #[serde(default)]
    state: Value,
    #[serde(default)]
    doneresult: Value,
    #[serde(default)]
    history: Vec<Box<RawValue>>,
}

impl Known {
    pub(super) fn standing(self, table: &CodeTable) -> Standing {
        let history: Vec<_> = self.history.iter().map(|raw| received(raw, table)).collect();
        let state = register::stands(&self.state, &self.doneresult, table).unwrap_or_else(|| register::last(&history));
        Standing::Present { province_id: self.projid, dataver: self.dataver, state, history }
    }
}

/// The answer to `GET /cases?cursor=`.
#[derive(Deserialize)]
pub(super) struct Page {
    reports: Vec<Box<RawValue>>,
    cursor: String,
    #[serde(default)]
    more: bool,
}

impl Page {
    pub(super) fn reports(self, table: &CodeTable) -> ReportPage {
        let reports = self.reports.iter().map(|raw| received(raw, table)).collect();
        ReportPage { reports, cursor: self.cursor, more: self.more }
    }
}

fn received(raw: &RawValue, table: &CodeTable) -> Received {
    Received { raw: raw.get().to_owned(), report: parse_report(raw.get().as_bytes(), table) }
}

/// The answer to `GET /rules`.
#[derive(Deserialize)]
pub(super) struct Rules {
    pub(super) rules: Vec<Rule>,
}

/// One photo rule.
#[derive(Deserialize)]
pub(super) struct Rule {
    name: String,
    format: String,
    max_pages: Option<u32>,
    max_bytes: Option<u64>,
    min_bytes: Option<u64>,
    min_short_px: Option<u32>,
    min_long_px: Option<u32>,
    max_long_px: Option<u32>,
    exact_px: Option<(u32, u32)>,
    dpi: Option<u16>,
    colour: Option<String>,
}

impl From<Rule> for FileRule {
    fn from(rule: Rule) -> Self {
        Self {
            name: rule.name,
            format: rule.format,
            max_pages: rule.max_pages,
            max_bytes: rule.max_bytes,
            min_bytes: rule.min_bytes,
            min_short_px: rule.min_short_px,
            min_long_px: rule.min_long_px,
            max_long_px: rule.max_long_px,
            exact_px: rule.exact_px,
            dpi: rule.dpi,
            colour: rule.colour,
        }
    }
}
