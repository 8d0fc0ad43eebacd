//! A case that is given up before, while and after it is handed over: withdrawn on both sides, or decided on both.

use std::time::Duration;

use chrono::TimeDelta;
use portal::http::Http;
use portal::simulator::{Action, CallKind, Fault, Moment, Status, Step};
use reqwest::Method;
use tests::{Setup, wait_for};

use crate::relaying::{Scene, orgbusno};

async fn withdraw(scene: &Scene, case: &str) {
    let owner = scene.owner().await;
    let withdrawn = owner.call("POST", &format!("/v1/cases/{case}/withdraw")).await.expect(200).json();
    assert_eq!(withdrawn["state"], "withdrawn");
}

/// Here and, when it is there at all, there.
async fn withdrawn_on_both_sides(scene: &Scene, case: &str, there: bool) {
    for _ in 0..4 {
        scene.drain().await;
        scene.forward(TimeDelta::hours(1));
    }
    let state = scene.province().case(&orgbusno(case)).map(|case| case.state);
    assert_eq!(state.as_deref(), there.then_some("13"));
    let owner = scene.owner().await;
    assert_eq!(owner.case(case).await["state"], "withdrawn");
    assert_eq!(owner.acts(case).await, ["created", "submitted", "withdrawn"]);
    assert!(owner.notices().await.is_empty());
    let open = scene.promise(case).await;
    assert!(open.settled_at.is_some(), "nothing is owed any more: {:?} {:?}", open.state, open.reason);
}

async fn before_it_is_taken(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    withdraw(&scene, &case).await;
    assert_eq!(scene.drain().await, 0, "what was not sent yet is not sent");
    withdrawn_on_both_sides(&scene, &case, false).await;
    assert_eq!(scene.province().file_count(), 0);
}

async fn between_two_tries(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    scene.fail(Fault { skip: 1, ..Fault::on(CallKind::File, Action::Status) });
    scene.drain().await;
    withdraw(&scene, &case).await;
    withdrawn_on_both_sides(&scene, &case, false).await;
}

async fn when_it_may_have_arrived(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    scene.fail(Fault::on(CallKind::Case, Action::CloseAfter));
    scene.drain().await;
    withdraw(&scene, &case).await;
    withdrawn_on_both_sides(&scene, &case, true).await;
}

/// Withdraws while a relay is held up by `fault`, then lets it go on.
async fn while_it_is_held_up(setup: Setup, fault: Fault) -> (Scene, String) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    scene.fail(fault);
    let relay = scene.relay.clone();
    let relaying = tokio::spawn(async move { relay.drain().await.unwrap() });
    wait_for("the call hangs", || async { (scene.province().calls_in_progress() == 1).then_some(()) }).await;
    withdraw(&scene, &case).await;
    scene.province().heal();
    relaying.await.unwrap();
    (scene, case)
}

async fn while_a_file_is_put(setup: Setup) {
    let fault = Fault { moment: Some(Moment::Before), ..Fault::on(CallKind::File, Action::Hang) };
    let (scene, case) = while_it_is_held_up(setup, fault).await;
    withdrawn_on_both_sides(&scene, &case, true).await;
}

async fn while_the_case_is_posted(setup: Setup) {
    let fault = Fault { moment: Some(Moment::Before), ..Fault::on(CallKind::Case, Action::Hang) };
    let (scene, case) = while_it_is_held_up(setup, fault).await;
    withdrawn_on_both_sides(&scene, &case, true).await;
}

async fn while_the_answer_is_on_its_way(setup: Setup) {
    let fault = Fault { moment: Some(Moment::After), ..Fault::on(CallKind::Case, Action::Hang) };
    let (scene, case) = while_it_is_held_up(setup, fault).await;
    withdrawn_on_both_sides(&scene, &case, true).await;
}

/// The province refuses what was given up meanwhile: nobody need look at that, and the withdrawal does not wait behind it.
async fn while_it_is_refused(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    scene.fail(Fault { moment: Some(Moment::Before), ..Fault::on(CallKind::File, Action::Hang) });
    scene.fail(Fault::on(CallKind::File, Action::Refuse));
    let relay = scene.relay.clone();
    let relaying = tokio::spawn(async move { relay.drain().await.unwrap() });
    wait_for("the call hangs", || async { (scene.province().calls_in_progress() == 1).then_some(()) }).await;
    withdraw(&scene, &case).await;
    let http = Http::new(Duration::from_secs(20)).unwrap();
    let release = http.request(Method::POST, &format!("{}/sim/release", scene.province().url()));
    http.send(release, 1024).await.unwrap();
    assert_eq!(relaying.await.unwrap(), 1);
    withdrawn_on_both_sides(&scene, &case, false).await;
}

