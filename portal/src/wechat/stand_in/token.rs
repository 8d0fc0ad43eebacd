//! Access tokens: given out, renewed early, forced, expired, refused.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::answer::{Answer, Call};
use super::session::app_error;
use super::state::State;

const LIFE: TimeDelta = TimeDelta::seconds(7200);
/// Before its end a token is followed by the next one, and both work.
const OVERLAP: TimeDelta = TimeDelta::minutes(5);
const FORCED_APART: TimeDelta = TimeDelta::seconds(30);
const FORCED_A_DAY: usize = 20;
/// Tokens remembered; the oldest go first.
const MAX_TOKENS: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Tokens {
    given: VecDeque<Given>,
    forced: VecDeque<DateTime<Utc>>,
    serial: u64,
}

#[derive(Debug)]
struct Given {
    value: String,
    ends_at: DateTime<Utc>,
    /// The code it is refused with.
    refused: Option<i64>,
    /// Refused, and given out all the same.
    sticky: bool,
}

impl Tokens {
    pub(super) fn invalidate(&mut self, errcode: i64, sticky: bool) {
        for token in &mut self.given {
            token.refused = Some(errcode);
            token.sticky = sticky;
        }
    }

    /// Why `value` does not open anything.
    fn error(&self, value: &str, now: DateTime<Utc>) -> Option<Answer> {
        if value.is_empty() {
            return Some(Answer::error(41001, "access_token missing"));
        }
        let Some(token) = self.given.iter().find(|token| token.value == value) else {
            return Some(Answer::error(40001, "invalid credential, access_token is invalid or not latest"));
        };
        if let Some(errcode) = token.refused {
            return Some(Answer::error(errcode, "access_token refused as ordered"));
        }
        (now >= token.ends_at).then(|| Answer::error(42001, "access_token expired"))
    }

    fn current(&self, now: DateTime<Utc>) -> Option<&Given> {
        self.given.back().filter(|token| (token.refused.is_none() || token.sticky) && token.ends_at - now > OVERLAP)
    }

    fn force(&mut self, now: DateTime<Utc>) -> Option<Answer> {
        if self.forced.back().is_some_and(|last| now - *last < FORCED_APART) {
            return Some(Answer::error(45011, "api minute-quota reach limit"));
        }
        self.forced.retain(|at| now - *at < TimeDelta::days(1));
        if self.forced.len() >= FORCED_A_DAY {
            return Some(Answer::error(45009, "reach max api daily quota limit"));
        }
        self.forced.push_back(now);
        // A forced renewal ends what was given out before.
        for token in &mut self.given {
            token.refused = token.refused.or(Some(40001));
        }
        None
    }

    fn give(&mut self, salt: &str, now: DateTime<Utc>) -> Value {
        self.serial += 1;
        let digest = hex::encode(Sha256::digest(format!("{salt}\n{}\n{now}", self.serial)));
        // As long as WeChat asks to keep room for.
        let value: String = format!("{}_", self.serial).chars().chain(digest.chars().cycle()).take(512).collect();
        let answer = json!({ "access_token": value, "expires_in": LIFE.num_seconds() });
        self.given.push_back(Given { value, ends_at: now + LIFE, refused: None, sticky: false });
        if self.given.len() > MAX_TOKENS {
            self.given.pop_front();
        }
        answer
    }
}

impl State {
    /// Why the call's access token does not open anything.
    pub(super) fn token_error(&self, call: &Call) -> Option<Answer> {
        let value = call.query.get("access_token").map_or("", String::as_str);
        self.inner().tokens.error(value, self.world.now())
    }
}

pub(super) fn stable_token(call: &Call, state: &State) -> Answer {
    if call.text("grant_type") != "client_credential" {
        return Answer::error(40002, "invalid grant_type");
    }
    if let Some(error) = app_error(call.text("appid"), call.text("secret"), state) {
        return error;
    }
    let force = call.body.get("force_refresh").and_then(Value::as_bool).unwrap_or(false);
    let now = state.world.now();
    let tokens = &mut state.inner().tokens;
    if force {
        if let Some(error) = tokens.force(now) {
            return error;
        }
    } else if let Some(token) = tokens.current(now) {
        let left = (token.ends_at - now).num_seconds();
        return Answer::new(json!({ "access_token": token.value, "expires_in": left }));
    }
    Answer::new(tokens.give(state.options.secret.expose(), now))
}
