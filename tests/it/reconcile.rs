//! Our cases beside the province's: each difference is found, what is safe is cured, and the rest is left as it is.

mod operator;

use api::reconcile;
use chrono::TimeDelta;
use entity::{CaseId, case};
use portal::adapter::{Application, Verdict};
use portal::application;
use portal::http::Http;
use portal::reconcile::compare::{Cure, Kind};
use portal::reconcile::report::{Outcome, Report, latest};
use portal::simulator::{Action, CallKind, Fault, Status, Step};
use reqwest::Method;
use sea_orm::EntityTrait as _;
use tests::{BOUND, Setup};

use crate::relaying::{Scene, orgbusno};

tests::on_both!(
    books_that_agree_are_left_alone,
    what_was_sent_and_lost_is_there_again_and_once,
    a_state_we_did_not_hear_of_is_taken_as_reported,
    a_withdrawal_that_did_not_stick_is_told_again,
    what_only_the_province_has_and_other_files_are_only_reported,
    without_a_list_each_case_is_asked_for,
    a_province_that_is_away_stops_it_and_changes_nothing,
    a_schedule_waits_for_its_time,
);

async fn compared(scene: &Scene, cures: bool) -> Report {
    reconcile::now(scene.app.app(), cures, "test").await.unwrap()
}

/// Each difference in a word: what, what could be done, what was done.
fn found(report: &Report) -> Vec<(Kind, Cure, Outcome)> {
    report.lines.iter().map(|line| (line.kind, line.cure, line.outcome)).collect()
}

async fn agree(scene: &Scene) {
    let report = compared(scene, true).await;
    assert!(report.is_clean() && report.found == 0, "{report:#?}");
}

/// A case that is at the province.
async fn handed_over(scene: &Scene) -> String {
    let case = scene.submitted().await;
    assert_eq!(scene.drain().await, 1);
    case
}

/// The province moves a case on, and we do not hear of it.
fn behind_our_back(scene: &Scene, case: &str, status: Status) {
    scene.forward(TimeDelta::minutes(1));
    scene.fail(Fault::on(CallKind::Report, Action::Lose));
    assert!(scene.province().advance(&orgbusno(case), &Step::now(status)));
}

/// The province loses everything it had.
async fn forget(scene: &Scene) {
    let http = Http::new(BOUND).unwrap();
    let forget = http.request(Method::DELETE, &format!("{}/sim/cases", scene.province().url()));
    assert_eq!(http.send(forget, 1024).await.unwrap().status, 200);
    assert_eq!((scene.province().cases().len(), scene.province().file_count()), (0, 0));
}

/// What a case would be handed in as, without its materials.
async fn without_files(scene: &Scene, case: &str) -> Application {
    let desk = &scene.app.app().desk;
    let id = CaseId(case.parse().unwrap());
    let row = case::Entity::find_by_id(id).one(&desk.db).await.unwrap().unwrap();
    application::of(desk, &row, 1, Vec::new()).unwrap()
}

async fn books_that_agree_are_left_alone(setup: Setup) {
    let scene = Scene::start(setup).await;
    let (case, draft) = (handed_over(&scene).await, scene.owner().await.ready().await);
    agree(&scene).await;
    // On its way is no difference.
    scene.owner().await.submit(&draft).await;
    agree(&scene).await;
    scene.drain().await;
    scene.report(&case, &Step::now(Status::Accepted)).await;
    scene.report(&case, &Step::now(Status::Approved)).await;
    scene.owner().await.call("POST", &format!("/v1/cases/{draft}/withdraw")).await.expect(200);
    agree(&scene).await;
    scene.drain().await;
    agree(&scene).await;
    let report = latest(&scene.app.app().desk).await.unwrap().unwrap();
    assert_eq!((report.ours, report.theirs, report.listed), (2, 2, true));
}

async fn what_was_sent_and_lost_is_there_again_and_once(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = handed_over(&scene).await;
    let files = scene.province().file_count();
    assert!(files > 0);
    forget(&scene).await;
    let looked = compared(&scene, false).await;
    assert_eq!(found(&looked), [(Kind::SentButAbsent, Cure::DriveAgain, Outcome::Proposed)]);
    assert_eq!(scene.drain().await, 0, "looking changes nothing");
    let cured = compared(&scene, true).await;
    assert_eq!(found(&cured), [(Kind::SentButAbsent, Cure::DriveAgain, Outcome::Cured)]);
    assert!(cured.is_clean());
    // Still on its way: it is neither found nor driven a second time.
    agree(&scene).await;
    assert_eq!(scene.drain().await, 1);
    let there = scene.there(&case);
    assert_eq!((there.posts, scene.province().file_count()), (1, files), "with its files");
    agree(&scene).await;
    scene.ends_approved(&case).await;
    // Decided, and lost once more: handed in again it would begin anew.
    forget(&scene).await;
    assert_eq!(found(&compared(&scene, true).await), [(Kind::SentButAbsent, Cure::Look, Outcome::Left)]);
    assert_eq!(scene.drain().await, 0);
}

