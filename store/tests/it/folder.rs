//! What only a folder can get wrong.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use store::{Config, Extension, ListQuery, StorageKey, StoreError};
use uuid::Uuid;

const KEY: StorageKey = StorageKey::PhotoOriginal { photo: Uuid::from_u128(1), extension: Extension::Jpg };

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn config(path: &Path) -> Config {
    Config::Folder { path: path.to_owned() }
}

#[tokio::test]
async fn a_write_that_died_is_invisible_and_cleared_by_age() {
    let directory = tempfile::tempdir().unwrap();
    let store = store::open(&config(directory.path())).unwrap();
    // What a process that was killed while writing leaves: the first name this process would take, too.
    for name in [format!("put-{}-0", std::process::id()), "put-1-1".to_owned()] {
        let file = fs::File::create(directory.path().join(".tmp").join(name)).unwrap();
        file.set_modified(time("2026-03-02T00:00:00Z").into()).unwrap();
    }
    let everything = ListQuery { prefix: "", older_than: time("2200-01-01T00:00:00Z"), after: None, limit: 10 };
    assert_eq!(store.list(&everything).await.unwrap().objects, []);
    assert_eq!(store.head(&KEY).await, Ok(None));
    store.put(&KEY, Bytes::from_static(b"x")).await.unwrap();
    assert_eq!(store.clear_leftovers(time("2026-03-01T00:00:00Z"), 10).await, Ok(0));
    assert_eq!(store.clear_leftovers(time("2026-03-03T00:00:00Z"), 1).await, Ok(1));
    assert_eq!(store.clear_leftovers(time("2026-03-03T00:00:00Z"), 10).await, Ok(1));
    assert_eq!(store.list(&everything).await.unwrap().objects.len(), 1);
}

#[tokio::test]
async fn files_are_their_owners_only() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("deep").join("er");
    let store = store::open(&config(&root)).unwrap();
    store.put(&KEY, Bytes::from_static(b"x")).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&root.join(KEY.path())), 0o600);
    assert_eq!(mode(&root.join("photo")), 0o700);
}

#[tokio::test]
async fn links_out_of_the_folder_are_not_followed_by_lists() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("outside")).unwrap();
    fs::write(directory.path().join("outside/secret"), "x").unwrap();
    let root = directory.path().join("objects");
    let store = store::open(&config(&root)).unwrap();
    symlink(directory.path().join("outside"), root.join("photo")).unwrap();
    for prefix in ["", "photo/", "../", "../outside/"] {
        let query = ListQuery { prefix, older_than: time("2200-01-01T00:00:00Z"), after: None, limit: 10 };
        assert_eq!(store.list(&query).await.unwrap().objects, [], "{prefix}");
    }
}

#[tokio::test]
async fn a_folder_that_is_gone_or_cannot_be_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("objects");
    let store = store::open(&config(&root)).unwrap();
    fs::remove_dir_all(&root).unwrap();
    assert!(store.check().await.unwrap_err().is_temporary());
    assert!(store.put(&KEY, Bytes::from_static(b"x")).await.unwrap_err().is_temporary());

    let file = directory.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(store::open(&config(&file)).err(), Some(StoreError::Refused(_))));
    assert!(matches!(store::open(&config(Path::new(""))).err(), Some(StoreError::Configuration(_))));
}

#[tokio::test]
async fn many_writers_do_not_meet() {
    let directory = tempfile::tempdir().unwrap();
    // Two stores on one folder, as two processes have them.
    let stores = [(); 2].map(|()| store::open(&config(directory.path())).unwrap());
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..64_u8 {
        let store = std::sync::Arc::clone(&stores[usize::from(number % 2)]);
        writers.spawn(async move { store.put(&KEY, Bytes::from(vec![number; 10_000])).await });
    }
    assert!(writers.join_all().await.into_iter().all(|written| written.is_ok()));
    let bytes = stores[0].get(&KEY, 20_000).await.unwrap();
    assert!(bytes.len() == 10_000 && bytes.iter().all(|byte| *byte == bytes[0]), "one writer's bytes, whole");
    assert_eq!(fs::read_dir(directory.path().join(".tmp")).unwrap().count(), 0);
}
