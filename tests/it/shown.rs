//! What an owner is shown of a case is what there is, whoever has kept what they saw before.

use api::http::app::shown::Shown;
use chrono::TimeDelta;
use entity::staff::Role;
use entity::{AccountId, CaseId};
use portal::simulator::{Action, CallKind, Fault, Status, Step};
use serde_json::{Value, json};
use tests::Setup;
use tests::county::COUNTY;
use tests::desk::SIGNBOARD;
use uuid::Uuid;

use crate::county::Desk;
use crate::relaying::Scene;

tests::on_both!(
    two_processes_show_the_same_after_every_step,
    nothing_new_is_said_in_few_words,
    who_asks_at_once_is_told_of_their_own,
);

/// A second process that has kept every view it ever showed, beside the server under test, which has too.
struct Beside {
    kept: Shown,
    case: String,
    last: String,
}

impl Beside {
    fn new(scene: &Scene, case: &str) -> Self {
        let kept = Shown::new(scene.app.app().desk.db.clone());
        Self { kept, case: case.to_owned(), last: String::new() }
    }

    /// After a step that shows: both show what somebody reads who has kept nothing, and that is news.
    async fn news(&mut self, scene: &Scene, step: &str) {
        let before = std::mem::take(&mut self.last);
        self.same(scene, step).await;
        assert_ne!(self.last, before, "{step} shows");
    }

    /// Both show what somebody reads who has kept nothing.
    async fn same(&mut self, scene: &Scene, step: &str) {
        let desk = &scene.app.app().desk;
        let owner = scene.owner().await;
        let account: Uuid = owner.session["account"]["id"].as_str().unwrap().parse().unwrap();
        let (account, id) = (AccountId(account), CaseId(self.case.parse().unwrap()));
        let fresh = Shown::new(desk.db.clone()).case(desk, account, id).await.unwrap();
        let beside = self.kept.case(desk, account, id).await.unwrap();
        assert_eq!(beside.words(), fresh.words(), "{step}: the other process");
        let here = owner.get(&format!("/v1/cases/{}", self.case)).await.expect(200);
        assert_eq!(here.body, fresh.words(), "{step}: the server");
        assert_eq!(here.header("etag"), fresh.etag(), "{step}");
        fresh.etag().clone_into(&mut self.last);
    }
}

async fn two_processes_show_the_same_after_every_step(setup: Setup) {
    let desk = Desk::open(setup).await;
    let scene = &desk.scene;
    let owner = scene.owner().await;
    let case = owner.ready_for(COUNTY).await;
    let mut views = Beside::new(scene, &case);
    views.news(scene, "a draft").await;
    let photos: Vec<String> = photos(&owner.case(&case).await, "site-photo");
    owner.place(&case, "site-photo", &[]).await.expect(200);
    views.news(scene, "a photo taken away").await;
    owner.place(&case, "site-photo", &photos).await.expect(200);
    views.news(scene, "a photo placed").await;
    let form = owner.case(&case).await["form"].clone();
    owner.send("PUT", &format!("/v1/cases/{case}/form"), &json!({ "form": form })).await.expect(200);
    views.news(scene, "answers").await;

    owner.submit(&case).await;
    views.news(scene, "handed in").await;
    scene.fail(Fault { status: Some(503), ..Fault::on(CallKind::Case, Action::Status) });
    scene.drain().await;
    views.news(scene, "a try that failed").await;
    scene.forward(TimeDelta::minutes(2));
    scene.drain().await;
    views.news(scene, "handed on").await;

    let clerk = desk.staff(Role::Clerk).await;
    clerk.act(&case, "correct", &json!({ "items": [{ "words": "请补拍招牌正面。" }] })).await.expect(200);
    views.news(scene, "a correction asked for").await;
    scene.drain().await;
    views.news(scene, "the correction told").await;
    scene.forward(TimeDelta::minutes(1));
    let owner = scene.owner().await;
    owner.post_once(&format!("/v1/cases/{case}/submit"), "the-second-time", None).await.expect(202);
    views.news(scene, "handed in again").await;
    desk.staff(Role::Clerk).await.act(&case, "accept", &Value::Null).await.expect(200);
    views.news(scene, "taken up").await;
    let approver = desk.staff(Role::Approver).await;
    approver.act(&case, "step", &json!({ "name": "现场勘验" })).await.expect(200);
    views.news(scene, "a step").await;
    approver.act(&case, "step/end", &json!({ "agreed": true, "opinion": "一致" })).await.expect(200);
    views.same(scene, "its end").await;
    approver.act(&case, "approve", &tests::county::grant()).await.expect(200);
    views.news(scene, "approved").await;
    desk.staff(Role::Issuer).await.act(&case, "issue", &Value::Null).await.expect(200);
    views.news(scene, "issued").await;
    scene.drain().await;
    views.news(scene, "all told").await;
    given_up(scene).await;
}

