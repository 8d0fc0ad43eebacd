//! A rule that changes while people are still at their drafts: their photos are made again, or they hear why not.

use std::path::Path;

use casework::item::Rules as _;
use entity::photo;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::desk::SIGNBOARD;
use tests::{Setup, TestApp, on_both, wait_for};

on_both!(photos_are_made_again, what_no_longer_fits_is_told, two_processes_make_one_photo);

const SITE: &str = "site-photo";
const RULE: &str = "signboard-scene";

/// The rule in another version, its changes as text for text.
fn change_rule(folder: &Path, version: u32, changes: &[(&str, &str)]) {
    let mut text = include_str!("../../api/catalogue/rules/signboard-scene.toml").to_owned();
    let version = format!("version = {version}");
    for (from, to) in changes.iter().copied().chain([("version = 1", version.as_str())]) {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    std::fs::create_dir_all(folder.join("rules")).unwrap();
    std::fs::write(folder.join("rules/signboard-scene.toml"), text).unwrap();
}

/// A draft that lacks nothing, under the first version of the rule.
async fn draft(setup: Setup) -> (TestApp, tempfile::TempDir, Caller, String) {
    let folder = tempfile::tempdir().unwrap();
    change_rule(folder.path(), 1, &[]);
    let app = setup.set("GXB_CATALOGUE_DIR", folder.path().to_str().unwrap()).start().await;
    let owner = app.owner("wang").await;
    let case = owner.ready().await;
    (app, folder, owner, case)
}

fn site_photo(case: &Value) -> String {
    let materials = case["materials"].as_array().unwrap();
    let site = materials.iter().find(|material| material["code"] == SITE).unwrap();
    site["photos"][0].as_str().unwrap().to_owned()
}

async fn photo(owner: &Caller, id: &str) -> Value {
    owner.get(&format!("/v1/photos/{id}")).await.expect(200).json()
}

async fn photos_are_made_again(setup: Setup) {
    let (mut app, folder, owner, id) = draft(setup).await;
    let submitted = owner.ready().await;
    owner.submit(&submitted).await;
    let before = owner.case(&id).await;
    let old = site_photo(&before);
    let sent = site_photo(&owner.case(&submitted).await);
    assert_eq!(old, sent, "the same bytes are the same photo");
    app.stop().await;
    change_rule(folder.path(), 2, &[("max_long_px = 2048", "max_long_px = 800")]);
    app.restart().await;
    let after = wait_for("the photo is made again", || async {
        let case = owner.case(&id).await;
        (site_photo(&case) != old).then_some(case)
    })
    .await;
    let new = photo(&owner, &site_photo(&after)).await;
    assert_eq!(new["width"].as_u64().max(new["height"].as_u64()), Some(800));
    assert_eq!(new["original_sha256"], photo(&owner, &old).await["original_sha256"]);
    assert_eq!(after["revision"].as_i64(), before["revision"].as_i64().map(|revision| revision + 1));
    assert_eq!(owner.get(&format!("/v1/cases/{id}/check")).await.expect(200).json()["ready"], true);
    // A phone that had the draft open hears that it has changed.
    let request =
        owner.request("PUT", &format!("/v1/cases/{id}/form")).header("if-match", before["revision"].to_string());
    let stale = owner.finish(request.json(&json!({ "form": {} }))).await;
    assert_eq!(stale.problem(), (412, "case.changed".to_owned()));
    // What was handed in stays as it was handed in.
    assert_eq!(site_photo(&owner.case(&submitted).await), sent);
    assert_eq!(api::renew::all(app.app()).await.unwrap(), 0, "and all is done");
    owner.submit(&id).await;
    owner.wait_for_state(&id, "approved").await;
}

async fn what_no_longer_fits_is_told(setup: Setup) {
    let (mut app, folder, owner, id) = draft(setup).await;
    let before = owner.case(&id).await;
    app.stop().await;
    change_rule(folder.path(), 2, &[("min_short_px = 480", "min_short_px = 1000")]);
    app.restart().await;
    let fault = wait_for("the photo was tried", || async {
        let check = owner.get(&format!("/v1/cases/{id}/check")).await.expect(200).json();
        let missing = check["missing"].as_array().unwrap();
        missing.iter().find(|fault| fault["code"] != "photo.renewing").cloned()
    })
    .await;
    assert_eq!(fault["pointer"], format!("/materials/{SITE}/photos/0"));
    assert_eq!(fault["code"], "photo.too_small");
    assert!(fault["detail"].as_str().unwrap().starts_with("对这张照片的要求变了"), "{fault}");
    assert_eq!(owner.case(&id).await, before, "it stays where it is");
    assert_eq!(api::renew::all(app.app()).await.unwrap(), 0, "it is not tried again");
    // A rule that takes it again, and it is made again.
    app.stop().await;
    change_rule(folder.path(), 3, &[("max_long_px = 2048", "max_long_px = 700")]);
    app.restart().await;
    wait_for("it is made again", || async {
        (site_photo(&owner.case(&id).await) != site_photo(&before)).then_some(())
    })
    .await;
}

async fn two_processes_make_one_photo(setup: Setup) {
    let (mut app, folder, owner, id) = draft(setup.without_relay()).await;
    let before = owner.case(&id).await;
    app.stop().await;
    change_rule(folder.path(), 2, &[("max_long_px = 2048", "max_long_px = 800")]);
    app.restart().await;
    let beside = app.beside().await;
    assert_eq!(beside.catalogue.rules.version(RULE), Some(2));
    // Not while somebody works at a photo.
    let mut places = Vec::new();
    for _ in 0..app.app().config.photos.running {
        places.push(app.app().darkroom.enter().await.unwrap());
    }
    assert_eq!(api::renew::all(app.app()).await.unwrap(), 0);
    drop(places);
    let waiting = owner.get(&format!("/v1/cases/{id}/check")).await.expect(200).json();
    assert_eq!(waiting["missing"][0]["code"], "photo.renewing", "{waiting}");
    let (one, two) = tokio::join!(api::renew::all(app.app()), api::renew::all(&beside));
    assert!(one.unwrap() + two.unwrap() >= 1);
    let after = owner.case(&id).await;
    assert_ne!(site_photo(&after), site_photo(&before));
    assert_eq!(after["revision"].as_i64(), before["revision"].as_i64().map(|revision| revision + 1));
    let photos = photo::Entity::find().all(&app.database().await).await.unwrap();
    let of_site: Vec<_> = photos.iter().filter(|photo| photo.material_code == SITE).collect();
    assert_eq!((of_site.len(), app.object_count()), (2, 2 * photos.len()), "{SIGNBOARD}");
}
