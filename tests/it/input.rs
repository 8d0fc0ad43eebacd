//! What people and broken programs send: forms, photos in the wrong place, keys used twice, more than a form can hold.

use serde_json::{Value, json};
use tests::caller::{Caller, Upload};
use tests::desk::{LARGE, SIGNBOARD};
use tests::{Setup, files, on_both};

on_both!(a_form_with_every_field_wrong, photos_in_the_wrong_place, keys_and_revisions);

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn fault(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

async fn a_form_with_every_field_wrong(setup: Setup) {
    let app = setup.without_relay().start().await;
    let owner = app.owner("wang").await;
    let mut form = owner.item(SIGNBOARD).await["form"]["examples"][0].clone();
    let leaves = spoil(&mut form);
    let case = owner.draft(SIGNBOARD, &form).await;
    let check = owner.get(&format!("/v1/cases/{case}/check")).await.expect(200).json();
    let listed: Vec<(String, String)> = check["missing"].as_array().unwrap().iter().map(of_fault).collect();
    for leaf in &leaves {
        assert!(
            listed.iter().any(|(pointer, _)| pointer == &format!("/form{leaf}")),
            "{leaf} is not told: {listed:#?}"
        );
    }
    let refused = owner.call("POST", &format!("/v1/cases/{case}/submit")).await;
    assert_eq!(refused.problem(), problem(422, "case.incomplete"));
    assert_eq!(refused.faults(), listed, "submit tells what check tells");
    // The same in English, and in no language the same words.
    let request = owner.request("GET", &format!("/v1/cases/{case}/check")).header("accept-language", "en");
    let english = owner.finish(request).await.expect(200).json();
    for (zh, en) in check["missing"].as_array().unwrap().iter().zip(english["missing"].as_array().unwrap()) {
        assert!(
            zh["detail"].as_str().unwrap().chars().any(|c| c > '\u{2e80}') && en["detail"] != zh["detail"],
            "{zh} {en}"
        );
    }
    // Nothing went anywhere.
    assert_eq!(owner.case(&case).await["state"], "draft");
    assert_eq!(app.relay().drain().await.unwrap(), 0);
}

fn of_fault(fault: &Value) -> (String, String) {
    let text = |name: &str| fault[name].as_str().unwrap().to_owned();
    (text("pointer"), text("code"))
}

/// Makes every answer one that cannot be right, and answers where they are.
fn spoil(form: &mut Value) -> Vec<String> {
    fn walk(value: &mut Value, pointer: &str, leaves: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                fields.iter_mut().for_each(|(name, inner)| walk(inner, &format!("{pointer}/{name}"), leaves));
            }
            leaf => {
                leaves.push(pointer.to_owned());
                // A kind of value that no field of the form takes.
                *leaf = json!([null]);
            }
        }
    }
    let mut leaves = Vec::new();
    walk(form, "", &mut leaves);
    leaves
}

async fn photos_in_the_wrong_place(setup: Setup) {
    let app = setup.without_relay().start().await;
    let (owner, stranger) = (app.owner("wang").await, app.owner("li").await);
    let case = owner.draft(SIGNBOARD, &json!({})).await;
    let file = files::small_jpeg();
    let send = async |item, material| {
        owner.upload(&Upload { item, material, keep_anyway: false, name: "a.jpg", file }).await.problem()
    };
    assert_eq!(send(SIGNBOARD, "safety-commitment").await, problem(404, "material.unknown"));
    assert_eq!(send("no-such-item", "site-photo").await, problem(404, "item.unknown"));
    assert_eq!(owner.place(&case, "safety-commitment", &[]).await.problem(), problem(404, "material.unknown"));
    let mine = owner.photo(SIGNBOARD, "site-photo", "a.jpg", file).await;
    let theirs = stranger.photo(SIGNBOARD, "site-photo", "a.jpg", file).await;
    let other_material = owner.photo(SIGNBOARD, "rendering", "a.jpg", file).await;
    let other_item = owner.photo(LARGE, "site-photo", "a.jpg", file).await;
    assert_ne!(mine, theirs, "the same bytes of another person are another photo");
    let unknown = "0192f0c1-7b1e-7c3a-8000-000000000000".to_owned();
    let wanted = [mine.clone(), theirs, other_material, other_item, unknown, mine.clone()];
    let refused = owner.place(&case, "site-photo", &wanted).await;
    assert_eq!(refused.problem(), problem(422, "form.invalid"));
    let expected = [
        fault("/photos/1", "photo.not_found"),
        fault("/photos/2", "photo.other_material"),
        fault("/photos/3", "photo.other_material"),
        fault("/photos/4", "photo.not_found"),
        fault("/photos/5", "photo.twice"),
    ];
    assert_eq!(refused.faults(), expected);
    let too_many = owner.place(&case, "site-photo", &vec![mine.clone(); 7]).await;
    assert_eq!(too_many.problem(), problem(422, "form.invalid"));
    assert_eq!(too_many.faults(), [fault("/photos", "material.too_many")]);
    assert_eq!(owner.case(&case).await["materials"], json!([]), "nothing was placed");
    owner.place(&case, "site-photo", &[mine]).await.expect(200);
    let refused = owner.call("POST", &format!("/v1/cases/{case}/submit")).await;
    assert_eq!(refused.problem(), problem(422, "case.incomplete"));
}

