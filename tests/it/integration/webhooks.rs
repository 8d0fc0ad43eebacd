//! Being called back: signed by the specification, in order, until it comes through, whatever the receiver does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use casework::machine::Scope;
use chrono::{SecondsFormat, TimeDelta};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::receiver::{Received, Receiver, Reply};
use tests::{Machine, Setup, wait_for};

use crate::relaying::Scene;

pub const HOOK: &str = "/integration/v1/webhooks/hook";

/// A scene in which receivers on this machine may be called, and a machine that may ask for it.
async fn scene(setup: Setup) -> (Scene, Machine) {
    let setup = setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8").set("GXB_WEBHOOK_TIMEOUT", "500ms");
    let scene = Scene::start(setup).await;
    let machine = integrator(&scene).await;
    (scene, machine)
}

pub async fn integrator(scene: &Scene) -> Machine {
    scene.app.integrator("hall", &[Scope::WebhooksWrite, Scope::DeliveriesRead, Scope::DeliveriesWrite]).await
}

pub async fn hook(machine: &Machine, url: &str) -> Value {
    machine.send("PUT", HOOK, &json!({ "url": url })).await.expect(200).json()
}

async fn now(machine: &Machine) -> Value {
    let all = machine.get("/integration/v1/webhooks").await.expect(200).json();
    all["webhooks"][0].clone()
}

fn types(calls: &[Received]) -> Vec<String> {
    calls.iter().map(|call| call.json()["type"].as_str().unwrap().to_owned()).collect()
}

/// The signatures a call must carry by the shared secrets among these keys, reckoned by hand.
fn expected(call: &Received, keys: &Value) -> Vec<String> {
    let text = format!("{}.{}.{}", call.headers["webhook-id"], call.headers["webhook-timestamp"], call.body);
    let secrets = keys.as_array().unwrap().iter().filter_map(|key| key["key"].as_str().unwrap().strip_prefix("whsec_"));
    let sign = |secret: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&BASE64.decode(secret).unwrap()).unwrap();
        mac.update(text.as_bytes());
        format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
    };
    secrets.map(sign).collect()
}

/// The attempts at the newest delivery: outcome, code, status.
async fn attempts(machine: &Machine) -> Vec<String> {
    let mut all = Vec::new();
    for state in ["queued", "parked", "done"] {
        let page = machine.get(&format!("{HOOK}/deliveries?state={state}")).await.expect(200).json();
        for one in page["deliveries"].as_array().unwrap() {
            let path = format!("{HOOK}/deliveries/{}", one["id"].as_str().unwrap());
            let history = machine.get(&path).await.expect(200).json();
            for attempt in history["attempts"].as_array().unwrap() {
                all.push(format!("{} {} {}", attempt["outcome"], attempt["code"], attempt["status"]).replace('"', ""));
            }
        }
    }
    all
}

async fn every_step_is_told_in_order_and_signed(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    let receiver = Receiver::start().await;
    let keys = hook(&machine, &receiver.url()).await["keys"].clone();
    let owner = scene.owner().await;
    let draft = owner.ready().await;
    scene.drain().await;
    assert!(receiver.calls().is_empty(), "a draft is its owner's business");
    owner.submit(&draft).await;
    owner.call("POST", &format!("/v1/cases/{draft}/withdraw")).await.expect(200);
    scene.drain().await;
    let calls = receiver.calls();
    assert_eq!(types(&calls), ["case.submitted", "case.withdrawn"]);
    for call in &calls {
        assert_eq!(call.line, "POST /hook HTTP/1.1");
        assert_eq!(vec![call.headers["webhook-signature"].clone()], expected(call, &keys));
        assert_eq!(call.headers["webhook-timestamp"], scene.now().timestamp().to_string());
    }
    let body = calls[0].json();
    let number = owner.case(&draft).await["number"].clone();
    let data = json!({ "case_id": draft, "number": number, "state": "submitted", "sequence": 2 });
    assert_eq!(body["data"], data, "thin: {body}");
    assert_eq!(attempts(&machine).await, ["done null 200"; 2]);
}

