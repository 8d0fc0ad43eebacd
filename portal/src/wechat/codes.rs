//! What WeChat's `errcode` means: one table.

use std::time::Duration;

/// What has to happen after a reply with a certain code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It worked.
    Done,
    /// Once more, with a new access token.
    NewToken,
    /// The one-time code is worthless: the phone has to get a fresh one.
    SignInAgain,
    /// Later, not before this time.
    BackOff(Duration),
    /// The day's quota is used up: after midnight in China.
    Tomorrow,
    /// WeChat keeps this person out as high-risk.
    Blocked,
    /// The person refused, or no accept is left.
    NotSubscribed,
    /// What we sent is wrong.
    OurData,
    /// Our ids, keys or templates are wrong: somebody must mend the configuration.
    Configuration,
    /// Not in the table. Never guessed.
    Unrecognised,
}

/// Every code we know: code, meaning, WeChat's reason in words.
pub const CODES: &[(i64, Meaning, &str)] = &[
    (-1, Meaning::BackOff(Duration::from_secs(5)), "system busy"),
    (0, Meaning::Done, "done"),
    (40001, Meaning::NewToken, "secret wrong or token invalid"),
    (40003, Meaning::Configuration, "openid invalid"),
    (40013, Meaning::Configuration, "appid invalid"),
    (40014, Meaning::NewToken, "access token invalid"),
    (40029, Meaning::SignInAgain, "code invalid"),
    (40037, Meaning::Configuration, "template id invalid"),
    (40163, Meaning::SignInAgain, "code already used"),
    (40226, Meaning::Blocked, "high-risk person blocked"),
    (41002, Meaning::Configuration, "appid missing"),
    (41004, Meaning::Configuration, "secret missing"),
    (41008, Meaning::Configuration, "code missing"),
    (42001, Meaning::NewToken, "access token expired"),
    (43101, Meaning::NotSubscribed, "refused, or no accept left"),
    (45009, Meaning::Tomorrow, "day quota used up"),
    // 100 a minute and person: the minute has to pass.
    (45011, Meaning::BackOff(Duration::from_mins(1)), "too frequent"),
    (47003, Meaning::OurData, "template parameter wrong"),
];

/// Looks `code` up.
pub fn meaning(code: i64) -> Meaning {
    CODES.iter().find(|(known, ..)| *known == code).map_or(Meaning::Unrecognised, |(_, meaning, _)| *meaning)
}

/// WeChat's reason for `code` in words.
pub fn words(code: i64) -> &'static str {
    CODES.iter().find(|(known, ..)| *known == code).map_or("a code we do not know", |(.., words)| *words)
}
