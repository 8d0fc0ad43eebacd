//! What a file drop and exchange tables make of the faults that only they can meet, and each way of a province that fails at
//! random.

use portal::adapter::{Province as _, Standing, Verdict};
use portal::simulator::{Action, CallKind, Fault, Random, Status, Step};
use serde_json::json;

use crate::harness::{ORGBUSNO, Scene, application, file, picture, place, rejected};
use crate::rigs::{ByCalls, ByFiles, ByRows, Rig};

/// Seeds that were drawn once; each is printed by the test it fails.
const SEEDS: [u64; 6] = [1, 7, 42, 371_526, 20_261_126, u64::MAX];
/// More tries than a province that fails two times out of five can use up.
const TRIES: usize = 200;

pub(crate) async fn put(rig: &impl Rig) -> Verdict {
    rig.province().put_file(&place(), &file(&picture()), picture()).await.verdict
}

pub(crate) async fn post(rig: &impl Rig) -> Verdict {
    rig.province().post_case(&application()).await.verdict
}

/// Tries until the province has taken it.
pub(crate) async fn handed_over(rig: &impl Rig) {
    for _ in 0..10 {
        put(rig).await;
        if post(rig).await.is_done() {
            return;
        }
        rig.round().await;
    }
    panic!("never taken");
}

async fn heard(rig: &impl Rig) -> Vec<&'static str> {
    let page = rig.province().list_cases(None).await.value.expect("a page");
    let mut heard: Vec<_> =
        page.reports.iter().map(|one| one.report.as_ref().expect("readable").status.name()).collect();
    // That it arrived may be said by other means.
    heard.retain(|status| *status != "received");
    heard
}

fn lose_a_file() -> Fault {
    Fault { subject: Some(file(&picture()).sha256), ..Fault::on(CallKind::File, Action::Lose) }
}

#[tokio::test]
async fn a_file_that_was_taken_and_lost_is_asked_for_again() {
    let scene = Scene::quiet().await;
    scene.simulator.fail(lose_a_file()).unwrap();
    assert_eq!(scene.put().await, Verdict::Accepted);
    assert_eq!(scene.simulator.file_count(), 0, "it said yes and has nothing");
    let (code, words) = match scene.post().await {
        Verdict::Rejected { code, words } => (code, words),
        other => panic!("{other:?}"),
    };
    assert_eq!(code, "province.file_absent");
    assert!(words.contains("/materials/0/files/0 file.absent"), "{words}");
    assert_eq!(scene.put().await, Verdict::Accepted);
    assert_eq!(scene.post().await, Verdict::Accepted);
}

#[tokio::test]
async fn a_bundle_whose_file_is_lost_is_put_there_anew() {
    let rig = ByFiles::in_a_folder().await;
    rig.simulator.fail(lose_a_file()).unwrap();
    put(&rig).await;
    post(&rig).await;
    rig.round().await;
    let verdict = post(&rig).await;
    let (code, words) = rejected(&verdict);
    assert_eq!(code, "province.file_absent");
    assert!(words.contains("bundle.incomplete"), "{words}");
    assert!(rig.simulator.cases().is_empty());
    handed_over(&rig).await;
    assert_eq!(rig.simulator.cases().len(), 1);
}

