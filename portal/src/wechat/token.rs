//! The access token: kept in memory, renewed by one caller while the others wait.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use casework::world::World;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use store::Secret;
use tokio::sync::Mutex;

use super::config::Config;
use super::error::{Fault, WeChatError};
use super::exchange::exchange;
use crate::http::Http;

/// WeChat hands out a new token five minutes before the old one ends, and both work meanwhile.
const EARLY: TimeDelta = TimeDelta::minutes(5);
/// The longest life WeChat gives a token, in seconds.
const LONGEST_SECONDS: i64 = 7200;
/// Longer tokens than this WeChat does not promise to make (it says: keep room for 512 characters).
const LONGEST_CHARS: usize = 4096;
/// How long a token that still works is used on when its renewal failed.
const PAUSE: TimeDelta = TimeDelta::seconds(10);
/// Forced renewals: this far apart …
const FORCED_APART: TimeDelta = TimeDelta::seconds(30);
/// … and this many in 24 hours.
const FORCED_A_DAY: usize = 20;

/// The token of one mini-program. Other processes may hold the same one: WeChat gives them all the same answer.
pub(super) struct TokenCache {
    http: Http,
    config: Config,
    world: World,
    held: Mutex<Held>,
    /// How many renewals have ended, so that whoever waited for one takes part in its failure too.
    rounds: AtomicU64,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    failure: Option<WeChatError>,
    forced: VecDeque<DateTime<Utc>>,
}

struct Token {
    value: Secret,
    renew_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Issued {
    access_token: Secret,
    expires_in: i64,
}

impl TokenCache {
    pub(super) fn new(http: Http, config: Config, world: World) -> Self {
        Self { http, config, world, held: Mutex::default(), rounds: AtomicU64::new(0) }
    }

    /// A token that works, as far as we know.
    pub(super) async fn get(&self) -> Result<Secret, WeChatError> {
        let seen = self.rounds.load(Ordering::Acquire);
        let mut held = self.held.lock().await;
        let now = self.world.now();
        if let Some(token) = held.token.as_ref().filter(|token| now < token.renew_at) {
            return Ok(token.value.clone());
        }
        self.joined(seen, &held)?;
        let fetched = self.fetch(false, now).await;
        self.keep(&mut held, fetched, now)
    }

    /// A token other than `refused`, which WeChat no longer takes.
    ///
    /// The plain call comes first: when another process has forced a renewal already, it brings the new token and costs
    /// none of the day's forced renewals.
    pub(super) async fn replace(&self, refused: &Secret) -> Result<Secret, WeChatError> {
        let seen = self.rounds.load(Ordering::Acquire);
        let mut held = self.held.lock().await;
        let now = self.world.now();
        if let Some(token) = held.token.as_ref().filter(|token| token.value != *refused && now < token.renew_at) {
            return Ok(token.value.clone());
        }
        self.joined(seen, &held)?;
        held.token = None;
        let mut fetched = self.fetch(false, now).await;
        if fetched.as_ref().is_ok_and(|token| token.value == *refused) {
            fetched = match held.may_force(now) {
                Ok(()) => self.fetch(true, now).await,
                Err(wait) => Err(wait),
            };
        }
        self.keep(&mut held, fetched, now)
    }

    /// The failure of the renewal this caller has been waiting for, if one ended since `seen` was read.
    fn joined(&self, seen: u64, held: &Held) -> Result<(), WeChatError> {
        let ended_meanwhile = self.rounds.load(Ordering::Acquire) != seen;
        held.failure.clone().filter(|_| ended_meanwhile).map_or(Ok(()), Err)
    }

    fn keep(
        &self,
        held: &mut Held,
        fetched: Result<Token, WeChatError>,
        now: DateTime<Utc>,
    ) -> Result<Secret, WeChatError> {
        self.rounds.fetch_add(1, Ordering::AcqRel);
        let error = match fetched {
            Ok(token) => {
                held.failure = None;
                return Ok(held.token.insert(token).value.clone());
            }
            Err(error) => error,
        };
        if let Some(old) = held.token.as_mut().filter(|token| now < token.ends_at) {
            tracing::warn!(%error, "the WeChat access token could not be renewed early; the old one serves on");
            old.renew_at = (now + PAUSE).min(old.ends_at);
            return Ok(old.value.clone());
        }
        held.failure = Some(error.clone());
        Err(error)
    }

    async fn fetch(&self, force: bool, now: DateTime<Utc>) -> Result<Token, WeChatError> {
        let url = self.config.url("/cgi-bin/stable_token");
        let request = self.http.request(Method::POST, &url).json(&json!({
            "grant_type": "client_credential",
            "appid": self.config.app_id,
            "secret": self.config.secret.expose(),
            "force_refresh": force,
        }));
        let issued: Issued = match exchange(&self.http, request, now).await.map_err(|e| e.settle(Fault::Configuration))
        {
            // Whatever waits for the token has surely not been carried out.
            Err(WeChatError::Unknown { why }) => {
                return Err(WeChatError::Retry {
                    after: Duration::from_secs(5),
                    why: format!("no access token: {why}"),
                });
            }
            other => other?,
        };
        let usable = (1..=LONGEST_CHARS).contains(&issued.access_token.expose().len())
            && (1..=LONGEST_SECONDS).contains(&issued.expires_in);
        if !usable {
            let why = "no access token: a reply without a usable one".to_owned();
            return Err(WeChatError::Retry { after: Duration::from_secs(30), why });
        }
        tracing::info!(forced = force, expires_in = issued.expires_in, "WeChat access token renewed");
        let life = TimeDelta::seconds(issued.expires_in);
        Ok(Token { value: issued.access_token, renew_at: now + life - EARLY.min(life / 2), ends_at: now + life })
    }
}

impl Held {
    /// Counts one forced renewal, or says how long to wait for the next.
    fn may_force(&mut self, now: DateTime<Utc>) -> Result<(), WeChatError> {
        while self.forced.front().is_some_and(|at| now - *at >= TimeDelta::days(1)) {
            self.forced.pop_front();
        }
        let soonest = self.forced.back().map(|last| *last + FORCED_APART);
        let room =
            self.forced.front().filter(|_| self.forced.len() >= FORCED_A_DAY).map(|first| *first + TimeDelta::days(1));
        if let Some(at) = soonest.max(room).filter(|at| now < *at) {
            let after = (at - now).to_std().unwrap_or_default();
            return Err(WeChatError::Retry {
                after,
                why: "the access token was renewed by force too often".to_owned(),
            });
        }
        self.forced.push_back(now);
        Ok(())
    }
}
