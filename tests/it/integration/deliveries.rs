//! What is stuck: seen with its reason and history, driven again alone or by the hundred, ended, and destinations paused.

use casework::machine::Scope;
use chrono::TimeDelta;
use portal::simulator::{Action, CallKind, Fault};
use serde_json::{Value, json};
use tests::{Machine, Setup};

use crate::relaying::Scene;

const DELIVERIES: &str = "/integration/v1/deliveries";
const DESTINATIONS: &str = "/integration/v1/destinations";

async fn integrator(scene: &Scene) -> Machine {
    scene.app.integrator("hall", &[Scope::DeliveriesRead, Scope::DeliveriesWrite]).await
}

async fn stuck(machine: &Machine, query: &str) -> Vec<Value> {
    let page = machine.get(&format!("{DELIVERIES}{query}")).await.expect(200).json();
    page["deliveries"].as_array().unwrap().clone()
}

fn id(delivery: &Value) -> String {
    delivery["id"].as_str().unwrap().to_owned()
}

async fn destination(machine: &Machine, name: &str) -> Value {
    let all = machine.get(DESTINATIONS).await.expect(200).json();
    all["destinations"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone()
}

async fn one_that_is_refused_is_seen_driven_again_and_through(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = integrator(&scene).await;
    let case = scene.submitted().await;
    let words = Some("张三的申请材料不清晰".to_owned());
    scene.fail(Fault { words, ..Fault::on(CallKind::Case, Action::Refuse) });
    assert_eq!(scene.drain().await, 1);
    assert_eq!(stuck(&machine, "?destination=wechat").await, [] as [Value; 0]);
    assert_eq!(stuck(&machine, "?reason=province.failing").await, [] as [Value; 0]);
    let found = stuck(&machine, &format!("?reason=province.refused&case_id={case}")).await;
    assert_eq!((found.len(), &found[0]["state"]), (1, &json!("parked")));
    let path = format!("{DELIVERIES}/{}", id(&found[0]));
    let history = machine.get(&path).await.expect(200).json();
    assert!(history["attempts"][0]["reply"].as_str().unwrap().contains("不清晰"), "{history:#}");
    // What goes out is shown, and nobody can be known by it.
    let form = scene.case(&case).await["form"].to_string();
    let content = &history["payload"]["content"];
    assert_eq!(content["materials"][0]["files"][0]["sha256"].as_str().unwrap().len(), 64, "{history:#}");
    for personal in ["id_number", "phone", "name"] {
        let open: Value = serde_json::from_str(&form).unwrap();
        for text in texts_named(&open, personal) {
            assert!(!content.to_string().contains(&text), "{personal} {text} lies open in {content:#}");
        }
    }
    // As often as anybody likes.
    for _ in 0..3 {
        assert_eq!(
            machine.send("POST", &format!("{path}/redrive"), &Value::Null).await.expect(200).json()["state"],
            "unknown"
        );
    }
    let history = machine.get(&path).await.expect(200).json();
    let by = history["interventions"].as_array().unwrap();
    assert_eq!((by.len(), &by[0]["act"], &by[0]["by"]), (3, &json!("redriven"), &json!("machine:hall")));
    assert_eq!(scene.drain().await, 1);
    let again = machine.send("POST", &format!("{path}/redrive"), &Value::Null).await;
    assert_eq!(again.problem(), (409, "delivery.not_parked".to_owned()));
    scene.ends_approved(&case).await;
}

/// Every text of a field whose name ends so.
fn texts_named(value: &Value, name: &str) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(field, value)| match value {
                Value::String(text) if field.ends_with(name) && text.chars().count() > 2 => vec![text.clone()],
                other => texts_named(other, name),
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(|value| texts_named(value, name)).collect(),
        _ => Vec::new(),
    }
}

async fn many_are_driven_again_in_batches(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = integrator(&scene).await;
    let owner = scene.owner().await;
    scene.fail(Fault::on(CallKind::Case, Action::Refuse).times(5));
    let mut cases = Vec::new();
    for _ in 0..5 {
        let case = owner.ready().await;
        owner.submit(&case).await;
        cases.push(case);
    }
    assert_eq!(scene.drain().await, 5);
    let all: Vec<_> = stuck(&machine, "").await.iter().map(id).collect();
    assert_eq!(all.len(), 5);
    // A page at a time, oldest first.
    let page = machine.get(&format!("{DELIVERIES}?limit=3")).await.expect(200).json();
    let rest = stuck(&machine, &format!("?limit=3&cursor={}", page["cursor"].as_str().unwrap())).await;
    assert_eq!(rest.iter().map(id).collect::<Vec<_>>(), all[3..]);
    let redrive = format!("{DELIVERIES}/redrive");
    for nothing in [
        json!({ "destination": "wechat" }),
        json!({ "reason": "province.failing" }),
        json!({ "state": "unknown" }),
        json!({ "before": scene.now() - TimeDelta::hours(1) }),
    ] {
        assert_eq!(
            machine.send("POST", &redrive, &nothing).await.expect(200).json(),
            json!({ "ids": [], "more": false })
        );
    }
    let which = json!({ "destination": "province", "reason": "province.refused", "state": "parked", "limit": 3 });
    let first = machine.send("POST", &redrive, &which).await.expect(200).json();
    assert_eq!(first, json!({ "ids": &all[..3], "more": true }));
    let second = machine.send("POST", &redrive, &which).await.expect(200).json();
    assert_eq!(second, json!({ "ids": &all[3..], "more": false }));
    assert_eq!(scene.drain().await, 5);
    assert_eq!(scene.province().cases().len(), 5, "each is there once");
    for (body, code) in [
        (json!({ "destination": "moon" }), "destination.unknown"),
        (json!({ "limit": 501 }), "request.malformed"),
        (json!({ "everything": true }), "request.malformed"),
    ] {
        assert_eq!(machine.send("POST", &redrive, &body).await.problem().1, code, "{body}");
    }
}

