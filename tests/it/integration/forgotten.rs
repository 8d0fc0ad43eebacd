//! Calls that are over are forgotten after a while; what happened is not.

use chrono::{SecondsFormat, TimeDelta};
use entity::outbox::{self, Destination, State};
use entity::{EndpointId, OutboxId, attempt};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, DatabaseConnection, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
};
use serde_json::{Value, json};
use tests::Setup;
use tests::receiver::{Receiver, Reply};

use crate::relaying::Scene;

use super::webhooks::{HOOK, hook, integrator};

/// More than are forgotten in one transaction.
const MANY: i32 = 1_200;

async fn scene(setup: Setup) -> Scene {
    Scene::start(setup.set("GXB_WEBHOOK_NETWORKS", "127.0.0.0/8").set("GXB_WEBHOOK_KEPT", "90d")).await
}

async fn calls(db: &DatabaseConnection) -> Vec<State> {
    let called = outbox::Entity::find().filter(outbox::Column::Destination.starts_with("webhook:")).all(db).await;
    called.unwrap().into_iter().map(|row| row.state).collect()
}

async fn calls_that_are_over_go_and_can_be_sent_again(setup: Setup) {
    let scene = scene(setup).await;
    let (machine, receiver, db) = (integrator(&scene).await, Receiver::start().await, scene.app.database().await);
    hook(&machine, &receiver.url()).await;
    let began = scene.now();
    scene.submitted().await;
    scene.drain().await;
    // One is ended by hand, one does not come through.
    scene.submitted().await;
    let waiting = machine.get(&format!("{HOOK}/deliveries")).await.expect(200).json();
    let id = waiting["deliveries"][0]["id"].as_str().unwrap().to_owned();
    let why = json!({ "reason": "a test" });
    machine.send("POST", &format!("/integration/v1/deliveries/{id}/cancel"), &why).await.expect(200);
    receiver.reply([Reply::Status(404, "")]);
    scene.submitted().await;
    scene.drain().await;
    assert_eq!(receiver.calls().len(), 2);
    let (kept, tries) =
        (outbox::Entity::find().count(&db).await.unwrap(), attempt::Entity::find().count(&db).await.unwrap());
    scene.forward(TimeDelta::days(90) - TimeDelta::minutes(1));
    api::sweep::all(scene.app.app()).await;
    assert_eq!(outbox::Entity::find().count(&db).await.unwrap(), kept, "not yet");
    scene.forward(TimeDelta::minutes(2));
    api::sweep::all(scene.app.app()).await;
    let mut left = calls(&db).await;
    left.sort_by_key(|state| format!("{state:?}"));
    assert_eq!(left, [State::Cancelled, State::Queued], "what a person had a hand in, and what is still owed");
    assert_eq!(outbox::Entity::find().count(&db).await.unwrap(), kept - 1, "what the province was told stays");
    assert_eq!(attempt::Entity::find().count(&db).await.unwrap(), tries - 1);
    // The timelines know what happened, also before what is still kept.
    let since = json!({ "since": began.to_rfc3339_opts(SecondsFormat::Micros, true) });
    let replayed: Value = machine.send("POST", &format!("{HOOK}/replay"), &since).await.expect(200).json();
    assert_eq!(replayed["replayed"], 3);
    scene.drain().await;
    let ids: Vec<_> = receiver.calls().iter().map(|call| call.headers["webhook-id"].clone()).collect();
    assert_eq!((ids.len(), &ids[0]), (5, &ids[ids.iter().rposition(|id| *id == ids[0]).unwrap()]));
    assert!(ids[1..].contains(&ids[0]), "under the id it always had: {ids:?}");
}

async fn however_many_there_are(setup: Setup) {
    let scene = scene(setup).await;
    let (desk, db) = (&scene.app.app().desk, scene.app.database().await);
    let destination = Destination::Webhook(EndpointId(desk.world.id().unwrap()));
    let now = scene.now();
    let row = |sequence: i32, destination, state| outbox::ActiveModel {
        id: Set(OutboxId(desk.world.id().unwrap())),
        destination: Set(destination),
        stream: Set("many".to_owned()),
        sequence: Set(sequence),
        case_id: Set(None),
        payload: Set(json!({})),
        state: Set(state),
        tries: Set(1),
        next_try_at: Set(now),
        leased_by: Set(None),
        fence: Set(1),
        checkpoint: Set(None),
        reason: Set(None),
        created_at: Set(now),
        settled_at: Set(Some(now)),
    };
    let over = (0..MANY).map(|at| row(at, destination, State::Done));
    let others = [
        row(MANY, destination, State::Parked),
        row(MANY, Destination::Province, State::Done),
        row(MANY, Destination::Wechat, State::Cancelled),
    ];
    outbox::Entity::insert_many(over.chain(others)).exec_without_returning(&db).await.unwrap();
    let forgotten = casework::outbox::sweep(desk, now + TimeDelta::seconds(1)).await.unwrap();
    assert_eq!(forgotten, u64::try_from(MANY).unwrap());
    assert_eq!(outbox::Entity::find().count(&db).await.unwrap(), 3);
}

tests::on_both!(calls_that_are_over_go_and_can_be_sent_again, however_many_there_are);
