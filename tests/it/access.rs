//! Who may do what: every operation of the three documents, for everybody who might try.
//!
//! An operation without a row here fails the test, and so does a row without an operation.

mod table;

use std::collections::BTreeSet;

use casework::machine::Scope;
use entity::staff::Role;
use portal::simulator::{Action, CallKind, Fault, Script, Status, Step};
use serde_json::{Value, json};
use tests::caller::{Answer, BOUNDARY, Caller};
use tests::county::{self, COUNTY};
use tests::desk::SIGNBOARD;
use tests::{Machine, Setup, TestApp, files, on_both, wait_for};

use self::table::{Body, table};

on_both!(every_operation_knows_who_may, a_machine_may_what_its_scopes_say, lists_show_nothing_of_others);

/// Things that belong to the owner, and two deliveries that are parked.
pub struct Things {
    pub draft: String,
    pub ready: String,
    pub photo: String,
    pub upload: String,
    pub notice: String,
    pub delivery: String,
    pub doomed: String,
    pub handed_in: String,
    pub handed_in_photo: String,
    pub orgbusno: String,
    pub staff_key: String,
    pub decided: String,
    pub at_desk: String,
    pub to_correct: String,
    pub desk_photo: String,
}

async fn every_operation_knows_who_may(setup: Setup) {
    let catalogue = county::catalogue();
    let setup = setup.set("GXB_CATALOGUE_DIR", catalogue.path().display().to_string());
    let app = setup.script(Script::nothing()).without_relay().start().await;
    app.guard_views().await;
    let owner = app.owner("wang").await;
    let things = things(&app, &owner).await;
    let people =
        [app.nobody(), app.owner("li").await, owner, app.staff(Role::Clerk).await, app.staff(Role::Operator).await];
    let machine = app.integrator("all-scopes", &Scope::ALL).await;
    let table = table(&things);
    let mut wrong = Vec::new();
    for (operation, method, path, body, expected) in &table {
        for (who, expected) in ["nobody", "stranger", "owner", "clerk", "operator", "machine"].iter().zip(expected) {
            let person = ["nobody", "stranger", "owner", "clerk", "operator"].iter().position(|name| name == who);
            let answer = match person {
                Some(number) => ask(&people[number], method, path, body).await,
                None => sign(&machine, method, path, body).await,
            };
            let found = said(&answer);
            if found != **expected {
                wrong.push(format!("{operation} by {who}: {found} instead of {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let rows: BTreeSet<_> = table.iter().map(|row| row.0).collect();
    let operations = api::http::operations(app.app());
    let documented: BTreeSet<_> = operations.all().iter().map(|operation| operation.id).collect();
    assert_eq!(rows, documented, "a row for every operation, and an operation for every row");
}

/// Every operation that lets a machine in refuses one without a scope, and the province's own machine, which may only
/// report.
async fn a_machine_may_what_its_scopes_say(setup: Setup) {
    let catalogue = county::catalogue();
    let setup = setup.set("GXB_CATALOGUE_DIR", catalogue.path().display().to_string());
    let app = setup.script(Script::nothing()).without_relay().start().await;
    let things = things(&app, &app.owner("wang").await).await;
    let (none, province) = (app.integrator("no-scopes", &[]).await, app.machine());
    let mut asked = 0;
    for (operation, method, path, body, expected) in &table(&things) {
        if !path.starts_with("/integration/v1/") || expected[0] != "401 signature.invalid" {
            continue;
        }
        asked += 1;
        assert_eq!(said(&sign(&none, method, path, body).await), "403 machine.scope", "{operation}");
        let reports = if *operation == "receive_report" { "200" } else { "403 machine.scope" };
        assert_eq!(said(&sign(&province, method, path, body).await), reports, "{operation}");
    }
    assert!(asked > 5, "{asked}");
}

async fn things(app: &TestApp, owner: &Caller) -> Things {
    // One case at the province, accepted, so that there is a notice; another one refused there, so that it is parked.
    let through = owner.ready().await;
    owner.submit(&through).await;
    app.relay().drain().await.unwrap();
    let orgbusno = app.simulator().cases().pop().expect("it arrived").orgbusno;
    assert!(app.simulator().advance(&orgbusno, &Step::now(Status::Accepted)));
    owner.wait_for_state(&through, "accepted").await;
    assert!(app.simulator().advance(&orgbusno, &Step::now(Status::Approved)));
    owner.wait_for_state(&through, "approved").await;
    let (at_desk, to_correct) = (owner.ready_for(COUNTY).await, owner.ready_for(COUNTY).await);
    owner.submit(&at_desk).await;
    owner.submit(&to_correct).await;
    app.relay().drain().await.unwrap();
    app.simulator().fail(Fault::on(CallKind::Case, Action::Refuse).times(2)).unwrap();
    for _ in 0..2 {
        let refused = owner.ready().await;
        owner.submit(&refused).await;
    }
    app.relay().drain().await.unwrap();
    app.integrator("spare", &[]).await;
    api::reconcile::now(app.app(), false, "test").await.unwrap();
    let operator = app.staff(Role::Operator).await;
    let parked = operator.get("/staff/v1/deliveries?state=parked").await.expect(200).json();
    let ready = owner.ready().await;
    let material = owner.case(&ready).await["materials"].clone();
    let photos = material.as_array().unwrap().iter().find(|one| one["code"] == "site-photo").unwrap();
    let notices = owner.get("/v1/notices").await.expect(200).json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let desk_photo = text(&owner.case(&at_desk).await["materials"][0]["photos"][0]);
    let handed_in_photo = text(&owner.case(&through).await["materials"][0]["photos"][0]);
    Things {
        handed_in: through.clone(),
        handed_in_photo,
        decided: through,
        at_desk,
        to_correct,
        desk_photo,
        draft: owner.draft(SIGNBOARD, &json!({})).await,
        photo: text(&photos["photos"][0]),
        upload: text(&owner.begin_upload(files::small_jpeg()).await.expect(201).json()["id"]),
        notice: text(&notices["notices"][0]["id"]),
        delivery: text(&parked["deliveries"][0]["id"]),
        doomed: text(&parked["deliveries"][1]["id"]),
        staff_key: casework::staff::create(&app.app().desk, "另一位", Role::Clerk).await.unwrap().1,
        ready,
        orgbusno,
    }
}

async fn ask(who: &Caller, method: &str, path: &str, body: &Body) -> Answer {
    let request = who.request(method, path);
    who.finish(match body {
        Body::None => request,
        Body::Json(value) => request.json(value),
        Body::Multipart(bytes) => {
            request.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}")).body(bytes.clone())
        }
    })
    .await
}

async fn sign(machine: &Machine, method: &str, path: &str, body: &Body) -> Answer {
    let bytes = match body {
        Body::None => Vec::new(),
        Body::Json(value) => value.to_string().into_bytes(),
        Body::Multipart(bytes) => bytes.clone(),
    };
    machine.finish(machine.signed(method, path, &bytes)).await
}

/// The status, and the code of a problem.
fn said(answer: &Answer) -> String {
    if answer.status < 400 {
        return answer.status.to_string();
    }
    let (status, code) = answer.problem();
    format!("{status} {code}")
}

async fn lists_show_nothing_of_others(setup: Setup) {
    let app = setup.start().await;
    let (owner, stranger) = (app.owner("wang").await, app.owner("li").await);
    let case = owner.ready().await;
    owner.submit(&case).await;
    owner.wait_for_state(&case, "approved").await;
    wait_for("the notices", || async { (owner.notices().await.len() == 2).then_some(()) }).await;
    let mine = owner.get("/v1/cases").await.expect(200).json();
    assert_eq!(mine["cases"][0]["id"], case);
    for (path, name) in [("/v1/cases", "cases"), ("/v1/notices", "notices")] {
        assert_eq!(stranger.get(path).await.expect(200).json()[name], json!([]), "{path}");
    }
    // What others may not know of looks exactly like what is not there.
    let hidden = stranger.get(&format!("/v1/cases/{case}")).await;
    let absent = stranger.get("/v1/cases/0192f0c1-7b1e-7c3a-8000-000000000000").await;
    let words = |answer: &Answer| {
        let mut words = answer.json();
        words["request_id"] = Value::Null;
        words
    };
    assert_eq!(words(&hidden), words(&absent));
}
