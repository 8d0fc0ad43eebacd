//! What there is to do for an operator: gathered, told once at its times, and acted on.

use api::digest;
use casework::destination;
use casework::machine::{self, Key, Scope};
use chrono::TimeDelta;
use entity::outbox::Destination;
use entity::staff::Role;
use portal::signature::{Algorithm, Seal};
use portal::simulator::{Action, CallKind, Fault};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tests::receiver::{Receiver, Reply};
use tests::{Machine, Setup, wait_for};

use crate::relaying::Scene;

const HOOK: &str = "/integration/v1/webhooks/hook";

async fn scene(setup: Setup) -> Scene {
    Scene::start(setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8").set("GXB_DIGEST_AT", "08:30")).await
}

/// What an operator reads.
async fn read(scene: &Scene) -> Value {
    scene.app.staff(Role::Operator).await.get("/staff/v1/digest").await.expect(200).json()
}

fn codes(digest: &Value) -> Vec<String> {
    digest["todo"].as_array().unwrap().iter().map(|todo| todo["code"].as_str().unwrap().to_owned()).collect()
}

async fn refused(scene: &Scene) -> String {
    let case = scene.submitted().await;
    scene.fail(Fault::on(CallKind::Case, Action::Refuse));
    assert_eq!(scene.drain().await, 1);
    case
}

async fn says_what_is_stuck_and_what_to_do(setup: Setup) {
    let scene = scene(setup).await;
    let desk = &scene.app.app().desk;
    assert_eq!(codes(&read(&scene).await), [] as [&str; 0], "all is well");
    refused(&scene).await;
    scene.forward(TimeDelta::hours(5));
    // Nobody told the province of this one, which is away.
    scene.submitted().await;
    destination::down(desk, Destination::Province, "a relay").await.unwrap();
    destination::pause(desk, Destination::Wechat, "升级", "machine:hall").await.unwrap();
    scene.app.integrator("hall", &[]).await;
    let soon = Some(scene.now() + TimeDelta::days(3));
    let seal = Seal::of_random(Algorithm::HmacSm3, [7; 32]).unwrap();
    let key = |until| Key { name: "second".to_owned(), key: seal.check().expose(), until };
    machine::create(desk, "archive", &[], key(soon)).await.unwrap();
    let digest = read(&scene).await;
    assert_eq!(codes(&digest), ["down", "paused", "late", "parked", "key"]);
    assert_eq!((&digest["parked"], &digest["unknown"]), (&json!(1), &json!(0)));
    assert_eq!(digest["oldest"]["destination"], "province");
    assert_eq!((&digest["oldest"]["age_seconds"], &digest["oldest"]["late"]), (&json!(5 * 3600), &json!(true)));
    assert_eq!(digest["stuck"][0]["reason"], "province.refused");
    let of = |name: &str| {
        let all = digest["destinations"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    assert!(of("province")["down_since"].is_string(), "{digest:#}");
    assert_eq!(of("wechat")["paused_by"], "machine:hall");
    let key = &digest["keys"][0];
    assert_eq!((&key["owner"], &key["name"], &key["last"]), (&json!("archive"), &json!("second"), &json!(true)));
    let next = digest["todo"][3]["next_en"].as_str().unwrap();
    assert!(next.ends_with("gaoxingban admin redrive --destination province --reason province.refused"), "{next}");
    // The key and the machine have no more to say.
    machine::disable(desk, "archive").await.unwrap();
    destination::resume(desk, Destination::Wechat).await.unwrap();
    assert!(destination::up(desk, Destination::Province).await.unwrap());
    assert_eq!(codes(&read(&scene).await), ["late", "parked"]);
}

async fn nobody_can_be_known_by_it(setup: Setup) {
    let scene = scene(setup).await;
    let case = refused(&scene).await;
    let form = scene.case(&case).await["form"].clone();
    let digest = read(&scene).await.to_string();
    let mut texts = Vec::new();
    collect(&form, &mut texts);
    assert!(texts.len() > 3, "{form:#}");
    for text in texts {
        assert!(!digest.contains(&text), "{text} lies open in {digest}");
    }
}

/// Every text of some length in a form.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if text.chars().count() > 2 => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}

async fn subscribe(machine: &Machine, url: &str, events: &Value) -> u16 {
    machine.send("PUT", HOOK, &json!({ "url": url, "events": events })).await.status
}

async fn is_told_once_at_its_times_however_many_processes(setup: Setup) {
    let scene = scene(setup).await;
    let machine = scene.app.integrator("hall", &[Scope::WebhooksWrite, Scope::DeliveriesRead]).await;
    let receiver = Receiver::start().await;
    assert_eq!(subscribe(&machine, &receiver.url(), &json!(["digest"])).await, 200);
    refused(&scene).await;
    let apps = [scene.app.beside().await, scene.app.beside().await, scene.app.beside().await];
    for told_so_far in 0..3 {
        let told = futures_util::future::join_all(apps.iter().map(|app| digest::when_due(app))).await;
        let told = told.into_iter().filter(|told| *told.as_ref().unwrap()).count();
        assert_eq!(told, 1, "one of them tells it");
        scene.drain().await;
        assert_eq!(receiver.calls().len(), told_so_far + 1);
        assert!(!digest::when_due(&apps[0]).await.unwrap(), "told already");
        scene.forward(TimeDelta::days(1));
    }
    let calls = receiver.calls();
    let body = calls[0].json();
    assert_eq!(
        (&body["type"], &body["data"]["todo"], &body["data"]["parked"]),
        (&json!("digest.ready"), &json!(1), &json!(1))
    );
    let ids: std::collections::BTreeSet<_> = calls.iter().map(|call| &call.headers["webhook-id"]).collect();
    assert_eq!(ids.len(), 3);
    let moment = |value: &Value| value.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(
        moment(&body["timestamp"]),
        moment(&body["data"]["at"]),
        "of the moment it speaks of, however late it is told"
    );
    let digest = machine.get("/integration/v1/digest").await.expect(200).json();
    assert_eq!(digest["stuck"][0]["count"], 1, "the rest is read");
}

/// Nobody has to ask: it was due when the server started.
async fn a_server_tells_it_by_itself(setup: Setup) {
    let app = setup.start().await;
    let db = app.database().await;
    let told = || async { entity::digest::Entity::find().one(&db).await.unwrap() };
    let row = wait_for("the digest", told).await;
    assert_eq!(row.due.format("%H:%M:%S").to_string(), "00:30:00", "half past eight in China");
    assert_eq!((&row.data["todo"], &row.data["parked"]), (&json!(0), &json!(0)));
}

async fn old_news_is_not_told(setup: Setup) {
    let scene = scene(setup).await;
    let machine = scene.app.integrator("hall", &[Scope::WebhooksWrite, Scope::DeliveriesRead]).await;
    let receiver = Receiver::start().await;
    assert_eq!(subscribe(&machine, &receiver.url(), &json!(["case", "digest"])).await, 200);
    receiver.reply([Reply::Status(500, ""), Reply::Status(500, "")]);
    for _ in 0..2 {
        assert!(digest::when_due(scene.app.app()).await.unwrap());
        assert_eq!(scene.drain().await, 1);
        scene.forward(TimeDelta::days(1));
    }
    assert_eq!(scene.drain().await, 1);
    let ids: Vec<_> = receiver.calls().iter().map(|call| call.headers["webhook-id"].clone()).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids[0] != ids[1] && ids[1] == ids[2], "only the newest is tried again: {ids:?}");
    // The other event goes its own way.
    scene.submitted().await;
    scene.drain().await;
    assert_eq!(receiver.calls().pop().unwrap().json()["type"], "case.submitted");
}

async fn only_those_hear_it_who_may_read_it(setup: Setup) {
    let scene = scene(setup).await;
    let machine = scene.app.integrator("hall", &[Scope::WebhooksWrite]).await;
    let receiver = Receiver::start().await;
    assert_eq!(subscribe(&machine, &receiver.url(), &json!(["digest"])).await, 403);
    let desk = &scene.app.app().desk;
    let both = [Scope::WebhooksWrite, Scope::DeliveriesRead];
    machine::set_scopes(desk, "hall", &both, "test").await.unwrap();
    assert_eq!(subscribe(&machine, &receiver.url(), &json!(["digest"])).await, 200);
    scene.submitted().await;
    machine::set_scopes(desk, "hall", &both[..1], "test").await.unwrap();
    assert!(digest::when_due(scene.app.app()).await.unwrap());
    scene.drain().await;
    assert_eq!(receiver.connections(), 0, "neither the step nor the digest");
    machine::set_scopes(desk, "hall", &both, "test").await.unwrap();
    scene.forward(TimeDelta::days(1));
    assert!(digest::when_due(scene.app.app()).await.unwrap());
    scene.drain().await;
    assert_eq!(receiver.calls().len(), 1);
}

tests::on_both!(
    says_what_is_stuck_and_what_to_do,
    nobody_can_be_known_by_it,
    is_told_once_at_its_times_however_many_processes,
    a_server_tells_it_by_itself,
    old_news_is_not_told,
    only_those_hear_it_who_may_read_it,
);

/// From the first line to an empty list, as an operator types it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_an_operator_works_it_off() {
    let scene = scene(Setup::sqlite()).await;
    let (code, text) = scene.typed(&["digest"]).await;
    assert!(code == Some(0) && text.contains("没有要办的事。Nothing to do."), "{text}");
    let case = refused(&scene).await;
    destination::pause(&scene.app.app().desk, Destination::Wechat, "升级", "machine:hall").await.unwrap();
    let (code, text) = scene.typed(&["digest"]).await;
    assert_eq!(code, Some(3), "{text}");
    for expected in [
        "结果不明 0，挂起 1",
        "[parked] province 挂起 1 件：province.refused 对方拒收",
        "province: 1 parked for province.refused",
        "→ 按答复改好（规格、对方配置或办件），再重办；不能改的，取消并注明原因。重办：gaoxingban admin redrive --destination province --reason province.refused",
        "→ When the maintenance is over: gaoxingban admin resume wechat",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    let (_, text) = scene.typed(&["digest", "--json"]).await;
    let digest: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(codes(&digest), ["paused", "parked"]);
    assert_eq!(scene.typed(&["admin", "resume", "wechat"]).await.0, Some(0));
    let elsewhere = ["admin", "redrive", "--destination", "province", "--reason", "province.failing"];
    assert_eq!(scene.typed(&elsewhere).await, (Some(0), "重办 0 件。0 driven again.\n".to_owned()));
    let again = ["admin", "redrive", "--destination", "province", "--reason", "province.refused"];
    assert_eq!(scene.typed(&again).await, (Some(0), "重办 1 件。1 driven again.\n".to_owned()));
    // The command lives in real time, which has moved on.
    scene.forward(TimeDelta::minutes(1));
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.seen(&case).await.1, "done");
    assert_eq!(scene.typed(&["digest"]).await.0, Some(0));
    let history = casework::outbox::interventions(&scene.app.app().desk, scene.promise(&case).await.id).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].by, "cli");
}
