//! Objects that come in parts, on both stores.

use bytes::Bytes;
use store::{ListQuery, PART_BYTES, Part, StorageKey, StoreError};
use uuid::Uuid;

use crate::support::Place;

const KEY: StorageKey = StorageKey::Upload { upload: Uuid::from_u128(1) };
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
    parts_in_any_order_make_the_object,
    nothing_is_visible_before_it_is_joined,
    a_part_that_is_not_there_is_missing,
    what_was_dropped_is_gone,
    one_short_part_is_enough,
);

fn bytes(number: u32, length: u64) -> Bytes {
    (0..length).map(|at| u8::try_from((at * u64::from(number + 3)) % 251).unwrap()).collect()
}

async fn put(place: &Place, begun: &str, number: u32, length: u64) -> Part {
    let tag = place.store.put_part(&KEY, begun, number, bytes(number, length)).await.unwrap();
    Part { number, tag }
}

async fn listed(place: &Place) -> usize {
    let older_than = "2200-01-01T00:00:00Z".parse().unwrap();
    let query = ListQuery { prefix: "", older_than, after: None, limit: 10 };
    place.store.list(&query).await.unwrap().objects.len()
}

async fn parts_in_any_order_make_the_object(place: &Place) {
    let begun = place.store.begin_parts(&KEY).await.unwrap();
    let third = put(place, &begun, 3, 1_000).await;
    // Sent twice, the second time differently: the last one counts.
    put(place, &begun, 1, PART_BYTES - 7).await;
    let first = put(place, &begun, 1, PART_BYTES).await;
    let second = put(place, &begun, 2, PART_BYTES).await;
    place.store.join_parts(&KEY, &begun, &[first, second, third]).await.unwrap();
    let whole = place.store.get(&KEY, ENOUGH).await.unwrap();
    let expected = [bytes(1, PART_BYTES), bytes(2, PART_BYTES), bytes(3, 1_000)].concat();
    assert!(whole == expected, "{} bytes", whole.len());
    assert_eq!(listed(place).await, 1);
    assert_eq!(place.store.unfinished("2200-01-01T00:00:00Z".parse().unwrap(), 10).await, Ok(Vec::new()));
}

async fn nothing_is_visible_before_it_is_joined(place: &Place) {
    let begun = place.store.begin_parts(&KEY).await.unwrap();
    put(place, &begun, 1, PART_BYTES).await;
    assert_eq!((place.store.head(&KEY).await, listed(place).await), (Ok(None), 0));
    assert_eq!(place.store.clear_leftovers("2200-01-01T00:00:00Z".parse().unwrap(), 10).await, Ok(0));
    let part = put(place, &begun, 1, 10).await;
    place.store.join_parts(&KEY, &begun, &[part]).await.unwrap();
    assert_eq!(place.store.get(&KEY, ENOUGH).await.unwrap(), bytes(1, 10));
}

async fn a_part_that_is_not_there_is_missing(place: &Place) {
    let begun = place.store.begin_parts(&KEY).await.unwrap();
    let first = put(place, &begun, 1, PART_BYTES).await;
    let absent = Part { number: 2, tag: first.tag.clone() };
    place.store.join_parts(&KEY, &begun, &[first, absent]).await.unwrap_err();
    assert_eq!(place.store.head(&KEY).await, Ok(None), "never half an object");
}

async fn what_was_dropped_is_gone(place: &Place) {
    let begun = place.store.begin_parts(&KEY).await.unwrap();
    put(place, &begun, 1, 10).await;
    place.store.drop_parts(&KEY, &begun).await.unwrap();
    let late = place.store.put_part(&KEY, &begun, 1, bytes(1, 10)).await.unwrap_err();
    // Servers say `NoSuchUpload`; that of the tests says that it is not allowed.
    assert!(matches!(late, StoreError::Missing | StoreError::Refused(_)), "{late}");
    assert_eq!(listed(place).await, 0);
}

async fn one_short_part_is_enough(place: &Place) {
    let begun = place.store.begin_parts(&KEY).await.unwrap();
    let part = put(place, &begun, 1, 1).await;
    place.store.join_parts(&KEY, &begun, &[part]).await.unwrap();
    assert_eq!(place.store.get(&KEY, 1).await.unwrap(), bytes(1, 1));
}

#[tokio::test]
async fn a_folder_tells_what_waits_and_drops_it_twice() {
    let place = crate::support::folder();
    let begun = place.store.begin_parts(&KEY).await.unwrap();
    put(&place, &begun, 1, 10).await;
    let old = |time: &str| place.store.unfinished(time.parse().unwrap(), 10);
    assert_eq!(old("2025-01-01T00:00:00Z").await, Ok(Vec::new()));
    let waiting = old("2200-01-01T00:00:00Z").await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.key).collect::<Vec<_>>(), [KEY]);
    for _ in 0..2 {
        place.store.drop_parts(&waiting[0].key, &waiting[0].begun).await.unwrap();
    }
    assert_eq!(old("2200-01-01T00:00:00Z").await, Ok(Vec::new()));
    let late = place.store.put_part(&KEY, &begun, 1, bytes(1, 10)).await;
    assert_eq!(late, Err(StoreError::Missing));
    let part = Part { number: 1, tag: String::new() };
    assert_eq!(place.store.join_parts(&KEY, &begun, &[part]).await, Err(StoreError::Missing));
}
