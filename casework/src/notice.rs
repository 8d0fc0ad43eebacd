//! What an applicant is told, and how it reads: in-app always, on WeChat when they agreed to it.

use entity::case;
use entity::{AccountId, NoticeId, notice};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::case as row;
use crate::desk::Desk;
use crate::error::{Error, Result};
use crate::outbox;
use crate::promise::Promise;
use crate::state::Act;
use crate::vault::Purpose;

/// What happened that the applicant must hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 已受理.
    Accepted,
    /// 需补正.
    Correction,
    /// 不予受理.
    NotAccepted,
    /// 准予.
    Approved,
    /// 不予许可.
    Denied,
    /// A special procedure began.
    Special,
    /// The correction never came.
    Lapsed,
    /// What was granted was handed out.
    Issued,
    /// It takes longer than promised to hand it on.
    Late,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Accepted,
        Self::Correction,
        Self::NotAccepted,
        Self::Approved,
        Self::Denied,
        Self::Special,
        Self::Lapsed,
        Self::Issued,
        Self::Late,
    ];

    /// What an act tells, where it tells anything.
    pub(crate) fn of(act: Act) -> Option<Self> {
        match act {
            Act::Accept => Some(Self::Accepted),
            Act::Correct => Some(Self::Correction),
            Act::NotAccept => Some(Self::NotAccepted),
            Act::Approve => Some(Self::Approved),
            Act::Deny => Some(Self::Denied),
            Act::Lapse => Some(Self::Lapsed),
            Act::Issue => Some(Self::Issued),
            Act::Change | Act::Submit | Act::Withdraw | Act::Review | Act::Close | Act::Escalate | Act::Rate => None,
        }
    }

    /// The word that is stored; also names the WeChat template.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Correction => "correction",
            Self::NotAccepted => "not_accepted",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Special => "special",
            Self::Lapsed => "lapsed",
            Self::Issued => "issued",
            Self::Late => "late",
        }
    }

    /// The kind of a stored word.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// At most 5 characters: what WeChat's `phrase` field takes.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Accepted => "已受理",
            Self::Correction => "需补正",
            Self::NotAccepted => "不予受理",
            Self::Approved => "已通过",
            Self::Denied => "未通过",
            Self::Special => "特别程序",
            Self::Lapsed => "已终止",
            Self::Issued => "已发证",
            Self::Late => "处理延迟",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Accepted => "您的申请已受理",
            Self::Correction => "您的申请需要补正",
            Self::NotAccepted => "您的申请不予受理",
            Self::Approved => "您的申请已通过",
            Self::Denied => "您的申请未通过",
            Self::Special => "您的申请进入特别程序",
            Self::Lapsed => "您的申请因没有补正已终止",
            Self::Issued => "您的证照已发出",
            Self::Late => "您的申请处理晚了一些",
        }
    }

    fn body(self, number: &str, item: &str, words: Option<&str>) -> String {
        let case = format!("{item}（办件编号 {number}）");
        let reason = words.unwrap_or("请在办件详情中查看。");
        match self {
            Self::Accepted => {
                let until = words.unwrap_or_default();
                format!("{case}已经受理，正在审查。{until}有结果会马上通知您，您不用做什么。")
            }
            Self::Correction => {
                format!("{case}还需要补正，请打开办件，一次改好后重新提交：\n{reason}")
            }
            Self::NotAccepted => {
                format!("{case}没有被受理。原因：{reason}\n改好后可以重新申请，有疑问请联系综合窗口。")
            }
            Self::Approved => format!("{case}已经通过。请打开办件查看结果。"),
            Self::Denied => {
                format!(
                    "{case}没有通过。原因：{reason}\n您可以依法申请行政复议或者提起行政诉讼，有疑问请联系综合窗口。"
                )
            }
            Self::Special => format!("{case}进入特别程序。{reason}\n您不用做什么，结束后我们接着办。"),
            Self::Lapsed => format!("{case}没有在期限内补正，已经终止。需要办的话，请重新申请，有疑问请联系综合窗口。"),
            Self::Issued => format!("{case}的证照已经发出。请打开办件查看，并给这次办理评个价。"),
            Self::Late => format!("{case}已经收到，转到省平台晚了一些，我们正在处理。您的材料都在，不用重新提交。"),
        }
    }
}

/// Tells the owner of `case`: an in-app notice now, a WeChat message owed.
///
/// # Errors
/// When the database fails.
pub(crate) async fn give(
    desk: &Desk,
    tx: &DatabaseTransaction,
    case: &case::Model,
    kind: Kind,
    words: Option<&str>,
) -> Result<()> {
    let item = &row::item(desk, case)?.item;
    let body = kind.body(case.number.as_deref().unwrap_or("—"), &item.name, words);
    let id = NoticeId(desk.world.id()?);
    notice::ActiveModel {
        id: Set(id),
        account_id: Set(case.owner_id),
        case_id: Set(case.id),
        kind: Set(kind.name().to_owned()),
        title: Set(kind.title().to_owned()),
        body: Set(desk.vault.seal(&desk.world, Purpose::Notice, &body)?),
        created_at: Set(desk.world.now()),
        read_at: Set(None),
    }
    .insert(tx)
    .await?;
    outbox::owe(desk, tx, Promise::NoticeV1 { notice: id }, case.id, 1).await
}

/// A page of an account's notices, newest first, older than `before`.
///
/// # Errors
/// When the database fails.
pub async fn list(desk: &Desk, account: AccountId, before: Option<NoticeId>, limit: u64) -> Result<Vec<notice::Model>> {
    let mut query = notice::Entity::find().filter(notice::Column::AccountId.eq(account));
    if let Some(before) = before {
        query = query.filter(notice::Column::Id.lt(before));
    }
    Ok(query.order_by_desc(notice::Column::Id).limit(limit).all(&desk.db).await?)
}

/// The text of a notice.
///
/// # Errors
/// When it cannot be opened.
pub fn body(desk: &Desk, notice: &notice::Model) -> Result<String> {
    Ok(desk.vault.open(Purpose::Notice, &notice.body)?)
}

/// Marks a notice as read; a second time changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when the account has no such notice.
pub async fn read(desk: &Desk, account: AccountId, id: NoticeId) -> Result<notice::Model> {
    let found = notice::Entity::find_by_id(id)
        .filter(notice::Column::AccountId.eq(account))
        .one(&desk.db)
        .await?
        .ok_or(Error::NotFound("notice"))?;
    if found.read_at.is_some() {
        return Ok(found);
    }
    let mut change: notice::ActiveModel = found.into();
    change.read_at = Set(Some(desk.world.now()));
    Ok(change.update(&desk.db).await?)
}
