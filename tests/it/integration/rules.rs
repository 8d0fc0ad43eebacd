//! The portal's photo rules, stated by a machine or fetched from the portal: versioned, with what changed, in force at once.

use casework::machine::Scope;
use portal::simulator::{Action, CallKind, Fault};
use serde_json::{Value, json};
use tests::desk::SIGNBOARD;
use tests::{Machine, Setup, TestApp};

use super::refused::{is_chinese, listed};

const RULES: &str = "/integration/v1/rules";
const SCENE: &str = "signboard-scene";

async fn start(setup: Setup) -> (TestApp, Machine) {
    let app = setup.without_relay().start().await;
    let machine = app.integrator("hall", &[Scope::RulesRead, Scope::RulesWrite]).await;
    (app, machine)
}

/// What the catalogue says of a street picture, with these changes.
fn scene(changes: &Value) -> Value {
    let mut rule = json!({
        "name": SCENE, "format": "jpeg", "max_bytes": 512_000, "min_short_px": 480, "min_long_px": 640,
        "max_long_px": 2048, "dpi": 200, "colour": "srgb",
    });
    for (field, value) in changes.as_object().unwrap() {
        rule[field] = value.clone();
    }
    rule
}

async fn state(machine: &Machine, rules: &[Value]) -> Vec<Value> {
    let taken = machine.send("PUT", RULES, &json!({ "rules": rules })).await.expect(200).json();
    taken["rules"].as_array().unwrap().clone()
}

