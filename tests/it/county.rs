//! A case the county decides, by its own staff and clock, and what the province hears of it.

mod clocks;
mod desk;
mod province;

use casework::world::Driven;
use chrono::{DateTime, TimeDelta};
use entity::staff::Role;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::county::{self, BUREAU, COUNTY, grant};
use tests::{Caller, Setup};

use crate::relaying::Scene;

tests::on_both!(
    from_the_window_to_the_rating,
    a_correction_brings_the_next_version,
    a_case_given_up_is_nobodys_business_any_more,
);

/// A server with items the county decides, on a Monday morning in March.
pub struct Desk {
    pub scene: Scene,
    _catalogue: TempDir,
}

impl Desk {
    pub async fn open(setup: Setup) -> Self {
        let catalogue = county::catalogue();
        let setup = setup.set("GXB_CATALOGUE_DIR", catalogue.path().display().to_string());
        let monday = DateTime::parse_from_rfc3339("2026-03-02T10:00:00+08:00").unwrap();
        let scene = Scene::start_at(setup, Driven::at(monday.into())).await;
        scene.app.guard_views().await;
        Self { scene, _catalogue: catalogue }
    }

    /// A case of this item that was handed in, and is at the province.
    pub async fn submitted(&self, item: &str) -> String {
        let owner = self.scene.owner().await;
        let case = owner.ready_for(item).await;
        owner.submit(&case).await;
        self.scene.drain().await;
        case
    }

    /// One that was taken up as well.
    pub async fn accepted(&self) -> String {
        let case = self.submitted(COUNTY).await;
        self.staff(Role::Clerk).await.act(&case, "accept", &Value::Null).await.expect(200);
        self.scene.drain().await;
        case
    }

    pub async fn staff(&self, role: Role) -> Caller {
        self.scene.app.staff(role).await
    }

    /// What the province was told of a case: kind and number, in its order.
    pub fn told(&self, case: &str) -> Vec<String> {
        self.scene.there(case).told.iter().map(|(kind, sn, _)| format!("{kind} {sn}")).collect()
    }

    /// The last step of a kind as the province has it.
    pub fn last(&self, case: &str, kind: &str) -> Value {
        let told = self.scene.there(case).told;
        told.into_iter().rev().find(|(known, ..)| known == kind).expect("told").2
    }
}

/// One period as staff see it: from, due and whether it runs.
pub fn period(case: &Value, name: &str) -> Option<(String, String, bool)> {
    let periods = case["periods"].as_array().unwrap();
    let found = periods.iter().find(|period| period["name"] == name)?;
    let day = |name: &str| found[name].as_str().unwrap().to_owned();
    Some((day("from"), day("due"), found["stopped_at"].is_null()))
}

#[expect(clippy::unnecessary_wraps, reason = "as `period` answers")]
fn days(from: &str, due: &str, runs: bool) -> Option<(String, String, bool)> {
    Some((from.to_owned(), due.to_owned(), runs))
}

async fn from_the_window_to_the_rating(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    let clerk = desk.staff(Role::Clerk).await;
    assert_eq!(period(&clerk.desk_case(&case).await, "correction"), days("2026-03-02", "2026-03-09", true));

    let accepted = clerk.act(&case, "accept", &Value::Null).await.expect(200).json();
    assert_eq!(accepted["case"]["state"], "accepted");
    assert_eq!(period(&accepted, "correction"), days("2026-03-02", "2026-03-09", false));
    assert_eq!(period(&accepted, "promise"), days("2026-03-02", "2026-03-09", true));
    assert_eq!(period(&accepted, "decision"), days("2026-03-02", "2026-03-30", true));

    let approver = desk.staff(Role::Approver).await;
    approver.act(&case, "step", &json!({ "name": "现场勘验" })).await.expect(200);
    desk.scene.forward(TimeDelta::minutes(1));
    let step = approver.act(&case, "step/end", &json!({ "agreed": true, "opinion": "一致" })).await.expect(200).json();
    assert_eq!((&step["case"]["state"], &step["step"]), (&"reviewing".into(), &Value::Null));
    let special = json!({ "kind": "expert_review", "reason": "请专家看结构", "until": "2026-03-06" });
    let paused = approver.act(&case, "special", &special).await.expect(200).json();
    // Tuesday to Friday are not counted; the Monday it began is not counted in any case.
    assert_eq!(period(&paused, "decision"), days("2026-03-02", "2026-04-03", true));
    assert_eq!(period(&paused, "promise"), days("2026-03-02", "2026-03-13", true));
    desk.scene.drain().await;
    desk.scene.forward(TimeDelta::days(2));
    let approver = desk.staff(Role::Approver).await;
    let ended = approver.act(&case, "special/end", &json!({ "result": "同意" })).await.expect(200).json();
    assert_eq!(period(&ended, "promise"), days("2026-03-02", "2026-03-11", true), "it ended on Wednesday");

    let granted = approver.act(&case, "approve", &grant()).await.expect(200).json();
    assert_eq!(granted["case"]["state"], "approved");
    assert!(!period(&granted, "decision").unwrap().2 && !period(&granted, "promise").unwrap().2);
    assert_eq!(period(&granted, "delivery"), days("2026-03-04", "2026-03-18", true));
    desk.scene.forward(TimeDelta::minutes(1));
    let closed = desk.staff(Role::Issuer).await.act(&case, "issue", &Value::Null).await.expect(200).json();
    assert_eq!(closed["case"]["state"], "closed");
    assert!(closed["periods"].as_array().unwrap().iter().all(|period| period["stopped_at"].is_string()));
    assert_eq!(desk.staff(Role::Clerk).await.get("/staff/v1/cases").await.expect(200).json()["cases"], json!([]));

    let owner = desk.scene.owner().await;
    assert_eq!(owner.case(&case).await["licence"]["number"], "高审〔2026〕1号");
    let rating = format!("/v1/cases/{case}/rating");
    owner.send("POST", &rating, &json!({ "level": "very_satisfied" })).await.expect(200);
    owner.send("POST", &rating, &json!({ "level": "very_satisfied" })).await.expect(200);
    let other = owner.send("POST", &rating, &json!({ "level": "satisfied" })).await;
    assert_eq!(other.problem(), (409, "case.rated".to_owned()));
    desk.scene.drain().await;

    let acts = owner.acts(&case).await;
    let seen = ["created", "submitted", "accepted", "reviewing", "special", "special_ended"];
    assert_eq!(acts, [&seen[..], &["approved", "issued", "closed", "rated"]].concat());
    assert_eq!(owner.notices().await, ["accepted", "special", "approved", "issued"]);
    // The numbers are those of the events; the end of the step is one the owner does not see.
    let told = ["accept 3", "steps 4", "steps 5", "specials 6", "specials 7", "done 8", "ratings 11"];
    assert_eq!(desk.told(&case), told);
    let (done, rated) = (desk.last(&case, "done"), desk.last(&case, "ratings"));
    assert_eq!((&done["doneresult"], &done["certificateno"]), (&"0".into(), &"高审〔2026〕1号".into()));
    assert_eq!((&rated["starLevel"], &rated["satisfaction"]), (&"5".into(), &"1".into()));
    assert_eq!(desk.last(&case, "accept")["acceptdeptname"], BUREAU);
    assert_eq!(desk.scene.there(&case).state, "10");
}

