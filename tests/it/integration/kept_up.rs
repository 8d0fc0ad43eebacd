//! A webhook over the years: it fails and is turned on again, its keys change, what was parked is freed by its owner, it goes.

use casework::destination;
use casework::machine::Scope;
use chrono::{SecondsFormat, TimeDelta};
use entity::outbox::Destination;
use serde_json::{Value, json};
use tests::receiver::{Receiver, Reply};
use tests::{Machine, Setup};

use super::webhooks::{HOOK, hook, integrator};
use crate::relaying::Scene;

async fn scene(setup: Setup) -> (Scene, Machine) {
    let scene = Scene::start(setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8")).await;
    let machine = integrator(&scene).await;
    (scene, machine)
}

/// How it stands among the destinations; none when it does not.
async fn standing(machine: &Machine, name: &str) -> Option<Value> {
    let all = machine.get("/integration/v1/destinations").await.expect(200).json();
    all["destinations"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned()
}

async fn keys(machine: &Machine) -> Vec<String> {
    let all = machine.get("/integration/v1/webhooks").await.expect(200).json();
    let keys = all["webhooks"][0]["keys"].as_array().unwrap().clone();
    keys.iter().map(|key| key["name"].as_str().unwrap().to_owned()).collect()
}

/// Whoever found it down may be gone: its first answer ends that, and so does its owner.
async fn one_that_answers_is_not_down(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    let receiver = Receiver::start().await;
    let name = hook(&machine, &receiver.url()).await["destination"].as_str().unwrap().to_owned();
    let desk = &scene.app.app().desk;
    let destination: Destination = name.parse().unwrap();
    // Something waits for it, so that it is listed.
    scene.submitted().await;
    destination::down(desk, destination, "a relay that died").await.unwrap();
    assert!(standing(&machine, &name).await.unwrap()["down_since"].is_string());
    hook(&machine, &receiver.url()).await;
    assert_eq!(standing(&machine, &name).await.unwrap()["down_since"], Value::Null, "turned on again");
    destination::down(desk, destination, "a relay that died").await.unwrap();
    receiver.reply([Reply::Status(410, "")]);
    scene.drain().await;
    hook(&machine, &receiver.url()).await;
    destination::down(desk, destination, "a relay that died").await.unwrap();
    scene.submitted().await;
    scene.drain().await;
    scene.submitted().await;
    assert_eq!(standing(&machine, &name).await.unwrap()["down_since"], Value::Null, "it answered");
}

async fn the_last_key_that_is_good_stays(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    hook(&machine, "http://127.0.0.1:1/hook").await;
    machine.send("PUT", &format!("{HOOK}/keys/second"), &json!({ "kind": "v1" })).await.expect(200);
    let until = (scene.now() + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    machine.send("PUT", &format!("{HOOK}/keys/first"), &json!({ "kind": "v1", "until": until })).await.expect(200);
    scene.forward(TimeDelta::hours(2));
    assert_eq!(keys(&machine).await, ["first", "second"], "one that is over stays listed");
    let last = machine.send("DELETE", &format!("{HOOK}/keys/second"), &Value::Null).await;
    assert_eq!(last.problem(), (409, "webhook.last_key".to_owned()));
    machine.send("DELETE", &format!("{HOOK}/keys/first"), &Value::Null).await.expect(200);
    assert_eq!(keys(&machine).await, ["second"]);
    let last = machine.send("DELETE", &format!("{HOOK}/keys/second"), &Value::Null).await;
    assert_eq!(last.problem().1, "webhook.last_key");
}

async fn what_is_parked_its_owner_frees(setup: Setup) {
    let scene = Scene::start(setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8")).await;
    // No right to drive what is everybody's.
    let machine = scene.app.integrator("hall", &[Scope::WebhooksWrite]).await;
    let receiver = Receiver::start().await;
    hook(&machine, &receiver.url()).await;
    let since = scene.now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let until = (scene.now() + TimeDelta::minutes(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    machine.send("PUT", &format!("{HOOK}/keys/first"), &json!({ "kind": "v1", "until": until })).await.expect(200);
    scene.forward(TimeDelta::hours(1));
    scene.submitted().await;
    scene.drain().await;
    let parked = machine.get(&format!("{HOOK}/deliveries?state=parked")).await.expect(200).json();
    let parked = &parked["deliveries"][0];
    assert_eq!(parked["reason"], "webhook.no_key");
    machine.send("PUT", &format!("{HOOK}/keys/second"), &json!({ "kind": "v1" })).await.expect(200);
    hook(&machine, &receiver.url()).await;
    scene.drain().await;
    assert_eq!(receiver.calls().len(), 0, "parked stays parked");
    machine.send("POST", &format!("{HOOK}/replay"), &json!({ "since": since })).await.expect(200);
    scene.drain().await;
    assert_eq!(receiver.calls().len(), 1);
    let path = format!("{HOOK}/deliveries/{}", parked["id"].as_str().unwrap());
    let history = machine.get(&path).await.expect(200).json();
    let by_hand = &history["interventions"];
    assert_eq!((&by_hand[0]["act"], &by_hand[0]["by"]), (&json!("redriven"), &json!("machine:hall")), "{history:#}");
}

async fn one_that_is_gone_leaves_nothing_behind(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    let name = hook(&machine, "http://127.0.0.1:1/hook").await["destination"].as_str().unwrap().to_owned();
    let pause = json!({ "reason": "维护" });
    machine.send("POST", &format!("/integration/v1/destinations/{name}/pause"), &pause).await.expect(200);
    destination::down(&scene.app.app().desk, name.parse().unwrap(), "a relay").await.unwrap();
    assert!(standing(&machine, &name).await.is_some());
    machine.send("DELETE", HOOK, &Value::Null).await.expect(204);
    assert_eq!(standing(&machine, &name).await, None);
    let digest = machine.get("/integration/v1/digest").await.expect(200).json();
    assert_eq!(digest["todo"], json!([]));
}

tests::on_both!(
    one_that_answers_is_not_down,
    the_last_key_that_is_good_stays,
    what_is_parked_its_owner_frees,
    one_that_is_gone_leaves_nothing_behind,
);
