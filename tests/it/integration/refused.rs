//! What cannot be right is refused, with everything that is wrong with it and codes a program can look at; nothing is done then.

use casework::machine::Scope;
use entity::outbox::{self, State};
use portal::simulator::{Action, CallKind, Fault};
use sea_orm::{ActiveValue::Set, EntityTrait as _};
use serde_json::{Value, json};
use tests::{Answer, Machine, Setup};

use crate::relaying::Scene;

const DELIVERIES: &str = "/integration/v1/deliveries";
const PROVINCE: &str = "/integration/v1/destinations/province";

pub(super) fn listed(faults: &[(&str, &str)]) -> Vec<(String, String)> {
    faults.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect()
}

pub(super) fn details(answer: &Answer) -> Vec<String> {
    answer.json()["errors"].as_array().unwrap().iter().map(|one| one["detail"].as_str().unwrap().to_owned()).collect()
}

pub(super) fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| c > '\u{2e80}')
}

async fn in_english(machine: &Machine, path: &str) -> Answer {
    machine.finish(machine.signed("GET", path, b"").header("accept-language", "en")).await
}

async fn two_parked(setup: Setup) -> (Scene, Machine) {
    let scene = Scene::start(setup).await;
    let machine = scene.app.integrator("hall", &[Scope::DeliveriesRead, Scope::DeliveriesWrite]).await;
    scene.fail(Fault::on(CallKind::Case, Action::Refuse).times(2));
    for _ in 0..2 {
        scene.submitted().await;
    }
    assert_eq!(scene.drain().await, 2);
    (scene, machine)
}

async fn stuck(machine: &Machine) -> Vec<Value> {
    machine.get(DELIVERIES).await.expect(200).json()["deliveries"].as_array().unwrap().clone()
}

async fn a_filter_that_cannot_be_right_drives_nothing(setup: Setup) {
    let (scene, machine) = two_parked(setup).await;
    let redrive = format!("{DELIVERIES}/redrive");
    for state in ["done", "queued", "leased", "cancelled", "x"] {
        let refused = machine.send("POST", &redrive, &json!({ "state": state })).await;
        assert_eq!(refused.problem(), (400, "request.malformed".to_owned()));
        assert_eq!(refused.faults(), listed(&[("/state", "request.choice")]));
        assert_eq!(details(&refused), ["应为其中之一：parked、unknown"]);
    }
    let mistyped = machine.send("POST", &redrive, &json!({ "reason": "province.refuse" })).await;
    assert_eq!(mistyped.faults(), listed(&[("/reason", "request.choice")]));
    let asked = machine.get(&format!("{DELIVERIES}?reason=province.refuse")).await;
    assert_eq!(asked.problem(), (400, "request.parameter".to_owned()));
    assert_eq!(asked.faults(), listed(&[("reason", "request.choice")]));
    assert_eq!(scene.drain().await, 0, "nothing was driven");
    assert!(stuck(&machine).await.iter().all(|one| one["state"] == "parked"));
    let (code, _) = scene.typed(&["admin", "redrive", "--reason", "province.refuse"]).await;
    assert_eq!(code, Some(2), "nor by the operator");
}

async fn everything_wrong_with_parameters_is_told_at_once(setup: Setup) {
    let app = setup.without_relay().start().await;
    let machine = app.integrator("hall", &[Scope::DeliveriesRead]).await;
    let path = format!("{DELIVERIES}?limit=x&case_id=1&state=q&before=z&destnation=province");
    let expected = listed(&[
        ("state", "request.choice"),
        ("case_id", "request.type"),
        ("before", "request.type"),
        ("limit", "request.type"),
        ("destnation", "request.unknown_field"),
    ]);
    let (chinese, english) = (machine.get(&path).await, in_english(&machine, &path).await);
    assert_eq!(chinese.problem(), (400, "request.parameter".to_owned()));
    for answer in [&chinese, &english] {
        assert_eq!(answer.faults(), expected);
        assert!(details(answer)[0].contains("parked"), "the values there are: {:?}", details(answer));
    }
    assert!(details(&chinese).iter().all(|text| is_chinese(text)), "{:?}", details(&chinese));
    assert!(!details(&english).iter().any(|text| is_chinese(text)), "{:?}", details(&english));
    for limit in [0, 101, 1000] {
        let refused = machine.get(&format!("{DELIVERIES}?limit={limit}")).await;
        assert_eq!(refused.faults(), listed(&[("limit", "request.range")]), "{limit}");
    }
    machine.get(&format!("{DELIVERIES}?limit=100&state=done")).await.expect(200);
    let one = machine.get(&format!("{DELIVERIES}/1")).await;
    assert_eq!(one.faults(), listed(&[("id", "request.type")]));
    // A phone's parameters are told the same way.
    let phone = app.owner("zhang").await.get("/v1/cases?limit=many").await;
    assert_eq!(phone.faults(), listed(&[("limit", "request.type")]));
    assert_eq!(details(&phone), ["应为整数"]);
}

