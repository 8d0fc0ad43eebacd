//! The account: phone number, subscribe messages.

use std::sync::Arc;

use casework::account;
use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};
use portal::wechat::WeChatError;

use super::Tag;
use crate::app::App;
use crate::fails;
use crate::http::caller::Applicant;
use crate::http::problem::{Explain as _, Problem, Reply, codes};
use crate::http::sent::Sent;

/// The operations.
#[derive(Debug)]
pub struct AccountApi;

fails! {
    /// Giving the phone number.
    pub signed_in_body SetPhone: WECHAT_PHONE_CODE, WECHAT_BUSY, WECHAT_UNAVAILABLE;
    /// Counting an accept.
    pub signed_in_body RecordSubscription: SUBSCRIPTION_TEMPLATE;
}

/// What the phone-number button gave.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct PhoneCode {
    /// The one-time code of `getPhoneNumber`. The stand-in WeChat takes `phone-<11 digits>`.
    #[oai(validator(min_length = 1, max_length = 512))]
    pub code: String,
}

/// The phone number that is kept.
#[derive(Debug, Object)]
pub struct Phone {
    /// Masked: `138****3210`.
    pub phone: String,
}

/// What `wx.requestSubscribeMessage` answered for one template.
#[derive(Debug, Object)]
#[oai(example, deny_unknown_fields)]
pub struct Subscription {
    /// The template's id.
    #[oai(validator(min_length = 1, max_length = 128))]
    pub template: String,
    /// What the person tapped.
    pub result: SubscriptionResult,
}

/// What the person tapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum SubscriptionResult {
    /// Yes: one message may be sent.
    Accept,
    /// No.
    Reject,
    /// The template is banned.
    Ban,
    /// The template is filtered.
    Filter,
}

/// How many messages may be sent.
#[derive(Debug, Object)]
pub struct SubscriptionCount {
    /// The template's id.
    pub template: String,
    /// Accepts not yet used.
    pub remaining: u32,
}

#[OpenApi(prefix_path = "/v1", tag = "Tag::Account")]
impl AccountApi {
    /// 绑定手机号 · Set the phone number
    ///
    /// Takes the one-time code of WeChat's phone-number button; the number itself comes from WeChat.
    #[oai(path = "/account/phone", method = "put", operation_id = "set_phone")]
    async fn set_phone(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        body: Sent<PhoneCode>,
    ) -> Reply<Json<Phone>, SetPhone> {
        let phone = app.wechat.phone(&body.code).await.map_err(|error| match error {
            WeChatError::SignInAgain => Problem::new(&codes::WECHAT_PHONE_CODE),
            error => error.explain(),
        })?;
        account::set_phone(&app.desk, who.account(), &phone.number).await?;
        Ok(Json(Phone { phone: account::masked_phone(&phone.number) }))
    }

    /// 记录订阅结果 · Record a subscription
    ///
    /// One accept, one message: tell us each time the person taps. Templates are those listed in `list_items`.
    #[oai(path = "/subscriptions", method = "post", operation_id = "record_subscription")]
    async fn record_subscription(
        &self,
        who: Applicant,
        app: Data<&Arc<App>>,
        body: Sent<Subscription>,
    ) -> Reply<Json<SubscriptionCount>, RecordSubscription> {
        let Subscription { template, result } = body.0;
        let ours = app.config.wechat.templates.iter().any(|known| known.id == template);
        if !ours {
            return Err((&codes::SUBSCRIPTION_TEMPLATE).into());
        }
        let remaining = match result {
            SubscriptionResult::Accept => account::add_subscription(&app.desk, who.account(), &template).await?,
            _ => account::subscriptions(&app.desk, who.account(), &template).await?,
        };
        Ok(Json(SubscriptionCount { template, remaining: u32::try_from(remaining).unwrap_or(0) }))
    }
}
