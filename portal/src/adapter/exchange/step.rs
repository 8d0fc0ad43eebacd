//! A step as it goes on the wire: `EA_JC_STEP_BASICINFO`, `EA_JC_STEP_PROC`, `EA_JC_STEP_SPECIALNODE` and `EA_JC_STEP_DONE`.
//! A field without a value is left out; what must be there is [`super::required`]'s business.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::codes;
use crate::adapter::told::{Acceptance, Done, Rating, Special, Step, Told};
use crate::adapter::{CodeTable, Telling};

/// What a step is called: the last part of `/cases/{projid}/…`, and the kind of its sheet elsewhere.
pub(crate) fn call(told: &Told) -> &'static str {
    match told {
        Told::Accept(_) => "accept",
        Told::Step(_) => "steps",
        Told::Special(_) => "specials",
        Told::Done(_) => "done",
        Told::Rating(_) => "ratings",
    }
}

/// The body.
pub(crate) fn body(telling: &Telling, table: &CodeTable) -> Map<String, Value> {
    let mut sheet = Sheet(Map::new());
    sheet.put("sn", Some(telling.sn.to_string()));
    sheet.put("orgbusno", Some(&telling.orgbusno));
    sheet.put("projid", Some(&telling.province_id));
    sheet.0.insert("dataver".into(), telling.dataver.into());
    sheet.put("occurtime", Some(time(telling.at())));
    match &telling.told {
        Told::Accept(acceptance) => accept(&mut sheet, telling, acceptance),
        Told::Step(step) => proc(&mut sheet, telling, step, table),
        Told::Special(special) => special_node(&mut sheet, telling, special, table),
        Told::Done(done) => end(&mut sheet, done, table),
        Told::Rating(rating) => rated(&mut sheet, telling, rating),
    }
    sheet.0
}

/// The fields as they are filled.
struct Sheet(Map<String, Value>);

impl Sheet {
    fn put(&mut self, field: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.0.insert(field.to_owned(), Value::String(value.into()));
        }
    }
}

fn code<'a>(telling: &'a Telling, name: &str) -> Option<&'a str> {
    telling.codes.get(name).map(String::as_str)
}

fn accept(sheet: &mut Sheet, telling: &Telling, acceptance: &Acceptance) {
    let materials: Vec<_> = telling.materials.iter().map(|(code, name)| format!("{code}:{name}")).collect();
    sheet.put("itemname", Some(&telling.item.name));
    sheet.put("applicant", Some(&telling.applicant.name));
    sheet.put("applyertype", Some(codes::applicant_type(telling.applicant.kind)));
    sheet.put("acceptdeptname", code(telling, "dept_name"));
    sheet.put("acceptdeptid", code(telling, "dept_code"));
    sheet.put("acceptdeptcode1", Some(code(telling, "dept_code1").unwrap_or(codes::NONE)));
    sheet.put("acceptdeptcode2", Some(code(telling, "dept_code2").unwrap_or(codes::NONE)));
    sheet.put("approvaltype", code(telling, "info_type"));
    sheet.put("promisetimelimit", Some(acceptance.promise_days.to_string()));
    sheet.put("promisetimeunit", Some(codes::PROMISED_WORKING_DAYS));
    sheet.put("timelimit", Some(acceptance.decision_days.to_string()));
    sheet.put("timeunit", Some(codes::WORKING_DAYS));
    sheet.put("promisedate", Some(acceptance.promised_on.to_string()));
    sheet.put("submit", Some(codes::SUBMIT_ONLINE));
    sheet.put("transactor", Some(&acceptance.by));
    sheet.put("acceptdocno", acceptance.document.as_deref());
    sheet.put("acceptlist", (!materials.is_empty()).then(|| materials.join(",")));
    sheet.put("coucatalogcode", code(telling, "catalog_code"));
    sheet.put("coutaskcode", code(telling, "task_code"));
}