#[tokio::test]
async fn a_row_of_a_file_that_is_lost_is_refused_and_put_there_anew() {
    for rig in [ByRows::in_a_file().await, ByRows::in_postgres().await, ByRows::in_mariadb().await] {
        rig.simulator.fail(lose_a_file()).unwrap();
        put(&rig).await;
        post(&rig).await;
        rig.round().await;
        let verdict = post(&rig).await;
        let (code, words) = rejected(&verdict);
        assert_eq!(code, "province.refused", "in words only: a person looks");
        assert!(words.contains("file.absent"), "{words}");
        assert_eq!(rejected(&post(&rig).await).0, "province.file_absent", "driven again, it is seen what is gone");
        handed_over(&rig).await;
        assert_eq!(rig.simulator.cases().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_is_not_signed_rightly_is_none() {
    let rig = ByFiles::in_a_folder().await;
    rig.simulator.fail(Fault::on(CallKind::Case, Action::WrongSignature)).unwrap();
    put(&rig).await;
    post(&rig).await;
    rig.round().await;
    assert_eq!(rig.simulator.cases().len(), 1, "it was taken");
    let waiting = Verdict::Retry { after: None, code: "province.not_acknowledged" };
    assert_eq!(post(&rig).await, waiting, "which nobody can believe yet");
    rig.round().await;
    assert_eq!(post(&rig).await, Verdict::Accepted);
    assert_eq!(rig.simulator.cases()[0].posts, 2, "it was asked twice, and there once");
}

#[tokio::test]
async fn a_report_file_that_is_not_signed_rightly_is_heard_when_it_is() {
    let rig = ByFiles::in_a_folder().await;
    handed_over(&rig).await;
    heard(&rig).await;
    rig.simulator.fail(Fault::on(CallKind::Report, Action::WrongSignature)).unwrap();
    rig.simulator.advance(ORGBUSNO, &Step::now(Status::Accepted));
    rig.round().await;
    assert_eq!(heard(&rig).await, [] as [&str; 0]);
    rig.round().await;
    assert_eq!(heard(&rig).await, ["accepted"]);
}

/// Files lie for days, so that a clock says nothing about them.
#[tokio::test]
async fn a_report_file_by_a_stale_clock_is_heard() {
    let rig = ByFiles::in_a_folder().await;
    handed_over(&rig).await;
    rig.simulator.fail(Fault::on(CallKind::Report, Action::StaleClock).times(2)).unwrap();
    rig.simulator.advance(ORGBUSNO, &Step::now(Status::Accepted));
    rig.round().await;
    assert!(heard(&rig).await.contains(&"accepted"));
}

/// Rows are read in the order they were made: one that claims to be an hour old is behind us, and only heard by asking.
#[tokio::test]
async fn a_row_by_a_stale_clock_is_heard_by_asking() {
    for rig in [ByRows::in_a_file().await, ByRows::in_postgres().await, ByRows::in_mariadb().await] {
        handed_over(&rig).await;
        rig.simulator.advance(ORGBUSNO, &Step::now(Status::Reviewing));
        rig.round().await;
        let page = rig.adapter.list_cases(None).await.value.unwrap();
        assert_eq!(page.reports.len(), 1);
        rig.simulator.fail(Fault::on(CallKind::Report, Action::StaleClock)).unwrap();
        rig.simulator.advance(ORGBUSNO, &Step::now(Status::Approved));
        rig.round().await;
        let next = rig.adapter.list_cases(Some(&page.cursor)).await.value.unwrap();
        assert!(next.reports.is_empty(), "not in the list");
        let Some(Standing::Present { history, .. }) = rig.adapter.get_case(ORGBUSNO).await.value else { panic!() };
        let last = history.iter().filter_map(|one| Some(one.report.as_ref().ok()?.status.name())).collect::<Vec<_>>();
        assert!(last.contains(&"approved"), "{last:?}");
    }
}

/// However it fails, with each seed: there once, and every step of it.
async fn ends_right(rig: impl Rig, seed: u64) {
    rig.simulator().set_random(Some(Random::new(seed, 40))).unwrap();
    let mut tries = 0;
    let receipt = loop {
        tries += 1;
        assert!(tries < TRIES, "seed {seed}: never taken");
        if let Some(standing) = rig.province().get_case(ORGBUSNO).await.value {
            if let Standing::Present { province_id, .. } = standing {
                break province_id;
            }
            put(&rig).await;
            post(&rig).await;
        }
        rig.round().await;
    };
    let cases = rig.simulator().cases();
    assert_eq!((cases.len(), cases[0].dataver), (1, 1), "seed {seed}");
    let at = rig.world().now();
    loop {
        tries += 1;
        assert!(tries < 2 * TRIES, "seed {seed}: never given up");
        let verdict = rig.province().withdraw_case(ORGBUSNO, &receipt, at).await.verdict;
        rig.round().await;
        let told = rig.simulator().case(ORGBUSNO).is_some_and(|case| case.state == "13");
        if verdict.is_done() && told {
            break;
        }
        assert!(!matches!(verdict, Verdict::Rejected { .. }), "seed {seed}: {verdict:?}");
    }
    assert_eq!(rig.simulator().case(ORGBUSNO).unwrap().told.len(), 1, "seed {seed}");
    assert!(rig.simulator().failed_at_random() > 0, "seed {seed}: nothing failed");
}

#[tokio::test]
async fn at_random_by_calls() {
    for seed in SEEDS {
        ends_right(ByCalls::impatient(std::time::Duration::from_millis(300)).await, seed).await;
    }
}

#[tokio::test]
async fn at_random_by_files() {
    for seed in SEEDS {
        ends_right(ByFiles::in_a_folder().await, seed).await;
        ends_right(ByFiles::in_a_bucket().await, seed).await;
    }
}

#[tokio::test]
async fn at_random_by_rows() {
    for seed in SEEDS {
        ends_right(ByRows::in_a_file().await, seed).await;
        ends_right(ByRows::in_mariadb().await, seed).await;
    }
}

#[tokio::test]
async fn the_random_mode_is_set_shown_and_ended() {
    let scene = Scene::quiet().await;
    assert_eq!(scene.sim("GET", "/sim/random", &json!(null)).await, (200, json!({ "random": null })));
    let random = json!({ "seed": 42, "percent": 90, "actions": ["status"] });
    let (status, shown) = scene.sim("PUT", "/sim/random", &random).await;
    assert_eq!((status, &shown["random"], &shown["failed"]), (200, &random, &json!(0)));
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(scene.gateway.rules().await.status.unwrap());
    }
    // The same again.
    scene.sim("PUT", "/sim/random", &random).await;
    for status in &statuses {
        assert_eq!(scene.gateway.rules().await.status, Some(*status));
    }
    let failed = statuses.iter().filter(|status| **status != 200).count();
    assert!(failed > 10 && statuses.contains(&429), "{statuses:?}");
    let (_, shown) = scene.sim("GET", "/sim/random", &json!(null)).await;
    assert_eq!((&shown["failed"], &shown["calls"]["rules"]), (&json!(failed), &json!(20)));
    for wrong in [
        json!({ "seed": 1, "percent": 91 }),
        json!({ "seed": 1 }),
        json!({ "seed": 1, "percent": 1, "actions": ["x"] }),
    ] {
        assert_eq!(scene.sim("PUT", "/sim/random", &wrong).await.0, 422, "{wrong}");
    }
    assert_eq!(scene.sim("DELETE", "/sim/random", &json!(null)).await, (200, json!({ "random": null })));
    scene.simulator.set_random(Some(Random::new(1, 90))).unwrap();
    scene.simulator.heal();
    for _ in 0..20 {
        assert_eq!(scene.gateway.rules().await.status, Some(200));
    }
}

/// A fault for a call that is never made does no harm, and what a store loses is not there.
#[tokio::test]
async fn a_file_of_another_case_is_not_lost() {
    let rig = ByFiles::in_a_folder().await;
    let other = Fault { subject: Some("another".into()), ..Fault::on(CallKind::File, Action::Lose) };
    rig.simulator.fail(other).unwrap();
    handed_over(&rig).await;
    assert_eq!(rig.simulator.file(&file(&picture()).sha256).map(|file| file.bytes), Some(picture()));
}
