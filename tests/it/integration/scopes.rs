//! What a machine may do is changed while it works.

use casework::machine::Scope;
use entity::outbox::{self, State};
use entity::staff::Role;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tests::receiver::Receiver;
use tests::{Answer, Machine, Setup};

use crate::relaying::Scene;

use super::webhooks::{HOOK, hook, integrator};

const LIST: &str = "/integration/v1/destinations";

async fn scene(setup: Setup) -> (Scene, Machine) {
    let scene = Scene::start(setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8")).await;
    let machine = integrator(&scene).await;
    (scene, machine)
}

async fn set(scene: &Scene, scopes: &[&str]) -> Answer {
    let operator = scene.app.staff(Role::Operator).await;
    operator.send("PUT", "/staff/v1/machines/hall/scopes", &json!({ "scopes": scopes })).await
}

async fn what_is_taken_away_is_gone_at_the_next_call(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    machine.get(LIST).await.expect(200);
    // Signed before, heard after.
    let signed = machine.signed("GET", LIST, b"");
    let now = set(&scene, &["rules.read", "rules.read"]).await.expect(200).json();
    assert_eq!((&now["name"], &now["scopes"]), (&json!("hall"), &json!(["rules.read"])));
    assert_eq!(machine.finish(signed).await.problem(), (403, "machine.scope".to_owned()));
    machine.get("/integration/v1/rules").await.expect(200);
    set(&scene, &[]).await.expect(200);
    assert_eq!(machine.get("/integration/v1/rules").await.problem().1, "machine.scope");
    set(&scene, &["deliveries.read"]).await.expect(200);
    machine.get(LIST).await.expect(200);
    scene.app.integrator("archive", &[Scope::CasesRead]).await;
    let operator = scene.app.staff(Role::Operator).await;
    let page = operator.get("/staff/v1/machines?limit=1").await.expect(200).json();
    assert_eq!((&page["machines"][0]["scopes"], &page["next"]), (&json!(["cases.read"]), &json!("archive")));
    let rest = operator.get("/staff/v1/machines?limit=1&after=archive").await.expect(200).json();
    assert_eq!((&rest["machines"][0]["name"], &rest["next"]), (&json!("hall"), &Value::Null));
}

async fn its_webhooks_are_silent_without_the_scope(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    let receiver = Receiver::start().await;
    hook(&machine, &receiver.url()).await;
    let began = scene.now();
    scene.submitted().await;
    set(&scene, &["deliveries.read"]).await.expect(200);
    // What was owed before ends, and nothing new is owed.
    scene.submitted().await;
    scene.drain().await;
    assert_eq!(receiver.connections(), 0);
    let db = scene.app.database().await;
    let called =
        outbox::Entity::find().filter(outbox::Column::Destination.starts_with("webhook:")).all(&db).await.unwrap();
    assert_eq!(called.len(), 1);
    assert_eq!((called[0].state, called[0].reason.as_deref()), (State::Cancelled, Some("webhook.not_allowed")));
    set(&scene, &["webhooks.write"]).await.expect(200);
    let since = json!({ "since": began.to_rfc3339() });
    let replayed = machine.send("POST", &format!("{HOOK}/replay"), &since).await.expect(200).json();
    assert_eq!(replayed["replayed"], 2);
    scene.drain().await;
    assert_eq!(receiver.calls().len(), 2, "nothing was lost");
}

async fn only_an_operator_may_and_only_what_there_is(setup: Setup) {
    let (scene, machine) = scene(setup).await;
    for role in [Role::Clerk, Role::Approver, Role::Issuer, Role::Supervisor] {
        let who = scene.app.staff(role).await;
        let path = "/staff/v1/machines/hall/scopes";
        assert_eq!(who.send("PUT", path, &json!({ "scopes": [] })).await.problem().1, "session.not_allowed");
        assert_eq!(who.get("/staff/v1/machines").await.problem().1, "session.not_allowed");
    }
    machine.get(LIST).await.expect(200);
    let operator = scene.app.staff(Role::Operator).await;
    let nobody = operator.send("PUT", "/staff/v1/machines/nobody/scopes", &json!({ "scopes": [] })).await;
    assert_eq!(nobody.problem(), (404, "machine.unknown".to_owned()));
    assert_eq!(set(&scene, &["everything"]).await.problem().1, "request.malformed");
    machine.get(LIST).await.expect(200);
}

tests::on_both!(
    what_is_taken_away_is_gone_at_the_next_call,
    its_webhooks_are_silent_without_the_scope,
    only_an_operator_may_and_only_what_there_is,
);
