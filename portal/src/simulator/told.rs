//! What a caller tells of a case it decides itself: checked by this province's own rules, and what it makes of the case.

use serde_json::{Map, Value, json};

use super::intake::{Faults, text};
use super::wire::{
    STATE_ACCEPTED, STATE_CORRECTION, STATE_DONE, STATE_GIVEN_UP, STATE_NOT_ACCEPTED, STATE_PAUSED, STATE_REVIEWING,
};

/// A step that can be taken.
pub(super) struct Step {
    /// Its number within the case.
    pub(super) sn: String,
    /// The state it leaves the case in; none when it changes nothing.
    pub(super) state: Option<&'static str>,
    /// The result's code, when it ends the case.
    pub(super) doneresult: Option<String>,
}

/// Checks a step the caller tells; the answer to 422 with when it cannot be taken.
pub(super) fn check(kind: &str, step: &Value) -> Result<Step, Value> {
    let Value::Object(fields) = step else {
        return Err(Faults::one("", "step.not_an_object", "应为 JSON 对象；must be a JSON object"));
    };
    let mut faults = Faults::default();
    let sn = code(fields, "sn");
    if sn.is_none() {
        faults.add("/sn", "step.missing", "缺少序号；the serial number is missing");
    }
    for name in needed(kind, fields) {
        if !is_there(fields, name) {
            faults.add(format!("/{name}"), "step.missing", "缺少必填项；required");
        }
    }
    if kind == "ratings" {
        stars(fields, &mut faults);
    }
    match (sn, faults.answer()) {
        (Some(sn), None) => Ok(Step { sn, state: state(kind, fields), doneresult: done(kind, fields) }),
        (_, errors) => Err(errors.unwrap_or_default()),
    }
}

/// A number may be written as text.
fn code(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name) {
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => text(fields, name),
    }
}

fn is_there(fields: &Map<String, Value>, name: &str) -> bool {
    match fields.get(name) {
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::String(words)) => !words.trim().is_empty(),
        Some(Value::Number(_)) => true,
        _ => false,
    }
}

/// The fields this province wants of a step, those that depend on others among them.
fn needed(kind: &str, fields: &Map<String, Value>) -> Vec<&'static str> {
    let is = |name: &str, codes: &[&str]| code(fields, name).is_some_and(|code| codes.contains(&code.as_str()));
    let mut needed = match kind {
        "accept" => vec![
            "itemname",
            "applicant",
            "acceptdeptname",
            "acceptdeptid",
            "acceptdeptcode1",
            "acceptdeptcode2",
            "approvaltype",
            "promisetimelimit",
            "promisetimeunit",
            "timelimit",
            "timeunit",
            "submit",
            "occurtime",
            "transactor",
        ],
        "steps" => {
            vec!["nodename", "nodetype", "nodestate", "nodeprocername", "procunitname", "nodestarttime", "nodeendtime"]
        }
        "specials" => {
            vec!["nodename", "specialname", "noderesult", "nodeprocadv", "procername", "nodestarttime", "nodeendtime"]
        }
        "done" => vec!["doneresult", "occurtime"],
        "ratings" => vec!["starLevel", "satisfaction", "occurtime"],
        _ => Vec::new(),
    };
    if kind == "done" && is("doneresult", &["0"]) {
        needed.extend(["certificatenam", "certificateno", "certificatelimit", "publisher"]);
    }
    if kind == "done" && is("doneresult", &["1", "2", "3", "4", "5"]) {
        needed.push("exitres");
    }
    if kind == "done" && is("isfee", &["1"]) {
        needed.extend(["fee", "feestandard", "paypersonname", "payperidcard", "payermobile", "payertel"]);
    }
    if kind == "steps" && is("nodestate", &["02"]) {
        needed.extend(["nodeadv", "noderesult"]);
    }
    if kind == "specials" && is("noderesult", &["1", "6"]) {
        needed.push("lists");
    }
    if kind == "ratings" && is("starLevel", &["1", "2"]) {
        needed.push("evaluation");
    }
    needed
}

/// The stars count up to the best, the satisfaction down to it: together they are always six.
fn stars(fields: &Map<String, Value>, faults: &mut Faults) {
    let number = |name| code(fields, name).and_then(|code| code.parse::<u8>().ok()).filter(|n| (1..=5).contains(n));
    let (stars, satisfaction) = (number("starLevel"), number("satisfaction"));
    if stars.zip(satisfaction).is_none_or(|(stars, satisfaction)| stars + satisfaction != 6) {
        faults.add("/starLevel", "rating.contradiction", "星级与满意度不一致；stars and satisfaction contradict");
    }
}

fn state(kind: &str, fields: &Map<String, Value>) -> Option<&'static str> {
    match kind {
        "accept" => Some(STATE_ACCEPTED),
        "steps" => Some(STATE_REVIEWING),
        "specials" => special(fields),
        "done" => Some(match code(fields, "doneresult").as_deref() {
            Some("5") => STATE_GIVEN_UP,
            Some("6") => STATE_NOT_ACCEPTED,
            _ => STATE_DONE,
        }),
        _ => None,
    }
}

fn special(fields: &Map<String, Value>) -> Option<&'static str> {
    let is_correction = code(fields, "noderesult").is_some_and(|code| code == "1" || code == "6");
    match (is_correction, is_there(fields, "result")) {
        (true, false) => Some(STATE_CORRECTION),
        // It ended when the corrected version arrived.
        (true, true) => None,
        (false, false) => Some(STATE_PAUSED),
        (false, true) => Some(STATE_REVIEWING),
    }
}

fn done(kind: &str, fields: &Map<String, Value>) -> Option<String> {
    (kind == "done").then(|| code(fields, "doneresult")).flatten()
}

impl Faults {
    /// The answer to 422 with, when there are any.
    fn answer(self) -> Option<Value> {
        (!self.0.is_empty()).then(|| json!({ "errors": self.0 }))
    }
}
