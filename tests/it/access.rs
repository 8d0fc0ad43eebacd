//! Who may do what: every operation of the three documents, for everybody who might try.
//!
//! An operation without a row here fails the test, and so does a row without an operation.

use std::collections::BTreeSet;

use entity::staff::Role;
use portal::simulator::{Action, CallKind, Fault, Script, Status, Step};
use serde_json::{Value, json};
use tests::caller::{Answer, BOUNDARY, Caller, Upload};
use tests::desk::SIGNBOARD;
use tests::parts::sha256;
use tests::{Machine, Setup, TestApp, files, on_both, wait_for};

on_both!(every_operation_knows_who_may, lists_show_nothing_of_others);

/// What an operation answers to nobody, a stranger, the owner, a clerk, an operator and a machine.
type Row = (&'static str, &'static str, String, Body, [&'static str; 6]);

enum Body {
    None,
    Json(Value),
    Multipart(Vec<u8>),
}

/// For everybody.
const fn open(answer: &'static str) -> [&'static str; 6] {
    [answer; 6]
}

/// For whoever signed in as an applicant; what it answers to a stranger and to the owner.
const fn applicants(stranger: &'static str, owner: &'static str) -> [&'static str; 6] {
    const NO: &str = "401 session.missing";
    const OTHER_DOOR: &str = "401 session.invalid";
    [NO, stranger, owner, OTHER_DOOR, OTHER_DOOR, NO]
}

/// For those of the staff who watch over deliveries.
const WATCHERS: [&str; 6] = [
    "401 session.missing",
    "401 session.invalid",
    "401 session.invalid",
    "403 session.not_allowed",
    "200",
    "401 session.missing",
];

/// For machines.
const MACHINES: [&str; 6] = [
    "401 signature.invalid",
    "401 signature.invalid",
    "401 signature.invalid",
    "401 signature.invalid",
    "401 signature.invalid",
    "200",
];

/// Things that belong to the owner, and a delivery that is parked.
struct Things {
    draft: String,
    ready: String,
    photo: String,
    upload: String,
    notice: String,
    delivery: String,
    orgbusno: String,
    staff_key: String,
}

fn table(of: &Things) -> Vec<Row> {
    use Body::{Json, None};
    let case = |rest: &str| format!("/v1/cases/{}{rest}", of.draft);
    let unknown = applicants("404 case.unknown", "200");
    let subscription = json!({ "template": "tpl-accepted", "result": "accept" });
    let mut all = vec![
        ("sign_in_wechat", "POST", "/v1/session/wechat".into(), Json(json!({ "code": "dev-anybody" })), open("200")),
        (
            "refresh_session",
            "POST",
            "/v1/session/refresh".into(),
            Json(json!({ "refresh_token": "none" })),
            open("401 session.ended"),
        ),
        ("list_items", "GET", "/v1/items".into(), None, open("200")),
        ("get_item", "GET", format!("/v1/items/{SIGNBOARD}"), None, open("200")),
        (
            "set_phone",
            "PUT",
            "/v1/account/phone".into(),
            Json(json!({ "code": "phone-13800003210" })),
            applicants("200", "200"),
        ),
        ("record_subscription", "POST", "/v1/subscriptions".into(), Json(subscription), applicants("200", "200")),
        ("create_case", "POST", "/v1/cases".into(), Json(json!({ "item": SIGNBOARD })), applicants("201", "201")),
        ("list_cases", "GET", "/v1/cases".into(), None, applicants("200", "200")),
        ("get_case", "GET", case(""), None, unknown),
        ("change_case", "PUT", case("/form"), Json(json!({ "form": {} })), unknown),
        ("set_material", "PUT", case("/materials/site-photo"), Json(json!({ "photos": [of.photo] })), unknown),
        ("check_case", "GET", case("/check"), None, unknown),
        ("submit_case", "POST", format!("/v1/cases/{}/submit", of.ready), None, applicants("404 case.unknown", "202")),
        ("withdraw_case", "POST", case("/withdraw"), None, unknown),
        ("list_notices", "GET", "/v1/notices".into(), None, applicants("200", "200")),
        (
            "read_notice",
            "POST",
            format!("/v1/notices/{}/read", of.notice),
            None,
            applicants("404 notice.unknown", "200"),
        ),
    ];
    all.extend(pictures(of));
    all.extend(offices(of));
    // Last: it ends the sessions.
    all.push(("sign_out", "DELETE", "/v1/session".into(), None, applicants("204", "204")));
    all
}

/// The operations of photos and uploads.
fn pictures(of: &Things) -> Vec<Row> {
    use Body::{Json, Multipart, None};
    let file = files::small_jpeg();
    let upload = Upload { item: SIGNBOARD, material: "site-photo", keep_anyway: false, name: "a.jpg", file };
    let at = |rest: &str| format!("/v1/uploads/{}{rest}", of.upload);
    let hidden = |owner| applicants("404 upload.unknown", owner);
    vec![
        // The owner sent these bytes before.
        ("upload_photo", "POST", "/v1/photos".into(), Multipart(upload.body()), applicants("201", "200")),
        ("get_photo", "GET", format!("/v1/photos/{}", of.photo), None, applicants("404 photo.unknown", "200")),
        (
            "get_photo_content",
            "GET",
            format!("/v1/photos/{}/content", of.photo),
            None,
            applicants("404 photo.unknown", "200"),
        ),
        (
            "begin_upload",
            "POST",
            "/v1/uploads".into(),
            Json(json!({ "size": file.len(), "sha256": sha256(file) })),
            applicants("201", "200"),
        ),
        ("get_upload", "GET", at(""), None, hidden("200")),
        ("put_part", "PUT", at("/parts/1"), Multipart(file.into()), hidden("200")),
        (
            "complete_upload",
            "POST",
            at("/complete"),
            Json(json!({ "item": SIGNBOARD, "material": "site-photo" })),
            hidden("200"),
        ),
        ("drop_upload", "DELETE", at(""), None, hidden("204")),
    ]
}

/// The operations of staff and machines.
fn offices(of: &Things) -> Vec<Row> {
    use Body::{Json, None};
    let report = json!({
        "reportid": "access-1", "orgbusno": of.orgbusno, "state": "12", "occurtime": "2026-11-22T09:30:00+08:00", "sn": 90,
    });
    let delivery = format!("/staff/v1/deliveries/{}", of.delivery);
    vec![
        ("sign_in_staff", "POST", "/staff/v1/session".into(), Json(json!({ "key": of.staff_key })), open("200")),
        ("list_deliveries", "GET", "/staff/v1/deliveries".into(), None, WATCHERS),
        ("get_delivery", "GET", delivery.clone(), None, WATCHERS),
        ("redrive_delivery", "POST", format!("{delivery}/redrive"), None, WATCHERS),
        ("receive_report", "POST", "/integration/v1/reports".into(), Json(report), MACHINES),
    ]
}

async fn every_operation_knows_who_may(setup: Setup) {
    let app = setup.script(Script::nothing()).without_relay().start().await;
    let owner = app.owner("wang").await;
    let things = things(&app, &owner).await;
    let people =
        [app.nobody(), app.owner("li").await, owner, app.staff(Role::Clerk).await, app.staff(Role::Operator).await];
    let machine = app.machine();
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

async fn things(app: &TestApp, owner: &Caller) -> Things {
    // One case at the province, accepted, so that there is a notice; another one refused there, so that it is parked.
    let through = owner.ready().await;
    owner.submit(&through).await;
    app.relay().drain().await.unwrap();
    let orgbusno = app.simulator().cases().pop().expect("it arrived").orgbusno;
    assert!(app.simulator().advance(&orgbusno, &Step::now(Status::Accepted)));
    owner.wait_for_state(&through, "accepted").await;
    app.simulator().fail(Fault::on(CallKind::Case, Action::Refuse)).unwrap();
    let refused = owner.ready().await;
    owner.submit(&refused).await;
    app.relay().drain().await.unwrap();
    let operator = app.staff(Role::Operator).await;
    let parked = operator.get("/staff/v1/deliveries?state=parked").await.expect(200).json();
    let ready = owner.ready().await;
    let material = owner.case(&ready).await["materials"].clone();
    let photos = material.as_array().unwrap().iter().find(|one| one["code"] == "site-photo").unwrap();
    let notices = owner.get("/v1/notices").await.expect(200).json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Things {
        draft: owner.draft(SIGNBOARD, &json!({})).await,
        photo: text(&photos["photos"][0]),
        upload: text(&owner.begin_upload(files::small_jpeg()).await.expect(201).json()["id"]),
        notice: text(&notices["notices"][0]["id"]),
        delivery: text(&parked["deliveries"][0]["id"]),
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
