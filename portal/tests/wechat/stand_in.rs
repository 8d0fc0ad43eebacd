//! The stand-in's own calls, over plain HTTP.

use std::time::Duration;

use portal::http::Http;
use portal::wechat::{WeChat as _, WeChatError};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{SEND, Scene};

async fn call(scene: &Scene, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let http = Http::new(Duration::from_secs(20)).unwrap();
    let mut request = http.request(method, &format!("{}{path}", scene.stand_in.url()));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = http.send(request, 1 << 20).await.unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn commands_do_what_the_functions_do() {
    let scene = Scene::new().await;
    let message = scene.message();
    let grant = json!({ "openid": message.openid, "template": message.template, "count": 1 });
    assert_eq!(call(&scene, Method::POST, "/stand-in/subscriptions", Some(grant)).await.0, 204);
    scene.client.send_subscribe_message(&message).await.unwrap();
    assert_eq!(scene.client.send_subscribe_message(&message).await, Err(WeChatError::NotSubscribed));

    let (_, list) = call(&scene, Method::GET, &format!("/stand-in/messages?openid={}", message.openid), None).await;
    assert_eq!(list["messages"][0]["data"]["thing1"], "招牌设置");
    let (_, list) = call(&scene, Method::GET, "/stand-in/messages?openid=nobody", None).await;
    assert_eq!(list, json!({ "messages": [] }));

    let fault = json!({ "path": SEND, "errcode": 40226, "times": 2 });
    assert_eq!(call(&scene, Method::POST, "/stand-in/faults", Some(fault)).await.0, 204);
    assert_eq!(scene.client.send_subscribe_message(&message).await, Err(WeChatError::Blocked));
    assert_eq!(call(&scene, Method::DELETE, "/stand-in/faults", None).await.0, 204);
    assert_eq!(scene.client.send_subscribe_message(&message).await, Err(WeChatError::NotSubscribed));

    let before = scene.state().calls(SEND);
    assert_eq!(
        call(&scene, Method::POST, "/stand-in/tokens/invalidate", Some(json!({ "errcode": 42001 }))).await.0,
        204
    );
    assert_eq!(scene.client.send_subscribe_message(&message).await, Err(WeChatError::NotSubscribed));
    assert_eq!(scene.state().calls(SEND) - before, 2);
}

#[tokio::test]
async fn wrong_commands_are_refused() {
    let scene = Scene::new().await;
    let wrong = [
        ("/stand-in/subscriptions", json!({ "openid": "o" })),
        ("/stand-in/subscriptions", json!({ "openid": "o".repeat(129), "template": "t", "count": 1 })),
        ("/stand-in/faults", json!({ "path": SEND })),
        ("/stand-in/faults", json!({ "path": SEND, "errcode": 1, "status": 500 })),
        ("/stand-in/faults", json!({ "path": SEND, "errcode": 1, "times": 0 })),
        ("/stand-in/faults", json!({ "path": SEND, "errcode": 1, "colour": "red" })),
        ("/stand-in/tokens/invalidate", json!({ "errcode": "x" })),
    ];
    for (path, body) in wrong {
        let (status, answer) = call(&scene, Method::POST, path, Some(body.clone())).await;
        assert!(status == 400 && answer["error"].is_string(), "{path} {body}: {status}");
    }
}

#[tokio::test]
async fn it_speaks_wechats_own_errors() {
    let scene = Scene::new().await;
    let cases = [
        (Method::GET, "/sns/jscode2session", None, 41002),
        (Method::GET, "/sns/jscode2session?appid=x", None, 40013),
        (Method::GET, "/sns/jscode2session?appid=wx-stand-in", None, 41004),
        (Method::GET, "/sns/jscode2session?appid=wx-stand-in&secret=stand-in-secret", None, 40002),
        (
            Method::GET,
            "/sns/jscode2session?appid=wx-stand-in&secret=stand-in-secret&grant_type=authorization_code",
            None,
            41008,
        ),
        (Method::POST, "/sns/jscode2session", None, 43001),
        (Method::GET, SEND, None, 43002),
        (Method::POST, SEND, None, 41001),
        (Method::POST, "/cgi-bin/message/subscribe/send?access_token=x", Some(json!({})), 40001),
        (Method::POST, "/cgi-bin/stable_token", Some(json!({ "grant_type": "client_credential" })), 41002),
        (Method::POST, SEND, Some(json!({ "touser": "x".repeat(70_000) })), 45002),
    ];
    for (method, path, body, errcode) in cases {
        let (status, answer) = call(&scene, method, path, body).await;
        assert_eq!((status, &answer["errcode"]), (200, &json!(errcode)), "{path}");
    }
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_hanging_call() {
    let scene = Scene::new().await;
    let Scene { stand_in, client, .. } = scene;
    let hanging = tokio::spawn(async move { client.sign_in("dev-li!timeout").await });
    // The call has arrived once it is counted.
    let arrived = async {
        while stand_in.state().calls("/sns/jscode2session") == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), stand_in.stop()).await.unwrap().unwrap();
    drop(tokio::time::timeout(Duration::from_secs(20), hanging).await.unwrap().unwrap());
}
