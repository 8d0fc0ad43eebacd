//! Every code of the table, met on each of the calls it can come from.

use std::time::Duration;

use portal::wechat::codes::{CODES, Meaning, meaning};
use portal::wechat::stand_in::Trouble;
use portal::wechat::{Fault, WeChat as _, WeChatError};

use crate::{PHONE, SEND, SIGN_IN, Scene};

/// What the field's own description says about each code: code, what has to follow.
const EXPECTED: &[(i64, &str)] = &[
    (-1, "wait"),
    (40001, "token"),
    (40003, "configuration"),
    (40013, "configuration"),
    (40014, "token"),
    (40029, "sign in again"),
    (40037, "configuration"),
    (40163, "sign in again"),
    (40226, "blocked"),
    (41002, "configuration"),
    (41004, "configuration"),
    (41008, "configuration"),
    (42001, "token"),
    (43101, "not subscribed"),
    (45009, "wait"),
    (45011, "wait"),
    (47003, "data"),
];

fn describe(error: &WeChatError) -> (&'static str, Option<i64>) {
    match error {
        WeChatError::SignInAgain => ("sign in again", None),
        WeChatError::Retry { .. } => ("wait", None),
        WeChatError::Blocked => ("blocked", None),
        WeChatError::NotSubscribed => ("not subscribed", None),
        WeChatError::Unknown { .. } => ("unknown", None),
        WeChatError::Rejected { code, fault, .. } => {
            let word = match fault {
                Fault::OurData => "data",
                Fault::Configuration => "configuration",
                Fault::Token => "token",
                Fault::OtherApp => "other app",
                Fault::Http => "http",
                Fault::Unrecognised => "unrecognised",
            };
            (word, Some(*code))
        }
    }
}

#[test]
fn the_table_holds_every_code_once() {
    let mut codes: Vec<_> = CODES.iter().map(|(code, ..)| *code).collect();
    let mut expected: Vec<_> = EXPECTED.iter().map(|(code, _)| *code).chain([0]).collect();
    codes.sort_unstable();
    expected.sort_unstable();
    assert_eq!(codes, expected);
    assert_eq!(meaning(99_999), Meaning::Unrecognised);
}

#[tokio::test]
async fn each_code_leads_to_its_outcome_on_every_call() {
    let scene = Scene::new().await;
    let message = scene.message();
    for (code, expected) in EXPECTED.iter().copied().chain([(48001, "unrecognised")]) {
        // A refused token is tried twice.
        let times = if expected == "token" { 2 } else { 1 };
        let kept = |error: &WeChatError| describe(error).1.is_none_or(|kept| kept == code);

        let error = scene.client.sign_in(&format!("dev-li!{code}")).await.unwrap_err();
        let at_sign_in = if expected == "token" { "configuration" } else { expected };
        assert!(describe(&error).0 == at_sign_in && kept(&error), "sign-in {code}: {error:?}");

        scene.fault(PHONE, Trouble::Errcode(code), times);
        let error = scene.client.phone("dev-li").await.unwrap_err();
        assert!(describe(&error).0 == expected && kept(&error), "phone {code}: {error:?}");
        // Both calls may force a renewal, which has to be half a minute apart.
        scene.wait(31);

        scene.fault(SEND, Trouble::Errcode(code), times);
        let error = scene.client.send_subscribe_message(&message).await.unwrap_err();
        assert!(describe(&error).0 == expected && kept(&error), "message {code}: {error:?}");
        scene.wait(31);
    }
    assert!(scene.state().messages(None).is_empty());
    scene.client.send_subscribe_message(&message).await.unwrap();
}

#[tokio::test]
async fn the_waits_are_as_long_as_the_reason_asks() {
    let scene = Scene::new().await;
    let mut waits = Vec::new();
    for code in ["-1", "45011", "45009"] {
        match scene.client.sign_in(&format!("dev-li!{code}")).await {
            Err(WeChatError::Retry { after, why }) if why.contains(code) => waits.push(after),
            other => panic!("{other:?}"),
        }
    }
    // The clock stands at nine in the morning in China: fifteen hours to midnight, and five minutes more.
    assert_eq!(waits, [5, 60, 15 * 3600 + 300].map(Duration::from_secs));
}

#[tokio::test]
async fn http_statuses_are_told_apart() {
    let scene = Scene::new().await;
    for (status, expected) in
        [(429, "wait"), (503, "wait"), (404, "http"), (302, "http"), (500, "unknown"), (502, "unknown")]
    {
        scene.fault(SIGN_IN, Trouble::Status(status), 1);
        let error = scene.client.sign_in("dev-li").await.unwrap_err();
        assert_eq!(describe(&error).0, expected, "{status}: {error:?}");
    }
}
