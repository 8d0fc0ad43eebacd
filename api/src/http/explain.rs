//! What goes wrong in the other modules, told as a problem.

use casework::Error;
use casework::form::Fault as FormFault;
use casework::item::Text;
use casework::webhook::{MAX_ALL, MAX_ENDPOINTS, MAX_KEYS};
use entity::case::State;
use portal::wechat::WeChatError;

use super::problem::{Explain, Fault, Place, Problem, Words, codes};
use crate::auth::TokenError;

impl From<Text> for Words {
    fn from(text: Text) -> Self {
        (text.zh, text.en).into()
    }
}

impl From<FormFault> for Fault {
    fn from(fault: FormFault) -> Self {
        Self { place: Place::Body(fault.pointer), code: fault.code.to_owned(), detail: fault.detail.into() }
    }
}

impl Explain for Error {
    fn explain(self) -> Problem {
        match self {
            Self::NotFound(what) => Problem::new(not_found(what)),
            Self::NotNow { state, .. } => Problem::new(&codes::CASE_STATE).detail(standing(state)),
            Self::Stale { .. } => Problem::new(&codes::CASE_CHANGED),
            Self::Incomplete(faults) => {
                Problem::new(&codes::CASE_INCOMPLETE).faults(faults.into_iter().map(Fault::from))
            }
            Self::Invalid(faults) => Problem::new(&codes::FORM_INVALID).faults(faults.into_iter().map(Fault::from)),
            Self::TooMany("drafts") => Problem::new(&codes::CASE_TOO_MANY),
            Self::TooMany(what @ ("endpoints" | "keys")) => {
                Problem::new(&codes::WEBHOOK_TOO_MANY).detail(at_most(what == "keys"))
            }
            Self::TooMany(_) => Problem::new(&codes::REQUEST_RATE),
            Self::NotAllowed(_) => Problem::new(&codes::SESSION_NOT_ALLOWED),
            Self::StepUnderWay => Problem::new(&codes::CASE_STEP_OPEN),
            Self::NoStep => Problem::new(&codes::CASE_STEP_NONE),
            Self::CorrectedOnce => Problem::new(&codes::CASE_CORRECTED),
            Self::NoSuchVersion { newest } => Problem::new(&codes::REPORT_INVALID).faults([of_no_version(newest)]),
            Self::Rated => Problem::new(&codes::CASE_RATED),
            Self::LastKey => Problem::new(&codes::WEBHOOK_LAST_KEY),
            Self::NotParked => Problem::new(&codes::DELIVERY_NOT_PARKED),
            Self::Settled => Problem::new(&codes::DELIVERY_SETTLED),
            Self::BeingKept => Problem::new(&codes::DELIVERY_LEASED),
            Self::KeyMismatch => Problem::new(&codes::IDEMPOTENCY_MISMATCH),
            Self::KeyTaken => Problem::new(&codes::IDEMPOTENCY_RUNNING),
            Self::SessionEnded => Problem::new(&codes::SESSION_ENDED),
            Self::SessionReused => Problem::new(&codes::SESSION_REUSED),
            Self::Busy => Problem::new(&codes::SERVICE_UNAVAILABLE),
            Self::Database(ref error) if is_passing(error) => Problem::new(&codes::SERVICE_UNAVAILABLE).because(self),
            Self::NoItem { .. }
            | Self::BadRow(_)
            | Self::Database(_)
            | Self::Calendar(_)
            | Self::Vault(_)
            | Self::NoRandomness(_) => Problem::internal(self),
        }
    }
}

fn of_no_version(newest: i32) -> Fault {
    let (zh, en) = (format!("最近提交的版本是 {newest}"), format!("the newest version that was handed in is {newest}"));
    Fault { place: Place::Body("/dataver".to_owned()), code: "report.version".to_owned(), detail: (zh, en).into() }
}

fn at_most(keys: bool) -> Words {
    if keys {
        let zh = format!("一个回调最多 {MAX_KEYS} 个密钥。");
        return (zh, format!("A webhook has at most {MAX_KEYS} keys.")).into();
    }
    let zh = format!("一个系统最多 {MAX_ENDPOINTS} 个回调，所有系统共 {MAX_ALL} 个。");
    (zh, format!("A machine has at most {MAX_ENDPOINTS} webhooks, all machines together {MAX_ALL}.")).into()
}

fn not_found(what: &str) -> &'static codes::Code {
    match what {
        "case" => &codes::CASE_UNKNOWN,
        "item" => &codes::ITEM_UNKNOWN,
        "material" => &codes::MATERIAL_UNKNOWN,
        "photo" => &codes::PHOTO_UNKNOWN,
        "notice" => &codes::NOTICE_UNKNOWN,
        "cursor" => &codes::CURSOR_INVALID,
        "delivery" => &codes::DELIVERY_UNKNOWN,
        "webhook" | "webhook_key" => &codes::WEBHOOK_UNKNOWN,
        "destination" => &codes::DESTINATION_UNKNOWN,
        "machine" => &codes::MACHINE_UNKNOWN,
        // A token that is good, of somebody who is no longer there.
        "account" | "staff" => &codes::SESSION_ENDED,
        _ => &codes::REQUEST_NO_SUCH_PATH,
    }
}

/// The database cannot be reached, or every connection is taken: the next try may succeed.
fn is_passing(error: &sea_orm::DbErr) -> bool {
    matches!(error, sea_orm::DbErr::ConnectionAcquire(_) | sea_orm::DbErr::Conn(_))
}

fn standing(state: State) -> Words {
    let (zh, en) = match state {
        State::Draft => ("草稿", "a draft"),
        State::Submitted => ("已提交", "submitted"),
        State::Correcting => ("待补正", "waiting for corrections"),
        State::Lapsed => ("未补正，已终止", "ended: never corrected"),
        State::NotAccepted => ("不予受理", "not accepted"),
        State::Accepted => ("已受理", "accepted"),
        State::Reviewing => ("审查中", "under review"),
        State::Approved => ("准予", "approved"),
        State::Denied => ("不予许可", "denied"),
        State::Issued => ("已发证", "issued"),
        State::Closed => ("已办结", "closed"),
        State::Withdrawn => ("已撤回", "withdrawn"),
    };
    (format!("办件现在是“{zh}”状态。"), format!("The case is {en}.")).into()
}

impl Explain for TokenError {
    fn explain(self) -> Problem {
        Problem::new(match self {
            Self::Expired => &codes::SESSION_EXPIRED,
            Self::Invalid => &codes::SESSION_INVALID,
        })
    }
}

impl Explain for WeChatError {
    fn explain(self) -> Problem {
        match &self {
            Self::SignInAgain => Problem::new(&codes::WECHAT_CODE),
            Self::Retry { after, .. } => {
                let after = *after;
                Problem::new(&codes::WECHAT_BUSY).retry_after(after).because(self)
            }
            Self::Blocked => Problem::new(&codes::SESSION_NOT_ALLOWED),
            Self::Unknown { .. } => Problem::new(&codes::WECHAT_UNAVAILABLE).because(self),
            Self::NotSubscribed | Self::Rejected { .. } => Problem::internal(self),
        }
    }
}
