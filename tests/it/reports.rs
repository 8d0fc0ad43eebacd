//! Reports come twice, late, in any order, forged and unknown: the applicant reads the truth once.

use chrono::{SecondsFormat, TimeDelta};
use entity::report;
use portal::simulator::{Action, CallKind, Fault, Status, Step};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;
use tests::{BOUND, Setup};

use crate::relaying::{Scene, orgbusno};

async fn handed_over(setup: Setup) -> (Scene, String) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    assert_eq!(scene.drain().await, 1);
    (scene, case)
}

/// How often each of a case's pushed reports was sent, and what the last push of it was answered.
fn pushes(scene: &Scene, case: &str) -> Vec<(u32, Option<u16>)> {
    let history = scene.there(case).history;
    history.iter().filter(|report| report.pushable).map(|report| (report.tries, report.last_status)).collect()
}

async fn reports_kept(scene: &Scene) -> u64 {
    report::Entity::find().count(&scene.app.app().desk.db).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twice() {
    let (scene, case) = handed_over(Setup::sqlite()).await;
    scene.fail(Fault::on(CallKind::Report, Action::Duplicate).times(2));
    scene.ends_approved(&case).await;
    let id = orgbusno(&case);
    let doubled = |province: &portal::simulator::Simulator| {
        let case = province.case(&id)?;
        case.history.iter().filter(|report| report.pushable).all(|report| report.tries == 2).then_some(())
    };
    scene.province().wait_for(BOUND, doubled).await.expect("both were pushed twice");
    assert_eq!(pushes(&scene, &case), [(2, Some(200)), (2, Some(200))]);
    assert_eq!(scene.app.poll().await, 1, "the list tells the same once more, and the arrival");
    assert_eq!(reports_kept(&scene).await, 3, "the arrival, which is only fetched, and each of the two once");
    let owner = scene.owner().await;
    assert_eq!(owner.acts(&case).await, ["created", "submitted", "received", "accepted", "approved"]);
    assert_eq!(owner.notices().await, ["accepted", "approved"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn out_of_order() {
    let (scene, case) = handed_over(Setup::sqlite()).await;
    scene.fail(Fault::on(CallKind::Report, Action::OutOfOrder));
    scene.forward(TimeDelta::minutes(1));
    assert!(scene.province().advance(&orgbusno(&case), &Step::now(Status::Accepted)));
    scene.report(&case, &Step::now(Status::Approved)).await;
    scene.drain().await;
    let owner = scene.owner().await;
    let seen = owner.case(&case).await;
    assert_eq!(seen["state"], "approved");
    assert_eq!(owner.acts(&case).await, ["created", "submitted", "accepted", "approved"], "each in its place in time");
    assert_eq!(
        owner.notices().await,
        ["approved"],
        "nobody is told that it is taken up after they were told it is granted"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrongly_signed() {
    let (scene, case) = handed_over(Setup::sqlite()).await;
    scene.fail(Fault::on(CallKind::Report, Action::WrongSignature));
    scene.ends_approved(&case).await;
    assert_eq!(
        pushes(&scene, &case),
        [(2, Some(200)), (1, Some(200))],
        "the forged push was refused, the right one taken"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_nobody_knows() {
    let (scene, case) = handed_over(Setup::sqlite()).await;
    scene.report(&case, &Step::raw("99")).await;
    let owner = scene.owner().await;
    let seen = owner.case(&case).await;
    assert_eq!((&seen["state"], &seen["province_state"]), (&"submitted".into(), &"99".into()), "shown, never guessed");
    assert_eq!(owner.acts(&case).await, ["created", "submitted", "unknown"]);
    assert!(owner.notices().await.is_empty());
    scene.report(&case, &Step::now(Status::Denied).saying("不符合规划")).await;
    let seen = scene.case(&case).await;
    assert_eq!((&seen["state"], &seen["province_state"]), (&"denied".into(), &serde_json::Value::Null));
    assert_eq!(seen["events"].as_array().unwrap().last().unwrap()["note"], "不符合规划");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_case_nobody_knows() {
    let (scene, case) = handed_over(Setup::sqlite()).await;
    let machine = scene.app.machine();
    let report = json!({
        "reportid": "nobody-1", "orgbusno": "0198c0ffee0070008000000000000001", "projid": "1", "state": "05",
        "occurtime": scene.now().to_rfc3339_opts(SecondsFormat::Secs, true),
    });
    assert_eq!(machine.report(&report).await.expect(200).json()["result"], "unknown_case");
    assert_eq!(machine.report(&report).await.expect(200).json()["result"], "repeated");
    assert_eq!(reports_kept(&scene).await, 1, "kept, so that somebody can look");
    scene.ends_approved(&case).await;
}

/// Nothing is pushed; what happened is fetched, and after a restart only what is new.
async fn fetched_from_where_it_was_left(setup: Setup) {
    let (mut scene, case) = handed_over(setup).await;
    scene.fail(Fault::on(CallKind::Report, Action::Lose).times(1000));
    let step = |scene: &Scene, status| {
        scene.forward(TimeDelta::minutes(1));
        assert!(scene.province().advance(&orgbusno(&case), &Step::now(status)));
    };
    step(&scene, Status::Accepted);
    scene.fail(Fault::on(CallKind::List, Action::Status));
    // The report fault was queued first, yet it is for pushes only: this one meets the list.
    assert_eq!(scene.app.poll().await, 0, "the list cannot be read: nothing is lost by that");
    assert_eq!(scene.app.poll().await, 2);
    assert_eq!(scene.app.poll().await, 0);
    scene.app.stop().await;
    scene.app.restart().await;
    scene.relay = scene.app.relay();
    // Without its memory of single reports, only the cursor keeps the server from reading the old ones again.
    report::Entity::delete_many().exec(&scene.app.app().desk.db).await.unwrap();
    step(&scene, Status::Approved);
    assert_eq!(scene.app.poll().await, 1);
    assert_eq!(reports_kept(&scene).await, 1, "read on from where it was left");
    scene.drain().await;
    let owner = scene.owner().await;
    assert_eq!(owner.case(&case).await["state"], "approved");
    assert_eq!(owner.acts(&case).await, ["created", "submitted", "received", "accepted", "approved"]);
    assert_eq!(owner.notices().await, ["accepted", "approved"]);
}

tests::on_both!(fetched_from_where_it_was_left);
