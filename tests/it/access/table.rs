//! One row for every operation: how it is asked, and what each of those who might try is answered.

use serde_json::{Value, json};
use tests::caller::Upload;
use tests::county::{grant, refusal};
use tests::desk::SIGNBOARD;
use tests::files;
use tests::parts::sha256;

use super::Things;

/// What an operation answers to nobody, a stranger, the owner, a clerk, an operator and a machine.
pub type Row = (&'static str, &'static str, String, Body, [&'static str; 6]);

pub enum Body {
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

/// For clerks of the window; what a clerk may do, an operator may not.
const WINDOW: [&str; 6] = [
    "401 session.missing",
    "401 session.invalid",
    "401 session.invalid",
    "200",
    "403 session.not_allowed",
    "401 session.missing",
];

/// For those who decide or issue; neither a clerk nor an operator does. Which role may do what: `county`.
const DECIDERS: [&str; 6] = [
    "401 session.missing",
    "401 session.invalid",
    "401 session.invalid",
    "403 session.not_allowed",
    "403 session.not_allowed",
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

pub fn table(of: &Things) -> Vec<Row> {
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
        (
            "rate_case",
            "POST",
            format!("/v1/cases/{}/rating", of.decided),
            Json(json!({ "level": "satisfied" })),
            applicants("404 case.unknown", "200"),
        ),
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
    all.extend(desk(of));
    all.extend(offices(of));
    all.extend(machines(of));
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

/// The operations of the county's desk.
fn desk(of: &Things) -> Vec<Row> {
    use Body::{Json, None};
    let at = |rest: &str| format!("/staff/v1/cases/{}{rest}", of.at_desk);
    let items = json!({ "items": [{ "words": "写全地址" }] });
    let special = json!({ "kind": "hearing", "reason": "听证", "until": "2099-01-01" });
    let step_end = json!({ "agreed": true, "opinion": "同意" });
    vec![
        ("list_desk", "GET", "/staff/v1/cases".into(), None, WINDOW),
        ("get_desk_case", "GET", at(""), None, WINDOW),
        ("get_desk_photo", "GET", at(&format!("/photos/{}", of.desk_photo)), None, WINDOW),
        ("escalate_case", "POST", at("/escalate"), Json(json!({ "words": "请定" })), WINDOW),
        ("accept_case", "POST", at("/accept"), None, WINDOW),
        ("correct_case", "POST", format!("/staff/v1/cases/{}/correct", of.to_correct), Json(items), WINDOW),
        ("not_accept_case", "POST", at("/not-accept"), Json(refusal("other_authority")), DECIDERS),
        ("begin_step", "POST", at("/step"), Json(json!({ "name": "审查" })), DECIDERS),
        ("end_step", "POST", at("/step/end"), Json(step_end), DECIDERS),
        ("begin_special", "POST", at("/special"), Json(special), DECIDERS),
        ("end_special", "POST", at("/special/end"), Json(json!({ "result": "完" })), DECIDERS),
        ("approve_case", "POST", at("/approve"), Json(grant()), DECIDERS),
        ("deny_case", "POST", at("/deny"), Json(refusal("conditions_not_met")), DECIDERS),
        ("issue_case", "POST", at("/issue"), None, DECIDERS),
    ]
}

/// The operations of machines.
fn machines(of: &Things) -> Vec<Row> {
    use Body::{Json, None};
    let report = json!({
        "reportid": "access-1", "orgbusno": of.orgbusno, "state": "12", "occurtime": "2026-11-22T09:30:00+08:00", "sn": 90,
    });
    let at = |rest: &str| format!("/integration/v1{rest}");
    let (stuck, doomed) = (at(&format!("/deliveries/{}", of.delivery)), at(&format!("/deliveries/{}", of.doomed)));
    let case = at(&format!("/cases/{}", of.handed_in));
    let webhook = at("/webhooks/hook");
    let [mut no_such_delivery, mut removed] = [MACHINES; 2];
    // Of another destination.
    no_such_delivery[5] = "404 delivery.unknown";
    removed[5] = "204";
    let why = || Json(json!({ "reason": "a test" }));
    vec![
        ("receive_report", "POST", at("/reports"), Json(report), MACHINES),
        ("list_changes", "GET", at("/changes"), None, MACHINES),
        ("acknowledge_changes", "POST", at("/changes/acknowledge"), Json(json!({})), MACHINES),
        ("get_whole_case", "GET", case.clone(), None, MACHINES),
        ("link_file", "POST", format!("{case}/files/{}/link", of.handed_in_photo), None, MACHINES),
        (
            "get_linked_file",
            "GET",
            at(&format!("/files/{}?expires=9999999999&signature=00", of.handed_in_photo)),
            None,
            open("403 link.invalid"),
        ),
        ("list_stuck", "GET", at("/deliveries?state=parked&destination=province"), None, MACHINES),
        ("get_stuck", "GET", stuck.clone(), None, MACHINES),
        ("redrive_one", "POST", format!("{stuck}/redrive"), None, MACHINES),
        ("redrive_many", "POST", at("/deliveries/redrive"), Json(json!({})), MACHINES),
        ("cancel_delivery", "POST", format!("{doomed}/cancel"), why(), MACHINES),
        ("put_webhook", "PUT", webhook.clone(), Json(json!({ "url": "https://example.test/" })), MACHINES),
        ("list_webhooks", "GET", at("/webhooks"), None, MACHINES),
        ("put_webhook_key", "PUT", format!("{webhook}/keys/second"), Json(json!({ "kind": "v1a" })), MACHINES),
        ("delete_webhook_key", "DELETE", format!("{webhook}/keys/second"), None, MACHINES),
        (
            "replay_webhook",
            "POST",
            format!("{webhook}/replay"),
            Json(json!({ "since": "2099-01-01T00:00:00Z" })),
            MACHINES,
        ),
        ("list_webhook_deliveries", "GET", format!("{webhook}/deliveries"), None, MACHINES),
        ("get_webhook_delivery", "GET", format!("{webhook}/deliveries/{}", of.delivery), None, no_such_delivery),
        ("delete_webhook", "DELETE", webhook, None, removed),
        ("list_rules", "GET", at("/rules"), None, MACHINES),
        ("list_rule_versions", "GET", at("/rules/signboard-scene/versions"), None, MACHINES),
        ("state_rules", "PUT", at("/rules"), Json(json!({ "rules": [] })), MACHINES),
        ("fetch_rules", "POST", at("/rules/fetch"), None, MACHINES),
        ("read_digest", "GET", at("/digest"), None, MACHINES),
        ("read_reconciliation", "GET", at("/reconciliation"), None, MACHINES),
        ("list_destinations", "GET", at("/destinations"), None, MACHINES),
        ("pause_destination", "POST", at("/destinations/wechat/pause"), why(), MACHINES),
        ("resume_destination", "POST", at("/destinations/wechat/resume"), None, MACHINES),
    ]
}

/// The operations of staff.
fn offices(of: &Things) -> Vec<Row> {
    use Body::{Json, None};
    let delivery = format!("/staff/v1/deliveries/{}", of.delivery);
    vec![
        ("sign_in_staff", "POST", "/staff/v1/session".into(), Json(json!({ "key": of.staff_key })), open("200")),
        ("list_deliveries", "GET", "/staff/v1/deliveries".into(), None, WATCHERS),
        ("get_delivery", "GET", delivery.clone(), None, WATCHERS),
        ("redrive_delivery", "POST", format!("{delivery}/redrive"), None, WATCHERS),
        ("get_digest", "GET", "/staff/v1/digest".into(), None, WATCHERS),
        ("get_reconciliation", "GET", "/staff/v1/reconciliation".into(), None, WATCHERS),
        ("list_machines", "GET", "/staff/v1/machines".into(), None, WATCHERS),
        (
            "set_machine_scopes",
            "PUT",
            "/staff/v1/machines/spare/scopes".into(),
            Json(json!({ "scopes": ["cases.read"] })),
            WATCHERS,
        ),
    ]
}
