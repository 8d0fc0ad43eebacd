//! Large photos in parts: in any order, repeated, lied about; and nothing is left over.

mod interrupted;

use std::sync::LazyLock;

use entity::{photo, upload, upload_part};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tests::caller::{Answer, Caller};
use tests::desk::SIGNBOARD;
use tests::parts::{part_of, sha256};
use tests::pictures::draw;
use tests::pictures::wrap::{self, Beside};
use tests::{Setup, TestApp, files, on_both};

const SITE: &str = "site-photo";

on_both!(
    any_order_and_as_often_as_one_likes,
    what_is_no_part_is_not_kept,
    bytes_that_were_not_announced,
    completed_twice_at_once,
    advised_against_and_kept_without_sending_again,
    ten_and_no_more,
);

/// A photo of three parts: a JPEG with a film behind it, as phones make them.
fn large() -> &'static [u8] {
    static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let tail = (0..12_000_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        wrap::jpeg(&draw::page(900, 1200), 88, &Beside { tail, ..Beside::default() })
    });
    &FILE
}

fn blurred() -> &'static [u8] {
    static FILE: LazyLock<Vec<u8>> =
        LazyLock::new(|| wrap::jpeg(&draw::blurred(&draw::signboard(800, 600), 15, 15), 90, &Beside::default()));
    &FILE
}

