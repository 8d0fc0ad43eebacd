//! Files by links that live minutes, from a bucket or from a folder.

use casework::machine::Scope;
use casework::world::Driven;
use chrono::TimeDelta;
use portal::http::Http;
use serde_json::Value;
use tests::parts::sha256;
use tests::{BOUND, Machine, Setup, TestApp};

/// Follows a link as anybody would; status and bytes.
async fn followed(app: &TestApp, url: &str) -> (u16, Vec<u8>) {
    let http = Http::new(BOUND).unwrap();
    let url = url.replace("http://gaoxingban.test", &app.url());
    let answer = http.send(http.request(reqwest::Method::GET, &url), 64 << 20).await.unwrap();
    (answer.status, answer.body.to_vec())
}

async fn link(machine: &Machine, case: &str, file: &Value, form: &str) -> String {
    let photo = file["photo"].as_str().unwrap();
    let path = format!("/integration/v1/cases/{case}/files/{photo}/link?form={form}");
    machine.send("POST", &path, &Value::Null).await.expect(200).json()["url"].as_str().unwrap().to_owned()
}

async fn every_file_is_read_by_its_link(setup: Setup) {
    let clock = Driven::now();
    let app = setup.without_relay().clock(&clock).start().await;
    let machine = app.integrator("hall", &[Scope::CasesRead]).await;
    let owner = app.owner("zhang").await;
    let case = owner.ready().await;
    owner.submit(&case).await;
    let whole = machine.get(&format!("/integration/v1/cases/{case}")).await.expect(200).json();
    let files = whole["files"].as_array().unwrap();
    for file in files {
        for (form, hash) in [("normalised", "sha256"), ("original", "original_sha256")] {
            let (status, bytes) = followed(&app, &link(&machine, &case, file, form).await).await;
            assert_eq!((status, sha256(&bytes).as_str()), (200, file[hash].as_str().unwrap()), "{form}");
        }
    }
    let (of_others, draft) = (owner.ready().await, files[0]["photo"].as_str().unwrap());
    let path = format!("/integration/v1/cases/{of_others}/files/{draft}/link");
    assert_eq!(machine.send("POST", &path, &Value::Null).await.problem().1, "case.unknown", "a draft's");
    let path = format!("/integration/v1/cases/{case}/files/{case}/link");
    assert_eq!(machine.send("POST", &path, &Value::Null).await.problem().1, "photo.unknown");
}

tests::on_both!(every_file_is_read_by_its_link);

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_ours_ends_and_cannot_be_changed() {
    let clock = Driven::now();
    let app = Setup::sqlite().without_relay().clock(&clock).set("GXB_LINK_LIFETIME", "60s").start().await;
    let machine = app.integrator("hall", &[Scope::CasesRead]).await;
    let owner = app.owner("zhang").await;
    let case = owner.ready().await;
    owner.submit(&case).await;
    let whole = machine.get(&format!("/integration/v1/cases/{case}")).await.expect(200).json();
    let files = whole["files"].as_array().unwrap();
    let url = link(&machine, &case, &files[0], "normalised").await;
    let (one, other) = (files[0]["photo"].as_str().unwrap(), files[1]["photo"].as_str().unwrap());
    let expires = url.split("expires=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let later = (expires.parse::<i64>().unwrap() + 600).to_string();
    for altered in [
        url.replace(one, other),
        url.replace("form=normalised", "form=original"),
        url.replace(&expires, &later),
        url[..url.len() - 2].to_owned(),
    ] {
        assert_ne!(altered, url);
        assert_eq!(followed(&app, &altered).await.0, 403, "{altered}");
    }
    clock.forward(TimeDelta::seconds(60));
    assert_eq!(followed(&app, &url).await.0, 200, "the last second");
    clock.forward(TimeDelta::seconds(1));
    assert_eq!(followed(&app, &url).await.0, 403);
}
