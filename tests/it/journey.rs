//! The main job, whole: from signing in to the province's answer and the notice, over real HTTP.

use std::collections::BTreeSet;

use photo::Rule;
use portal::simulator::{Script, Status, Step};
use serde_json::{Value, json};
use tests::caller::{Caller, Upload};
use tests::desk::LARGE;
use tests::setup::{Database, Objects};
use tests::{Setup, TestApp, files, wait_for};

/// The binary under test.
const BINARY: &str = env!("CARGO_BIN_EXE_served");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_and_folder() {
    journey(Setup::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_and_s3() {
    journey(Setup::postgres()).await;
}

/// Only where a real S3 server is named by `GXB_TEST_S3_*`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_and_the_given_s3() {
    if tests::objects::given().is_some() {
        journey(Setup::on(Database::Postgres, Objects::Given)).await;
    }
}

async fn journey(setup: Setup) {
    // Nothing happens at the province until we say so.
    let mut app = setup.script(Script::nothing()).process(BINARY).start().await;
    let owner = app.owner("wang").await;
    let item = guide(&app, &owner).await;
    let case = owner.draft(LARGE, &json!({ "shop": item["form"]["examples"][0]["shop"] })).await;
    let half = photograph(&owner, &item, &case, &["site-photo", "rendering"]).await;
    let before = owner.case(&case).await;

    app.kill().await;
    app.restart().await;

    let after = owner.case(&case).await;
    assert_eq!(after, before, "what was answered before the kill is there after it");
    let missing = missing(&owner, &case).await;
    assert!(missing.contains("/materials/ownership") && missing.contains("/form/applicant"), "{missing:?}");
    assert!(!missing.iter().any(|pointer| pointer.starts_with("/materials/site-photo")), "{missing:?}");
    // The same bytes again are the same photo, also for the new process.
    let again = photograph(&owner, &item, &case, &["rendering"]).await;
    assert!(again.is_subset(&half));

    photograph(&owner, &item, &case, &["business-licence", "ownership", "safety-commitment"]).await;
    let form = json!({ "form": item["form"]["examples"][0] });
    owner.send("PUT", &format!("/v1/cases/{case}/form"), &form).await.expect(200);
    assert_eq!(owner.get(&format!("/v1/cases/{case}/check")).await.json(), json!({ "ready": true, "missing": [] }));
    let number = submit_twice(&owner, &case).await;
    at_the_province_once(&app, &owner, &case, &number).await;
    decided(&app, &owner, &case).await;
    app.stop().await;
}

/// What nobody need sign in for: the list, and what the item needs.
async fn guide(app: &TestApp, owner: &Caller) -> Value {
    let nobody = app.nobody();
    let list = nobody.get("/v1/items").await.expect(200);
    assert!(list.json()["items"].as_array().unwrap().iter().any(|item| item["code"] == LARGE));
    let known = nobody.request("GET", "/v1/items").header("if-none-match", list.header("etag"));
    nobody.finish(known).await.expect(304);
    for template in list.json()["templates"].as_array().unwrap() {
        let body = json!({ "template": template["template"], "result": "accept" });
        let counted = owner.send("POST", "/v1/subscriptions", &body).await.expect(200).json();
        assert_eq!(counted["remaining"], 1);
        let openid = app.outside.wechat.state().openid("wang");
        app.outside.wechat.state().grant(&openid, template["template"].as_str().unwrap(), 1).unwrap();
    }
    let phone = owner.send("PUT", "/v1/account/phone", &json!({ "code": "phone-13800003210" })).await.expect(200);
    assert_eq!(phone.json()["phone"], "138****3210");
    let item = owner.item(LARGE).await;
    assert!(item["guide"]["who"]["text"].is_string(), "{}", item["guide"]);
    assert_eq!(item["decided_by"], "province");
    item
}

/// Fills these materials: the street picture in every format a phone has, or pages of text. Answers the photos.
async fn photograph(owner: &Caller, item: &Value, case: &str, materials: &[&str]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let scenes = files::of_scene();
    for material in materials {
        let spec = item["materials"].as_array().unwrap().iter().find(|spec| spec["code"] == *material).unwrap();
        let most = usize::try_from(spec["max_photos"].as_u64().unwrap()).unwrap();
        let taken: Vec<(String, Vec<u8>)> = match *material {
            "site-photo" => scenes[..6].to_vec(),
            "rendering" => scenes[6..].to_vec(),
            _ => (0..2).map(|number| (format!("page-{number}.jpg"), files::page(number))).collect(),
        };
        let mut photos = Vec::new();
        for (name, file) in &taken {
            photos.push(upload(owner, spec, material, name, file).await);
        }
        assert!(photos.len() <= most, "{material} takes {most}");
        all.extend(photos.iter().cloned());
        let placed = owner.place(case, material, &photos).await.expect(200).json();
        let mine = placed["materials"].as_array().unwrap().iter().find(|one| one["code"] == *material).unwrap();
        assert_eq!(mine["photos"], json!(photos), "in the order of the owner");
    }
    all
}

async fn upload(owner: &Caller, spec: &Value, material: &str, name: &str, file: &[u8]) -> String {
    let sent = Upload { item: LARGE, material, keep_anyway: false, name, file };
    let answer = owner.upload(&sent).await;
    assert!(matches!(answer.status, 200 | 201), "{name}: {}", String::from_utf8_lossy(&answer.body));
    let photo = answer.json();
    assert_eq!(photo["verdict"], "ready", "{name}: {photo:#}");
    let id = photo["id"].as_str().unwrap().to_owned();
    let original = owner.get(&format!("/v1/photos/{id}/content?form=original")).await.expect(200);
    assert_eq!(original.body, file, "{name}: the original is kept untouched");
    let normalised = owner.get(&format!("/v1/photos/{id}/content")).await.expect(200);
    let rule: Rule = serde_json::from_value(spec["rule"].clone()).unwrap();
    fits(&rule, &normalised.body, name);
    id
}

/// Whether a finished file is what the rule asks for: seen with a decoder that is not ours.
fn fits(rule: &Rule, bytes: &[u8], name: &str) {
    assert!(bytes.len() as u64 <= rule.max_bytes, "{name}: {} bytes", bytes.len());
    assert_eq!(image::guess_format(bytes).unwrap(), image::ImageFormat::Jpeg, "{name}");
    let picture = tests::pictures::wrap::read(bytes);
    let (short, long) = (picture.width().min(picture.height()), picture.width().max(picture.height()));
    let limits = (rule.min_short_px, rule.min_long_px, rule.max_long_px.unwrap_or(u32::MAX));
    assert!(short >= limits.0 && long >= limits.1 && long <= limits.2, "{name}: {short} × {long}");
    for private in [&b"Exif\0\0"[..], b"ICC_PROFILE", b"http://ns.adobe.com"] {
        assert!(!bytes.windows(private.len()).any(|part| part == private), "{name} still carries what it must not");
    }
    if rule.kind == photo::Kind::Document {
        return;
    }
    assert!(picture.width() > picture.height(), "{name} lies on its side");
    let (w, h) = (picture.width(), picture.height());
    let near = |x: u32, y: u32, wanted: [i32; 3]| {
        let found = picture.get_pixel(x, y).0.map(i32::from);
        let far = found.iter().zip(wanted).any(|(found, wanted)| (found - wanted).abs() > 60);
        assert!(!far, "{name}: {found:?} instead of {wanted:?} at {x}, {y}");
    };
    // The three coloured corners: yellow, green and blue.
    let inset = h / 50;
    near(inset, inset, [255, 255, 0]);
    near(w - 1 - inset, inset, [0, 160, 60]);
    near(inset, h - 1 - inset, [20, 60, 220]);
}

async fn missing(owner: &Caller, case: &str) -> BTreeSet<String> {
    let check = owner.get(&format!("/v1/cases/{case}/check")).await.expect(200).json();
    assert_eq!(check["ready"], false);
    let missing = check["missing"].as_array().unwrap();
    missing.iter().map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect()
}

/// Twice at once and once more: one number.
async fn submit_twice(owner: &Caller, case: &str) -> String {
    let path = format!("/v1/cases/{case}/submit");
    let send = || owner.post_once(&path, "the-one-submission", None);
    let (one, other) = tokio::join!(send(), send());
    let late = send().await.expect(202);
    for answer in [one, other] {
        assert_eq!(answer.expect(202).json(), late.json());
    }
    assert_eq!(late.json()["state"], "submitted");
    let number = late.json()["number"].as_str().unwrap().to_owned();
    assert!(number.starts_with("371526"), "{number}");
    number
}

async fn at_the_province_once(app: &TestApp, owner: &Caller, case: &str, number: &str) {
    let there = app.simulator().wait_for(tests::BOUND, |province| province.cases().pop()).await.expect("it arrives");
    wait_for("the relay knows", || async { (owner.case(case).await["relay"]["state"] == "done").then_some(()) }).await;
    assert_eq!(app.simulator().cases().len(), 1);
    assert_eq!(there.posts, 1);
    let text = there.application.to_string();
    assert!(text.contains(number), "{text}");
    let mut sent = 0;
    for material in there.application["materials"].as_array().unwrap() {
        for file in material["files"].as_array().unwrap() {
            let sha256 = file["sha256"].as_str().unwrap();
            let kept = app.simulator().file(sha256).unwrap_or_else(|| panic!("the province lacks {sha256}"));
            assert!(kept.rules.contains(file["rule"].as_str().unwrap()), "it passed the province's own check");
            assert_eq!(sha256, hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&kept.bytes)));
            sent += 1;
        }
    }
    assert_eq!(sent, 6 + 6 + 2 * 3, "every photo of every material");
}

