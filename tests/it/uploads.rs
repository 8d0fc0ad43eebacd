//! Uploads that are none: badly made, too large, in pieces, or broken off.

use sea_orm::EntityTrait as _;
use serde_json::json;
use tests::caller::{Answer, BOUNDARY, Caller, Upload, field};
use tests::desk::SIGNBOARD;
use tests::{Setup, TestApp, files, on_both, wait_for};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

on_both!(uploads_that_are_no_uploads);

const BINARY: &str = env!("CARGO_BIN_EXE_served");

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
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
