//! Subscribe messages: checked as WeChat checks them, and kept to look at.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Call};
use super::state::State;
use crate::wechat::message::THING_CHARS;

/// What a kept message may weigh.
const LONGEST_PAGE: usize = 1024;
const MOST_FIELDS: usize = 32;
const LONGEST_KEY: usize = 64;

/// A message that was sent. It is test data: the stand-in has no real people.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Sent {
    /// Its number, from 1.
    pub msgid: u64,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// To whom.
    pub openid: String,
    /// By which template.
    pub template: String,
    /// The page it opens.
    pub page: Option<String>,
    /// `developer`, `trial` or `formal`.
    pub miniprogram_state: String,
    /// The fields and their text.
    pub data: BTreeMap<String, String>,
}

pub(super) fn send(call: &Call, state: &State) -> Answer {
    if let Some(error) = state.token_error(call) {
        return error;
    }
    let (openid, template) = (call.text("touser"), call.text("template_id"));
    if openid.len() != 28 || !openid.starts_with('o') {
        return Answer::error(40003, "invalid openid");
    }
    let needed = state.options.templates.get(template);
    if template.is_empty() || template.len() > 64 || (needed.is_none() && !state.options.templates.is_empty()) {
        return Answer::error(40037, "invalid template_id");
    }
    let data = match read_data(call.body.get("data"), needed.map_or(&[], Vec::as_slice)) {
        Ok(data) => data,
        Err(fault) => return Answer::error(47003, &format!("argument invalid! {fault}")),
    };
    let page = call.body.get("page").and_then(Value::as_str);
    if page.is_some_and(|page| page.len() > LONGEST_PAGE) {
        return Answer::error(41030, "invalid page");
    }
    let mini_program = match call.text("miniprogram_state") {
        "" => "formal",
        word @ ("developer" | "trial" | "formal") => word,
        _ => return Answer::error(47003, "argument invalid! miniprogram_state"),
    };
    let sent = Sent {
        msgid: 0,
        at: state.world.now(),
        openid: openid.to_owned(),
        template: template.to_owned(),
        page: page.map(str::to_owned),
        miniprogram_state: mini_program.to_owned(),
        data,
    };
    deliver(sent, state)
}

fn deliver(sent: Sent, state: &State) -> Answer {
    let mut inner = state.inner();
    let left = inner.subscriptions.get_mut(&(sent.openid.clone(), sent.template.clone()));
    match left {
        Some(left) if *left > 0 => *left -= 1,
        None if !state.options.strict => {}
        _ => return Answer::error(43101, "user refuse to accept the msg"),
    }
    let msgid = inner.keep(sent);
    Answer::new(json!({ "errcode": 0, "errmsg": "ok", "msgid": msgid }))
}

fn read_data(data: Option<&Value>, needed: &[String]) -> Result<BTreeMap<String, String>, String> {
    let empty = Map::new();
    let data = match data {
        Some(Value::Object(data)) => data,
        None => &empty,
        Some(_) => return Err("data is not an object".to_owned()),
    };
    if data.len() > MOST_FIELDS || data.keys().any(|key| key.len() > LONGEST_KEY) {
        return Err("data has too many fields".to_owned());
    }
    if let Some(missing) = needed.iter().find(|key| !data.contains_key(*key)) {
        return Err(format!("data.{missing}.value is empty"));
    }
    data.iter()
        .map(|(key, value)| {
            let text = value.get("value").and_then(Value::as_str).filter(|text| fits(key, text));
            text.map(|text| (key.clone(), text.to_owned())).ok_or_else(|| format!("data.{key}.value invalid"))
        })
        .collect()
}

/// Whether `text` may stand in a field called `key`, by the kind its name begins with.
fn fits(key: &str, text: &str) -> bool {
    let length = text.chars().count();
    let every = |allowed: fn(char) -> bool| text.chars().all(allowed);
    let within = match key.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "thing" => length <= THING_CHARS,
        "character_string" => length <= 32 && every(|c| c.is_ascii() && !c.is_ascii_control()),
        "number" => length <= 32 && every(|c| c.is_ascii_digit() || c == '.' || c == '-'),
        "letter" => length <= 32 && every(|c| c.is_ascii_alphabetic()),
        "symbol" | "phrase" => length <= 5,
        "phone_number" => length <= 17 && every(|c| c.is_ascii_digit() || c.is_ascii_punctuation()),
        "car_number" => length <= 8,
        "name" => length <= if text.is_ascii() { 20 } else { 10 },
        "amount" => length <= 12 && text.chars().any(|c| c.is_ascii_digit()),
        "time" | "date" => length <= 32 && text.chars().any(|c| c.is_ascii_digit()),
        _ => length <= 256,
    };
    within && !text.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_field_has_its_limit() {
        let cases = [
            ("thing1", "字".repeat(20), true),
            ("thing1", "字".repeat(21), false),
            ("thing12", String::new(), false),
            ("character_string3", "371526-20260301-0007".to_owned(), true),
            ("character_string3", "编号7".to_owned(), false),
            ("phrase2", "审核通过".to_owned(), true),
            ("phrase2", "审核已经通过".to_owned(), false),
            ("time4", "2026年3月1日 09:30".to_owned(), true),
            ("date4", "明天".to_owned(), false),
            ("number1", "12a".to_owned(), false),
            ("name1", "十一个字的名字放不下了".to_owned(), false),
        ];
        for (key, text, fine) in cases {
            assert_eq!(fits(key, &text), fine, "{key} {text}");
        }
    }

    #[test]
    fn data_must_be_objects_in_an_object() {
        for bad in [json!("{}"), json!({"thing1": "text"}), json!({"thing1": {"value": 5}}), json!([])] {
            assert!(read_data(Some(&bad), &[]).is_err(), "{bad}");
        }
        assert!(read_data(None, &["thing1".to_owned()]).is_err());
        assert!(read_data(Some(&json!({"thing1": {"value": "好"}})), &["thing1".to_owned()]).is_ok());
    }
}
