//! What the platform says of a case, call by call: which version counts, what stands whatever was before, and nothing that is said
//! is lost without a word.

use casework::machine::Scope;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use portal::adapter::{Received, ReportFault};
use serde_json::{Value, json};
use tests::{Answer, Machine, Setup};

use crate::relaying::{Scene, orgbusno};

struct Platform {
    machine: Machine,
    said: std::sync::atomic::AtomicU32,
}

impl Platform {
    async fn of(scene: &Scene) -> Self {
        let machine = scene.app.integrator("platform", &[Scope::ReportsWrite, Scope::CasesRead]).await;
        Self { machine, said: 0.into() }
    }

    /// Says something of a case that happened at `at`.
    async fn says(&self, case: &str, at: DateTime<Utc>, fields: Value) -> Answer {
        let number = self.said.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let (id, at) = (format!("{case}-{number}"), at.to_rfc3339_opts(SecondsFormat::Secs, true));
        let mut report = json!({ "reportid": id, "orgbusno": orgbusno(case), "occurtime": at });
        report.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.machine.report(&report).await
    }

    /// What became of it: result, why, and where the case stands then.
    async fn told(&self, case: &str, at: DateTime<Utc>, fields: Value) -> String {
        let answer = self.says(case, at, fields).await.expect(200).json();
        ["result", "why", "state"].map(|name| answer[name].as_str().unwrap_or("-").to_owned()).join(" ")
    }
}

async fn handed_over(scene: &Scene) -> String {
    let case = scene.submitted().await;
    assert!(scene.drain().await > 0);
    scene.forward(TimeDelta::minutes(1));
    case
}

/// Corrected and handed in anew: its second version. Answers a moment before that.
async fn corrected(scene: &Scene, platform: &Platform, case: &str) -> DateTime<Utc> {
    let before = scene.now();
    assert_eq!(platform.told(case, before, json!({ "state": "06" })).await, "applied - correcting");
    scene.forward(TimeDelta::minutes(1));
    let path = format!("/v1/cases/{case}/submit");
    scene.owner().await.post_once(&path, &format!("again-{case}"), None).await.expect(202);
    scene.drain().await;
    scene.forward(TimeDelta::minutes(1));
    before
}

async fn a_version_that_was_replaced_moves_nothing_and_a_decision_stands(setup: Setup) {
    let scene = Scene::start(setup).await;
    let platform = Platform::of(&scene).await;
    let case = handed_over(&scene).await;
    let before = corrected(&scene, &platform, &case).await;
    let now = scene.now();
    for state in ["05", "06", "12"] {
        let told = platform.told(&case, now, json!({ "state": state, "dataver": 1 })).await;
        assert_eq!(told, "stale older_version submitted", "{state}");
        let silent = platform.told(&case, before, json!({ "state": state })).await;
        assert_eq!(silent, "stale older_version submitted", "{state}: it happened before the second version was there");
        let refused = platform.says(&case, now, json!({ "state": state, "dataver": 3 })).await;
        assert_eq!(refused.problem(), (422, "report.invalid".to_owned()), "{state}");
        assert_eq!(refused.faults(), [("/dataver".to_owned(), "report.version".to_owned())], "{state}");
    }
    assert_eq!(platform.told(&case, now, json!({ "state": "05" })).await, "applied - accepted", "of the newest");
    let late = platform.told(&case, now, json!({ "state": "06", "dataver": 2 })).await;
    assert_eq!(late, "stale further_along accepted", "a correction is asked for once, and before the acceptance");
    let denied = json!({ "state": "10", "doneresult": "1", "exitres": "不符合规划", "dataver": 1 });
    assert_eq!(platform.told(&case, now, denied).await, "applied - denied", "whichever version it speaks of");
    let granted = json!({ "state": "10", "doneresult": "0" });
    assert_eq!(platform.told(&case, now, granted).await, "not_possible decided denied");
    // Nothing of it is gone.
    let acts = scene.owner().await.acts(&case).await;
    assert_eq!(acts.iter().filter(|act| *act == "correction").count(), 4, "{acts:?}");
    let other = handed_over(&scene).await;
    let not_accepted = json!({ "state": "07", "exitres": "不属于本部门", "dataver": 7 });
    assert_eq!(platform.told(&other, scene.now(), not_accepted).await, "applied - not_accepted");
    assert_eq!(
        platform.told("0198c0ffee0070008000000000000001", now, json!({ "state": "05" })).await,
        "unknown_case - -"
    );
}

