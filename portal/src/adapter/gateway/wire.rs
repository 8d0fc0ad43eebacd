//! What this platform answers with. Inward, fields we do not know are passed over.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::adapter::exchange::{last, received, stands};
use crate::adapter::{CodeTable, FileRule, ReportPage, Standing};

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
        let history: Vec<_> = self.history.iter().map(|raw| received(raw.get(), table)).collect();
        let state = stands(&self.state, &self.doneresult, table).unwrap_or_else(|| last(&history));
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
        let reports = self.reports.iter().map(|raw| received(raw.get(), table)).collect();
        ReportPage { reports, cursor: self.cursor, more: self.more }
    }
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