async fn a_correction_brings_the_next_version(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    let clerk = desk.staff(Role::Clerk).await;
    let wrong = json!({ "items": [{ "material": "none", "words": " " }] });
    let faults = clerk.act(&case, "correct", &wrong).await.expect(422).faults();
    let pairs = [("/items/0/words", "form.required"), ("/items/0/material", "material.unknown")];
    assert_eq!(faults, pairs.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let items = json!({ "items": [{ "material": "site-photo", "words": "太暗" }, { "words": "写全地址" }] });
    let correcting = clerk.act(&case, "correct", &items).await.expect(200).json();
    assert_eq!(correcting["case"]["correction"], "设置位置实景照片：太暗\n写全地址");
    assert_eq!(period(&correcting, "lapse"), days("2026-03-02", "2026-04-01", true));
    assert_eq!(period(&correcting, "correction"), days("2026-03-02", "2026-03-09", false));
    desk.scene.drain().await;
    assert_eq!(desk.scene.there(&case).state, "06");
    assert_eq!(desk.last(&case, "specials")["lists"][0]["attrid"], "site-photo");

    desk.scene.forward(TimeDelta::days(1));
    let owner = desk.scene.owner().await;
    owner.post_once(&format!("/v1/cases/{case}/submit"), "corrected-once", None).await.expect(202);
    desk.scene.drain().await;
    let there = desk.scene.there(&case);
    assert_eq!((there.dataver, there.state.as_str()), (2, "02"));
    assert_eq!(desk.told(&case), ["specials 3", "specials 5"]);
    assert!(desk.last(&case, "specials")["result"].is_string());
    let clerk = desk.staff(Role::Clerk).await;
    let again = clerk.desk_case(&case).await;
    assert_eq!(period(&again, "correction"), days("2026-03-03", "2026-03-10", true), "anew for the corrected version");
    assert!(!period(&again, "lapse").unwrap().2);
    assert_eq!(clerk.act(&case, "correct", &items).await.problem(), (409, "case.corrected".to_owned()));
    clerk.act(&case, "accept", &Value::Null).await.expect(200);
    desk.scene.drain().await;
    assert_eq!(desk.last(&case, "accept")["dataver"], 2);
    assert_eq!(owner.notices().await, ["correction", "accepted"]);
}

async fn a_case_given_up_is_nobodys_business_any_more(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.accepted().await;
    let approver = desk.staff(Role::Approver).await;
    // Written, not told yet, and not to be told any more.
    approver.act(&case, "step", &json!({ "name": "审查" })).await.expect(200);
    let owner = desk.scene.owner().await;
    owner.call("POST", &format!("/v1/cases/{case}/withdraw")).await.expect(200);
    desk.scene.drain().await;
    assert_eq!(desk.told(&case), ["accept 3", "done withdraw"]);
    assert_eq!(desk.scene.there(&case).state, "13");
    for (act, body) in [("approve", grant()), ("step/end", json!({ "agreed": true, "opinion": "x" }))] {
        assert_eq!(approver.act(&case, act, &body).await.problem(), (409, "case.state".to_owned()), "{act}");
    }
    let seen = approver.desk_case(&case).await;
    assert!(seen["periods"].as_array().unwrap().iter().all(|period| period["stopped_at"].is_string()));
    let rating = owner.send("POST", &format!("/v1/cases/{case}/rating"), &json!({ "level": "satisfied" })).await;
    assert_eq!(rating.problem(), (409, "case.state".to_owned()));
}
