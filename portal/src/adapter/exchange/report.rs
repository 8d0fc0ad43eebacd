//! A report as it comes: every field may be absent, of another type, or hostile.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::codes::{self, Told};
use crate::adapter::reply::clean;
use crate::adapter::{CodeTable, CorrectionItem, Licence, Received, Report, ReportFault};

/// Names from `EA_JC_STEP_BASICINFO`, `EA_JC_STEP_PROC`, `EA_JC_STEP_SPECIALNODE` and `EA_JC_STEP_DONE`; `certificatenam`
/// is spelt so there.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct WireReport {
    reportid: Value,
    orgbusno: Value,
    projid: Value,
    dataver: Value,
    sn: Value,
    state: Value,
    doneresult: Value,
    occurtime: Value,
    nodeadv: Value,
    exitres: Value,
    lists: Value,
    certificatenam: Value,
    certificateno: Value,
    certificatelimit: Value,
    publisher: Value,
}

/// The most characters of an identifier.
const ID_CHARS: usize = 64;
/// The most characters of a text: `handle_explain(2000)`, `special_reason(2000)`. What is longer is cut.
const TEXT_CHARS: usize = 2000;
/// The most entries of a correction. What is more is left out; the words stay whole.
const MAX_ITEMS: usize = 100;

/// Reads a report in the words of the exchange tables, by the codes of the platform's version. Codes we do not know come out as
/// [`ReportedStatus::Unknown`](crate::adapter::ReportedStatus::Unknown), fields we do not know are passed over.
///
/// # Errors
/// [`ReportFault`] with the first field that is missing or cannot be read.
pub fn parse_report(json: &[u8], table: &CodeTable) -> Result<Report, ReportFault> {
    let value: Value = serde_json::from_slice(json).map_err(|_| ReportFault::NotAnObject)?;
    if !value.is_object() {
        return Err(ReportFault::NotAnObject);
    }
    let wire: WireReport = serde_json::from_value(value).map_err(|_| ReportFault::NotAnObject)?;
    let words = text(&wire.nodeadv);
    let told = Told {
        items: items(&wire.lists),
        reason: text(&wire.exitres).or_else(|| words.clone()).unwrap_or_default(),
        licence: licence(&wire),
    };
    let state = id(&wire.state, "state")?.ok_or(ReportFault::Missing("state"))?;
    let done_result = id(&wire.doneresult, "doneresult")?;
    Ok(Report {
        id: id(&wire.reportid, "reportid")?.ok_or(ReportFault::Missing("reportid"))?,
        orgbusno: id(&wire.orgbusno, "orgbusno")?.ok_or(ReportFault::Missing("orgbusno"))?,
        province_id: id(&wire.projid, "projid")?,
        dataver: number(&wire.dataver, "dataver")?.unwrap_or(1),
        status: codes::status(table, &state, done_result.as_deref(), told),
        occurred_at: moment(&wire.occurtime)?,
        sequence: number(&wire.sn, "sn")?,
        words,
    })
}

/// A report as it came and as it was understood.
pub(crate) fn received(raw: &str, table: &CodeTable) -> Received {
    Received { raw: raw.to_owned(), report: parse_report(raw.as_bytes(), table) }
}

pub(super) fn id(value: &Value, field: &'static str) -> Result<Option<String>, ReportFault> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return Err(ReportFault::Malformed(field)),
    };
    if text.chars().count() > ID_CHARS || text.chars().any(char::is_control) {
        return Err(ReportFault::Malformed(field));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

pub(super) fn number<T: std::str::FromStr>(value: &Value, field: &'static str) -> Result<Option<T>, ReportFault> {
    id(value, field)?.map(|text| text.parse().map_err(|_| ReportFault::Malformed(field))).transpose()
}

/// Free text never makes a report unreadable: what is not text is passed over.
fn text(value: &Value) -> Option<String> {
    value.as_str().map(|text| clean(text, TEXT_CHARS)).filter(|text| !text.is_empty())
}

/// `lists` is an array of texts or of `{attrid, memo}`, or one text.
fn items(lists: &Value) -> Vec<CorrectionItem> {
    let entries = match lists {
        Value::Array(entries) => entries.as_slice(),
        one => std::slice::from_ref(one),
    };
    entries.iter().take(MAX_ITEMS).filter_map(item).collect()
}

fn item(entry: &Value) -> Option<CorrectionItem> {
    if let Some(words) = text(entry) {
        return Some(CorrectionItem { material: None, words });
    }
    let material = entry.get("attrid").and_then(|value| id(value, "lists").ok().flatten());
    let words = entry.get("memo").and_then(text);
    (material.is_some() || words.is_some()).then(|| CorrectionItem { material, words: words.unwrap_or_default() })
}

fn licence(wire: &WireReport) -> Option<Licence> {
    Some(Licence {
        name: text(&wire.certificatenam)?,
        number: text(&wire.certificateno)?,
        valid_until: text(&wire.certificatelimit).and_then(|text| day(&text)),
        publisher: text(&wire.publisher),
    })
}

fn day(text: &str) -> Option<NaiveDate> {
    ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d"].into_iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}

/// RFC 3339, or Beijing time as `2026-11-22 09:30:00` or `20261122T093000` (GB/T 39046).
fn moment(value: &Value) -> Result<DateTime<Utc>, ReportFault> {
    let malformed = ReportFault::Malformed("occurtime");
    let text = id(value, "occurtime")?.ok_or(ReportFault::Missing("occurtime"))?;
    if let Ok(moment) = DateTime::parse_from_rfc3339(&text) {
        return Ok(moment.into());
    }
    let local = ["%Y-%m-%d %H:%M:%S", "%Y%m%dT%H%M%S"]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
        .ok_or(malformed.clone())?;
    let beijing = FixedOffset::east_opt(8 * 3600).ok_or(malformed.clone())?;
    local.and_local_timezone(beijing).single().map(Into::into).ok_or(malformed)
}

#[cfg(test)]
mod tests;
