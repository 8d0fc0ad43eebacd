//! What both stores promise, each promise tried on a folder and on an S3 server.

use std::time::Duration;

use crate::support::Place;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use store::{Extension, ListQuery, Object, ObjectStore, StorageKey, StoreError};
use uuid::Uuid;

/// More than any object here.
const ENOUGH: u64 = 64 << 20;

macro_rules! on_both {
    ($($promise:ident),+ $(,)?) => {
        mod folder {
            $(#[tokio::test] async fn $promise() { super::$promise(&crate::support::folder()).await; })+
        }
        mod s3 {
            $(#[tokio::test] async fn $promise() { super::$promise(&crate::support::s3().await).await; })+
        }
    };
}

on_both!(
    an_object_comes_back_as_it_was,
    a_missing_object_is_told_apart,
    the_same_key_again_replaces,
    deleting_twice_is_deleting,
    too_large_is_refused,
    a_file_is_stored_without_being_taken,
    an_unreadable_file_leaves_nothing,
    a_list_goes_on_page_by_page,
    a_list_gives_only_what_is_old_enough,
    a_list_knows_whose_objects_are_whose,
    the_store_is_ready,
    leftovers_of_nobody_are_none,
);

fn original(number: u128) -> StorageKey {
    StorageKey::PhotoOriginal { photo: Uuid::from_u128(number), extension: Extension::Heic }
}

fn result(number: u128) -> StorageKey {
    StorageKey::PhotoResult { photo: Uuid::from_u128(number), extension: Extension::Jpg }
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn far_future() -> DateTime<Utc> {
    time("2200-01-01T00:00:00Z")
}

async fn all(store: &dyn ObjectStore, prefix: &str, limit: usize) -> (Vec<Object>, usize) {
    let (mut found, mut pages, mut after) = (Vec::new(), 0, None::<String>);
    while pages < 100 {
        let query = ListQuery { prefix, older_than: far_future(), after: after.as_deref(), limit };
        let page = store.list(&query).await.unwrap();
        pages += 1;
        assert!(page.objects.len() <= limit);
        found.extend(page.objects);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    (found, pages)
}

async fn an_object_comes_back_as_it_was(place: &Place) {
    for (number, length) in [(1, 0), (2, 1), (3, 3 << 20)] {
        let bytes: Bytes = (0..251).cycle().take(length).collect();
        place.store.put(&original(number), bytes.clone()).await.unwrap();
        assert_eq!(place.store.get(&original(number), ENOUGH).await.unwrap(), bytes);
        let head = place.store.head(&original(number)).await.unwrap().unwrap();
        assert_eq!(head.bytes, length as u64);
        assert!(head.changed_at > time("2025-01-01T00:00:00Z") && head.changed_at < far_future());
    }
}

async fn a_missing_object_is_told_apart(place: &Place) {
    assert_eq!(place.store.get(&original(1), ENOUGH).await, Err(StoreError::Missing));
    assert_eq!(place.store.head(&original(1)).await, Ok(None));
    place.store.put(&original(1), Bytes::from_static(b"one")).await.unwrap();
    assert_eq!(place.store.get(&result(1), ENOUGH).await, Err(StoreError::Missing));
}

async fn the_same_key_again_replaces(place: &Place) {
    for bytes in ["first", "first", "a longer second", ""] {
        place.store.put(&result(7), Bytes::from_static(bytes.as_bytes())).await.unwrap();
        assert_eq!(place.store.get(&result(7), ENOUGH).await.unwrap(), bytes);
    }
    assert_eq!(all(&*place.store, "", 10).await.0.len(), 1);
}

async fn deleting_twice_is_deleting(place: &Place) {
    place.store.put(&original(1), Bytes::from_static(b"one")).await.unwrap();
    for _ in 0..2 {
        place.store.delete(&original(1)).await.unwrap();
        assert_eq!(place.store.get(&original(1), ENOUGH).await, Err(StoreError::Missing));
    }
    place.store.delete(&original(2)).await.unwrap();
    assert_eq!(all(&*place.store, "", 10).await.0, []);
}

async fn too_large_is_refused(place: &Place) {
    place.store.put(&original(1), Bytes::from(vec![9; 100_000])).await.unwrap();
    assert_eq!(place.store.get(&original(1), 100_000).await.unwrap().len(), 100_000);
    assert_eq!(place.store.get(&original(1), 99_999).await, Err(StoreError::TooLarge { max_bytes: 99_999 }));
    assert_eq!(place.store.get(&original(1), 0).await, Err(StoreError::TooLarge { max_bytes: 0 }));
}

async fn a_file_is_stored_without_being_taken(place: &Place) {
    let file = place.directory().join("spooled");
    let bytes: Vec<u8> = (0..249).cycle().take(2_000_000).collect();
    std::fs::write(&file, &bytes).unwrap();
    place.store.put_file(&original(1), &file).await.unwrap();
    assert_eq!(place.store.get(&original(1), ENOUGH).await.unwrap(), bytes);
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}

async fn an_unreadable_file_leaves_nothing(place: &Place) {
    let nowhere = place.directory().join("nowhere");
    // A directory opens like a file, and fails only when it is read.
    for file in [nowhere.as_path(), place.directory()] {
        let refused = place.store.put_file(&original(1), file).await.unwrap_err();
        assert!(refused.is_temporary(), "{refused}");
    }
    assert_eq!(place.store.head(&original(1)).await, Ok(None));
    assert_eq!(place.store.clear_leftovers(far_future(), 10).await, Ok(0));
}

async fn a_list_goes_on_page_by_page(place: &Place) {
    let mut keys: Vec<StorageKey> = (0..25).map(|number| original(number * 77)).collect();
    keys.extend((0..4).map(|number| result(number * 77)));
    for key in &keys {
        place.store.put(key, Bytes::from_static(b"x")).await.unwrap();
    }
    let mut expected: Vec<String> = keys.iter().map(StorageKey::path).collect();
    expected.sort();
    for (limit, least_pages) in [(7, 5), (1, 29), (29, 1), (1000, 1)] {
        let (found, pages) = all(&*place.store, "", limit).await;
        assert_eq!(found.into_iter().map(|object| object.path).collect::<Vec<_>>(), expected);
        assert!((least_pages..=least_pages + 1).contains(&pages), "{pages} pages of {limit}");
    }
    let [originals, results, _] = StorageKey::PREFIXES;
    assert_eq!(all(&*place.store, originals, 10).await.0.len(), 25);
    assert_eq!(all(&*place.store, results, 10).await.0.len(), 4);
    assert_eq!(all(&*place.store, "licence/", 10).await, (vec![], 1));
    // An object deleted between two pages does not stop the second.
    let query = ListQuery { prefix: "", older_than: far_future(), after: None, limit: 5 };
    let page = place.store.list(&query).await.unwrap();
    for object in &page.objects {
        place.store.delete(&object.key.unwrap()).await.unwrap();
    }
    let next = ListQuery { after: page.next.as_deref(), ..query };
    let paths: Vec<String> =
        place.store.list(&next).await.unwrap().objects.into_iter().map(|object| object.path).collect();
    expected.drain(..5);
    expected.truncate(5);
    assert_eq!(paths, expected);
}

async fn a_list_gives_only_what_is_old_enough(place: &Place) {
    for number in 0..3 {
        place.store.put(&original(number), Bytes::from_static(b"x")).await.unwrap();
    }
    let youngest = all(&*place.store, "", 10).await.0.iter().map(|object| object.head.changed_at).max().unwrap();
    let list = async |older_than| {
        let query = ListQuery { prefix: "", older_than, after: None, limit: 10 };
        place.store.list(&query).await.unwrap().objects.len()
    };
    assert_eq!(list(time("2025-01-01T00:00:00Z")).await, 0);
    assert!(list(youngest).await < 3, "strictly older");
    assert_eq!(list(youngest + Duration::from_secs(1)).await, 3);
    // What is too young counts as looked at, so that a page is bounded, and the next one is still told.
    let query = ListQuery { prefix: "", older_than: time("2025-01-01T00:00:00Z"), after: None, limit: 2 };
    let page = place.store.list(&query).await.unwrap();
    assert!(page.objects.is_empty() && page.next.is_some());
}

async fn a_list_knows_whose_objects_are_whose(place: &Place) {
    place.store.put(&original(5), Bytes::from_static(b"x")).await.unwrap();
    // Somebody else's file in the same place.
    let base = if place.address().is_some() { crate::server::BUCKET } else { "objects" };
    std::fs::write(place.directory().join(base).join("notes.txt"), "mine").unwrap();
    let found: Vec<_> =
        all(&*place.store, "", 10).await.0.into_iter().map(|object| (object.path, object.key)).collect();
    assert_eq!(found, [("notes.txt".to_owned(), None), (original(5).path(), Some(original(5)))]);
}

async fn the_store_is_ready(place: &Place) {
    place.store.check().await.unwrap();
    assert_eq!(all(&*place.store, "", 10).await.0, [], "being ready leaves nothing behind");
}

async fn leftovers_of_nobody_are_none(place: &Place) {
    place.store.put(&original(1), Bytes::from_static(b"x")).await.unwrap();
    assert_eq!(place.store.clear_leftovers(far_future(), 10).await, Ok(0));
    assert!(place.store.head(&original(1)).await.unwrap().is_some());
}