/// What the province reports, and what its owner gives up.
async fn given_up(scene: &Scene) {
    let owner = scene.owner().await;
    let case = owner.ready_for(SIGNBOARD).await;
    owner.submit(&case).await;
    let mut views = Beside::new(scene, &case);
    views.news(scene, "handed in").await;
    casework::late::tell(&scene.app.app().desk, CaseId(case.parse().unwrap())).await.unwrap();
    views.news(scene, "late").await;
    scene.drain().await;
    views.news(scene, "handed on").await;
    scene.forward(TimeDelta::minutes(1));
    assert!(scene.province().advance(&crate::relaying::orgbusno(&case), &Step::now(Status::Accepted)));
    scene.pushed(&case).await;
    views.news(scene, "accepted by the province").await;
    scene.owner().await.call("POST", &format!("/v1/cases/{case}/withdraw")).await.expect(200);
    views.news(scene, "given up").await;
    scene.drain().await;
    views.news(scene, "the province knows").await;
}

fn photos(case: &Value, material: &str) -> Vec<String> {
    let place = case["materials"].as_array().unwrap().iter().find(|place| place["code"] == material).unwrap();
    serde_json::from_value(place["photos"].clone()).unwrap()
}

/// A phone that sends back the `ETag` hears of every change, and nothing else.
async fn nothing_new_is_said_in_few_words(setup: Setup) {
    let scene = Scene::start(setup).await;
    let owner = scene.owner().await;
    let case = owner.ready().await;
    let path = format!("/v1/cases/{case}");
    let known = async |etag: &str| owner.finish(owner.request("GET", &path).header("if-none-match", etag)).await;
    let draft = owner.get(&path).await.expect(200).header("etag").to_owned();
    let same = known(&draft).await.expect(304);
    assert_eq!((same.header("etag"), same.body.len()), (draft.as_str(), 0));
    // The same tag guards a change.
    let form = json!({ "form": owner.case(&case).await["form"] });
    let change = owner.request("PUT", &format!("{path}/form")).header("if-match", &draft).json(&form);
    let changed = owner.finish(change).await.expect(200).header("etag").to_owned();
    assert_eq!(known(&draft).await.expect(200).header("etag"), changed);
    owner.submit(&case).await;
    let waits = known(&changed).await.expect(200).header("etag").to_owned();
    known(&waits).await.expect(304);
    scene.drain().await;
    let done = known(&waits).await.expect(200);
    assert_eq!(done.json()["relay"]["state"], "done", "the case is the same, its relay is not");
    // Somebody else learns nothing by knowing the tag, whoever has looked at the case.
    let stranger = scene.app.owner("li").await;
    let theirs = stranger.finish(stranger.request("GET", &path).header("if-none-match", done.header("etag"))).await;
    assert_eq!(theirs.problem(), (404, "case.unknown".to_owned()));
}

/// Many ask in the same moment, for different cases, some of them for what is not theirs: each is told what is so.
async fn who_asks_at_once_is_told_of_their_own(setup: Setup) {
    let scene = Scene::start(setup).await;
    let (owner, stranger) = (scene.owner().await, scene.app.owner("li").await);
    let mut cases = Vec::new();
    for _ in 0..5 {
        let case = owner.draft(SIGNBOARD, &json!({})).await;
        assert_eq!(owner.case(&case).await["id"], case.as_str());
        cases.push(case);
    }
    for round in 0..3 {
        let asked: Vec<_> = cases.iter().cycle().take(90).cloned().collect();
        let asking = asked.iter().enumerate().map(async |(number, case)| {
            let who = if number % 3 == 0 { &stranger } else { &owner };
            let answer = who.get(&format!("/v1/cases/{case}")).await;
            if number % 3 == 0 {
                return assert_eq!(answer.problem(), (404, "case.unknown".to_owned()));
            }
            let seen = answer.expect(200).json();
            assert_eq!(
                (&seen["id"], &seen["revision"]),
                (&json!(case), &json!(round + 1)),
                "what was answered is shown"
            );
        });
        futures_util::future::join_all(asking).await;
        for case in &cases {
            let form = json!({ "form": { "shop": { "name": format!("第 {round} 店") } } });
            owner.send("PUT", &format!("/v1/cases/{case}/form"), &form).await.expect(200);
        }
    }
}
