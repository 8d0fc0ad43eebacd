//! What staff may and may not do to a case, and what they see of it.

use entity::staff::Role;
use serde_json::{Value, json};
use tests::Setup;
use tests::county::{COUNTY, grant, refusal};

use super::{Desk, days, period};

tests::on_both!(
    a_refusal_needs_an_approver_a_reason_and_a_remedy,
    not_taking_up_is_an_end,
    what_is_begun_ends_before_the_decision,
    two_at_one_desk_do_not_both_act,
    staff_see_what_they_have_to_see,
    every_role_does_its_own,
);

async fn a_refusal_needs_an_approver_a_reason_and_a_remedy(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.accepted().await;
    let no = refusal("conditions_not_met");
    let clerk = desk.staff(Role::Clerk).await.act(&case, "deny", &no).await;
    assert_eq!(clerk.problem(), (403, "session.not_allowed".to_owned()));
    let approver = desk.staff(Role::Approver).await;
    let bare = json!({ "reason": "no_permit_needed", "words": " ", "remedy": "" });
    let faults = approver.act(&case, "deny", &bare).await.expect(422).faults();
    let pairs = [("/reason", "form.choice"), ("/words", "form.required"), ("/remedy", "form.required")];
    assert_eq!(faults, pairs.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert_eq!(approver.desk_case(&case).await["case"]["state"], "accepted", "nothing was changed");
    approver.act(&case, "deny", &no).await.expect(200);
    desk.scene.drain().await;
    let done = desk.last(&case, "done");
    assert_eq!(done["doneresult"], "1");
    assert!(done["exitres"].as_str().unwrap().contains("第三十八条"));
    let owner = desk.scene.owner().await;
    let events = owner.case(&case).await["events"].clone();
    let note = events.as_array().unwrap().last().unwrap()["note"].as_str().unwrap().to_owned();
    assert!(note.contains("第三十八条") && note.contains("国道") && note.contains("行政诉讼"), "{note}");
    let rating = json!({ "level": "dissatisfied", "words": "太慢" });
    let early = owner.send("POST", &format!("/v1/cases/{case}/rating"), &rating).await;
    assert_eq!(early.problem(), (409, "case.state".to_owned()), "it is still to be handed out");
    desk.staff(Role::Issuer).await.act(&case, "issue", &Value::Null).await.expect(200);
    let mute = owner.send("POST", &format!("/v1/cases/{case}/rating"), &json!({ "level": "dissatisfied" })).await;
    assert_eq!(mute.faults(), [("/words".to_owned(), "form.required".to_owned())]);
    owner.send("POST", &format!("/v1/cases/{case}/rating"), &rating).await.expect(200);
    desk.scene.drain().await;
    assert_eq!(
        (&desk.last(&case, "ratings")["starLevel"], &desk.last(&case, "ratings")["satisfaction"]),
        (&"2".into(), &"4".into())
    );
    assert_eq!(owner.case(&case).await["state"], "closed");
    assert!(owner.case(&case).await["licence"].is_null());
}

async fn not_taking_up_is_an_end(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    let approver = desk.staff(Role::Approver).await;
    let wrong = approver.act(&case, "not-accept", &refusal("conditions_not_met")).await;
    assert_eq!(wrong.faults(), [("/reason".to_owned(), "form.choice".to_owned())]);
    let ended = approver.act(&case, "not-accept", &refusal("other_authority")).await.expect(200).json();
    assert_eq!(ended["case"]["state"], "not_accepted");
    assert!(!period(&ended, "correction").unwrap().2);
    desk.scene.drain().await;
    assert_eq!((&desk.last(&case, "done")["doneresult"], desk.scene.there(&case).state.as_str()), (&"6".into(), "07"));
    let owner = desk.scene.owner().await;
    assert_eq!(owner.notices().await, ["not_accepted"]);
    owner.send("POST", &format!("/v1/cases/{case}/rating"), &json!({ "level": "fairly_satisfied" })).await.expect(200);
}

async fn what_is_begun_ends_before_the_decision(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.accepted().await;
    let approver = desk.staff(Role::Approver).await;
    let begin = json!({ "name": "审查" });
    let end = json!({ "agreed": true, "opinion": "同意" });
    assert_eq!(approver.act(&case, "step/end", &end).await.problem(), (409, "case.step_none".to_owned()));
    approver.act(&case, "step", &begin).await.expect(200);
    for (act, body) in [("step", begin), ("approve", grant()), ("deny", refusal("conditions_not_met"))] {
        assert_eq!(approver.act(&case, act, &body).await.problem(), (409, "case.step_open".to_owned()), "{act}");
    }
    approver.act(&case, "step/end", &end).await.expect(200);
    let wrong = json!({ "kind": "public_notice", "reason": "", "until": "2026-03-01" });
    let faults = approver.act(&case, "special", &wrong).await.expect(422).faults();
    assert_eq!(faults.iter().map(|fault| fault.0.as_str()).collect::<Vec<_>>(), ["/reason", "/until"]);
    let notice = json!({ "kind": "public_notice", "reason": "公示", "until": "2026-03-06" });
    let shown = approver.act(&case, "special", &notice).await.expect(200).json();
    assert_eq!(shown["special"]["name"], "公示");
    assert_eq!(period(&shown, "promise"), days("2026-03-02", "2026-03-09", true), "the law counts it");
    assert_eq!(approver.act(&case, "approve", &grant()).await.problem(), (409, "case.step_open".to_owned()));
    let bare = json!({ "licence": { "name": "", "number": " ", "publisher": "" }, "fee": {
        "amount": "免费", "standard": "", "payer": { "name": "", "id_card": "", "mobile": "", "telephone": "" } } });
    assert_eq!(approver.act(&case, "approve", &bare).await.expect(422).faults().len(), 9, "all at once");
    approver.act(&case, "special/end", &json!({ "result": "没有异议" })).await.expect(200);
    approver.act(&case, "approve", &grant()).await.expect(200);
}

async fn two_at_one_desk_do_not_both_act(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    let (first, second) = (desk.staff(Role::Clerk).await, desk.staff(Role::Approver).await);
    let items = json!({ "items": [{ "words": "写全地址" }] });
    let no = refusal("other_authority");
    let (accepted, corrected, refused) = tokio::join!(
        first.act(&case, "accept", &Value::Null),
        first.act(&case, "correct", &items),
        second.act(&case, "not-accept", &no),
    );
    let mut statuses = [accepted.status, corrected.status, refused.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
    desk.scene.drain().await;
    assert_eq!(desk.told(&case).len(), 1);
}

async fn staff_see_what_they_have_to_see(setup: Setup) {
    let desk = Desk::open(setup).await;
    let (case, other) = (desk.submitted(COUNTY).await, desk.scene.owner().await.ready_for(COUNTY).await);
    let clerk = desk.staff(Role::Clerk).await;
    clerk.act(&case, "escalate", &json!({ "words": "能不能受理，请定" })).await.expect(200);
    let page = clerk.get("/staff/v1/cases?state=submitted&limit=1").await.expect(200).json();
    let entry = &page["cases"][0];
    assert_eq!((&entry["id"], &entry["escalated"]), (&case.clone().into(), &true.into()));
    assert_eq!((&entry["shop"], &entry["periods"][0]["due"]), (&"示例百货".into(), &"2026-03-09".into()));
    assert_eq!(clerk.get("/staff/v1/cases?state=accepted").await.expect(200).json()["cases"], json!([]));
    let seen = clerk.desk_case(&case).await;
    let inner = &seen["inner_events"][0];
    assert_eq!((&inner["act"], &inner["note"]), (&"escalated".into(), &"能不能受理，请定".into()));
    let owner = desk.scene.owner().await;
    assert_eq!(owner.acts(&case).await, ["created", "submitted"], "the bureau's own business");
    let photo = seen["case"]["materials"][0]["photos"][0].as_str().unwrap().to_owned();
    let bytes = clerk.get(&format!("/staff/v1/cases/{case}/photos/{photo}")).await.expect(200).body;
    let own = owner.get(&format!("/v1/photos/{photo}/content")).await.expect(200).body;
    assert_eq!(bytes, own);
    // A draft, and a case the province decides, are nobody's here.
    let province = owner.ready().await;
    owner.submit(&province).await;
    for foreign in [&other, &province] {
        assert_eq!(clerk.get(&format!("/staff/v1/cases/{foreign}")).await.problem(), (404, "case.unknown".to_owned()));
        let photo = clerk.get(&format!("/staff/v1/cases/{foreign}/photos/{photo}")).await;
        assert_eq!(photo.problem(), (404, "case.unknown".to_owned()));
        assert_eq!(clerk.act(foreign, "accept", &Value::Null).await.problem(), (404, "case.unknown".to_owned()));
    }
    let elsewhere = format!("/staff/v1/cases/{case}/photos/{other}");
    assert_eq!(clerk.get(&elsewhere).await.problem(), (404, "photo.unknown".to_owned()));
}

/// Who may is asked before anything else: what a role may not do is refused whatever the case.
async fn every_role_does_its_own(setup: Setup) {
    let desk = Desk::open(setup).await;
    let nowhere = "0192f0c1-7b1e-7c3a-8000-000000000000";
    let special = json!({ "kind": "hearing", "reason": "听证", "until": "2026-03-06" });
    let window = [Role::Clerk, Role::Approver];
    let approver = [Role::Approver];
    let acts: [(&str, Value, &[Role]); 11] = [
        ("accept", Value::Null, &window),
        ("correct", json!({ "items": [{ "words": "改" }] }), &window),
        ("escalate", json!({ "words": "请定" }), &window),
        ("not-accept", refusal("other_authority"), &approver),
        ("step", json!({ "name": "审查" }), &approver),
        ("step/end", json!({ "agreed": true, "opinion": "同意" }), &approver),
        ("special", special, &approver),
        ("special/end", json!({ "result": "完" }), &approver),
        ("approve", grant(), &approver),
        ("deny", refusal("conditions_not_met"), &approver),
        ("issue", Value::Null, &[Role::Issuer]),
    ];
    for role in [Role::Clerk, Role::Approver, Role::Issuer, Role::Supervisor, Role::Operator] {
        let staff = desk.staff(role).await;
        for (act, body, may) in &acts {
            let expected = if may.contains(&role) { (404, "case.unknown") } else { (403, "session.not_allowed") };
            let said = staff.act(nowhere, act, body).await.problem();
            assert_eq!(said, (expected.0, expected.1.to_owned()), "{act} by {role:?}");
        }
        let looks = staff.get("/staff/v1/cases").await.status;
        assert_eq!(looks, if role == Role::Operator { 403 } else { 200 }, "{role:?}");
    }
}
