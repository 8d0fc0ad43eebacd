//! Tokens that are wrong, expired, tampered with or used again, and codes WeChat does not take.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use casework::world::Driven;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::{Answer, Caller, Setup, on_both};

on_both!(refresh_tokens_work_once, access_tokens_end, reports_are_signed_once);

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn refresh(who: &Caller, token: &Value) -> Answer {
    who.send("POST", "/v1/session/refresh", &json!({ "refresh_token": token })).await
}

async fn refresh_tokens_work_once(setup: Setup) {
    let clock = Driven::now();
    let app = setup.clock(&clock).without_relay().start().await;
    let nobody = app.nobody();
    let first = app.owner("wang").await.session["refresh_token"].clone();
    let second = refresh(&nobody, &first).await.expect(200).json();
    let who = nobody.with_token(second["access_token"].as_str().unwrap());
    who.get("/v1/cases").await.expect(200);
    // Somebody has the old one: the whole family ends, the newest included.
    assert_eq!(refresh(&nobody, &first).await.problem(), problem(401, "session.reused"));
    assert_eq!(refresh(&nobody, &second["refresh_token"]).await.problem(), problem(401, "session.ended"));
    // Another sign-in of the same person is another family.
    let other = app.owner("wang").await;
    let third = refresh(&nobody, &other.session["refresh_token"]).await.expect(200).json();
    clock.forward(TimeDelta::days(31));
    assert_eq!(refresh(&nobody, &third["refresh_token"]).await.problem(), problem(401, "session.ended"));
    // Signing out ends it too.
    let last = app.owner("wang").await;
    last.call("DELETE", "/v1/session").await.expect(204);
    assert_eq!(refresh(&nobody, &last.session["refresh_token"]).await.problem(), problem(401, "session.ended"));
    for token in [json!("x"), json!("x".repeat(512)), json!("中文")] {
        assert_eq!(refresh(&nobody, &token).await.problem(), problem(401, "session.ended"));
    }
}

async fn access_tokens_end(setup: Setup) {
    let clock = Driven::now();
    let app = setup.clock(&clock).without_relay().start().await;
    let owner = app.owner("wang").await;
    let token = owner.session["access_token"].as_str().unwrap().to_owned();
    for (what, bad) in tampered(&token) {
        let answer = owner.with_token(&bad).get("/v1/cases").await;
        assert_eq!(answer.problem(), problem(401, "session.invalid"), "{what}");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{what}");
    }
    assert_eq!(owner.session["expires_in"], 900);
    clock.forward(TimeDelta::seconds(890));
    owner.get("/v1/cases").await.expect(200);
    clock.forward(TimeDelta::seconds(60));
    assert_eq!(owner.get("/v1/cases").await.problem(), problem(401, "session.expired"));
    // An upload is refused as early as everything else.
    assert_eq!(owner.send_multipart(vec![0; 1 << 20]).await.problem(), problem(401, "session.expired"));
}

/// The token with each of its parts changed, and with an algorithm that signs nothing.
fn tampered(token: &str) -> Vec<(&'static str, String)> {
    let parts: Vec<_> = token.split('.').collect();
    let read = |part: &str| serde_json::from_slice::<Value>(&BASE64.decode(part).unwrap()).unwrap();
    let write = |value: &Value| BASE64.encode(value.to_string());
    let (mut header, mut claims) = (read(parts[0]), read(parts[1]));
    claims["exp"] = json!(claims["exp"].as_i64().unwrap() + 3600);
    let later = format!("{}.{}.{}", parts[0], write(&claims), parts[2]);
    let mut other = read(parts[1]);
    other["sub"] = json!("0192f0c1-7b1e-7c3a-8000-000000000000");
    let other = format!("{}.{}.{}", parts[0], write(&other), parts[2]);
    header["alg"] = json!("none");
    let none = format!("{}.{}.", write(&header), parts[1]);
    header["alg"] = json!("HS256");
    let weaker = format!("{}.{}.{}", write(&header), parts[1], parts[2]);
    let mut signature = BASE64.decode(parts[2]).unwrap();
    signature[0] ^= 1;
    let signature = format!("{}.{}.{}", parts[0], parts[1], BASE64.encode(signature));
    vec![
        ("a later end", later),
        ("another person", other),
        ("no signature", none),
        ("another algorithm", weaker),
        ("another signature", signature),
        ("cut short", token[..token.len() - 4].to_owned()),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("far too long", "a".repeat(5000)),
    ]
}

async fn reports_are_signed_once(setup: Setup) {
    let app = setup.without_relay().start().await;
    let machine = app.machine();
    let report = json!({
        "reportid": "r-1", "orgbusno": "nobody-knows-it", "state": "05", "sn": 1, "occurtime": "2026-11-22T09:30:00+08:00",
    });
    let bytes = report.to_string().into_bytes();
    let request = machine.signed("POST", "/integration/v1/reports", &bytes);
    let again = request.try_clone().unwrap();
    assert_eq!(machine.finish(request).await.expect(200).json()["result"], "unknown_case");
    let invalid = problem(401, "signature.invalid");
    assert_eq!(machine.finish(again).await.problem(), invalid, "a nonce works once");
    let other_body = machine.signed("POST", "/integration/v1/reports", &bytes).body("{}");
    assert_eq!(machine.finish(other_body).await.problem(), invalid, "the body is signed");
    let other_path = machine.signed("POST", "/integration/v1/report", &bytes);
    let (client, request) = other_path.build_split();
    let mut request = request.unwrap();
    *request.url_mut() = format!("{}/integration/v1/reports", app.url()).parse().unwrap();
    let moved = reqwest::RequestBuilder::from_parts(client, request);
    assert_eq!(machine.finish(moved).await.problem(), invalid, "the path is signed");
    let answer = machine.send("POST", "/integration/v1/reports", &json!({ "reportid": "" })).await;
    let (status, code) = answer.problem();
    assert_eq!((status, code.as_str()), (422, "report.invalid"));
    assert!(!answer.faults().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_wechat_does_not_take() {
    let app = Setup::sqlite().without_relay().start().await;
    let nobody = app.nobody();
    let owner = app.owner("wang").await;
    let sign_in = async |code: &str| nobody.send("POST", "/v1/session/wechat", &json!({ "code": code })).await;
    for (code, expected) in [
        ("dev-li!40029", problem(401, "wechat.code")),
        ("dev-li!40163", problem(401, "wechat.code")),
        ("nonsense", problem(401, "wechat.code")),
        ("dev-li!45011", problem(503, "wechat.busy")),
        ("dev-li!-1", problem(503, "wechat.busy")),
        ("dev-li!status-502", problem(503, "wechat.unavailable")),
        ("dev-li!garbage", problem(503, "wechat.unavailable")),
    ] {
        let answer = sign_in(code).await;
        assert_eq!(answer.problem(), expected, "{code}");
        assert_eq!(answer.status == 503, !answer.header("retry-after").is_empty(), "{code}");
    }
    sign_in("dev-li!once-1").await.expect(200);
    assert_eq!(sign_in("dev-li!once-1").await.problem(), problem(401, "wechat.code"), "a code works once");
    let phone = owner.send("PUT", "/v1/account/phone", &json!({ "code": "dev-wang!40029" })).await;
    assert_eq!(phone.problem(), problem(422, "wechat.phone_code"));
    let body = json!({ "template": "tpl-nobody-has", "result": "accept" });
    let answer = owner.send("POST", "/v1/subscriptions", &body).await;
    assert_eq!(answer.problem(), problem(422, "subscription.template"));
}
