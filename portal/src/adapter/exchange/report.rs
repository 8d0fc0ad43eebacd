//! A report as it comes: every field may be absent, of another type, or hostile.

mod fields;

use serde::Deserialize;
use serde_json::Value;

use self::fields::{Field, Limit, Noted, moment};
use super::codes::{self, Told};
use crate::adapter::{CodeTable, Licence, Received, Report, ReportFault, ReportFaults};

pub(crate) use self::fields::id;
pub(super) use self::fields::number;

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

/// Reads a report that was pushed, in the words of the exchange tables, by the codes of the platform's version. Codes we do not
/// know come out as [`ReportedStatus::Unknown`](crate::adapter::ReportedStatus::Unknown), fields we do not know are passed
/// over. Whoever pushes can mend it: nothing that cannot be read is passed over.
///
/// # Errors
/// [`ReportFaults`] with every field that is missing or cannot be read.
pub fn parse_report(json: &[u8], table: &CodeTable) -> Result<Report, ReportFaults> {
    match read(json, table) {
        Ok((report, doubts)) if doubts.is_empty() => Ok(report),
        Ok((_, faults)) | Err(faults) => Err(ReportFaults(faults)),
    }
}

/// A report that was fetched, as it came and as it was understood. Nobody is there to mend it: what is not needed to know what
/// became of the case, and cannot be read, is told in its own words or left out.
pub(crate) fn received(raw: &str, table: &CodeTable) -> Received {
    let read = read(raw.as_bytes(), table).map_err(ReportFaults);
    let report = read.map(|(report, doubts)| {
        if !doubts.is_empty() {
            tracing::warn!(report = %report.id, doubts = %ReportFaults(doubts), "not all of a report can be read");
        }
        report
    });
    Received { raw: raw.to_owned(), report }
}

/// The report, and what of it cannot be read; or why it cannot be taken at all, with everything that cannot be read.
fn read(json: &[u8], table: &CodeTable) -> Result<(Report, Vec<ReportFault>), Vec<ReportFault>> {
    let wire: WireReport = match serde_json::from_slice(json) {
        Ok(value @ Value::Object(_)) => {
            serde_json::from_value(value).map_err(|error| vec![ReportFault::NotJson(error.to_string())])?
        }
        Ok(_) => return Err(vec![ReportFault::NotAnObject]),
        Err(error) => return Err(vec![ReportFault::NotJson(error.to_string())]),
    };
    let mut noted = Noted::default();
    let id_of = noted.must("reportid", id(&wire.reportid, "reportid"));
    let orgbusno = noted.must("orgbusno", id(&wire.orgbusno, "orgbusno"));
    let province_id = noted.might(id(&wire.projid, "projid"));
    let dataver = noted.might(number(&wire.dataver, "dataver"));
    let sequence = noted.might(number(&wire.sn, "sn"));
    let state = noted.must("state", two_digits(&wire.state));
    let done_result = noted.may(id(&wire.doneresult, "doneresult"));
    let occurred_at = noted.must("occurtime", moment(&wire.occurtime, "occurtime"));
    let (told, words) = told(&wire, &mut noted);
    let Noted { faults, useless } = noted;
    let (Some(id), Some(orgbusno), Some(state), Some(occurred_at), false) =
        (id_of, orgbusno, state, occurred_at, useless)
    else {
        return Err(faults);
    };
    let status = codes::status(table, &state, done_result.as_deref(), told);
    Ok((Report { id, orgbusno, province_id, dataver, status, occurred_at, sequence, words }, faults))
}

/// What comes along with a state, and what the applicant is to read.
fn told(wire: &WireReport, noted: &mut Noted) -> (Told, Option<String>) {
    let advice = noted.text("nodeadv", &wire.nodeadv);
    let reason = noted.text("exitres", &wire.exitres).or_else(|| advice.clone()).unwrap_or_default();
    let items = noted.items(&wire.lists);
    let named = noted.pair(("certificatenam", &wire.certificatenam), ("certificateno", &wire.certificateno));
    let limit = noted.last_day("certificatelimit", &wire.certificatelimit);
    let publisher = noted.text("publisher", &wire.publisher);
    let (valid_until, words) = match limit {
        Limit::None => (None, advice),
        Limit::Day(day) => (Some(day), advice),
        // No day of ours, but the applicant can read it.
        Limit::Unread(text) => {
            (None, Some([advice.unwrap_or_default(), format!("有效期限：{text}")].join("\n").trim().to_owned()))
        }
    };
    let licence = named.map(|(name, number)| Licence { name, number, valid_until, publisher });
    (Told { items, reason, licence }, words)
}

/// The two digits of a state, also of one that was written as a number and lost its zero.
fn two_digits(state: &Value) -> Field<String> {
    let read = id(state, "state")?;
    Ok(read.map(|code| if state.is_number() { format!("{code:0>2}") } else { code }))
}

#[cfg(test)]
mod tests;
