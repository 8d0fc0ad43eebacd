//! Answers nobody should trust, servers that are not there, and what may never be printed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use portal::wechat::stand_in::Trouble;
use portal::wechat::{Client, Config, SubscribeMessage, WeChat as _, WeChatError};
use store::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::{SIGN_IN, Scene, any_port, client, clock};

const APP_SECRET: &str = "0123456789abcdef-app-secret";

/// A server that answers every call with `body`, or closes the connection when there is none.
async fn server(body: Option<String>) -> String {
    let listener = TcpListener::bind(any_port()).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            if let Some(body) = &body {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                // Closing before the request is read whole would reset the connection and lose the answer.
                let _ = stream.shutdown().await;
                while stream.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {}
            }
        }
    });
    url
}

fn client_of(url: &str, timeout: Duration) -> Client {
    let config = Config { base_url: url.to_owned(), timeout, ..Config::new("wx-hostile", Secret::new(APP_SECRET)) };
    client(config, &clock())
}

#[tokio::test]
async fn garbage_is_an_unknown_answer() {
    let bodies = [
        "",
        "null",
        "[]",
        "<html>",
        "{\"errcode\":\"0\"}",
        "{\"errcode\":1e400}",
        "{}",
        "{\"openid\":null}",
        "{\"openid\":\"\"}",
        "{\"openid\":7}",
        "{\"openid\":\"o 1\"}",
        "{\"openid\":\"o1\",\"unionid\":\"\\u0000\"}",
        "{\"openid\":\"o1\"",
    ];
    let long = format!("{{\"openid\":\"{}\"}}", "o".repeat(200));
    for body in bodies.into_iter().map(str::to_owned).chain([
        long,
        "[".repeat(60_000),
        format!("{{\"a\":{}", "[".repeat(60_000)),
    ]) {
        let client = client_of(&server(Some(body.clone())).await, Duration::from_secs(20));
        let result = client.sign_in("code").await;
        assert!(matches!(result, Err(WeChatError::Unknown { .. })), "{body:.60}: {result:?}");
    }
}

#[tokio::test]
async fn an_unusable_token_is_not_used() {
    for body in [
        "{}",
        "{\"access_token\":\"\",\"expires_in\":7200}",
        "{\"access_token\":\"t\",\"expires_in\":0}",
        "{\"access_token\":\"t\",\"expires_in\":-5}",
        "{\"access_token\":\"t\",\"expires_in\":99999999999}",
    ] {
        let client = client_of(&server(Some(body.to_owned())).await, Duration::from_secs(20));
        let result = client.phone("code").await;
        assert!(matches!(result, Err(WeChatError::Retry { .. })), "{body}: {result:?}");
    }
}

#[tokio::test]
async fn a_message_is_sent_only_when_wechat_says_so() {
    let token = "\"access_token\":\"t\",\"expires_in\":7200";
    let message = SubscribeMessage { openid: "o".into(), template: "t".into(), page: None, data: BTreeMap::new() };
    for (code, sent) in [(",\"errcode\":0", true), ("", false)] {
        let client = client_of(&server(Some(format!("{{{token}{code}}}"))).await, Duration::from_secs(20));
        let result = client.send_subscribe_message(&message).await;
        assert!(if sent { result.is_ok() } else { matches!(result, Err(WeChatError::Unknown { .. })) }, "{result:?}");
    }
}

#[tokio::test]
async fn a_number_of_another_app_is_not_taken() {
    let answer = |appid: &str, number: &str| {
        format!(
            "{{\"errcode\":0,\"access_token\":\"t\",\"expires_in\":7200,\"phone_info\":{{\"purePhoneNumber\":\"{number}\",\
             \"countryCode\":86,\"watermark\":{{\"timestamp\":1,\"appid\":\"{appid}\"}}}}}}"
        )
    };
    let ask = async |body: String| client_of(&server(Some(body)).await, Duration::from_secs(20)).phone("code").await;
    assert_eq!(ask(answer("wx-hostile", "13800001234")).await.unwrap().country_code, "86");
    assert!(matches!(ask(answer("wx-other", "13800001234")).await, Err(WeChatError::Rejected { code: 0, .. })));
    assert!(matches!(ask(answer("wx-hostile", "12 or 1=1")).await, Err(WeChatError::Unknown { .. })));
}