async fn in_force(machine: &Machine) -> Value {
    let all = machine.get(RULES).await.expect(200).json();
    all["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == SCENE).unwrap().clone()
}

async fn a_changed_rule_is_a_version_and_photos_follow(setup: Setup) {
    let (app, machine) = start(setup).await;
    let beside = app.beside().await;
    let owner = app.owner("zhang").await;
    let draft = owner.ready().await;
    let site = |case: &Value| {
        let materials = case["materials"].as_array().unwrap();
        materials.iter().find(|one| one["code"] == "site-photo").unwrap()["photos"][0].as_str().unwrap().to_owned()
    };
    let guide = format!("/v1/items/{SIGNBOARD}");
    let (before, etag) = (site(&owner.case(&draft).await), owner.get(&guide).await.header("etag").to_owned());
    assert_eq!(
        state(&machine, &[scene(&json!({}))]).await[0],
        json!({ "name": SCENE, "result": "unchanged", "version": 1 })
    );
    let changes = json!([{ "field": "max_long_px", "from": 2048, "to": 800 }]);
    let taken = state(&machine, &[scene(&json!({ "max_long_px": 800 }))]).await;
    assert_eq!(taken[0], json!({ "name": SCENE, "result": "changed", "version": 2, "changes": changes }));
    assert_eq!(state(&machine, &[scene(&json!({ "max_long_px": 800 }))]).await[0]["result"], "unchanged");
    // Everybody reads the new one.
    let now = in_force(&machine).await;
    assert_eq!((&now["version"], &now["source"], &now["rule"]["kind"]), (&json!(2), &json!("portal"), &json!("scene")));
    let item = owner.item(SIGNBOARD).await;
    let materials = item["materials"].as_array().unwrap();
    assert!(materials.iter().any(|material| material["rule"]["max_long_px"] == 800), "{item:#}");
    assert_ne!(owner.get(&guide).await.header("etag"), etag, "what phones keep is out of date");
    // The draft's photo is made again.
    while api::renew::all(app.app()).await.unwrap() > 0 {}
    let photo = owner.get(&format!("/v1/photos/{}", site(&owner.case(&draft).await))).await.expect(200).json();
    assert_ne!(photo["id"], before.as_str());
    assert_eq!(photo["width"].as_u64().max(photo["height"].as_u64()), Some(800));
    // Another process hears of it, and one that starts later knows.
    assert_eq!(beside.desk.rules.version(SCENE), Some(1));
    assert_eq!(api::rule_sync::refresh(&beside.desk, &beside.catalogue.rules).await.unwrap(), 1);
    assert_eq!(beside.desk.rules.version(SCENE), Some(2));
    assert_eq!(app.beside().await.desk.rules.version(SCENE), Some(2));
    let versions = machine.get(&format!("{RULES}/{SCENE}/versions")).await.expect(200).json();
    let versions = versions["versions"].as_array().unwrap();
    assert_eq!((versions.len(), &versions[0]["version"], &versions[0]["by"]), (1, &json!(2), &json!("machine:hall")));
    assert_eq!(versions[0]["changes"], changes);
    let unknown = machine.get(&format!("{RULES}/moon/versions")).await.problem();
    assert_eq!(unknown, (404, "rule.unknown".to_owned()));
}

async fn what_cannot_be_kept_is_refused_and_holds_up_no_other(setup: Setup) {
    let (_app, machine) = start(setup).await;
    let impossible = scene(&json!({ "max_bytes": 10, "min_bytes": 20 }));
    let moon = scene(&json!({ "name": "moon" }));
    let taken = state(&machine, &[impossible, moon, scene(&json!({ "dpi": 300 }))]).await;
    let results: Vec<_> = taken.iter().map(|rule| rule["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["refused", "unknown", "changed"]);
    let fields: Vec<_> = taken[0]["faults"].as_array().unwrap().iter().map(|fault| fault["field"].clone()).collect();
    assert_eq!(fields, ["max_bytes", "min_bytes"]);
    let taken = state(&machine, &[scene(&json!({ "format": "gif" })), scene(&json!({ "colour": "red" }))]).await;
    assert_eq!(
        (&taken[0]["faults"][0]["field"], &taken[1]["faults"][0]["field"]),
        (&json!("format"), &json!("colour"))
    );
    assert_eq!(in_force(&machine).await["version"], 2);
    let body = json!({ "rules": [{ "name": SCENE, "format": "jpeg", "max_byte": 1 }] });
    assert_eq!(machine.send("PUT", RULES, &body).await.problem().1, "request.malformed");
}

async fn everything_wrong_with_a_rule_is_told_at_once(setup: Setup) {
    let (_app, machine) = start(setup).await;
    let bad = json!({ "format": "gif", "colour": "cmyk", "max_bytes": 3_000, "min_bytes": 4_000, "max_long_px": 0 });
    let body = json!({ "rules": [scene(&bad)] });
    let faults = |answer: &tests::Answer| answer.json()["rules"][0]["faults"].as_array().unwrap().clone();
    let chinese = faults(&machine.send("PUT", RULES, &body).await.expect(200));
    let fields: Vec<_> = chinese.iter().map(|fault| fault["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["format", "colour", "min_bytes", "max_long_px", "max_long_px"]);
    let request = machine.signed("PUT", RULES, body.to_string().as_bytes()).header("accept-language", "en");
    let english = faults(&machine.finish(request).await.expect(200));
    for (zh, en) in chinese.iter().zip(&english) {
        assert!(is_chinese(zh["text"].as_str().unwrap()) && !is_chinese(en["text"].as_str().unwrap()), "{zh} {en}");
    }
    // Numbers no field can hold, beside whatever else is wrong.
    let body =
        json!({ "rules": [{ "format": "jpeg", "dpi": 70_000, "max_bytes": -1, "min_long_px": 5_000_000_000_u64 }] });
    let refused = machine.send("PUT", RULES, &body).await;
    let expected = [
        ("/rules/0/name", "request.required"),
        ("/rules/0/max_bytes", "request.range"),
        ("/rules/0/min_long_px", "request.range"),
        ("/rules/0/dpi", "request.range"),
    ];
    assert_eq!(refused.faults(), listed(&expected));
}

async fn what_is_in_force_can_be_stated_as_it_is(setup: Setup) {
    let (_app, machine) = start(setup).await;
    let all = machine.get(RULES).await.expect(200).json();
    let stated: Vec<_> = all["rules"].as_array().unwrap().iter().map(|rule| rule["stated"].clone()).collect();
    let taken = state(&machine, &stated).await;
    assert_eq!(taken.len(), stated.len());
    assert!(taken.iter().all(|rule| rule["result"] == "unchanged" && rule["version"] == 1), "{taken:#?}");
}

/// Two machines state different things at once: each is a version, and neither is lost.
async fn two_at_once_are_two_versions(setup: Setup) {
    let (app, machine) = start(setup).await;
    let beside = app.beside().await;
    let limited = |max_long_px| portal::adapter::FileRule {
        max_long_px: Some(max_long_px),
        max_bytes: Some(512_000),
        ..portal::adapter::FileRule { name: SCENE.to_owned(), format: "jpeg".to_owned(), ..Default::default() }
    };
    let (one, two) = ([limited(900)], [limited(700)]);
    let (first, second) = tokio::join!(
        api::rule_sync::take(app.app(), &one, "machine:one"),
        api::rule_sync::take(&beside, &two, "machine:two")
    );
    first.unwrap();
    second.unwrap();
    let versions = machine.get(&format!("{RULES}/{SCENE}/versions")).await.expect(200).json();
    let numbers: Vec<_> = versions["versions"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
    assert_eq!(numbers, [3, 2]);
}

async fn the_portal_itself_is_asked(setup: Setup) {
    let (app, machine) = start(setup).await;
    // What a machine said of the portal's rule is not what the portal says.
    state(&machine, &[scene(&json!({ "max_long_px": 1000 }))]).await;
    app.simulator().fail(Fault::on(CallKind::Rules, Action::Status)).unwrap();
    let fetch = format!("{RULES}/fetch");
    let away = machine.send("POST", &fetch, &Value::Null).await.problem();
    assert_eq!(away, (503, "portal.unavailable".to_owned()));
    // As long as the portal itself wants to be left alone.
    let busy =
        Fault { status: Some(503), retry_after: Some("7".to_owned()), ..Fault::on(CallKind::Rules, Action::Status) };
    app.simulator().fail(busy).unwrap();
    let away = machine.send("POST", &fetch, &Value::Null).await;
    assert_eq!((away.problem().0, away.header("retry-after")), (503, "7"));
    // What it will not do however often it is asked is said, in its own words.
    let refused = Fault { words: Some("无权查询规格".to_owned()), ..Fault::on(CallKind::Rules, Action::Refuse) };
    app.simulator().fail(refused).unwrap();
    let away = machine.send("POST", &fetch, &Value::Null).await;
    assert_eq!(away.problem(), (409, "portal.refused".to_owned()));
    let words = away.json()["detail"].as_str().unwrap().to_owned();
    assert!(words.contains("province.refused") && words.contains("无权查询规格"), "{words}");
    assert_eq!(away.header("retry-after"), "");
    let none = Fault { status: Some(404), ..Fault::on(CallKind::Rules, Action::Status) };
    app.simulator().fail(none).unwrap();
    let away = machine.send("POST", &fetch, &Value::Null).await.problem();
    assert_eq!(away, (409, "portal.no_rules".to_owned()));
    let taken = machine.send("POST", &fetch, &Value::Null).await.expect(200).json();
    let moved: Vec<_> =
        taken["rules"].as_array().unwrap().iter().filter(|rule| rule["result"] != "unchanged").collect();
    let changes = json!([{ "field": "max_long_px", "from": 1000, "to": 2048 }]);
    assert_eq!(moved, [&json!({ "name": SCENE, "result": "changed", "version": 3, "changes": changes })]);
}

/// By rows and files no rules can be asked for, and none is not the same as no rules.
async fn a_portal_that_cannot_be_asked_is_said_so(setup: Setup) {
    for way in ["drop", "tables"] {
        let setup = setup.clone().set("GXB_PORTAL_URL", "").set("GXB_PORTAL_SIM_LISTEN", "127.0.0.1:0");
        let (_app, machine) = start(setup.set("GXB_PORTAL_ADAPTER", way)).await;
        let refused = machine.send("POST", &format!("{RULES}/fetch"), &Value::Null).await;
        assert_eq!(refused.problem(), (409, "portal.no_rules".to_owned()), "{way}");
    }
}

tests::on_both!(
    a_changed_rule_is_a_version_and_photos_follow,
    what_cannot_be_kept_is_refused_and_holds_up_no_other,
    everything_wrong_with_a_rule_is_told_at_once,
    what_is_in_force_can_be_stated_as_it_is,
    a_portal_that_cannot_be_asked_is_said_so,
    two_at_once_are_two_versions,
    the_portal_itself_is_asked,
);
