//! Periods that run out: the clock is driven, and the round over what ran out is made by hand.

use casework::county::due::{self, Ran};
use chrono::TimeDelta;
use entity::case_clock;
use entity::staff::Role;
use sea_orm::{ActiveValue::Set, EntityTrait as _};
use serde_json::{Value, json};
use tests::Setup;
use tests::county::COUNTY;

use super::{Desk, days, period};

tests::on_both!(
    who_does_not_speak_in_time_has_taken_it_up,
    who_speaks_too_late_finds_it_taken_up,
    a_correction_that_never_comes_ends_the_case,
    another_calendar_counts_anew,
);

async fn round(desk: &Desk) -> Ran {
    due::run(&desk.scene.app.app().desk).await.unwrap()
}

async fn who_does_not_speak_in_time_has_taken_it_up(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    // Monday, 23:00 of the last day: in time until it ends.
    desk.scene.forward(TimeDelta::days(7) + TimeDelta::hours(13));
    assert_eq!(round(&desk).await, Ran::default());
    desk.scene.forward(TimeDelta::hours(2));
    assert_eq!(round(&desk).await, Ran { deemed: 1, ..Ran::default() });
    assert_eq!(round(&desk).await, Ran::default(), "once");
    let seen = desk.staff(Role::Supervisor).await.desk_case(&case).await;
    assert_eq!(seen["case"]["state"], "accepted");
    assert_eq!(period(&seen, "decision"), days("2026-03-02", "2026-03-30", true), "from the day of receipt");
    desk.scene.drain().await;
    let told = desk.last(&case, "accept");
    assert_eq!(told["occurtime"], "2026-03-02T02:00:00Z");
    let owner = desk.scene.owner().await;
    assert_eq!(owner.acts(&case).await, ["created", "submitted", "deemed_accepted"]);
    assert_eq!(owner.notices().await, ["accepted"]);
}

async fn who_speaks_too_late_finds_it_taken_up(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    desk.scene.forward(TimeDelta::days(8));
    let clerk = desk.staff(Role::Clerk).await;
    let items = json!({ "items": [{ "words": "写全地址" }] });
    assert_eq!(clerk.act(&case, "correct", &items).await.problem(), (409, "case.state".to_owned()));
    let seen = clerk.desk_case(&case).await;
    assert_eq!(seen["case"]["state"], "accepted");
    assert_eq!(seen["case"]["events"][2]["act"], "deemed_accepted");
    assert_eq!(round(&desk).await, Ran::default(), "nothing is left for the clock");
}

async fn a_correction_that_never_comes_ends_the_case(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    let items = json!({ "items": [{ "words": "写全地址" }] });
    desk.staff(Role::Clerk).await.act(&case, "correct", &items).await.expect(200);
    desk.scene.drain().await;
    desk.scene.forward(TimeDelta::days(30));
    assert_eq!(round(&desk).await, Ran::default(), "the last day is in time");
    desk.scene.forward(TimeDelta::days(1));
    assert_eq!(round(&desk).await, Ran { lapsed: 1, ..Ran::default() });
    assert_eq!(round(&desk).await, Ran::default(), "once");
    desk.scene.drain().await;
    let done = desk.last(&case, "done");
    assert_eq!((&done["doneresult"], desk.scene.there(&case).state.as_str()), (&"5".into(), "13"));
    let owner = desk.scene.owner().await;
    assert_eq!(owner.case(&case).await["state"], "lapsed");
    assert_eq!(owner.notices().await, ["correction", "lapsed"]);
    let late = owner.post_once(&format!("/v1/cases/{case}/submit"), "much-too-late", None).await;
    assert_eq!(late.problem(), (409, "case.state".to_owned()));
    let seen = desk.staff(Role::Supervisor).await.desk_case(&case).await;
    assert!(seen["periods"].as_array().unwrap().iter().all(|period| period["stopped_at"].is_string()));
}

/// A notice came that the periods were not counted with: those that run are counted anew before anything runs out.
async fn another_calendar_counts_anew(setup: Setup) {
    let desk = Desk::open(setup).await;
    let case = desk.submitted(COUNTY).await;
    desk.staff(Role::Clerk).await.act(&case, "accept", &Value::Null).await.expect(200);
    let db = desk.scene.app.database().await;
    let day = "2026-03-03".parse().unwrap();
    let older = case_clock::ActiveModel { calendar: Set("2025-x".to_owned()), due_on: Set(day), ..Default::default() };
    case_clock::Entity::update_many().set(older).exec(&db).await.unwrap();
    assert_eq!(round(&desk).await, Ran { recounted: 1, ..Ran::default() });
    assert_eq!(round(&desk).await, Ran::default(), "once");
    let seen = desk.staff(Role::Supervisor).await.desk_case(&case).await;
    assert_eq!(period(&seen, "decision"), days("2026-03-02", "2026-03-30", true));
    assert_eq!(
        period(&seen, "correction"),
        days("2026-03-02", "2026-03-03", false),
        "what has stopped stays as it was"
    );
}