async fn blanks_are_no_reason(setup: Setup) {
    let (scene, machine) = two_parked(setup).await;
    let id = stuck(&machine).await[0]["id"].as_str().unwrap().to_owned();
    for path in [format!("{DELIVERIES}/{id}/cancel"), format!("{PROVINCE}/pause")] {
        for blank in ["   ", "\u{3000}\n"] {
            let refused = machine.send("POST", &path, &json!({ "reason": blank })).await;
            assert_eq!(refused.problem(), (400, "request.malformed".to_owned()), "{path}");
            assert_eq!(refused.faults(), listed(&[("/reason", "request.blank")]));
        }
        let empty = machine.send("POST", &path, &json!({ "reason": "" })).await;
        assert_eq!(empty.faults(), listed(&[("/reason", "request.length")]));
    }
    assert_eq!(stuck(&machine).await.len(), 2);
    let standing = machine.get("/integration/v1/destinations").await.json();
    assert!(standing["destinations"][0].get("paused").is_none(), "{standing:#}");
    drop(scene);
}

async fn what_is_being_sent_is_not_over(setup: Setup) {
    let (scene, machine) = two_parked(setup).await;
    let first = stuck(&machine).await.remove(0);
    assert!(first["parked_at"].is_string() && first.get("settled_at").is_none(), "{first:#}");
    let id = first["id"].as_str().unwrap().to_owned();
    let row = outbox::ActiveModel {
        id: Set(entity::OutboxId(id.parse().unwrap())),
        state: Set(State::Leased),
        ..Default::default()
    };
    outbox::Entity::update(row).exec(&scene.app.database().await).await.unwrap();
    let cancel = format!("{DELIVERIES}/{id}/cancel");
    let reason = json!({ "reason": "由窗口人工录入" });
    let sending = machine.send("POST", &cancel, &reason).await;
    assert_eq!(sending.problem(), (409, "delivery.leased".to_owned()));
    assert!(!sending.header("retry-after").is_empty());
    let row = outbox::ActiveModel {
        id: Set(entity::OutboxId(id.parse().unwrap())),
        state: Set(State::Parked),
        ..Default::default()
    };
    outbox::Entity::update(row).exec(&scene.app.database().await).await.unwrap();
    let ended = machine.send("POST", &cancel, &reason).await.expect(200).json();
    assert!(ended["settled_at"].is_string() && ended.get("parked_at").is_none(), "{ended:#}");
    assert_eq!(machine.send("POST", &cancel, &reason).await.problem(), (409, "delivery.settled".to_owned()));
}

async fn what_there_is_to_do_names_what_to_call(setup: Setup) {
    let (scene, machine) = two_parked(setup).await;
    machine.send("POST", &format!("{PROVINCE}/pause"), &json!({ "reason": "省平台升级\n今晚" })).await.expect(200);
    let digest = machine.get("/integration/v1/digest").await.expect(200).json();
    let todo = |code: &str| {
        let all = digest["todo"].as_array().unwrap();
        all.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{digest:#}")).clone()
    };
    let (parked, paused) = (todo("parked"), todo("paused"));
    assert_eq!((&parked["destination"], &parked["reason"]), (&json!("province"), &json!("province.refused")));
    assert_eq!(paused["operation"], "resume_destination");
    assert!(paused["zh"].as_str().unwrap().contains("（省平台升级 今晚），0 件待发"), "{paused:#}");
    // What it says can be done as it stands there.
    assert_eq!(parked["operation"], "redrive_many");
    let which = json!({ "destination": parked["destination"], "reason": parked["reason"], "state": parked["code"] });
    let driven = machine.send("POST", &format!("{DELIVERIES}/redrive"), &which).await.expect(200).json();
    assert_eq!(driven["ids"].as_array().unwrap().len(), 2);
    drop(scene);
}

async fn what_was_chosen_is_seen_and_what_was_written_is_not(setup: Setup) {
    let (scene, machine) = two_parked(setup).await;
    let first = stuck(&machine).await.remove(0);
    let form = scene.case(first["case_id"].as_str().unwrap()).await["form"].clone();
    let history = machine.get(&format!("{DELIVERIES}/{}", first["id"].as_str().unwrap())).await.expect(200).json();
    let shown = &history["payload"]["content"]["form"];
    assert_eq!(shown["applicant"]["kind"], form["applicant"]["kind"], "{shown:#}");
    assert_ne!(shown["applicant"]["name"], form["applicant"]["name"]);
}

tests::on_both!(
    a_filter_that_cannot_be_right_drives_nothing,
    everything_wrong_with_parameters_is_told_at_once,
    blanks_are_no_reason,
    what_is_being_sent_is_not_over,
    what_there_is_to_do_names_what_to_call,
    what_was_chosen_is_seen_and_what_was_written_is_not,
);
