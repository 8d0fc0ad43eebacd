//! Uploads that are broken off: by the network, by the end of a process, or for good.

use casework::world::Driven;
use chrono::TimeDelta;
use tests::parts::part_of;
use tests::{Setup, files, on_both, wait_for};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::{SIGNBOARD, SITE, blurred, large, problem, received, rows, start, text};

const BINARY: &str = env!("CARGO_BIN_EXE_served");

on_both!(the_server_dies_between_the_parts, forgotten_when_over);

async fn the_server_dies_between_the_parts(setup: Setup) {
    let (mut app, owner) = start(setup.process(BINARY)).await;
    let file = large();
    let upload = owner.begin_upload(file).await.expect(201).json();
    let (id, parts) = (text(&upload["id"]), upload["parts"].as_array().unwrap());
    for number in [2, 3, 1] {
        owner.put_part(id, number, part_of(file, &parts[number - 1])).await.expect(200);
        app.kill().await;
        app.restart().await;
    }
    // Whatever was answered is there.
    let seen = owner.begin_upload(file).await.expect(200).json();
    assert_eq!((text(&seen["id"]), received(&seen)), (id, vec![true; 3]));
    let photo = owner.complete(id, SIGNBOARD, SITE, None).await.expect(201).json();
    app.kill().await;
    app.restart().await;
    assert_eq!(owner.complete(id, SIGNBOARD, SITE, None).await.expect(200).json(), photo);
    assert_eq!((app.object_count(), app.part_count()), (2, 0));
}

async fn forgotten_when_over(setup: Setup) {
    let clock = Driven::now();
    let (app, owner) = start(setup.clock(&clock)).await;
    // One half sent, one joined and advised against, one completed.
    let half = owner.begin_upload(large()).await.expect(201).json();
    let id = text(&half["id"]).to_owned();
    owner.put_part(&id, 2, part_of(large(), &half["parts"][1])).await.expect(200);
    for (file, status) in [(blurred(), 422), (files::small_jpeg(), 201)] {
        let upload = owner.begin_upload(file).await.expect(201).json();
        owner.put_parts(&upload, file).await;
        owner.complete(text(&upload["id"]), SIGNBOARD, SITE, None).await.expect(status);
    }
    // One that a crash left in the store alone.
    let lost = store::StorageKey::Upload { upload: uuid::Uuid::from_u128(7) };
    let begun = app.app().store.begin_parts(&lost).await.unwrap();
    app.app().store.put_part(&lost, &begun, 1, bytes::Bytes::from_static(b"lost")).await.unwrap();
    clock.forward(TimeDelta::hours(23));
    api::sweep::all(app.app()).await;
    assert_eq!((app.object_count(), app.part_count(), rows(&app).await), (3, 2, (1, 3, 3)), "not yet");
    clock.forward(TimeDelta::hours(2));
    let owner = app.owner("wang").await;
    assert_eq!(owner.get(&format!("/v1/uploads/{id}")).await.problem(), problem(404, "upload.unknown"));
    assert_eq!(owner.put_part(&id, 1, part_of(large(), &half["parts"][0])).await.problem().1, "upload.unknown");
    assert_eq!(owner.complete(&id, SIGNBOARD, SITE, None).await.problem(), problem(404, "upload.unknown"));
    api::sweep::all(app.app()).await;
    assert_eq!((app.object_count(), rows(&app).await), (2, (1, 0, 0)), "the photo stays");
    // The S3 server of the tests cannot list what was begun: there the one without a row stays.
    let listed = app.app().store.unfinished(clock_end(), 10).await.unwrap();
    assert!(listed.is_empty() && app.part_count() <= 1, "{listed:?}");
    if app.part_count() == 1 {
        app.app().store.drop_parts(&lost, &begun).await.unwrap();
    }
    assert_eq!(app.part_count(), 0);
}

fn clock_end() -> chrono::DateTime<chrono::Utc> {
    "2200-01-01T00:00:00Z".parse().unwrap()
}

/// A connection that breaks within a part: nothing of the part is there, and the part can be sent again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_loses_one_part_at_most() {
    let (app, owner) = start(Setup::sqlite()).await;
    let file = large();
    let upload = owner.begin_upload(file).await.expect(201).json();
    let (id, part) = (text(&upload["id"]), part_of(file, &upload["parts"][0]));
    let token = text(&owner.session["access_token"]);
    let head = format!(
        "PUT /v1/uploads/{id}/parts/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        part.len()
    );
    let cuts = [0, 1, part.len() / 2, part.len() - 1];
    for sent in cuts {
        let mut stream = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
        stream.write_all(&[head.as_bytes(), &part[..sent]].concat()).await.unwrap();
        stream.flush().await.unwrap();
        drop(stream);
    }
    let line = r#"gxb_http_requests_total{operation="put_part",status="400"} "#;
    wait_for("the server hears of it", || async {
        let metrics = String::from_utf8(app.nobody().get("/metrics").await.body.to_vec()).unwrap();
        let count = metrics.lines().find_map(|found| found.strip_prefix(line)?.parse::<usize>().ok());
        (count == Some(cuts.len())).then_some(())
    })
    .await;
    assert_eq!((app.part_count(), rows(&app).await), (0, (0, 1, 0)));
    owner.put_parts(&upload, file).await;
    owner.complete(id, SIGNBOARD, SITE, None).await.expect(201);
}
