//! Subscribe messages.

use std::time::Duration;

use portal::wechat::stand_in::{Options, Trouble};
use portal::wechat::{Fault, SubscribeMessage, WeChat as _, WeChatError};

use crate::{SEND, Scene, TOKEN};

#[tokio::test]
async fn one_accept_is_one_message() {
    let scene = Scene::with(Options { strict: true, ..Options::default() }).await;
    let message = scene.message();
    assert_eq!(scene.client.send_subscribe_message(&message).await, Err(WeChatError::NotSubscribed));
    scene.state().grant(&message.openid, &message.template, 2).unwrap();
    scene.client.send_subscribe_message(&message).await.unwrap();
    scene.client.send_subscribe_message(&message).await.unwrap();
    assert_eq!(scene.client.send_subscribe_message(&message).await, Err(WeChatError::NotSubscribed));
    let sent = scene.state().messages(Some(&message.openid));
    assert_eq!(sent.iter().map(|sent| sent.msgid).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(sent[0].data, message.data);
    assert_eq!((sent[0].page.clone(), sent[0].miniprogram_state.as_str()), (message.page, "developer"));
}

#[tokio::test]
async fn without_strictness_only_granted_pairs_are_counted() {
    let scene = Scene::new().await;
    let message = scene.message();
    for _ in 0..3 {
        scene.client.send_subscribe_message(&message).await.unwrap();
    }
    scene.state().grant(&message.openid, &message.template, 0).unwrap();
    assert_eq!(scene.client.send_subscribe_message(&message).await, Err(WeChatError::NotSubscribed));
}

#[tokio::test]
async fn what_wechat_would_not_take_is_named() {
    let templates = [("case-accepted".to_owned(), vec!["thing1".to_owned()])].into();
    let scene = Scene::with(Options { templates, ..Options::default() }).await;
    let good = scene.message();
    let with = |key: &str, value: &str| SubscribeMessage {
        data: [("thing1", "好"), (key, value)].map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        ..good.clone()
    };
    let data = |field: &str| (47003, Fault::OurData, Some(field.to_owned()));
    let cases = [
        (with("thing1", &"字".repeat(21)), data("thing1")),
        (with("character_string2", "中文"), data("character_string2")),
        (with("thing9", ""), data("thing9")),
        (SubscribeMessage { data: [("time2".to_owned(), "9:00".to_owned())].into(), ..good.clone() }, data("thing1")),
        (SubscribeMessage { template: "unheard-of".to_owned(), ..good.clone() }, (40037, Fault::Configuration, None)),
        (SubscribeMessage { openid: "nobody".to_owned(), ..good.clone() }, (40003, Fault::Configuration, None)),
    ];
    for (message, (code, fault, field)) in cases {
        let rejected = WeChatError::Rejected { code, fault, field };
        assert_eq!(scene.client.send_subscribe_message(&message).await, Err(rejected));
    }
    scene.client.send_subscribe_message(&good).await.unwrap();
    assert_eq!(scene.state().messages(None).len(), 1);
}

#[tokio::test]
async fn a_lost_answer_says_that_the_message_may_have_been_sent() {
    let scene = Scene::new().await;
    for trouble in [Trouble::Hang(Duration::from_mins(1)), Trouble::Garbage, Trouble::Oversize, Trouble::Status(502)] {
        let impatient = scene.client_with(Duration::from_millis(1500));
        impatient.phone("dev-li").await.unwrap();
        scene.fault(SEND, trouble.clone(), 1);
        let result = impatient.send_subscribe_message(&scene.message()).await;
        assert!(matches!(result, Err(WeChatError::Unknown { .. })), "{trouble:?}: {result:?}");
    }
    assert_eq!(scene.state().messages(None).len(), 3, "and all but the last of them were");
}

#[tokio::test]
async fn without_a_token_the_message_has_surely_not_been_sent() {
    let scene = Scene::new().await;
    for trouble in [Trouble::Hang(Duration::from_mins(1)), Trouble::Garbage, Trouble::Oversize, Trouble::Status(502)] {
        let impatient = scene.client_with(Duration::from_millis(500));
        scene.fault(TOKEN, trouble.clone(), 1);
        let result = impatient.send_subscribe_message(&scene.message()).await;
        assert!(matches!(result, Err(WeChatError::Retry { .. })), "{trouble:?}: {result:?}");
    }
    assert_eq!(scene.state().calls(SEND), 0);
}
