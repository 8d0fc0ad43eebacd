//! Codes: who signs in, and whose phone it is.

use serde_json::json;

use super::answer::{Answer, Call, MAX_HANG, Trouble};
use super::state::State;

/// What a code asks for.
struct Code<'a> {
    who: Who<'a>,
    order: Option<Order>,
}

enum Who<'a> {
    Name(&'a str),
    Number(&'a str),
}

enum Order {
    Once,
    UnionId,
    Trouble(Trouble),
}

/// Longer codes than this the stand-in does not take.
const LONGEST_CODE: usize = 128;

impl<'a> Code<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (who, order) = text.split_once('!').map_or((text, None), |(who, order)| (who, Some(order)));
        let who = match (who.strip_prefix("dev-"), who.strip_prefix("phone-")) {
            (Some(name), _) if !name.is_empty() => Who::Name(name),
            (_, Some(number)) if number.len() == 11 && number.bytes().all(|b| b.is_ascii_digit()) => {
                Who::Number(number)
            }
            _ => return None,
        };
        let order = order.map(Order::read);
        match order {
            Some(None) => None,
            order => (text.len() <= LONGEST_CODE).then_some(Self { who, order: order.flatten() }),
        }
    }
}

impl Order {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "unionid" => Self::UnionId,
            "timeout" => Self::Trouble(Trouble::Hang(MAX_HANG)),
            "garbage" => Self::Trouble(Trouble::Garbage),
            "oversize" => Self::Trouble(Trouble::Oversize),
            _ if text.starts_with("once-") => Self::Once,
            _ => match text.strip_prefix("status-") {
                Some(status) => Self::Trouble(Trouble::Status(status.parse().ok()?)),
                None => Self::Trouble(Trouble::Errcode(text.parse().ok()?)),
            },
        })
    }
}

pub(super) fn sign_in(call: &Call, state: &State) -> Answer {
    let parameter = |name: &str| call.query.get(name).map_or("", String::as_str);
    if let Some(error) = app_error(parameter("appid"), parameter("secret"), state) {
        return error;
    }
    if parameter("grant_type") != "authorization_code" {
        return Answer::error(40002, "invalid grant_type");
    }
    if parameter("js_code").is_empty() {
        return Answer::error(41008, "missing code");
    }
    answer_code(parameter("js_code"), state, |code| {
        let Who::Name(name) = code.who else { return None };
        let mut json = json!({ "session_key": state.id("", "session_key", name), "openid": state.openid(name) });
        if let (Some(Order::UnionId), Some(fields)) = (&code.order, json.as_object_mut()) {
            fields.insert("unionid".to_owned(), state.id("u", "unionid", name).into());
        }
        Some(json)
    })
}

pub(super) fn phone(call: &Call, state: &State) -> Answer {
    if let Some(error) = state.token_error(call) {
        return error;
    }
    answer_code(call.text("code"), state, |code| {
        let number = match code.who {
            Who::Name(name) => state.phone(name),
            Who::Number(number) => number.to_owned(),
        };
        let watermark = json!({ "timestamp": state.world.now().timestamp(), "appid": state.options.app_id });
        let info =
            json!({ "phoneNumber": number, "purePhoneNumber": number, "countryCode": "86", "watermark": watermark });
        Some(json!({ "errcode": 0, "errmsg": "ok", "phone_info": info }))
    })
}

fn answer_code(text: &str, state: &State, good: impl Fn(&Code<'_>) -> Option<serde_json::Value>) -> Answer {
    let invalid = || Answer::error(40029, "invalid code");
    let Some(code) = Code::read(text) else { return invalid() };
    let Some(json) = good(&code) else { return invalid() };
    match code.order {
        Some(Order::Once) if !state.inner().use_up(text) => Answer::error(40163, "code been used"),
        Some(Order::Trouble(trouble)) => Answer { json, trouble: Some(trouble) },
        _ => Answer::new(json),
    }
}

/// What is wrong with an appid and a secret.
pub(super) fn app_error(app_id: &str, secret: &str, state: &State) -> Option<Answer> {
    if app_id.is_empty() {
        return Some(Answer::error(41002, "appid missing"));
    }
    if app_id != state.options.app_id {
        return Some(Answer::error(40013, "invalid appid"));
    }
    if secret.is_empty() {
        return Some(Answer::error(41004, "appsecret missing"));
    }
    (secret != state.options.secret.expose()).then(|| Answer::error(40001, "invalid credential"))
}
