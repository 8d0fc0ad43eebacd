//! A report as it comes: every field may be absent, of another type, or hostile.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::codes::{self, Told};
use crate::adapter::reply::clean;
use crate::adapter::{CodeTable, CorrectionItem, Licence, Received, Report, ReportFault, ReportFaults};

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
/// [`ReportFaults`] with every field that is missing or cannot be read.
pub fn parse_report(json: &[u8], table: &CodeTable) -> Result<Report, ReportFaults> {
    let wire: WireReport = match serde_json::from_slice(json) {
        Ok(value @ Value::Object(_)) => serde_json::from_value(value).map_err(|_| ReportFault::NotAnObject)?,
        _ => return Err(ReportFault::NotAnObject.into()),
    };
    let mut faults = Vec::new();
    let id_of = required(id(&wire.reportid, "reportid"), "reportid", &mut faults);
    let orgbusno = required(id(&wire.orgbusno, "orgbusno"), "orgbusno", &mut faults);
    let province_id = read(id(&wire.projid, "projid"), &mut faults);
    let dataver = read(number(&wire.dataver, "dataver"), &mut faults);
    let sequence = read(number(&wire.sn, "sn"), &mut faults);
    let state = required(id(&wire.state, "state"), "state", &mut faults);
    let done_result = read(id(&wire.doneresult, "doneresult"), &mut faults);
    let occurred_at = required(moment(&wire.occurtime), "occurtime", &mut faults);
    let (Some(id), Some(orgbusno), Some(state), Some(occurred_at), true) =
        (id_of, orgbusno, state, occurred_at, faults.is_empty())
    else {
        return Err(ReportFaults(faults));
    };
    let words = text(&wire.nodeadv);
    let told = Told {
        items: items(&wire.lists),
        reason: text(&wire.exitres).or_else(|| words.clone()).unwrap_or_default(),
        licence: licence(&wire),
    };
    let status = codes::status(table, &state, done_result.as_deref(), told);
    Ok(Report { id, orgbusno, province_id, dataver: dataver.unwrap_or(1), status, occurred_at, sequence, words })
}

/// A field that may be absent; what is wrong with it is noted.
fn read<T>(field: Result<Option<T>, ReportFault>, faults: &mut Vec<ReportFault>) -> Option<T> {
    field.unwrap_or_else(|fault| {
        faults.push(fault);
        None
    })
}

/// A field that must be there; what is wrong with it is noted.
fn required<T>(field: Result<Option<T>, ReportFault>, name: &'static str, faults: &mut Vec<ReportFault>) -> Option<T> {
    read(field.and_then(|value| value.map(Some).ok_or(ReportFault::Missing(name))), faults)
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
fn moment(value: &Value) -> Result<Option<DateTime<Utc>>, ReportFault> {
    let Some(text) = id(value, "occurtime")? else { return Ok(None) };
    if let Ok(moment) = DateTime::parse_from_rfc3339(&text) {
        return Ok(Some(moment.into()));
    }
    let forms = ["%Y-%m-%d %H:%M:%S", "%Y%m%dT%H%M%S"];
    let local = forms.into_iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok());
    let beijing = FixedOffset::east_opt(8 * 3600);
    let moment = local.zip(beijing).and_then(|(local, beijing)| local.and_local_timezone(beijing).single());
    moment.map(|moment| Some(moment.into())).ok_or(ReportFault::Malformed("occurtime"))
}

#[cfg(test)]
mod tests;