async fn what_was_given_up_takes_a_decision_and_nothing_else(setup: Setup) {
    let scene = Scene::start(setup).await;
    let platform = Platform::of(&scene).await;
    let case = handed_over(&scene).await;
    scene.owner().await.call("POST", &format!("/v1/cases/{case}/withdraw")).await.expect(200);
    let now = scene.now();
    assert_eq!(platform.told(&case, now, json!({ "state": "12" })).await, "not_possible given_up withdrawn");
    let granted = json!({ "state": "10", "doneresult": "0" });
    assert_eq!(platform.told(&case, now, granted).await, "applied - approved");
}

/// Nothing is left to put right once the case went on, by whatever way.
async fn a_correction_that_is_over_is_asked_for_no_more(setup: Setup) {
    let scene = Scene::start(setup).await;
    let platform = Platform::of(&scene).await;
    let (passed, given_up) = (handed_over(&scene).await, handed_over(&scene).await);
    for case in [&passed, &given_up] {
        let told = platform.told(case, scene.now(), json!({ "state": "06", "nodeadv": "请补正" })).await;
        assert_eq!(told, "applied - correcting");
        assert_eq!(scene.case(case).await["correction"], "请补正");
    }
    assert_eq!(platform.told(&passed, scene.now(), json!({ "state": "12" })).await, "applied - reviewing");
    scene.owner().await.call("POST", &format!("/v1/cases/{given_up}/withdraw")).await.expect(200);
    for case in [&passed, &given_up] {
        assert_eq!(scene.case(case).await["correction"], Value::Null);
    }
}

async fn everything_that_is_said_is_read_or_refused(setup: Setup) {
    let scene = Scene::start(setup).await;
    let platform = Platform::of(&scene).await;
    let case = handed_over(&scene).await;
    let lists =
        json!(["身份证看不清", { "attrid": "site-photo", "memo": "太暗" }, { "attrid": "lease", "memo": "缺一页" }]);
    let advice = json!({ "state": "06", "nodeadv": "请补正", "lists": lists });
    assert_eq!(platform.told(&case, scene.now(), advice).await, "applied - correcting");
    let item = scene.owner().await.item(tests::desk::SIGNBOARD).await;
    let materials = item["materials"].as_array().unwrap();
    let photo = materials.iter().find(|material| material["code"] == "site-photo").unwrap()["name"].as_str().unwrap();
    let expected = format!("请补正\n身份证看不清\n{photo}：太暗\nlease：缺一页");
    assert_eq!(scene.case(&case).await["correction"], expected.as_str());
    let other = handed_over(&scene).await;
    let granted = |limit: &str| json!({ "state": "10", "doneresult": "0", "certificatenam": "许可证", "certificateno": "鲁-1", "certificatelimit": limit });
    let refused = platform.says(&other, scene.now(), granted("soon")).await;
    assert_eq!(refused.problem(), (422, "report.invalid".to_owned()));
    assert_eq!(refused.faults(), [("/certificatelimit".to_owned(), "report.malformed".to_owned())]);
    assert!(refused.json()["errors"][0]["detail"].as_str().unwrap().contains("20281121"), "it says what would do");
    let ahead = platform.says(&other, scene.now() + TimeDelta::days(2), granted("长期")).await;
    assert_eq!(ahead.faults(), [("/occurtime".to_owned(), "report.malformed".to_owned())]);
    assert_eq!(scene.case(&other).await["state"], "submitted");
    assert_eq!(platform.told(&other, scene.now(), granted("2028年11月21日")).await, "applied - approved");
    assert_eq!(scene.case(&other).await["licence"]["valid_until"], "2028-11-21");
}