async fn decided(app: &TestApp, owner: &Caller, case: &str) {
    let orgbusno = app.simulator().cases().pop().unwrap().orgbusno;
    for (status, state) in [(Status::Accepted, "accepted"), (Status::Approved, "approved")] {
        assert!(app.simulator().advance(&orgbusno, &Step::now(status)));
        owner.wait_for_state(case, state).await;
    }
    let events = owner.case(case).await["events"].clone();
    // Its arrival is only ever polled: whether it is heard of before the decision is a matter of time.
    let events = events.as_array().unwrap().iter().filter(|event| event["act"] != "received");
    let told: Vec<_> = events.map(|event| [event["act"].clone(), event["actor"].clone()]).collect();
    let wanted =
        [("created", "applicant"), ("submitted", "applicant"), ("accepted", "province"), ("approved", "province")];
    assert_eq!(told, wanted.map(|(act, actor)| [Value::from(act), Value::from(actor)]));
    assert!(owner.case(case).await["licence"]["number"].is_string());
    assert_eq!(owner.notices().await, ["accepted", "approved"]);
    let openid = app.outside.wechat.state().openid("wang");
    let told = wait_for("both messages on WeChat", || async {
        let messages = app.outside.wechat.state().messages(Some(&openid));
        (messages.len() == 2).then_some(messages)
    })
    .await;
    let templates: Vec<_> = told.iter().map(|message| message.template.as_str()).collect();
    assert_eq!(templates, ["tpl-accepted", "tpl-approved"]);
    let page = owner.get("/v1/notices").await.expect(200).json();
    let newest = page["notices"][0]["id"].as_str().unwrap().to_owned();
    let read = owner.call("POST", &format!("/v1/notices/{newest}/read")).await.expect(200).json();
    assert!(read["read_at"].is_string());
}
