//! The access token: one renewal at a time, early, with one retry, and forced only within bounds.

use std::sync::Arc;
use std::time::Duration;

use portal::wechat::stand_in::Trouble;
use portal::wechat::{Fault, WeChat as _, WeChatError};

use crate::{PHONE, SEND, Scene, TOKEN};

/// Fifty callers at once.
async fn crowd(scene: &Scene) -> Vec<Result<(), WeChatError>> {
    let client = Arc::new(scene.client_with(Duration::from_secs(20)));
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.phone("dev-li").await.map(drop) })
        })
        .collect();
    let mut results = Vec::new();
    for call in calls {
        results.push(call.await.unwrap());
    }
    results
}

#[tokio::test]
async fn fifty_callers_ask_for_one_token() {
    let scene = Scene::new().await;
    scene.fault(TOKEN, Trouble::Hang(Duration::from_millis(300)), 1);
    assert!(crowd(&scene).await.iter().all(Result::is_ok));
    assert_eq!((scene.state().calls(TOKEN), scene.state().calls(PHONE)), (1, 50));
}

#[tokio::test]
async fn whoever_waited_for_a_failed_renewal_shares_its_failure() {
    let scene = Scene::new().await;
    scene.fault(TOKEN, Trouble::Oversize, 50);
    let results = crowd(&scene).await;
    assert!(results.iter().all(|result| matches!(result, Err(WeChatError::Retry { .. }))), "{results:?}");
    // Those who come after the failure may try again; those who waited for it may not.
    let calls = scene.state().calls(TOKEN);
    assert!((1..25).contains(&calls), "{calls} calls for fifty callers");
    scene.state().clear_faults();
    scene.client.phone("dev-li").await.unwrap();
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    let scene = Scene::new().await;
    let calls = async |advance: i64| {
        scene.wait(advance);
        scene.client.phone("dev-li").await.unwrap();
        scene.state().calls(TOKEN)
    };
    assert_eq!(calls(0).await, 1);
    assert_eq!(calls(6899).await, 1);
    assert_eq!(calls(1).await, 2);
    assert_eq!(calls(6899).await, 2);
    assert_eq!(scene.state().calls(PHONE), 4, "no call was refused");
}

#[tokio::test]
async fn a_failed_early_renewal_keeps_the_old_token_until_its_end() {
    let scene = Scene::new().await;
    scene.client.phone("dev-li").await.unwrap();
    scene.wait(6900);
    scene.fault(TOKEN, Trouble::Errcode(-1), 1000);
    scene.client.phone("dev-li").await.unwrap();
    scene.client.phone("dev-li").await.unwrap();
    assert_eq!(scene.state().calls(TOKEN), 2, "not at every call");
    scene.wait(11);
    scene.client.phone("dev-li").await.unwrap();
    assert_eq!(scene.state().calls(TOKEN), 3);
    scene.wait(289);
    assert!(matches!(scene.client.phone("dev-li").await, Err(WeChatError::Retry { .. })));
    scene.state().clear_faults();
    scene.client.phone("dev-li").await.unwrap();
}

#[tokio::test]
async fn each_refusal_of_a_token_is_healed_by_one_new_one() {
    for code in [40001, 40014, 42001] {
        let scene = Scene::new().await;
        scene.client.phone("dev-li").await.unwrap();
        scene.state().invalidate_tokens(code, false);
        scene.client.send_subscribe_message(&scene.message()).await.unwrap();
        assert_eq!((scene.state().calls(TOKEN), scene.state().calls(SEND)), (2, 2), "{code}");
        assert_eq!(scene.state().messages(None).len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_second_refusal_is_final() {
    let scene = Scene::new().await;
    scene.fault(PHONE, Trouble::Errcode(40014), 1000);
    let rejected = WeChatError::Rejected { code: 40014, fault: Fault::Token, field: None };
    assert_eq!(scene.client.phone("dev-li").await, Err(rejected));
    assert_eq!(scene.state().calls(PHONE), 2);
}

#[tokio::test]
async fn a_token_another_process_renewed_costs_no_force() {
    let scene = Scene::new().await;
    let other = scene.client_with(Duration::from_secs(20));
    scene.client.phone("dev-li").await.unwrap();
    scene.state().invalidate_tokens(40001, true);
    other.phone("dev-li").await.unwrap();
    assert_eq!(scene.state().calls(TOKEN), 4, "the other: refused one, the same again, forced one");
    scene.client.phone("dev-li").await.unwrap();
    assert_eq!(scene.state().calls(TOKEN), 5, "this one: just asked");
}

#[tokio::test]
async fn fifty_refused_callers_force_once() {
    let scene = Scene::new().await;
    scene.client.phone("dev-li").await.unwrap();
    scene.state().invalidate_tokens(42001, true);
    let before = scene.state().calls(TOKEN);
    assert!(crowd(&scene).await.iter().all(Result::is_ok));
    assert_eq!(scene.state().calls(TOKEN) - before, 3, "get, ask again, force");
}

#[tokio::test]
async fn force_is_used_every_thirty_seconds_and_twenty_times_a_day_at_most() {
    let scene = Scene::new().await;
    let refused = async || {
        scene.state().invalidate_tokens(40001, true);
        scene.client.phone("dev-li").await
    };
    scene.client.phone("dev-li").await.unwrap();
    refused().await.unwrap();
    scene.wait(29);
    match refused().await {
        Err(WeChatError::Retry { after, .. }) => assert_eq!(after, Duration::from_secs(1)),
        other => panic!("{other:?}"),
    }
    for _ in 1..20 {
        scene.wait(30);
        refused().await.unwrap();
    }
    scene.wait(30);
    let asked = scene.state().calls(TOKEN);
    match refused().await {
        Err(WeChatError::Retry { after, .. }) => {
            assert!(after > Duration::from_secs(86_400 - 700) && after < Duration::from_hours(24), "{after:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.state().calls(TOKEN), asked + 1, "asked, not forced");
    scene.wait(86_400);
    refused().await.unwrap();
}
