//! The client of the real server.

use std::fmt;

use async_trait::async_trait;
use casework::world::World;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use store::Secret;

use super::config::Config;
use super::error::{Fault, WeChatError};
use super::exchange::{Refused, exchange};
use super::token::TokenCache;
use super::{Identity, Phone, SubscribeMessage, WeChat};
use crate::http::Http;

/// WeChat's one-time codes have 32 to 64 characters; longer ones than this are not worth a call.
const LONGEST_CODE: usize = 512;
/// An openid has 28 characters.
const LONGEST_ID: usize = 128;

/// Speaks to WeChat. One per process: it holds the access token.
pub struct Client {
    http: Http,
    config: Config,
    world: World,
    tokens: TokenCache,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("config", &self.config).finish_non_exhaustive()
    }
}

/// `session_key` is in the reply too. No field takes it, so it never becomes a value here.
#[derive(Deserialize)]
struct Session {
    openid: String,
    unionid: Option<String>,
}

/// A message counts as sent only when WeChat says so: an answer without a code is none.
#[derive(Deserialize)]
struct Sent {
    #[expect(dead_code, reason = "it has to be there; its value was looked at before")]
    errcode: i64,
}

#[derive(Deserialize)]
struct PhoneReply {
    phone_info: PhoneInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneInfo {
    pure_phone_number: String,
    country_code: CountryCode,
    watermark: Watermark,
}

/// WeChat's table says text; its example shows a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum CountryCode {
    Text(String),
    Number(u16),
}

#[derive(Deserialize)]
struct Watermark {
    appid: String,
}

impl Client {
    /// A client for `config`, which should have no [faults](Config::faults).
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new(config: Config, world: World) -> Result<Self, reqwest::Error> {
        let http = Http::new(config.timeout)?;
        let tokens = TokenCache::new(http.clone(), config.clone(), world.clone());
        Ok(Self { http, config, world, tokens })
    }

    /// Makes the call that `build` writes for a token, and once more with a new one when WeChat refuses the first.
    async fn with_token<T: DeserializeOwned>(
        &self,
        build: impl Fn(&Secret) -> RequestBuilder + Send + Sync,
    ) -> Result<T, WeChatError> {
        let first = self.tokens.get().await?;
        match exchange(&self.http, build(&first), self.world.now()).await {
            Ok(reply) => return Ok(reply),
            Err(Refused::Other(error)) => return Err(error),
            Err(Refused::Token(code)) => tracing::info!(code, "WeChat refused the access token; trying a new one"),
        }
        let second = self.tokens.replace(&first).await?;
        exchange(&self.http, build(&second), self.world.now()).await.map_err(|refused| refused.settle(Fault::Token))
    }

    fn post(&self, path: &str, token: &Secret, body: &serde_json::Value) -> RequestBuilder {
        let url = self.config.url(path);
        self.http.request(Method::POST, &url).query(&[("access_token", token.expose())]).json(body)
    }
}

#[async_trait]
impl WeChat for Client {
    async fn sign_in(&self, code: &str) -> Result<Identity, WeChatError> {
        check_code(code)?;
        let request = self.http.request(Method::GET, &self.config.url("/sns/jscode2session")).query(&[
            ("appid", self.config.app_id.as_str()),
            ("secret", self.config.secret.expose()),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ]);
        let session: Session = exchange(&self.http, request, self.world.now())
            .await
            // No token takes part in this call: 40001 can only mean the secret.
            .map_err(|refused| refused.settle(Fault::Configuration))?;
        let sound = |id: &str| (1..=LONGEST_ID).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic());
        let unionid = session.unionid.filter(|id| !id.is_empty());
        if !sound(&session.openid) || !unionid.as_deref().is_none_or(sound) {
            return Err(WeChatError::unknown("a reply without a usable openid"));
        }
        Ok(Identity { openid: session.openid, unionid })
    }

    async fn phone(&self, code: &str) -> Result<Phone, WeChatError> {
        check_code(code)?;
        let body = json!({ "code": code });
        let reply: PhoneReply =
            self.with_token(|token| self.post("/wxa/business/getuserphonenumber", token, &body)).await?;
        let info = reply.phone_info;
        if info.watermark.appid != self.config.app_id {
            return Err(WeChatError::Rejected { code: 0, fault: Fault::OtherApp, field: None });
        }
        let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let country_code = match info.country_code {
            CountryCode::Text(text) => text,
            CountryCode::Number(number) => number.to_string(),
        };
        if !digits(&info.pure_phone_number, 20) || !digits(&country_code, 4) {
            return Err(WeChatError::unknown("a reply without a usable phone number"));
        }
        Ok(Phone { number: info.pure_phone_number, country_code })
    }

    async fn send_subscribe_message(&self, message: &SubscribeMessage) -> Result<(), WeChatError> {
        let body = message.wire(self.config.mini_program);
        let Sent { errcode: _ } =
            self.with_token(|token| self.post("/cgi-bin/message/subscribe/send", token, &body)).await?;
        Ok(())
    }
}

/// Spares WeChat what cannot be one of its codes.
fn check_code(code: &str) -> Result<(), WeChatError> {
    let possible = (1..=LONGEST_CODE).contains(&code.len()) && code.chars().all(|c| c.is_ascii_graphic());
    if possible { Ok(()) } else { Err(WeChatError::SignInAgain) }
}
