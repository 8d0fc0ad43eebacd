//! What the province hears of a case the county decides, whatever happens on the way.

use entity::staff::Role;
use portal::simulator::{Action, CallKind, Fault, Status, Step};
use serde_json::{Value, json};
use tests::Setup;
use tests::county::{BARE, COUNTY, grant};

use super::Desk;

tests::on_both!(
    every_step_is_there_once_whatever_is_lost,
    what_is_incomplete_waits_for_a_person_with_all_its_faults,
    what_the_province_lost_is_told_again_step_by_step,
    a_province_that_decides_what_is_not_its_own_changes_nothing,
);

async fn every_step_is_there_once_whatever_is_lost(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    desk.staff(Role::Clerk).await.act(&case, "accept", &Value::Null).await.expect(200);
    let approver = desk.staff(Role::Approver).await;
    for (act, body) in [
        ("step", json!({ "name": "审查" })),
        ("step/end", json!({ "agreed": true, "opinion": "同意" })),
        ("special", json!({ "kind": "hearing", "reason": "听证", "until": "2026-03-06" })),
        ("special/end", json!({ "result": "同意" })),
        ("approve", grant()),
    ] {
        approver.act(&case, act, &body).await.expect(200);
    }
    // Each call is carried out and its answer lost, once refused for a moment, and once cut off before.
    for action in [Action::CloseAfter, Action::Status, Action::CloseBefore, Action::CloseAfter, Action::CloseAfter] {
        desk.scene.fail(Fault::on(CallKind::Step, action));
        desk.scene.drain().await;
        desk.scene.forward(chrono::TimeDelta::hours(3));
    }
    for _ in 0..8 {
        desk.scene.fail(Fault { skip: 1, ..Fault::on(CallKind::Step, Action::CloseAfter) });
        desk.scene.drain().await;
        desk.scene.forward(chrono::TimeDelta::hours(3));
    }
    assert_eq!(desk.told(&case), ["accept 3", "steps 4", "steps 5", "specials 6", "specials 7", "done 8"]);
    assert_eq!(desk.scene.there(&case).posts, 1);
    assert_eq!(desk.scene.seen(&case).await, ("approved".to_owned(), "done".to_owned()));
}

async fn what_is_incomplete_waits_for_a_person_with_all_its_faults(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(BARE).await;
    desk.staff(Role::Clerk).await.act(&case, "accept", &Value::Null).await.expect(200);
    let approver = desk.staff(Role::Approver).await;
    approver.act(&case, "step", &json!({ "name": "审查" })).await.expect(200);
    desk.scene.drain().await;
    assert!(desk.scene.there(&case).told.is_empty(), "nothing was sent, and what comes after it waits");
    let operator = desk.staff(Role::Operator).await;
    let parked = operator.get("/staff/v1/deliveries?state=parked").await.expect(200).json();
    let delivery = &parked["deliveries"][0];
    assert_eq!((&delivery["promise"], &delivery["reason"]), (&"accept_v1".into(), &"province.incomplete".into()));
    assert_eq!(parked["deliveries"].as_array().unwrap().len(), 1);
    let path = format!("/staff/v1/deliveries/{}", delivery["id"].as_str().unwrap());
    let history = operator.get(&path).await.expect(200).json();
    let attempt = &history["attempts"][0];
    assert_eq!((&attempt["step"], &attempt["status"]), (&"tell".into(), &Value::Null));
    let reply = attempt["reply"].as_str().unwrap();
    for fault in ["/acceptdeptname step.missing 缺少受理部门名称", "/acceptdeptid step.missing 缺少受理部门编码"]
    {
        assert!(reply.lines().any(|line| line == fault), "{reply}");
    }
    // The applicant is told nothing of it: the case goes on.
    let owner = desk.scene.owner().await;
    assert_eq!(owner.notices().await, ["accepted"]);
    assert_eq!(owner.case(&case).await["state"], "reviewing");
}

async fn a_province_that_decides_what_is_not_its_own_changes_nothing(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    for status in [Status::Accepted, Status::Correction, Status::Approved] {
        desk.scene.report(&case, &Step::now(status)).await;
        assert_eq!(desk.scene.seen(&case).await.0, "submitted", "{status:?}");
    }
    let owner = desk.scene.owner().await;
    assert_eq!(owner.acts(&case).await, ["created", "submitted"]);
    assert!(owner.notices().await.is_empty());
    desk.scene.report(&case, &Step::raw("99")).await;
    assert_eq!(owner.case(&case).await["province_state"], "99", "a word we do not know is kept and shown");
    let report = json!({
        "reportid": "county-1", "orgbusno": case.replace('-', ""), "state": "10", "doneresult": "1",
        "occurtime": "2026-03-02T10:00:00+08:00",
    });
    let machine = desk.scene.app.machine();
    let body = report.to_string();
    let signed = machine.signed("POST", "/integration/v1/reports", body.as_bytes());
    assert_eq!(machine.finish(signed).await.expect(200).json()["result"], "not_possible");
}

/// The case is there again, under another number, and so is every step.
async fn what_the_province_lost_is_told_again_step_by_step(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    desk.staff(Role::Clerk).await.act(&case, "accept", &Value::Null).await.expect(200);
    let approver = desk.staff(Role::Approver).await;
    approver.act(&case, "step", &json!({ "name": "审查" })).await.expect(200);
    settle(&desk).await;
    let (before, number) = (desk.told(&case), desk.scene.there(&case).projid);
    assert_eq!(before, ["accept 3", "steps 4"]);
    let http = portal::http::Http::new(tests::BOUND).unwrap();
    let forget = http.request(reqwest::Method::DELETE, &format!("{}/sim/cases", desk.scene.province().url()));
    http.send(forget, 1024).await.unwrap();
    let reconcile = || api::reconcile::now(desk.scene.app.app(), true, "test");
    let report = reconcile().await.unwrap();
    assert_eq!((report.found, report.cured), (1, 1), "{report:#?}");
    settle(&desk).await;
    assert_eq!(desk.told(&case), before);
    assert_ne!(desk.scene.there(&case).projid, number);
    assert_eq!(reconcile().await.unwrap().found, 0);
    approver.act(&case, "step/end", &json!({ "agreed": true, "opinion": "同意" })).await.expect(200);
    approver.act(&case, "approve", &grant()).await.expect(200);
    settle(&desk).await;
    assert_eq!(desk.told(&case), ["accept 3", "steps 4", "steps 5", "done 6"]);
    assert_eq!(reconcile().await.unwrap().found, 0);
}

/// Delivers until nothing is owed to the province.
async fn settle(desk: &Desk) {
    for _ in 0..8 {
        desk.scene.drain().await;
    }
}
