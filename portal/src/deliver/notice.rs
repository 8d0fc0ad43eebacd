//! Sending a notice to a person's WeChat, when they agreed to it: one accept, one message.
//!
//! WeChat cannot be asked whether a message went out. One that may have been sent is not sent again: the notice stands in
//! the app in any case, and two messages about one thing are worse than none.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use casework::promise::Promise;
use casework::{Desk, Error, Result, account, case as row};
use chrono::{DateTime, FixedOffset, Utc};
use entity::outbox::Destination;
use entity::{case, notice};
use sea_orm::EntityTrait as _;

use super::{Deliver, Delivery, Job, Outcome};
use crate::wechat::{SubscribeMessage, WeChat, WeChatError, thing};

/// Which WeChat template tells which kind of notice (`accepted`, `approved` …): its id.
///
/// A template's fields are `thing1` (what was applied for), `character_string2` (the case's number), `phrase3` (what
/// became of it) and `time4` (when): choose such a one in WeChat's console.
pub type NoticeTemplates = BTreeMap<String, String>;

/// Sends notices.
pub struct ToWeChat {
    desk: Desk,
    wechat: Arc<dyn WeChat>,
    templates: NoticeTemplates,
}

impl std::fmt::Debug for ToWeChat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ToWeChat")
    }
}

#[async_trait]
impl Deliver for ToWeChat {
    fn destination(&self) -> Destination {
        Destination::Wechat
    }

    async fn deliver(&self, job: &Job<'_>) -> Result<Delivery> {
        let Some(Promise::NoticeV1 { notice }) = job.promise() else {
            return Ok(Delivery::plain("claim", Outcome::Parked("relay.unknown_promise".to_owned())));
        };
        let skip = |code| Ok(Delivery::plain("message", Outcome::Done(Some(code))));
        let notice = notice::Entity::find_by_id(notice).one(&self.desk.db).await?;
        let notice = notice.ok_or(Error::BadRow("outbox.payload"))?;
        let Some(template) = self.templates.get(&notice.kind) else { return skip("wechat.no_template") };
        if job.steps().get("sent").is_some() {
            return skip("wechat.may_have_been_sent");
        }
        if account::subscriptions(&self.desk, notice.account_id, template).await? == 0 {
            return skip("wechat.not_subscribed");
        }
        let message = self.message(&notice, template).await?;
        job.checkpoint(&serde_json::json!({ "sent": true })).await?;
        let answer = self.wechat.send_subscribe_message(&message).await;
        self.settle(job, &notice, template, answer).await
    }
}

impl ToWeChat {
    /// Sends through `wechat` with these templates.
    pub fn new(desk: Desk, wechat: Arc<dyn WeChat>, templates: NoticeTemplates) -> Self {
        Self { desk, wechat, templates }
    }

    async fn message(&self, notice: &notice::Model, template: &str) -> Result<SubscribeMessage> {
        let account = account::find(&self.desk, notice.account_id).await?;
        let case = case::Entity::find_by_id(notice.case_id).one(&self.desk.db).await?;
        let case = case.ok_or(Error::BadRow("notice.case_id"))?;
        let phrase = casework::notice::Kind::named(&notice.kind).map_or("有新进展", |kind| kind.phrase());
        let fields = [
            ("thing1", thing(&row::item(&self.desk, &case)?.item.name)),
            ("character_string2", case.number.clone().unwrap_or_default()),
            ("phrase3", phrase.to_owned()),
            ("time4", china_time(notice.created_at)),
        ];
        Ok(SubscribeMessage {
            openid: account::openid(&self.desk, &account)?,
            template: template.to_owned(),
            page: Some(format!("pages/case/case?id={}", case.id)),
            data: fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        })
    }

    async fn settle(
        &self,
        job: &Job<'_>,
        notice: &notice::Model,
        template: &str,
        answer: std::result::Result<(), WeChatError>,
    ) -> Result<Delivery> {
        let none_left = matches!(answer, Err(WeChatError::NotSubscribed));
        let outcome = match answer {
            Ok(()) => Outcome::Done(None),
            Err(WeChatError::NotSubscribed) => Outcome::Done(Some("wechat.not_subscribed")),
            Err(WeChatError::Unknown { .. }) => Outcome::Done(Some("wechat.may_have_been_sent")),
            Err(WeChatError::Blocked | WeChatError::SignInAgain) => Outcome::Done(Some("wechat.blocked")),
            Err(WeChatError::Retry { after, .. }) => {
                job.checkpoint(&serde_json::json!({})).await?;
                return Ok(Delivery::plain(
                    "message",
                    Outcome::Retry { after: Some(after), code: "wechat.busy".to_owned() },
                ));
            }
            Err(WeChatError::Rejected { code, fault, .. }) => {
                job.checkpoint(&serde_json::json!({})).await?;
                let reply = Some(format!("{code}: {fault}"));
                let outcome = Outcome::Parked("wechat.rejected".to_owned());
                return Ok(Delivery { outcome, step: "message", status: None, reached: false, reply });
            }
        };
        account::use_subscription(&self.desk, notice.account_id, template, none_left).await?;
        Ok(Delivery::plain("message", outcome))
    }
}

/// As WeChat's `time` field wants it: `2026年11月22日 09:30`, in China.
fn china_time(at: DateTime<Utc>) -> String {
    const EAST_SECONDS: i32 = 8 * 3600;
    let format = "%Y年%m月%d日 %H:%M";
    FixedOffset::east_opt(EAST_SECONDS)
        .map_or_else(|| at.format(format).to_string(), |zone| at.with_timezone(&zone).format(format).to_string())
}
