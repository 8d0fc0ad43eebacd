//! Why WeChat did not do what was asked.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::codes::{self, Meaning};

/// China keeps one time, eight hours ahead of UTC, without summer time.
const CHINA_SECONDS_EAST: i64 = 8 * 3600;
const DAY_SECONDS: i64 = 24 * 3600;
/// The other side's clock need not agree with ours to the second.
const AFTER_MIDNIGHT_SECONDS: i64 = 300;

/// Why a call brought nothing. Holds no URL, token, secret, code or openid, so it may be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeChatError {
    /// The one-time code is wrong, expired or used: the phone gets a fresh one.
    #[error("the one-time code is wrong, expired or used")]
    SignInAgain,
    /// Nothing was done; the same call may be made again after this time.
    #[error("to be repeated after {} s: {why}", after.as_secs())]
    Retry {
        /// How long to wait at least.
        after: Duration,
        /// What stood in the way.
        why: String,
    },
    /// WeChat keeps this person out as high-risk (40226).
    #[error("WeChat has blocked this person as high-risk")]
    Blocked,
    /// The person refused, or no accept is left (43101).
    #[error("the person takes no such message: refused, or no accept left")]
    NotSubscribed,
    /// Refused for good: the same call would be refused again.
    #[error("WeChat refused with {code} ({fault}){}", field.as_ref().map(|name| format!(" at {name}")).unwrap_or_default())]
    Rejected {
        /// WeChat's own code, unchanged; the HTTP status for [`Fault::Http`]; 0 for [`Fault::OtherApp`].
        code: i64,
        /// Whose fault it is.
        fault: Fault,
        /// The message's field WeChat complains about, when it names one.
        field: Option<String>,
    },
    /// No usable answer. The call may have been carried out: a message may have been sent, a code may be spent.
    #[error("no usable answer from WeChat: {why}")]
    Unknown {
        /// What came instead.
        why: String,
    },
}

/// Why a call can never succeed as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A field of the message is wrong.
    OurData,
    /// The appid, secret, openid or template is wrong: mend the configuration.
    Configuration,
    /// A brand-new access token was refused as well.
    Token,
    /// The answer is about another app than ours.
    OtherApp,
    /// The server answered with an HTTP status that is not its own language.
    Http,
    /// A code that is not in [`codes::CODES`].
    Unrecognised,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OurData => "our data is wrong",
            Self::Configuration => "our configuration is wrong",
            Self::Token => "a new access token was refused as well",
            Self::OtherApp => "the answer is about another app",
            Self::Http => "an HTTP status",
            Self::Unrecognised => "a code we do not know",
        })
    }
}

impl WeChatError {
    /// What a reply with `code` means to the caller. `None` only for 0, which is success.
    pub(super) fn from_code(code: i64, words: &str, now: DateTime<Utc>) -> Option<Self> {
        let rejected = |fault| Self::Rejected { code, fault, field: field(words) };
        let wait = |after| Self::Retry { after, why: format!("WeChat answered {code}: {}", codes::words(code)) };
        Some(match codes::meaning(code) {
            Meaning::Done => return None,
            Meaning::NewToken => rejected(Fault::Token),
            Meaning::SignInAgain => Self::SignInAgain,
            Meaning::BackOff(after) => wait(after),
            Meaning::Tomorrow => wait(until_tomorrow(now)),
            Meaning::Blocked => Self::Blocked,
            Meaning::NotSubscribed => Self::NotSubscribed,
            Meaning::OurData => rejected(Fault::OurData),
            Meaning::Configuration => rejected(Fault::Configuration),
            Meaning::Unrecognised => rejected(Fault::Unrecognised),
        })
    }

    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self::Unknown { why: why.into() }
    }
}

/// The time from `now` to shortly after the next midnight in China.
fn until_tomorrow(now: DateTime<Utc>) -> Duration {
    let into_the_day = (now.timestamp() + CHINA_SECONDS_EAST).rem_euclid(DAY_SECONDS);
    Duration::from_secs((DAY_SECONDS - into_the_day + AFTER_MIDNIGHT_SECONDS).unsigned_abs())
}

/// The name in `data.<name>.value`. The rest of WeChat's text is dropped: nobody knows what it may repeat.
fn field(words: &str) -> Option<String> {
    let (name, _) = words.split_once("data.")?.1.split_once(".value")?;
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    (plain && (1..=32).contains(&name.len())).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tomorrow_begins_at_midnight_in_china() {
        let at = |text: &str| until_tomorrow(text.parse().unwrap()).as_secs();
        assert_eq!(at("2026-03-01T15:59:00Z"), 60 + 300);
        assert_eq!(at("2026-03-01T16:00:00Z"), 86_400 + 300);
    }

    #[test]
    fn only_a_plain_field_name_is_taken_from_their_text() {
        assert_eq!(field("argument invalid! data.thing1.value is empty").as_deref(), Some("thing1"));
        for text in ["", "data.", "data..value", "data.Secret=abc.value", "invalid credential", "data.a b.value"] {
            assert_eq!(field(text), None, "{text}");
        }
    }
}