fn problem(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn received(upload: &Value) -> Vec<bool> {
    upload["parts"].as_array().unwrap().iter().map(|part| part["received"] == true).collect()
}

async fn start(setup: Setup) -> (TestApp, Caller) {
    let app = setup.without_relay().start().await;
    let owner = app.owner("wang").await;
    (app, owner)
}

async fn rows(app: &TestApp) -> (usize, usize, usize) {
    let db = app.database().await;
    let photos = photo::Entity::find().all(&db).await.unwrap().len();
    let parts = upload_part::Entity::find().all(&db).await.unwrap().len();
    (photos, upload::Entity::find().all(&db).await.unwrap().len(), parts)
}

async fn any_order_and_as_often_as_one_likes(setup: Setup) {
    let (app, owner) = start(setup).await;
    let file = large();
    let begun = owner.begin_upload(file).await.expect(201);
    let upload = begun.json();
    let id = text(&upload["id"]);
    assert_eq!(begun.header("location"), format!("/v1/uploads/{id}"));
    let parts = upload["parts"].as_array().unwrap();
    assert_eq!((parts.len(), upload["part_bytes"].as_u64()), (3, Some(5 << 20)));
    assert_eq!(received(&upload), [false; 3]);
    let last = owner.put_part(id, 3, part_of(file, &parts[2])).await.expect(200).json();
    assert_eq!(received(&last), [false, false, true]);
    for _ in 0..2 {
        owner.put_part(id, 1, part_of(file, &parts[0])).await.expect(200);
    }
    // The phone lost the id.
    let resumed = owner.begin_upload(file).await.expect(200).json();
    assert_eq!((text(&resumed["id"]), received(&resumed)), (id, vec![true, false, true]));
    let early = owner.complete(id, SIGNBOARD, SITE, None).await;
    assert_eq!(early.problem(), problem(422, "upload.incomplete"));
    assert_eq!(early.faults(), [("/parts/1".to_owned(), "upload.incomplete".to_owned())]);
    // Another part of the same length first: what is sent last counts.
    owner.put_part(id, 2, part_of(file, &parts[0])).await.expect(200);
    owner.put_part(id, 2, part_of(file, &parts[1])).await.expect(200);
    let photo = owner.complete(id, SIGNBOARD, SITE, None).await.expect(201).json();
    assert_eq!(photo["original_sha256"], sha256(file));
    let original = owner.get(&format!("/v1/photos/{}/content?form=original", text(&photo["id"]))).await.expect(200);
    assert_eq!(original.body, file);
    assert_eq!((app.object_count(), app.part_count()), (2, 0), "the original, the result, and nothing else");
    // The answer was lost: everything again is the same.
    owner.put_part(id, 2, part_of(file, &parts[1])).await.expect(200);
    let again = owner.complete(id, SIGNBOARD, SITE, None).await.expect(200).json();
    assert_eq!(again, photo);
    assert_eq!(received(&owner.begin_upload(file).await.expect(200).json()), [true; 3]);
    // And for another material without sending it again.
    let other = owner.complete(id, SIGNBOARD, "business-licence", None).await.expect(201).json();
    assert_ne!(other["id"], photo["id"]);
    assert_eq!((app.object_count(), app.part_count(), rows(&app).await.0), (4, 0, 2));
    owner.call("DELETE", &format!("/v1/uploads/{id}")).await.expect(204);
    assert_eq!(owner.get(&format!("/v1/uploads/{id}")).await.problem(), problem(404, "upload.unknown"));
    assert_eq!((app.object_count(), rows(&app).await), (4, (2, 0, 0)), "the photos stay");
}

async fn what_is_no_part_is_not_kept(setup: Setup) {
    let (app, owner) = start(setup.set("GXB_PHOTO_MAX_BYTES", "20MiB")).await;
    let file = large();
    let upload = owner.begin_upload(file).await.expect(201).json();
    let (id, parts) = (text(&upload["id"]), upload["parts"].as_array().unwrap());
    let (first, last) = (part_of(file, &parts[0]), part_of(file, &parts[2]));
    for (what, number, bytes) in [
        ("nothing", 1, &[][..]),
        ("one byte less", 1, &first[1..]),
        ("one byte more", 1, &file[..=first.len()]),
        ("a whole part for the last", 3, first),
        ("one byte less than the rest", 3, &last[1..]),
    ] {
        assert_eq!(owner.put_part(id, number, bytes).await.problem(), problem(422, "upload.part_length"), "{what}");
    }
    for number in [0, 4, 4_000_000_000] {
        assert_eq!(owner.put_part(id, number, first).await.problem(), problem(404, "upload.part_unknown"), "{number}");
    }
    let said = async |hash: &str| {
        let request = owner.request("PUT", &format!("/v1/uploads/{id}/parts/1")).header("x-gxb-sha256", hash);
        owner.finish(request.header("content-type", "application/octet-stream").body(first.to_vec())).await
    };
    assert_eq!(said(&sha256(last)).await.problem(), problem(422, "upload.part_mismatch"));
    assert_eq!((app.part_count(), rows(&app).await), (0, (0, 1, 0)), "nothing of it is kept");
    said(&sha256(first).to_ascii_uppercase()).await.expect(200);
    // Nobody else's.
    let stranger = app.owner("li").await;
    let unknown = problem(404, "upload.unknown");
    assert_eq!(stranger.get(&format!("/v1/uploads/{id}")).await.problem(), unknown);
    assert_eq!(stranger.put_part(id, 1, first).await.problem(), unknown);
    assert_eq!(stranger.complete(id, SIGNBOARD, SITE, None).await.problem(), unknown);
    assert_eq!(stranger.call("DELETE", &format!("/v1/uploads/{id}")).await.problem(), unknown);
    assert_ne!(stranger.begin_upload(file).await.expect(201).json()["id"], upload["id"]);
    // Purposes there are none of, said before anything is joined.
    owner.put_parts(&owner.begin_upload(file).await.json(), file).await;
    assert_eq!(owner.complete(id, "nothing", SITE, None).await.problem(), problem(404, "item.unknown"));
    assert_eq!(owner.complete(id, SIGNBOARD, "nothing", None).await.problem(), problem(404, "material.unknown"));
    assert_eq!(app.part_count(), 3);
    // Announcements that cannot be.
    let announce = async |size: Value, hash: &str| {
        owner.send("POST", "/v1/uploads", &json!({ "size": size, "sha256": hash })).await.problem()
    };
    let hash = sha256(file);
    assert_eq!(announce(json!(0), &hash).await, problem(422, "photo.empty"));
    assert_eq!(announce(json!((20 << 20) + 1), &hash).await, problem(422, "photo.too_large"));
    assert_eq!(announce(json!(u64::MAX), &hash).await, problem(422, "photo.too_large"));
    for (size, hash) in
        [(json!(-1), hash.as_str()), (json!(1), ""), (json!(1), &hash[1..]), (json!(1), &"x".repeat(64))]
    {
        assert_eq!(announce(size, hash).await, problem(400, "request.malformed"), "{hash}");
    }
}

async fn bytes_that_were_not_announced(setup: Setup) {
    let (app, owner) = start(setup).await;
    let file = files::small_jpeg();
    let lie = json!({ "size": file.len(), "sha256": sha256(b"something else") });
    for _ in 0..2 {
        let upload = owner.send("POST", "/v1/uploads", &lie).await.expect(201).json();
        owner.put_parts(&upload, file).await;
        let id = text(&upload["id"]);
        let refused = owner.complete(id, SIGNBOARD, SITE, None).await;
        assert_eq!(refused.problem(), problem(422, "upload.mismatch"));
        assert_eq!(owner.get(&format!("/v1/uploads/{id}")).await.problem(), problem(404, "upload.unknown"));
        assert_eq!((app.object_count(), app.part_count(), rows(&app).await), (0, 0, (0, 0, 0)));
    }
}

async fn completed_twice_at_once(setup: Setup) {
    let (app, owner) = start(setup).await;
    let upload = owner.begin_upload(large()).await.expect(201).json();
    owner.put_parts(&upload, large()).await;
    let complete = || owner.complete(text(&upload["id"]), SIGNBOARD, SITE, None);
    let (one, two, three) = tokio::join!(complete(), complete(), complete());
    let answers = [one, two, three];
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 201], "{:?}", answers.map(|answer| answer.body));
    let ids: Vec<_> = answers.iter().map(|answer| answer.json()["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!((app.object_count(), app.part_count(), rows(&app).await.0), (2, 0, 1));
}

async fn advised_against_and_kept_without_sending_again(setup: Setup) {
    let (app, owner) = start(setup).await;
    let upload = owner.begin_upload(blurred()).await.expect(201).json();
    owner.put_parts(&upload, blurred()).await;
    let id = text(&upload["id"]);
    for keep in [None, Some(false)] {
        let advised = owner.complete(id, SIGNBOARD, SITE, keep).await;
        assert_eq!(advised.problem(), problem(422, "photo.blurred"));
        assert_eq!(advised.json()["outcome"]["verdict"], "retake");
    }
    assert_eq!((app.object_count(), app.part_count(), rows(&app).await.0), (1, 0, 0), "joined, and no photo");
    // As if the server had died between joining the parts and noting it.
    let forgotten = upload::ActiveModel { joined: Set(false), ..Default::default() };
    upload::Entity::update_many().set(forgotten).exec(&app.database().await).await.unwrap();
    let kept = owner.complete(id, SIGNBOARD, SITE, Some(true)).await.expect(201).json();
    assert_eq!((&kept["kept_anyway"], &kept["code"]), (&json!(true), &json!("photo.blurred")));
    assert_eq!((app.object_count(), app.part_count()), (2, 0));
}

async fn ten_and_no_more(setup: Setup) {
    let (app, owner) = start(setup).await;
    let announce = |number: usize| {
        let owner = owner.clone();
        async move { owner.begin_upload(format!("file {number}").as_bytes()).await }
    };
    let answers = futures_util::future::join_all((0..16).map(announce)).await;
    let (begun, refused): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(begun.len(), 10);
    for answer in refused {
        assert_eq!(answer.problem(), problem(409, "upload.too_many"));
    }
    app.owner("li").await.begin_upload(b"file").await.expect(201);
    owner.call("DELETE", &format!("/v1/uploads/{}", text(&begun[3].json()["id"]))).await.expect(204);
    // The same one twice at once takes one place.
    let (one, two) = tokio::join!(announce(100), announce(100));
    assert_eq!((one.json()["id"].clone(), one.status + two.status), (two.json()["id"].clone(), 401));
    assert_eq!(announce(101).await.problem(), problem(409, "upload.too_many"));
    assert_eq!(app.part_count(), 0);
}