async fn keys_overlap(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    let receiver = Receiver::start().await;
    hook(&machine, &receiver.url()).await;
    for (name, kind) in [("second", "v1"), ("third", "v1a")] {
        let body = json!({ "kind": kind });
        let first = machine.send("PUT", &format!("{HOOK}/keys/{name}"), &body).await.expect(200).json();
        let again = machine.send("PUT", &format!("{HOOK}/keys/{name}"), &body).await.expect(200).json();
        assert_eq!(first, again, "made once");
    }
    let keys = now(&machine).await["keys"].clone();
    scene.submitted().await;
    scene.drain().await;
    let call = receiver.calls().pop().unwrap();
    let signatures: Vec<_> = call.headers["webhook-signature"].split(' ').map(str::to_owned).collect();
    assert_eq!((signatures.len(), &signatures[..2]), (3, expected(&call, &keys).as_slice()));
    let public = keys[2]["key"].as_str().unwrap().strip_prefix("whpk_").unwrap();
    let public = <[u8; 32]>::try_from(BASE64.decode(public).unwrap()).unwrap();
    let signed = BASE64.decode(signatures[2].strip_prefix("v1a,").unwrap()).unwrap();
    let text = format!("{}.{}.{}", call.headers["webhook-id"], call.headers["webhook-timestamp"], call.body);
    let verifying = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&signed).unwrap();
    verifying.verify_strict(text.as_bytes(), &signature).unwrap();
    // The first one ends, the third one is dropped.
    let until = (scene.now() + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    machine.send("PUT", &format!("{HOOK}/keys/first"), &json!({ "kind": "v1", "until": until })).await.expect(200);
    machine.send("DELETE", &format!("{HOOK}/keys/third"), &Value::Null).await.expect(200);
    scene.forward(TimeDelta::hours(1));
    scene.submitted().await;
    scene.drain().await;
    let call = receiver.calls().pop().unwrap();
    assert_eq!(call.headers["webhook-signature"], expected(&call, &json!([keys[1]]))[0]);
}

async fn misbehaving_receivers_are_tried_again(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    let receiver = Receiver::start().await;
    let away = Receiver::start().await;
    hook(&machine, &receiver.url()).await;
    let redirect = format!("location: {}\r\n", away.url());
    receiver.reply([
        Reply::Status(500, ""),
        Reply::Status(302, redirect.leak()),
        Reply::Hang,
        Reply::Close,
        Reply::Endless,
        Reply::Status(429, "retry-after: 7200\r\n"),
        Reply::Status(404, ""),
    ]);
    scene.submitted().await;
    for _ in 0..7 {
        scene.drain().await;
        scene.forward(TimeDelta::hours(8));
    }
    scene.drain().await;
    let expected = [
        "retry webhook.failing 500",
        "retry webhook.redirect 302",
        "retry webhook.no_answer null",
        "retry webhook.no_answer null",
        "retry webhook.no_answer null",
        "retry webhook.busy 429",
        "retry webhook.refused 404",
        "done null 200",
    ];
    assert_eq!(attempts(&machine).await, expected);
    assert_eq!(away.connections(), 0, "a redirect is not followed");
    let calls = receiver.calls();
    assert!(
        calls
            .iter()
            .all(|call| call.body == calls[0].body && call.headers["webhook-id"] == calls[0].headers["webhook-id"])
    );
    assert!(now(&machine).await["failing_since"].is_null());
}

async fn one_nothing_comes_through_to_is_turned_off_and_sent_the_rest_later(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    let receiver = Receiver::start().await;
    hook(&machine, &receiver.url()).await;
    let began = scene.now();
    receiver.reply(vec![Reply::Status(500, ""); 9]);
    scene.submitted().await;
    for hours in [0, 40, 40] {
        scene.forward(TimeDelta::hours(hours));
        scene.drain().await;
    }
    let off = now(&machine).await;
    assert_eq!((&off["enabled"], &off["disabled_for"]), (&json!(false), &json!("failing")));
    let metrics = scene.app.nobody().get("/metrics").await.expect(200);
    assert!(String::from_utf8_lossy(&metrics.body).contains("gxb_webhook_disabled_total 1"));
    // What happens meanwhile is not owed to it, and nothing is tried.
    scene.submitted().await;
    scene.forward(TimeDelta::hours(40));
    scene.drain().await;
    assert_eq!(receiver.calls().len(), 3);
    receiver.reply([]);
    hook(&machine, &receiver.url()).await;
    let since = began.to_rfc3339_opts(SecondsFormat::Micros, true);
    let replay = |body: Value| {
        let machine = &machine;
        async move { machine.send("POST", &format!("{HOOK}/replay"), &body).await.expect(200).json() }
    };
    let first = replay(json!({ "since": since, "limit": 1 })).await;
    assert_eq!(first["replayed"], 1);
    let second = replay(json!({ "cursor": first["cursor"], "limit": 1 })).await;
    assert_eq!((&second["replayed"], &second["cursor"]), (&json!(1), &Value::Null));
    while receiver.calls().len() < 11 {
        scene.forward(TimeDelta::hours(15));
        assert!(scene.drain().await > 0, "{:?}", types(&receiver.calls()));
    }
    let ids: std::collections::BTreeSet<_> =
        receiver.calls().iter().map(|call| call.headers["webhook-id"].clone()).collect();
    assert_eq!(ids.len(), 2, "each under the id it always had");
    let all = machine.send("POST", &format!("{HOOK}/replay"), &json!({ "since": since })).await.expect(200).json();
    assert_eq!(all["replayed"], 2);
    assert_eq!(scene.drain().await, 2, "again, though they came through");
    let gone = [Reply::Status(410, "")];
    receiver.reply(gone);
    scene.submitted().await;
    scene.drain().await;
    assert_eq!(now(&machine).await["disabled_for"], "gone");
}

