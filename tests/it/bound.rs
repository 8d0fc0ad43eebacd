//! A rule that asks for a PDF: all photos of a material arrive as one file, a page each.

use std::fs;

use chrono::TimeDelta;
use portal::simulator::{Action, CallKind, Fault};
use serde_json::Value;
use tempfile::TempDir;
use tests::{Caller, Setup, files, on_both};

use crate::relaying::Scene;

on_both!(photos_arrive_as_one_pdf, what_cannot_be_a_page_waits_for_somebody, a_draft_becomes_pages);

/// An item whose site photos go out as one PDF, and their rule.
const ITEM: &str = "bound-signboard";
const SITE: &str = "site-photo";
const MAX_BYTES: u64 = 400_000;

/// A catalogue with both; gone when it is dropped.
fn catalogue() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["items", "rules"] {
        fs::create_dir(folder.path().join(kind)).unwrap();
    }
    let known = include_str!("../../api/catalogue/items/signboard-declaration.1.toml");
    let item = known.replace("\"signboard-declaration\"", &format!("\"{ITEM}\""));
    let item = item.replace("rule = \"signboard-scene\"", "rule = \"bound-pages\"");
    fs::write(folder.path().join(format!("items/{ITEM}.1.toml")), item).unwrap();
    put_rule(&folder, 1, &format!("format = \"pdf\"\nmax_pages = 6\nmax_bytes = {MAX_BYTES}"));
    folder
}

fn put_rule(folder: &TempDir, version: u32, format: &str) {
    let rule = format!(
        "name = \"bound-pages\"\nversion = {version}\ntaken_on = \"2026-11-26\"\nkind = \"document\"\n{format}\n\
         min_short_px = 480\nmin_long_px = 640\nmax_long_px = 2339\ndpi = 200"
    );
    fs::write(folder.path().join("rules/bound-pages.toml"), rule).unwrap();
}

/// The bytes the province will get of a photo.
async fn normalised(owner: &Caller, photo: &str) -> Vec<u8> {
    owner.get(&format!("/v1/photos/{photo}/content?form=normalised")).await.expect(200).body.to_vec()
}

fn at(whole: &[u8], part: &[u8]) -> usize {
    whole.windows(part.len()).position(|window| window == part).expect("the page is there as it is")
}

async fn photos_arrive_as_one_pdf(setup: Setup) {
    let folder = catalogue();
    let scene = Scene::start(setup.set("GXB_CATALOGUE_DIR", folder.path().display().to_string())).await;
    let owner = scene.owner().await;
    let case = owner.ready_for(ITEM).await;
    let mut photos = Vec::new();
    for (name, file) in [("一.jpg", files::page(1)), ("二.heic", files::HEIC.to_vec()), ("三.jpg", files::page(2))] {
        photos.push(owner.photo(ITEM, SITE, name, &file).await);
    }
    // The applicant's order is not that of the uploads.
    photos.rotate_right(1);
    owner.place(&case, SITE, &photos).await.expect(200);
    assert_eq!(owner.get(&format!("/v1/cases/{case}/check")).await.expect(200).json()["ready"], true);
    owner.submit(&case).await;

    // The first attempt comes as far as the case: what it has put is the same file at the second, and not put again.
    scene.fail(Fault::on(CallKind::Case, Action::Status));
    scene.drain().await;
    assert_eq!(scene.province().file_count(), 2, "the licence, and one PDF");
    scene.fail(Fault::on(CallKind::File, Action::Refuse));
    scene.forward(TimeDelta::minutes(1));
    scene.drain().await;
    assert_eq!(scene.province().file_count(), 2);

    let there = scene.there(&case).application;
    let site = there["materials"].as_array().unwrap().iter().find(|material| material["attrid"] == SITE).unwrap();
    let [file] = site["files"].as_array().unwrap().as_slice() else { panic!("one file: {site}") };
    assert_eq!((&site["amount"], &file["filename"]), (&Value::from(1), &"设置位置实景照片.pdf".into()));
    let kept = scene.province().file(file["sha256"].as_str().unwrap()).unwrap();
    assert_eq!((kept.content_type, file["contenttype"].as_str()), ("application/pdf", Some("application/pdf")));
    assert!(kept.bytes.len() as u64 <= MAX_BYTES && file["size"] == kept.bytes.len());
    let owner = scene.owner().await;
    let mut pages = Vec::new();
    for photo in &photos {
        pages.push(at(&kept.bytes, &normalised(&owner, photo).await));
    }
    assert!(pages.is_sorted() && pages.len() == 3, "{pages:?}");
    let images = String::from_utf8_lossy(&kept.bytes).matches("/DCTDecode").count();
    assert_eq!(images, 3);
    scene.ends_approved(&case).await;
}

async fn what_cannot_be_a_page_waits_for_somebody(setup: Setup) {
    let folder = catalogue();
    put_rule(&folder, 1, "format = \"png\"\nmax_bytes = 8000000");
    let setup = setup.set("GXB_CATALOGUE_DIR", folder.path().display().to_string());
    let mut scene = Scene::start(setup).await;
    let owner = scene.owner().await;
    let case = owner.ready_for(ITEM).await;
    owner.submit(&case).await;
    // Handed in, and not handed on yet: nobody makes its photos again.
    scene.app.stop().await;
    put_rule(&folder, 2, &format!("format = \"pdf\"\nmax_pages = 6\nmax_bytes = {MAX_BYTES}"));
    scene.app.restart().await;
    scene.relay = scene.app.relay();
    scene.drain().await;
    assert_eq!(scene.seen(&case).await, ("submitted".to_owned(), "parked".to_owned()));
    assert_eq!(scene.attempts(&case).await, ["file parked photo.wrong_format -"]);
    assert_eq!(scene.province().file_count(), 0);
}

async fn a_draft_becomes_pages(setup: Setup) {
    let folder = catalogue();
    put_rule(&folder, 1, &format!("format = \"jpeg\"\nmax_bytes = {MAX_BYTES}"));
    let setup = setup.set("GXB_CATALOGUE_DIR", folder.path().display().to_string());
    let mut scene = Scene::start(setup).await;
    let owner = scene.owner().await;
    let case = owner.ready_for(ITEM).await;
    let site = |case: &Value| {
        let materials = case["materials"].as_array().unwrap();
        let site = materials.iter().find(|material| material["code"] == SITE).unwrap();
        site["photos"][0].as_str().unwrap().to_owned()
    };
    let before = site(&owner.case(&case).await);
    let share = usize::try_from(MAX_BYTES / 6).unwrap();
    assert!(normalised(&owner, &before).await.len() > share, "else there is nothing to make again");
    scene.app.stop().await;
    put_rule(&folder, 2, &format!("format = \"pdf\"\nmax_pages = 6\nmax_bytes = {MAX_BYTES}"));
    scene.app.restart().await;
    let check = format!("/v1/cases/{case}/check");
    assert_eq!(owner.get(&check).await.expect(200).json()["missing"][0]["code"], "photo.renewing");
    assert_eq!(api::renew::all(scene.app.app()).await.unwrap(), 1);
    assert_eq!(owner.get(&check).await.expect(200).json()["ready"], true);
    let after = site(&owner.case(&case).await);
    let page = normalised(&owner, &after).await;
    assert!(after != before && page.starts_with(b"\xff\xd8\xff") && page.len() <= share);
}
