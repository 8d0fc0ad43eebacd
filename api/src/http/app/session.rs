//! Signing in with WeChat, staying signed in, signing out.

use std::sync::Arc;

use casework::session::{self, Opened};
use chrono::TimeDelta;
use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};
use uuid::Uuid;

use super::Tag;
use crate::app::App;
use crate::auth::{Audience, Bearer, LIFETIME_SECONDS};
use crate::fails;
use crate::http::caller::Applicant;
use crate::http::problem::{Explain as _, Problem, Reply};
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct SessionApi;

fails! {
    /// Signing in.
    pub open_body SignIn: WECHAT_CODE, WECHAT_BUSY, WECHAT_UNAVAILABLE, SESSION_NOT_ALLOWED;
    /// Exchanging a refresh token.
    pub open_body Refresh: SESSION_ENDED, SESSION_REUSED;
    /// Signing out.
    pub signed_in SignOut: ;
}

/// What `wx.login` gave.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct SignInWechat {
    /// The one-time code. The stand-in WeChat of a development server takes any code `dev-<name>`.
    #[oai(validator(min_length = 1, max_length = 512))]
    pub code: String,
}

/// The token to exchange.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct RefreshSession {
    /// The newest refresh token. It works once.
    #[oai(validator(min_length = 1, max_length = 512))]
    pub refresh_token: String,
}

/// A session.
#[derive(Debug, Object)]
#[oai(example)]
pub struct Session {
    /// Send it as `Authorization: Bearer …` with every request.
    pub access_token: String,
    /// Exchange it with `refresh_session` before the access token ends. It works once.
    pub refresh_token: String,
    /// Seconds the access token works.
    pub expires_in: i64,
    /// Who signed in.
    pub account: SessionAccount,
}

/// Who signed in.
#[derive(Debug, Object)]
pub struct SessionAccount {
    /// The account's id.
    pub id: Uuid,
    /// The phone number, masked; none until the person gave it.
    #[oai(skip_serializing_if_is_none)]
    pub phone: Option<String>,
}

/// Signed out.
#[derive(Debug, ApiResponse)]
pub enum SignedOut {
    /// The refresh token works no more; the access token ends by itself within minutes.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/v1", tag = "Tag::Session")]
impl SessionApi {
    /// 微信登录 · Sign in with WeChat
    ///
    /// Call `wx.login` and send its code. The first time an account is made.
    #[oai(path = "/session/wechat", method = "post", operation_id = "sign_in_wechat")]
    async fn sign_in_wechat(&self, app: Data<&Arc<App>>, body: Sent<SignInWechat>) -> Reply<Json<Session>, SignIn> {
        let identity = app.wechat.sign_in(&body.code).await?;
        let account = casework::account::sign_in(&app.desk, &identity.openid).await?;
        let opened = session::open(&app.desk, account.id, refresh_lifetime(&app)).await?;
        Ok(Json(view(&app, opened).await?))
    }

    /// 续期登录 · Refresh the session
    ///
    /// Each refresh token works once. One that comes a second time ends the whole session: sign in again.
    #[oai(path = "/session/refresh", method = "post", operation_id = "refresh_session")]
    async fn refresh_session(&self, app: Data<&Arc<App>>, body: Sent<RefreshSession>) -> Reply<Json<Session>, Refresh> {
        let opened = session::refresh(&app.desk, &body.refresh_token, refresh_lifetime(&app)).await?;
        Ok(Json(view(&app, opened).await?))
    }

    /// 退出登录 · Sign out
    #[oai(path = "/session", method = "delete", operation_id = "sign_out")]
    async fn sign_out(&self, who: Applicant, app: Data<&Arc<App>>) -> Reply<SignedOut, SignOut> {
        session::end(&app.desk, who.session()).await?;
        Ok(SignedOut::Done)
    }
}

fn refresh_lifetime(app: &App) -> TimeDelta {
    TimeDelta::from_std(app.config.refresh_lifetime).unwrap_or(TimeDelta::MAX)
}

async fn view(app: &App, opened: Opened) -> Result<Session, Problem> {
    let bearer = Bearer { subject: opened.account_id.0, audience: Audience::App, session: opened.family.0, role: None };
    let access_token = app.tokens.issue(bearer).map_err(Problem::internal)?;
    let account = casework::account::find(&app.desk, opened.account_id).await.map_err(casework::Error::explain)?;
    let phone = casework::account::phone(&app.desk, &account).map_err(casework::Error::explain)?;
    Ok(Session {
        access_token,
        refresh_token: opened.token,
        expires_in: LIFETIME_SECONDS,
        account: SessionAccount { id: account.id.0, phone: phone.as_deref().map(casework::account::masked_phone) },
    })
}
