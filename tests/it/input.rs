//! What people and broken programs send: forms, photos in the wrong place, keys used twice, uploads that never end.

use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tests::caller::{Answer, BOUNDARY, Caller, Upload, field};
use tests::desk::{LARGE, SIGNBOARD};
use tests::{Setup, TestApp, files, on_both, wait_for};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

on_both!(a_form_with_every_field_wrong, photos_in_the_wrong_place, keys_and_revisions, uploads_that_are_no_uploads);

const BINARY: &str = env!("CARGO_BIN_EXE_served");

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

async fn uploads_that_are_no_uploads(setup: Setup) {
    let app = setup.set("GXB_PHOTO_MAX_BYTES", "2MiB").without_relay().start().await;
    let owner = app.owner("wang").await;
    let good = || [field("item", SIGNBOARD), field("material", "site-photo")].concat();
    let end = format!("--{BOUNDARY}--\r\n").into_bytes();
    let file = Upload {
        item: SIGNBOARD,
        material: "site-photo",
        keep_anyway: false,
        name: "a.jpg",
        file: files::small_jpeg(),
    };
    let body = file.body();
    let malformed = problem(400, "request.malformed");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("no file", [good(), end.clone()].concat()),
        ("no item", [field("material", "site-photo"), body[good().len()..].to_vec()].concat()),
        ("a field nobody knows", [field("colour", "red"), body.clone()].concat()),
        (
            "not UTF-8",
            [field("item", "\u{1}").iter().map(|b| if *b == 1 { 0xff } else { *b }).collect(), body.clone()].concat(),
        ),
        ("keep it perhaps", [field("keep_anyway", "perhaps"), good(), end.clone()].concat()),
        ("no end", body[..body.len() - 40].to_vec()),
        ("another boundary", b"--other\r\n\r\n--other--\r\n".to_vec()),
    ];
    for (what, body) in cases {
        assert_eq!(owner.send_multipart(body).await.problem(), malformed, "{what}");
    }
    let json = owner.send("POST", "/v1/photos", &json!({ "item": SIGNBOARD })).await;
    assert_eq!(json.problem(), problem(415, "request.media_type"));
    let large = Upload { file: &vec![0xff; 3 << 20], ..file.clone() }.body();
    assert_eq!(owner.send_multipart(large.clone()).await.problem(), problem(422, "photo.too_large"));
    // The same in pieces without a length: the bytes themselves are counted.
    let refused = chunked(&app, &owner, &large).await;
    assert!(refused.starts_with("HTTP/1.1 422") && refused.contains("photo.too_large"), "{refused}");
    let taken = chunked(&app, &owner, &body).await;
    assert!(taken.starts_with("HTTP/1.1 201"), "a good one may come without a length: {taken}");
    // In any order: the phone's system decides.
    let (fields, rest) = body.split_at(good().len());
    let file_first = [&rest[..rest.len() - end.len()], fields, &end].concat();
    assert_eq!(owner.send_multipart(file_first).await.status, 200, "the same photo");
    assert_eq!(app.object_count(), 2, "one original and one result");
}

/// Uploads a body in pieces without saying how long it is; the whole answer as text.
async fn chunked(app: &TestApp, owner: &Caller, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    let token = owner.session["access_token"].as_str().unwrap();
    let mut request = format!(
        "POST /v1/photos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for piece in body.chunks(64 << 10) {
        request.extend(format!("{:x}\r\n", piece.len()).bytes().chain(piece.iter().copied()).chain(*b"\r\n"));
    }
    request.extend(b"0\r\n\r\n");
    // A server that refuses early may close before everything is written.
    drop(stream.write_all(&request).await);
    let mut answer = Vec::new();
    tokio::time::timeout(tests::BOUND, stream.read_to_end(&mut answer)).await.expect("an answer in time").ok();
    String::from_utf8_lossy(&answer).into_owned()
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

/// A connection that breaks in the middle of an upload leaves no row, no object and no spooled file behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_leaves_nothing() {
    let app = Setup::sqlite().without_relay().process(BINARY).start().await;
    let owner = app.owner("wang").await;
    let token = owner.session["access_token"].as_str().unwrap();
    let upload = Upload {
        item: SIGNBOARD,
        material: "site-photo",
        keep_anyway: false,
        name: "a.jpg",
        file: files::small_jpeg(),
    };
    let body = upload.body();
    for sent in [10, body.len() / 2, body.len() - 10] {
        let mut stream = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
        let head = format!(
            "POST /v1/photos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body[..sent]).await.unwrap();
        stream.flush().await.unwrap();
        // The spooled file is there once the server has begun.
        drop(stream);
    }
    wait_for("the server hears of it", || async { (uploads(&app, "400").await == 3).then_some(()) }).await;
    assert_eq!(app.object_count(), 0);
    assert_eq!(spooled(&app), 0);
    let db = app.database().await;
    assert_eq!(entity::photo::Entity::find().all(&db).await.unwrap().len(), 0);
    // And the same photo, whole, is a new one.
    let answer: Answer = owner.upload(&upload).await;
    answer.expect(201);
}

/// How many uploads were answered with a status, as the metrics tell.
async fn uploads(app: &TestApp, status: &str) -> u64 {
    let text = String::from_utf8(app.nobody().get("/metrics").await.body.to_vec()).unwrap();
    let line = format!(r#"gxb_http_requests_total{{operation="upload_photo",status="{status}"}} "#);
    text.lines().find_map(|found| found.strip_prefix(&line)).map_or(0, |count| count.parse().unwrap())
}

/// Files without a name that the process still holds.
fn spooled(app: &TestApp) -> usize {
    let held = std::fs::read_dir(format!("/proc/{}/fd", app.process().id())).unwrap();
    let targets = held.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok());
    targets.filter(|target| target.to_string_lossy().ends_with("(deleted)")).count()
}