async fn keys_and_revisions(setup: Setup) {
    let app = setup.without_relay().start().await;
    let (owner, stranger) = (app.owner("wang").await, app.owner("li").await);
    let body = json!({ "item": SIGNBOARD });
    let first = owner.post_once("/v1/cases", "key-of-mine", Some(&body)).await.expect(201);
    let again = owner.post_once("/v1/cases", "key-of-mine", Some(&body)).await.expect(201);
    assert_eq!((first.body.clone(), first.header("etag")), (again.body.clone(), again.header("etag")));
    let other = json!({ "item": LARGE });
    let refused = owner.post_once("/v1/cases", "key-of-mine", Some(&other)).await;
    assert_eq!(refused.problem(), problem(422, "idempotency.mismatch"));
    // Another person's key of the same name is another key.
    let theirs = stranger.post_once("/v1/cases", "key-of-mine", Some(&other)).await.expect(201);
    assert_ne!(theirs.json()["id"], first.json()["id"]);
    for key in ["short", "has space in it", &"k".repeat(65)] {
        let refused = owner.post_once("/v1/cases", key, Some(&body)).await;
        assert_eq!(refused.problem(), problem(400, "idempotency.key"), "{key}");
    }
    assert_eq!(owner.get("/v1/cases").await.json()["cases"].as_array().unwrap().len(), 1);
    // A refusal is not remembered: the same key works once the cause is mended.
    let case = owner.ready().await;
    let path = format!("/v1/cases/{case}/submit");
    let photos = owner.case(&case).await["materials"][0].clone();
    let (material, ids) = (photos["code"].as_str().unwrap(), photos["photos"].clone());
    owner.place(&case, material, &[]).await.expect(200);
    let refused = owner.post_once(&path, "the-only-key", None).await;
    assert_eq!(refused.problem(), problem(422, "case.incomplete"));
    let ids: Vec<String> = serde_json::from_value(ids).unwrap();
    owner.place(&case, material, &ids).await.expect(200);
    let submitted = owner.post_once(&path, "the-only-key", None).await.expect(202);
    assert_eq!(owner.post_once(&path, "the-only-key", None).await.expect(202).body, submitted.body);
    let without = owner.call("POST", &path).await;
    assert_eq!(without.problem(), problem(409, "case.state"), "submitted is not submittable");
    assert_eq!(owner.place(&case, material, &[]).await.problem(), problem(409, "case.state"));
    stale(&owner).await;
    let cursor = owner.get("/v1/cases?cursor=nonsense").await;
    assert_eq!(cursor.problem(), problem(400, "list.cursor"));
}

/// Two phones at one draft: the second one is told.
async fn stale(owner: &Caller) {
    let started = owner.send("POST", "/v1/cases", &json!({ "item": SIGNBOARD })).await.expect(201);
    let (case, known) = (started.json()["id"].as_str().unwrap().to_owned(), started.header("etag").to_owned());
    let change = async |name: &str| {
        let path = format!("/v1/cases/{case}/form");
        let body = json!({ "form": { "shop": { "name": name } } });
        owner.finish(owner.request("PUT", &path).header("if-match", &known).json(&body)).await
    };
    change("一号店").await.expect(200);
    assert_eq!(change("二号店").await.problem(), problem(412, "case.changed"));
    assert_eq!(owner.case(&case).await["form"]["shop"]["name"], "一号店");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_too_much_for_a_form() {
    let app = Setup::sqlite().without_relay().start().await;
    let owner = app.owner("wang").await;
    let mut deep = json!({});
    for _ in 0..60 {
        deep = json!({ "a": deep });
    }
    let many: Vec<_> = (0..20_000).collect();
    for form in
        [deep, json!({ "a": many }), json!({ "a": "字".repeat(200_000) }), json!([]), json!("text"), json!(null)]
    {
        let answer = owner.send("POST", "/v1/cases", &json!({ "item": SIGNBOARD, "form": form })).await;
        if !form.is_null() {
            assert_eq!(
                answer.problem(),
                problem(422, "form.invalid"),
                "{}",
                &form.to_string()[..20.min(form.to_string().len())]
            );
        }
    }
    let huge = json!({ "item": SIGNBOARD, "form": { "a": "x".repeat(2 << 20) } });
    assert_eq!(owner.send("POST", "/v1/cases", &huge).await.problem(), problem(413, "request.too_large"));
}