async fn after_it_was_handed_over(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    scene.drain().await;
    withdraw(&scene, &case).await;
    scene.fail(Fault::on(CallKind::Step, Action::CloseAfter));
    scene.drain().await;
    assert_eq!(scene.seen(&case).await, ("withdrawn".to_owned(), "queued".to_owned()));
    withdrawn_on_both_sides(&scene, &case, true).await;
    assert_eq!(scene.there(&case).told.len(), 1, "told once, however often it was sent");
    withdraw(&scene, &case).await;
    assert_eq!(scene.drain().await, 0, "giving up twice owes nothing more");
}

/// The case is held up on its way for so long, and nobody waits for it.
async fn held_up(setup: Setup, time: TimeDelta) -> (Scene, String) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    let ms = u64::try_from(time.num_milliseconds()).ok();
    scene.fail(Fault { ms, ..Fault::on(CallKind::Case, Action::HoldUp) });
    scene.drain().await;
    withdraw(&scene, &case).await;
    scene.forward(TimeDelta::seconds(10));
    assert_eq!(scene.drain().await, 2, "neither the case nor its end need be told as far as anybody can see");
    assert!(scene.province().cases().is_empty());
    (scene, case)
}

/// It arrives after the province said that it does not have it.
async fn before_what_is_on_its_way_arrives(setup: Setup) {
    let (scene, case) = held_up(setup, TimeDelta::minutes(10)).await;
    assert_eq!(scene.seen(&case).await, ("withdrawn".to_owned(), "queued".to_owned()));
    assert_eq!(scene.attempts(&case).await, ["ask retry province.absent 404"]);
    withdrawn_on_both_sides(&scene, &case, true).await;
    assert_eq!((scene.there(&case).posts, scene.there(&case).told.len()), (1, 1));
}

/// It arrives when nobody can expect that any longer: the province speaks of it, and is told.
async fn long_before_what_is_on_its_way_arrives(setup: Setup) {
    let (scene, case) = held_up(setup, TimeDelta::hours(3)).await;
    scene.forward(TimeDelta::minutes(16));
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.seen(&case).await, ("withdrawn".to_owned(), "done".to_owned()));
    scene.forward(TimeDelta::hours(3));
    assert_eq!(scene.drain().await, 0);
    assert_eq!(scene.there(&case).state, "02");
    assert_eq!(scene.app.poll().await, 1);
    assert_eq!(scene.drain().await, 1);
    assert_eq!(scene.seen(&case).await, ("withdrawn".to_owned(), "done".to_owned()));
    assert_eq!((scene.there(&case).state.as_str(), scene.there(&case).told.len()), ("13", 1));
    // What it says of it now changes nothing any more.
    assert_eq!((scene.app.poll().await, scene.drain().await), (0, 0));
}

/// A case the province did not take up is over as well.
async fn after_the_province_did_not_take_it_up(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    scene.drain().await;
    scene.fail(Fault::on(CallKind::Report, Action::Lose));
    assert!(scene.province().advance(&orgbusno(&case), &Step::now(Status::NotAccepted)));
    withdraw(&scene, &case).await;
    scene.drain().await;
    assert_eq!(scene.seen(&case).await, ("not_accepted".to_owned(), "cancelled".to_owned()));
    assert_eq!(scene.owner().await.notices().await, ["not_accepted"]);
    assert_eq!(scene.there(&case).state, "07");
}

/// The province had decided, and its report had not arrived yet: a decision stands, on both sides.
async fn after_the_province_decided(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    scene.drain().await;
    scene.fail(Fault::on(CallKind::Report, Action::Lose).times(2));
    scene.forward(TimeDelta::minutes(1));
    assert!(scene.province().advance(&orgbusno(&case), &Step::now(Status::Accepted)));
    assert!(scene.province().advance(&orgbusno(&case), &Step::now(Status::Approved)));
    withdraw(&scene, &case).await;
    scene.drain().await;
    let owner = scene.owner().await;
    let seen = owner.case(&case).await;
    assert_eq!((&seen["state"], &seen["relay"]["state"]), (&"approved".into(), &"cancelled".into()));
    assert!(seen["licence"]["number"].is_string());
    assert_eq!(scene.attempts(&case).await, ["withdraw cancelled case.decided 422"]);
    assert_eq!(owner.notices().await, ["approved"]);
    assert_eq!(scene.there(&case).state, "10");
    assert_eq!(scene.app.poll().await, 0, "the list tells nothing new");
}

tests::on_both!(
    before_it_is_taken,
    between_two_tries,
    when_it_may_have_arrived,
    while_a_file_is_put,
    while_the_case_is_posted,
    while_the_answer_is_on_its_way,
    while_it_is_refused,
    before_what_is_on_its_way_arrives,
    long_before_what_is_on_its_way_arrives,
    after_it_was_handed_over,
    after_the_province_decided,
    after_the_province_did_not_take_it_up,
);