fn proc(sheet: &mut Sheet, telling: &Telling, step: &Step, table: &CodeTable) {
    sheet.put("nodename", Some(&step.name));
    sheet.put("nodetype", Some(codes::MIDDLE));
    sheet.put("nodeprocername", Some(&step.by));
    sheet.put("procunit", code(telling, "dept_code"));
    sheet.put("procunitname", code(telling, "dept_name"));
    sheet.put("nodestate", Some(if step.ended_at.is_some() { codes::ENDED } else { codes::UNDER_WAY }));
    sheet.put("nodestarttime", Some(time(step.begun_at)));
    // A node without an end time sends its start time.
    sheet.put("nodeendtime", Some(time(step.ended_at.unwrap_or(step.begun_at))));
    sheet.put("noderesult", step.agreed.and_then(|agreed| table.agreed(agreed)));
    sheet.put("nodeadv", step.opinion.as_deref());
}

fn special_node(sheet: &mut Sheet, telling: &Telling, special: &Special, table: &CodeTable) {
    sheet.put("nodename", Some(special.kind.name()));
    sheet.put("procunitid", code(telling, "dept_code"));
    sheet.put("procunitname", code(telling, "dept_name"));
    sheet.put("procername", Some(&special.by));
    sheet.put("nodestarttime", Some(time(special.begun_at)));
    sheet.put("nodeendtime", Some(time(special.ended_at.unwrap_or(special.begun_at))));
    sheet.put("notetime", Some(time(special.begun_at)));
    sheet.put("nodeprocadv", Some(&special.reason));
    sheet.put("nodeprocaccord", special.kind.uncounted().map(|_| "行政许可法第四十五条"));
    sheet.put("noderesult", table.special(special.kind));
    sheet.put("specialtype", Some(codes::OTHER_SPECIAL));
    sheet.put("specialname", Some(special.kind.name()));
    sheet.put("result", special.result.as_deref());
    if !special.items.is_empty() {
        let lists = special.items.iter().map(|item| json!({ "attrid": item.material, "memo": item.words }));
        sheet.0.insert("lists".into(), lists.collect());
    }
}

fn end(sheet: &mut Sheet, done: &Done, table: &CodeTable) {
    sheet.put("doneresult", table.done(done.result));
    sheet.put("exitres", done.reason.as_deref());
    sheet.put("transactor", Some(&done.by));
    sheet.put("isdeliveryresults", Some(codes::yes_no(done.express)));
    if let Some(licence) = &done.licence {
        sheet.put("certificatenam", Some(&licence.name));
        sheet.put("certificateno", Some(&licence.number));
        let limit = licence.valid_until.map_or_else(|| codes::NO_END.to_owned(), |day| day.to_string());
        sheet.put("certificatelimit", Some(limit));
        sheet.put("publisher", licence.publisher.as_deref());
        sheet.put("resultcetrname", Some(&licence.name));
    }
    sheet.put("isfee", Some(codes::yes_no(done.fee.is_some())));
    if let Some(fee) = &done.fee {
        sheet.put("fee", Some(&fee.amount));
        sheet.put("feestandard", Some(&fee.standard));
        sheet.put("feestandaccord", fee.basis.as_deref());
        sheet.put("paypersonname", Some(&fee.payer.name));
        sheet.put("payperidcard", Some(&fee.payer.id_card));
        sheet.put("payermobile", Some(&fee.payer.mobile));
        sheet.put("payertel", Some(&fee.payer.telephone));
    }
}

fn rated(sheet: &mut Sheet, telling: &Telling, rating: &Rating) {
    sheet.put("starLevel", Some(codes::stars(rating.satisfaction)));
    sheet.put("satisfaction", Some(codes::satisfaction(rating.satisfaction)));
    sheet.put("evaluator", Some(&telling.applicant.name));
    sheet.put("evaluation", rating.words.as_deref());
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests;