async fn a_state_we_did_not_hear_of_is_taken_as_reported(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = handed_over(&scene).await;
    behind_our_back(&scene, &case, Status::Accepted);
    behind_our_back(&scene, &case, Status::Approved);
    let looked = compared(&scene, false).await;
    assert_eq!(found(&looked), [(Kind::StatesDiffer, Cure::TakeTheirWord, Outcome::Proposed)]);
    let line = &looked.lines[0];
    assert_eq!((line.ours.as_deref(), line.theirs.as_deref()), (Some("submitted"), Some("approved")));
    assert_eq!(scene.seen(&case).await.0, "submitted");
    let cured = compared(&scene, true).await;
    assert_eq!(found(&cured), [(Kind::StatesDiffer, Cure::TakeTheirWord, Outcome::Cured)]);
    agree(&scene).await;
    let owner = scene.owner().await;
    let seen = owner.case(&case).await;
    assert_eq!(seen["state"], "approved");
    assert!(seen["licence"]["number"].is_string());
    assert_eq!(owner.acts(&case).await, ["created", "submitted", "received", "accepted", "approved"]);
    let mut notices = owner.notices().await;
    // Both of the same moment.
    notices.sort();
    assert_eq!(notices, ["accepted", "approved"]);
    assert_eq!(scene.app.poll().await, 0, "the list tells nothing new");
}

/// The province was put back to before it heard that the applicant gave the case up.
async fn a_withdrawal_that_did_not_stick_is_told_again(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = handed_over(&scene).await;
    let before = without_files(&scene, &case).await;
    scene.owner().await.call("POST", &format!("/v1/cases/{case}/withdraw")).await.expect(200);
    scene.drain().await;
    agree(&scene).await;
    forget(&scene).await;
    agree(&scene).await;
    let verdict = scene.app.app().province.post_case(&before).await.verdict;
    assert_eq!(verdict, Verdict::Accepted);
    let report = compared(&scene, true).await;
    assert_eq!(found(&report), [(Kind::StatesDiffer, Cure::DriveAgain, Outcome::Cured)]);
    for _ in 0..3 {
        scene.drain().await;
        scene.forward(TimeDelta::hours(1));
    }
    assert_eq!((scene.there(&case).state.as_str(), scene.there(&case).posts), ("13", 1));
    agree(&scene).await;
}

async fn what_only_the_province_has_and_other_files_are_only_reported(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = scene.submitted().await;
    let ours = without_files(&scene, &case).await;
    let province = &scene.app.app().province;
    let stranger = Application { orgbusno: "0198c0ffee0070008000000000000001".to_owned(), ..ours.clone() };
    for application in [&stranger, &ours] {
        assert_eq!(province.post_case(application).await.verdict, Verdict::Accepted);
    }
    // The relay's own is taken for a repeat: the province keeps the files it has.
    scene.drain().await;
    let expected =
        [(Kind::PresentButUnknown, Cure::Look, Outcome::Left), (Kind::FilesDiffer, Cure::Look, Outcome::Left)];
    for _ in 0..2 {
        let report = compared(&scene, true).await;
        assert_eq!(found(&report), expected);
        assert_eq!((report.lines[0].orgbusno.as_str(), report.left), (stranger.orgbusno.as_str(), 2));
        assert_eq!(report.lines[1].orgbusno, ours.orgbusno);
        assert_eq!(scene.drain().await, 0);
    }
    assert_eq!(scene.province().cases().len(), 2);
}

async fn without_a_list_each_case_is_asked_for(setup: Setup) {
    let scene = Scene::start(setup).await;
    let (lost, late) = (handed_over(&scene).await, scene.submitted().await);
    forget(&scene).await;
    scene.drain().await;
    behind_our_back(&scene, &late, Status::Reviewing);
    scene.fail(Fault { status: Some(404), ..Fault::on(CallKind::Register, Action::Status) });
    let report = compared(&scene, true).await;
    assert!(!report.listed && report.stopped.is_none());
    let mut lines: Vec<_> = report.lines.iter().map(|line| (line.orgbusno.clone(), line.kind, line.outcome)).collect();
    lines.sort_by_key(|(_, kind, _)| *kind);
    assert_eq!(
        lines,
        [(orgbusno(&lost), Kind::SentButAbsent, Outcome::Cured), (orgbusno(&late), Kind::StatesDiffer, Outcome::Cured)]
    );
    scene.drain().await;
    agree(&scene).await;
}

async fn a_province_that_is_away_stops_it_and_changes_nothing(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = handed_over(&scene).await;
    forget(&scene).await;
    for call in [CallKind::Register, CallKind::Get] {
        scene.fail(Fault::on(call, Action::Status));
        let report = compared(&scene, true).await;
        assert_eq!((report.stopped.as_deref(), report.found), (Some("province.failing"), 0), "{call:?}");
        assert!(!report.is_clean());
    }
    assert_eq!(scene.drain().await, 0, "away is not absent");
    assert_eq!(scene.seen(&case).await.1, "done");
}

async fn a_schedule_waits_for_its_time(setup: Setup) {
    let scene = Scene::start(setup).await;
    let day = BOUND * 60 * 24;
    let due = || reconcile::when_due(scene.app.app(), day);
    assert_eq!(due().await.unwrap().map(|report| report.by), Some("schedule".to_owned()));
    scene.forward(TimeDelta::hours(23));
    assert!(due().await.unwrap().is_none());
    scene.forward(TimeDelta::hours(1));
    assert!(due().await.unwrap().is_some());
}