async fn one_that_is_ended_lets_the_next_go(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = integrator(&scene).await;
    let case = scene.submitted().await;
    scene.fail(Fault::on(CallKind::Case, Action::Refuse));
    scene.drain().await;
    let path = format!("{DELIVERIES}/{}", id(&stuck(&machine, "").await[0]));
    let reason = json!({ "reason": "由窗口人工录入" });
    assert_eq!(machine.send("POST", &format!("{path}/cancel"), &json!({ "reason": "" })).await.status, 400);
    let ended = machine.send("POST", &format!("{path}/cancel"), &reason).await.expect(200).json();
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("cancelled"), &json!("relay.cancelled")));
    let history = machine.get(&path).await.expect(200).json();
    let last = &history["interventions"][0];
    assert_eq!((&last["act"], &last["words"]), (&json!("cancelled"), &reason["reason"]));
    for act in ["redrive", "cancel"] {
        let body = if act == "cancel" { reason.clone() } else { Value::Null };
        let code = machine.send("POST", &format!("{path}/{act}"), &body).await.problem();
        let expected = if act == "cancel" { "delivery.settled" } else { "delivery.not_parked" };
        assert_eq!(code, (409, expected.to_owned()));
    }
    scene.forward(TimeDelta::days(2));
    assert_eq!(scene.drain().await, 0, "it is not tried again");
    assert_eq!(scene.seen(&case).await.1, "cancelled");
    let unknown = machine.send("POST", &format!("{DELIVERIES}/{case}/cancel"), &reason).await.problem();
    assert_eq!(unknown, (404, "delivery.unknown".to_owned()));
}

async fn a_destination_is_paused_and_resumed(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = integrator(&scene).await;
    scene.submitted().await;
    let province = destination(&machine, "province").await;
    assert_eq!((&province["waiting"], &province["breaker"]), (&json!(1), &json!("closed")));
    assert!(province["oldest_at"].is_string() && province["paused"].is_null(), "{province:#}");
    let pause = format!("{DESTINATIONS}/province/pause");
    for reason in ["省平台升级", "another reason"] {
        let paused = machine.send("POST", &pause, &json!({ "reason": reason })).await.expect(200).json();
        assert_eq!(paused["paused"]["reason"], "省平台升级", "the first one counts");
        assert_eq!(paused["paused"]["by"], "machine:hall");
    }
    assert_eq!(scene.drain().await, 0);
    assert!(destination(&machine, "wechat").await["paused"].is_null());
    let resume = format!("{DESTINATIONS}/province/resume");
    for _ in 0..2 {
        let resumed = machine.send("POST", &resume, &Value::Null).await.expect(200).json();
        assert!(resumed["paused"].is_null());
    }
    assert_eq!(scene.drain().await, 1);
    assert_eq!(destination(&machine, "province").await["waiting"], 0);
    let moon = machine.send("POST", &format!("{DESTINATIONS}/moon/resume"), &Value::Null).await.problem();
    assert_eq!(moon, (404, "destination.unknown".to_owned()));
}

async fn a_destination_that_is_down_is_shown_so(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = integrator(&scene).await;
    let owner = scene.owner().await;
    for _ in 0..5 {
        let case = owner.ready().await;
        owner.submit(&case).await;
    }
    scene.fail(Fault::on(CallKind::Any, Action::Status).times(5));
    assert_eq!(scene.drain().await, 5);
    let province = destination(&machine, "province").await;
    assert_eq!((&province["waiting"], &province["breaker"]), (&json!(5), &json!("open")), "{province:#}");
    assert!(province["down_since"].is_string());
    assert_eq!(destination(&machine, "wechat").await["breaker"], "closed");
    scene.forward(TimeDelta::minutes(1));
    assert!(scene.drain().await >= 5);
    let province = destination(&machine, "province").await;
    assert_eq!((&province["breaker"], &province["down_since"]), (&json!("closed"), &Value::Null));
}

tests::on_both!(
    one_that_is_refused_is_seen_driven_again_and_through,
    many_are_driven_again_in_batches,
    one_that_is_ended_lets_the_next_go,
    a_destination_is_paused_and_resumed,
    a_destination_that_is_down_is_shown_so,
);
