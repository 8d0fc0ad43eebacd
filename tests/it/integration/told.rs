//! What machines are told when something is wrong: where, everything at once, and what to do in their own terms.

use casework::machine::Scope;
use chrono::{SecondsFormat, TimeDelta};
use portal::simulator::{Action, CallKind, Fault};
use serde_json::{Value, json};
use tests::receiver::{Received, Receiver};
use tests::{Machine, Setup};

use super::webhooks::{HOOK, hook, integrator};
use crate::relaying::Scene;

const NOBODY: &str = "01a203eb-d2be-7fc0-ad3b-18f9b9b3ac25";

async fn all_scopes(scene: &Scene) -> Machine {
    let scopes = [Scope::CasesRead, Scope::DeliveriesRead, Scope::DeliveriesWrite, Scope::ReportsWrite];
    scene.app.integrator("lab", &scopes).await
}

async fn parameters_are_called_what_the_document_calls_them(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = all_scopes(&scene).await;
    let link = format!("/integration/v1/cases/{NOBODY}/files/nothing/link");
    for (method, path, name) in [
        ("GET", "/integration/v1/cases/nothing", "id"),
        ("GET", "/integration/v1/deliveries/nothing", "id"),
        ("POST", &link, "photo"),
    ] {
        let answer = machine.send(method, path, &Value::Null).await.expect(400).json();
        assert_eq!(answer["errors"][0]["parameter"], name, "{answer:#}");
    }
}

async fn advice_speaks_of_what_machines_have(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = all_scopes(&scene).await;
    let answer = machine.get(&format!("/integration/v1/cases/{NOBODY}")).await.expect(404).json();
    assert_eq!(answer["code"], "case.unknown");
    assert!(answer["advice"].as_str().unwrap().contains("list_changes"), "{answer:#}");
    let owner = scene.owner().await;
    let answer = owner.get(&format!("/v1/cases/{NOBODY}")).await.expect(404).json();
    assert!(answer["advice"].as_str().unwrap().contains("我的办件"), "{answer:#}");
}

async fn a_report_is_told_everything_at_once(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = all_scopes(&scene).await;
    let wrong = json!({ "reportid": [], "dataver": "two", "state": "", "occurtime": "soon" });
    let answer = machine.send("POST", "/integration/v1/reports", &wrong).await;
    assert_eq!(answer.problem(), (422, "report.invalid".to_owned()));
    let faults: Vec<_> = answer.faults();
    assert_eq!(
        faults,
        [
            ("/reportid", "report.malformed"),
            ("/orgbusno", "report.missing"),
            ("/dataver", "report.malformed"),
            ("/state", "report.missing"),
            ("/occurtime", "report.malformed"),
        ]
        .map(|(place, code)| (place.to_owned(), code.to_owned()))
    );
    let answer = machine.send("POST", "/integration/v1/reports", &json!(["no object"])).await;
    assert_eq!(answer.problem(), (400, "request.malformed".to_owned()));
}

async fn what_was_driven_again_says_so(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = all_scopes(&scene).await;
    scene.submitted().await;
    scene.fail(Fault::on(CallKind::Case, Action::Refuse));
    assert_eq!(scene.drain().await, 1);
    let redrive = "/integration/v1/deliveries/redrive";
    let driven = machine.send("POST", redrive, &json!({ "reason": "province.refused" })).await.expect(200).json();
    let id = driven["ids"][0].as_str().unwrap();
    let now = machine.get(&format!("/integration/v1/deliveries/{id}")).await.expect(200).json();
    assert_eq!((&now["delivery"]["state"], &now["delivery"]["reason"]), (&json!("unknown"), &json!("relay.redriven")));
    assert_eq!(scene.drain().await, 1);
    let now = machine.get(&format!("/integration/v1/deliveries/{id}")).await.expect(200).json();
    assert_eq!((&now["delivery"]["state"], &now["delivery"]["reason"]), (&json!("done"), &Value::Null));
}

async fn a_call_is_found_in_the_timeline(setup: Setup) {
    let scene = Scene::start(setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8")).await;
    let (caller, reader) = (integrator(&scene).await, all_scopes(&scene).await);
    let receiver = Receiver::start().await;
    hook(&caller, &receiver.url()).await;
    let case = scene.submitted().await;
    scene.drain().await;
    scene.ends_approved(&case).await;
    scene.drain().await;
    let whole = reader.get(&format!("/integration/v1/cases/{case}")).await.expect(200).json();
    let events = whole["case"]["events"].as_array().unwrap();
    let calls = receiver.calls();
    assert!(calls.len() >= 3, "{calls:?}");
    for call in calls.iter().map(Received::json) {
        let line = events.iter().find(|event| event["sequence"] == call["data"]["sequence"]).unwrap();
        assert_eq!(call["type"].as_str().unwrap(), format!("case.{}", line["act"].as_str().unwrap()));
    }
}

async fn the_only_key_stays(setup: Setup) {
    let scene = Scene::start(setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8")).await;
    let machine = integrator(&scene).await;
    hook(&machine, "http://127.0.0.1:9/hook").await;
    let drop_key = async |name: &str| machine.send("DELETE", &format!("{HOOK}/keys/{name}"), &Value::Null).await;
    assert_eq!(drop_key("first").await.problem(), (409, "webhook.last_key".to_owned()));
    machine.send("PUT", &format!("{HOOK}/keys/second"), &json!({ "kind": "v1a" })).await.expect(200);
    drop_key("first").await.expect(200);
    assert_eq!(drop_key("first").await.problem(), (404, "webhook.unknown".to_owned()));
    assert_eq!(drop_key("second").await.problem(), (409, "webhook.last_key".to_owned()));
}

async fn replaying_to_a_webhook_that_is_off_says_so(setup: Setup) {
    let scene = Scene::start(setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8")).await;
    let machine = integrator(&scene).await;
    let receiver = Receiver::start().await;
    let off = json!({ "url": receiver.url(), "enabled": false });
    machine.send("PUT", HOOK, &off).await.expect(200);
    scene.submitted().await;
    let since = (scene.now() - TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let replay = machine.send("POST", &format!("{HOOK}/replay"), &json!({ "since": since })).await.expect(200).json();
    assert_eq!((&replay["replayed"], &replay["enabled"]), (&json!(1), &json!(false)));
    scene.drain().await;
    assert_eq!(receiver.calls().len(), 0);
    hook(&machine, &receiver.url()).await;
    scene.drain().await;
    assert_eq!(receiver.calls().len(), 1);
}

async fn this_machine_is_known_by_its_name(setup: Setup) {
    let scene = Scene::start(setup).await;
    let machine = integrator(&scene).await;
    let answer = machine.send("PUT", HOOK, &json!({ "url": "https://localhost/hook" })).await;
    assert_eq!(answer.problem(), (422, "webhook.address".to_owned()));
}

tests::on_both!(
    parameters_are_called_what_the_document_calls_them,
    advice_speaks_of_what_machines_have,
    a_report_is_told_everything_at_once,
    what_was_driven_again_says_so,
    a_call_is_found_in_the_timeline,
    the_only_key_stays,
    replaying_to_a_webhook_that_is_off_says_so,
    this_machine_is_known_by_its_name
);
