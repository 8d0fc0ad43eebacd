//! A report as the province writes it.

use chrono::{DateTime, FixedOffset, Months, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::memory::SimCase;
use super::script::{LicenceText, Status, Step};
use super::wire::{
    DONE_APPROVED, DONE_DENIED, STATE_ACCEPTED, STATE_CORRECTION, STATE_DONE, STATE_NOT_ACCEPTED, STATE_RECEIVED,
    STATE_REVIEWING,
};

/// The `sn`-th report of `case`, for `step`.
pub(super) fn body(case: &SimCase, sn: usize, step: &Step, id: Uuid, now: DateTime<Utc>) -> Value {
    let words = step.words.clone().unwrap_or_else(|| usual_words(step.status).to_owned());
    let (state, result) = codes(step);
    let mut report = json!({
        "reportid": id.simple().to_string(),
        "orgbusno": case.orgbusno,
        "projid": case.projid,
        "dataver": case.dataver,
        "sn": sn,
        "state": state,
        "occurtime": beijing(now),
        "nodeadv": words,
    });
    if let Value::Object(fields) = &mut report {
        if let Some(result) = result {
            fields.insert("doneresult".into(), result.into());
        }
        more(fields, case, step, &words, now);
    }
    report
}

fn codes(step: &Step) -> (&str, Option<&'static str>) {
    match step.status {
        Status::Received => (STATE_RECEIVED, None),
        Status::Accepted => (STATE_ACCEPTED, None),
        Status::Correction => (STATE_CORRECTION, None),
        Status::NotAccepted => (STATE_NOT_ACCEPTED, None),
        Status::Reviewing => (STATE_REVIEWING, None),
        Status::Approved => (STATE_DONE, Some(DONE_APPROVED)),
        Status::Denied => (STATE_DONE, Some(DONE_DENIED)),
        Status::Raw => (step.code.as_deref().unwrap_or_default(), None),
    }
}

fn usual_words(status: Status) -> &'static str {
    match status {
        Status::Received => "已收到您的申请。",
        Status::Accepted => "您的申请已受理。",
        Status::Correction => "请按要求补正材料后再次提交。",
        Status::NotAccepted => "该事项依法不予受理。",
        Status::Reviewing => "您的申请正在审查。",
        Status::Approved => "准予许可。",
        Status::Denied => "不符合法定条件，不予许可。",
        Status::Raw => "",
    }
}

fn more(fields: &mut Map<String, Value>, case: &SimCase, step: &Step, words: &str, now: DateTime<Utc>) {
    match step.status {
        Status::Approved => {
            let licence = step.licence.clone().unwrap_or_else(|| made_up(case, now));
            fields.insert("certificatenam".into(), licence.name.into());
            fields.insert("certificateno".into(), licence.number.into());
            fields.insert("certificatelimit".into(), licence.valid_until.into());
            fields.insert("publisher".into(), "高唐县行政审批服务局（模拟）".into());
        }
        Status::NotAccepted | Status::Denied => {
            fields.insert("exitres".into(), words.into());
        }
        Status::Correction => {
            let lists = step.items.iter().map(|item| json!({"attrid": item.material, "memo": item.words}));
            fields.insert("lists".into(), lists.collect());
        }
        Status::Received | Status::Accepted | Status::Reviewing | Status::Raw => {}
    }
}

fn made_up(case: &SimCase, now: DateTime<Utc>) -> LicenceText {
    let last_day = now.checked_add_months(Months::new(24)).unwrap_or(now);
    LicenceText {
        name: "准予行政许可决定书".into(),
        number: format!("模拟许〔{}〕{}", now.format("%Y"), case.projid),
        valid_until: last_day.format("%Y-%m-%d").to_string(),
    }
}

fn beijing(now: DateTime<Utc>) -> String {
    match FixedOffset::east_opt(8 * 3600) {
        Some(beijing) => now.with_timezone(&beijing).to_rfc3339_opts(SecondsFormat::Secs, false),
        None => now.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}