async fn a_licence_may_follow_the_decision(setup: Setup) {
    let scene = Scene::start(setup).await;
    let platform = Platform::of(&scene).await;
    let case = handed_over(&scene).await;
    let granted = json!({ "state": "10", "doneresult": "0" });
    assert_eq!(platform.told(&case, scene.now(), granted.clone()).await, "applied - approved");
    let decided_at = scene.case(&case).await["decided_at"].clone();
    let with = |fields: Value| {
        let mut all = granted.clone();
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        all
    };
    let half = platform.says(&case, scene.now(), with(json!({ "certificatenam": "许可证" }))).await;
    assert_eq!(half.faults(), [("/certificateno".to_owned(), "report.missing".to_owned())]);
    scene.forward(TimeDelta::hours(1));
    let licence = with(json!({ "certificatenam": "许可证", "certificateno": "鲁-1" }));
    assert_eq!(platform.told(&case, scene.now(), licence.clone()).await, "applied - approved");
    let shown = scene.case(&case).await;
    assert_eq!((&shown["licence"]["number"], &shown["decided_at"]), (&json!("鲁-1"), &decided_at));
    // The applicant hears of the decision once, and of its licence in the case.
    assert_eq!(scene.owner().await.notices().await, ["approved"]);
    assert_eq!(platform.told(&case, scene.now(), licence).await, "stale further_along approved");
}

/// Nobody is there to be told of what was fetched: it is kept, and the operator hears of it for some days.
async fn what_was_fetched_and_cannot_be_taken_is_kept_and_told(setup: Setup) {
    let scene = Scene::start(setup).await;
    let case = handed_over(&scene).await;
    let desk = &scene.app.app().desk;
    let watcher = scene.app.integrator("watcher", &[Scope::DeliveriesRead]).await;
    let todo = || async {
        let digest = watcher.get("/integration/v1/digest").await.expect(200).json();
        digest["todo"].as_array().unwrap().iter().map(|line| line["en"].to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(todo().await, "");
    let raw = json!({ "reportid": "x", "orgbusno": orgbusno(&case) }).to_string();
    let unread = Received { raw, report: Err(ReportFault::Missing("state").into()) };
    for _ in 0..2 {
        assert_eq!(portal::poll::take(desk, &unread).await.unwrap(), None);
    }
    assert!(todo().await.contains("1 reports of the province could not be taken"), "{}", todo().await);
    scene.forward(TimeDelta::days(8));
    assert_eq!(todo().await, "");
}

/// A copy says whether it is what was handed in.
async fn what_is_being_corrected_is_not_what_was_handed_in(setup: Setup) {
    let scene = Scene::start(setup).await;
    let platform = Platform::of(&scene).await;
    let case = handed_over(&scene).await;
    let read = || async {
        let whole = platform.machine.get(&format!("/integration/v1/cases/{case}")).await.expect(200).json();
        (whole["version"].as_i64().unwrap(), whole["as_submitted"].as_bool().unwrap())
    };
    assert_eq!(read().await, (1, true));
    assert_eq!(platform.told(&case, scene.now(), json!({ "state": "06" })).await, "applied - correcting");
    assert_eq!(read().await, (1, false));
    scene.forward(TimeDelta::minutes(1));
    scene.owner().await.post_once(&format!("/v1/cases/{case}/submit"), "submit-again", None).await.expect(202);
    assert_eq!(read().await, (2, true));
    let other = handed_over(&scene).await;
    platform.told(&other, scene.now(), json!({ "state": "06" })).await;
    scene.forward(TimeDelta::minutes(1));
    platform.told(&other, scene.now(), json!({ "state": "10", "doneresult": "0" })).await;
    let whole = platform.machine.get(&format!("/integration/v1/cases/{other}")).await.expect(200).json();
    assert_eq!(whole["as_submitted"], false, "decided while the owner may have changed it");
}

tests::on_both!(
    a_version_that_was_replaced_moves_nothing_and_a_decision_stands,
    what_was_given_up_takes_a_decision_and_nothing_else,
    a_correction_that_is_over_is_asked_for_no_more,
    everything_that_is_said_is_read_or_refused,
    a_licence_may_follow_the_decision,
    what_was_fetched_and_cannot_be_taken_is_kept_and_told,
    what_is_being_corrected_is_not_what_was_handed_in,
);