#[tokio::test]
async fn silence_and_floods_end() {
    let scene = Scene::new().await;
    let impatient = scene.client_with(Duration::from_millis(300));
    let started = Instant::now();
    assert!(matches!(impatient.sign_in("dev-li!timeout").await, Err(WeChatError::Unknown { .. })));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    for code in ["dev-li!oversize", "dev-li!garbage"] {
        assert!(matches!(scene.client.sign_in(code).await, Err(WeChatError::Unknown { .. })), "{code}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_was_surely_not_reached() {
    let listener = TcpListener::bind(any_port()).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = client_of(&url, Duration::from_secs(20));
    for result in [client.sign_in("code").await.map(drop), client.phone("code").await.map(drop)] {
        assert!(matches!(result, Err(WeChatError::Retry { .. })), "{result:?}");
    }
}

#[tokio::test]
async fn errors_hold_no_secret() {
    let scene = Scene::new().await;
    let openid = scene.state().openid("li");
    let mut errors = Vec::new();
    for code in ["40001", "40029", "45009", "99999", "status-500", "garbage", "oversize"] {
        errors.push(scene.client.sign_in(&format!("dev-li!{code}")).await.unwrap_err());
    }
    for trouble in [Trouble::Hang(Duration::from_mins(1)), Trouble::Garbage, Trouble::Errcode(99_999)] {
        let impatient = scene.client_with(Duration::from_millis(500));
        scene.fault(SIGN_IN, trouble, 1);
        errors.push(impatient.sign_in("dev-li").await.unwrap_err());
    }
    let talkative = format!("{{\"errcode\":40001,\"errmsg\":\"bad secret {APP_SECRET} data.{APP_SECRET}.value\"}}");
    let echo = format!("{{\"openid\":{{\"{APP_SECRET}\":\"session_key\"}}}}");
    for body in [Some(talkative), Some(echo), None] {
        let client = client_of(&server(body).await, Duration::from_secs(20));
        errors.push(client.sign_in("code-from-a-phone").await.unwrap_err());
        errors.push(client.phone("code-from-a-phone").await.unwrap_err());
    }
    let gone = client_of("http://127.0.0.1:1", Duration::from_secs(20));
    errors.push(gone.sign_in("code-from-a-phone").await.unwrap_err());
    assert!(format!("{gone:?}").contains("wx-hostile"));
    let printed = format!("{errors:?} {} {gone:?}", errors.iter().map(ToString::to_string).collect::<String>());
    for secret in
        [APP_SECRET, "stand-in-secret", "session_key", "js_code", "dev-li", "code-from-a-phone", "http://", &openid]
    {
        // The configuration shows its address, which is no secret.
        let printed = if secret == "http://" { format!("{errors:?}") } else { printed.clone() };
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn a_configuration_names_all_its_faults() {
    let good = Config::new("wx1", Secret::new("s"));
    assert!(good.faults().is_empty() && good.fit_for_production());
    assert!(!Config::stand_in("https://example.org").fit_for_production());
    assert!(!Config { base_url: "http://example.org".to_owned(), ..good.clone() }.fit_for_production());
    let all = Config { base_url: "ftp://x".to_owned(), timeout: Duration::ZERO, ..Config::new("", Secret::default()) };
    assert_eq!(all.faults().len(), 4);
    for url in ["", "api.weixin.qq.com", "https://u:p@x", "https://x/path", "https://x?q", "https://x/#f", "https://"] {
        assert_eq!(Config { base_url: url.to_owned(), ..good.clone() }.faults().len(), 1, "{url}");
    }
}