async fn a_slow_one_holds_up_no_other(setup: Setup) {
    let setup = setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8").set("GXB_WEBHOOK_TIMEOUT", "1m");
    let app = setup.start().await;
    let machine = app.integrator("hall", &[Scope::WebhooksWrite]).await;
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    slow.reply(vec![Reply::Hang; 100]);
    for (name, receiver) in [("slow", &slow), ("quick", &quick)] {
        let path = format!("/integration/v1/webhooks/{name}");
        machine.send("PUT", &path, &json!({ "url": receiver.url() })).await.expect(200);
    }
    let owner = app.owner("zhang").await;
    let case = owner.ready().await;
    owner.submit(&case).await;
    let told = || async {
        let types = types(&quick.calls());
        ["case.submitted", "case.accepted", "case.approved"]
            .iter()
            .all(|one| types.contains(&(*one).to_owned()))
            .then_some(types)
    };
    let order = wait_for("the quick one hears everything", told).await;
    assert_eq!(order.iter().filter(|one| *one != "case.received").count(), 3, "each once: {order:?}");
    assert!(slow.calls().len() <= 1, "the second waits for the first");
    // Gone is gone, for new steps and for what waits.
    machine.send("DELETE", "/integration/v1/webhooks/quick", &Value::Null).await.expect(204);
    let left = machine.get("/integration/v1/webhooks").await.expect(200).json();
    assert_eq!((left["webhooks"].as_array().unwrap().len(), &left["webhooks"][0]["name"]), (1, &json!("slow")));
}

async fn others_do_not_see_it(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    hook(&machine, "http://127.0.0.1:1/hook").await;
    let other = scene.app.integrator("archive", &[Scope::WebhooksWrite]).await;
    assert_eq!(other.get("/integration/v1/webhooks").await.expect(200).json(), json!({ "webhooks": [] }));
    for (method, path, body) in [
        ("DELETE", HOOK.to_owned(), Value::Null),
        ("GET", format!("{HOOK}/deliveries"), Value::Null),
        ("POST", format!("{HOOK}/replay"), json!({ "since": "2026-01-01T00:00:00Z" })),
        ("PUT", format!("{HOOK}/keys/own"), json!({ "kind": "v1" })),
    ] {
        assert_eq!(other.send(method, &path, &body).await.problem().1, "webhook.unknown", "{method} {path}");
    }
    // Its own of the same name is another one.
    other.send("PUT", HOOK, &json!({ "url": "http://127.0.0.1:2/hook" })).await.expect(200);
    assert_eq!(now(&machine).await["url"], "http://127.0.0.1:1/hook");
    let named = machine.send("PUT", "/integration/v1/webhooks/a.b", &json!({ "url": "http://127.0.0.1:1/" })).await;
    assert_eq!(named.problem().1, "webhook.name");
    let nowhere = machine.send("POST", &format!("{HOOK}/replay"), &json!({})).await;
    assert_eq!(nowhere.problem().1, "request.malformed");
    // A machine that is barred hears nothing more.
    let receiver = Receiver::start().await;
    hook(&machine, &receiver.url()).await;
    scene.submitted().await;
    casework::machine::disable(&scene.app.app().desk, "hall").await.unwrap();
    scene.drain().await;
    assert_eq!(receiver.connections(), 0);
}

tests::on_both!(
    every_step_is_told_in_order_and_signed,
    keys_overlap,
    misbehaving_receivers_are_tried_again,
    one_nothing_comes_through_to_is_turned_off_and_sent_the_rest_later,
    a_slow_one_holds_up_no_other,
    others_do_not_see_it,
);
