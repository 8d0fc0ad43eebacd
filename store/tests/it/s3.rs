//! What only an S3 server can get wrong, and the settings.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::server::{ACCESS_KEY_ID, BUCKET, SECRET_ACCESS_KEY};
use crate::support::s3_config;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use store::{Config, Extension, ListQuery, S3Config, Secret, StorageKey, StoreError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use uuid::Uuid;

const KEY: StorageKey = StorageKey::PhotoOriginal { photo: Uuid::from_u128(1), extension: Extension::Heic };

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[tokio::test]
async fn an_interrupted_put_leaves_nothing_visible() {
    let place = crate::support::s3().await;
    let mut tasks = JoinSet::new();
    let proxy = crate::support::cutting_proxy(place.address().unwrap(), 200_000, &mut tasks).await;
    let through_proxy = store::open(&Config::S3(s3_config(proxy))).unwrap();
    let failed = through_proxy.put(&KEY, Bytes::from(vec![1; 1_000_000])).await.unwrap_err();
    assert!(failed.is_temporary(), "{failed}");
    assert_eq!(place.store.get(&KEY, 1 << 20).await, Err(StoreError::Missing));
    let query = ListQuery { prefix: "", older_than: time("2200-01-01T00:00:00Z"), after: None, limit: 10 };
    assert_eq!(place.store.list(&query).await.unwrap().objects, []);
}

#[tokio::test]
async fn a_server_that_is_down_is_an_error_at_once() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let store = store::open(&Config::S3(s3_config(address))).unwrap();
    let failed = store.get(&KEY, 10).await.unwrap_err();
    assert!(failed.is_temporary(), "{failed}");
    assert!(store.check().await.unwrap_err().is_temporary());
}

#[tokio::test]
async fn a_server_that_is_silent_does_not_hold_us() {
    let mut tasks = JoinSet::new();
    let address = crate::support::silent_server(&mut tasks).await;
    let mut settings = s3_config(address);
    settings.limits.attempt = Duration::from_millis(200);
    settings.limits.operation = Duration::from_millis(500);
    settings.limits.check = Duration::from_millis(200);
    settings.limits.attempts = 3;
    let store = store::open(&Config::S3(settings)).unwrap();
    let started = Instant::now();
    for failed in [
        store.get(&KEY, 10).await.unwrap_err(),
        store.put(&KEY, Bytes::from_static(b"x")).await.unwrap_err(),
        store.check().await.unwrap_err(),
    ] {
        assert_eq!(failed, StoreError::Unavailable("no answer in time".to_owned()));
    }
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn wrong_keys_and_wrong_buckets_are_refused() {
    let place = crate::support::s3().await;
    let address = place.address().unwrap();
    let other_key = S3Config { secret_access_key: Secret::new("another"), ..s3_config(address) };
    let other_bucket = S3Config { bucket: "elsewhere".to_owned(), ..s3_config(address) };
    let query = ListQuery { prefix: "", older_than: time("2200-01-01T00:00:00Z"), after: None, limit: 10 };
    for settings in [other_key, other_bucket] {
        let store = store::open(&Config::S3(settings)).unwrap();
        // Not `get`: this server calls every object of a bucket it does not have a missing key.
        for failed in [store.check().await.unwrap_err(), store.list(&query).await.unwrap_err()] {
            assert!(matches!(&failed, StoreError::Refused(_)), "{failed}");
            assert!(!format!("{failed} {failed:?}").contains("another"));
        }
    }
    let other_key = S3Config { secret_access_key: Secret::new("another"), ..s3_config(address) };
    let store = store::open(&Config::S3(other_key)).unwrap();
    for failed in [store.get(&KEY, 10).await.unwrap_err(), store.put(&KEY, Bytes::new()).await.unwrap_err()] {
        assert_eq!(failed, StoreError::Refused("status 403 SignatureDoesNotMatch".to_owned()));
    }
}

#[tokio::test]
async fn a_link_reads_the_object_until_it_expires() {
    let place = crate::support::s3().await;
    place.store.put(&KEY, Bytes::from_static(b"a picture")).await.unwrap();
    let address = place.address().unwrap();
    let fetch = async |link: String| {
        let target = link.strip_prefix(&format!("http://{address}")).unwrap();
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        socket.read_to_string(&mut reply).await.unwrap();
        reply
    };
    // The server has a clock of its own; the object's age tells what it says.
    let now = place.store.head(&KEY).await.unwrap().unwrap().changed_at;
    let link = place.store.link(&KEY, now, Duration::from_mins(5)).await.unwrap().unwrap();
    assert!(link.contains("X-Amz-Expires=300") && !link.contains(SECRET_ACCESS_KEY), "{link}");
    let reply = fetch(link).await;
    assert!(reply.starts_with("HTTP/1.1 200") && reply.ends_with("a picture"), "{reply}");
    let reply = reply.to_ascii_lowercase();
    assert!(
        reply.contains("content-type: image/heic") && reply.contains("cache-control: private, no-store"),
        "{reply}"
    );

    let old = place.store.link(&KEY, now - Duration::from_hours(1), Duration::from_mins(1)).await.unwrap().unwrap();
    assert!(fetch(old).await.starts_with("HTTP/1.1 403"));
    let long = place.store.link(&KEY, now, Duration::from_hours(24)).await.unwrap().unwrap();
    assert!(long.contains("X-Amz-Expires=900"), "{long}");
}

#[tokio::test]
async fn the_bucket_stands_where_the_settings_say() {
    let link = async |endpoint: Option<&str>, path_style| {
        let settings = S3Config {
            endpoint: endpoint.map(ToOwned::to_owned),
            region: "cn-north-1".to_owned(),
            path_style,
            ..s3_config(([127, 0, 0, 1], 1).into())
        };
        let store = store::open(&Config::S3(settings)).unwrap();
        let link = store.link(&KEY, time("2026-03-02T00:00:00Z"), Duration::from_mins(1)).await.unwrap().unwrap();
        link.split('?').next().unwrap().to_owned()
    };
    let path = KEY.path();
    let plain = Some("http://s3.example.cn:3900");
    assert_eq!(link(plain, true).await, format!("http://s3.example.cn:3900/{BUCKET}/{path}"));
    assert_eq!(link(plain, false).await, format!("http://{BUCKET}.s3.example.cn:3900/{path}"));
    let safe = Some("https://s3.example.cn");
    assert_eq!(link(safe, true).await, format!("https://s3.example.cn/{BUCKET}/{path}"));
    assert_eq!(link(safe, false).await, format!("https://{BUCKET}.s3.example.cn/{path}"));
    assert_eq!(link(None, false).await, format!("https://{BUCKET}.s3.cn-north-1.amazonaws.com.cn/{path}"));
}

#[test]
fn all_mistakes_are_reported_together() {
    let nothing = S3Config {
        bucket: String::new(),
        endpoint: Some("s3.example.cn".to_owned()),
        region: String::new(),
        access_key_id: String::new(),
        secret_access_key: Secret::default(),
        path_style: true,
        limits: store::Limits::default(),
    };
    let Some(StoreError::Configuration(mistakes)) = store::open(&Config::S3(nothing)).err() else {
        panic!("the settings are wrong");
    };
    let settings: Vec<_> = mistakes.iter().map(|mistake| mistake.setting).collect();
    assert_eq!(
        settings,
        ["GXB_S3_BUCKET", "GXB_S3_ENDPOINT", "GXB_S3_REGION", "GXB_S3_ACCESS_KEY_ID", "GXB_S3_SECRET_ACCESS_KEY"]
    );
    let message = StoreError::Configuration(mistakes).to_string();
    assert!(message.contains("GXB_S3_BUCKET must") && message.contains("GXB_S3_REGION must"), "{message}");
    assert!(Config::Folder { path: PathBuf::new() }.validate().is_err());
}

#[test]
fn each_setting_has_its_limits() {
    let valid = |change: fn(&mut S3Config)| {
        let mut settings = s3_config(([127, 0, 0, 1], 3900).into());
        change(&mut settings);
        Config::S3(settings).validate().is_ok()
    };
    assert!(valid(|_| {}));
    assert!(valid(|settings| settings.endpoint = None));
    for endpoint in ["https://s3.example.cn/", "http://[::1]:3900", "http://garage:3900"] {
        let settings = S3Config { endpoint: Some(endpoint.to_owned()), ..s3_config(([127, 0, 0, 1], 1).into()) };
        assert!(Config::S3(settings).validate().is_ok(), "{endpoint}");
    }
    for endpoint in
        ["", "http://", "ftp://x", "http://user:word@host", "https://host/path", "https://host?x=1", "http:// x"]
    {
        let settings = S3Config { endpoint: Some(endpoint.to_owned()), ..s3_config(([127, 0, 0, 1], 1).into()) };
        assert!(Config::S3(settings).validate().is_err(), "{endpoint}");
    }
    for bucket in ["ab", "Upper", "under_score", "-dash", "a..b", "has space", "照片桶"] {
        let settings = S3Config { bucket: bucket.to_owned(), ..s3_config(([127, 0, 0, 1], 1).into()) };
        assert!(Config::S3(settings).validate().is_err(), "{bucket}");
    }
    assert!(valid(|settings| settings.bucket = "a.b.c".to_owned()));
    assert!(!valid(|settings| {
        settings.bucket = "a.b.c".to_owned();
        settings.path_style = false;
        settings.endpoint = Some("https://s3.example.cn".to_owned());
    }));
    assert!(!valid(|settings| settings.secret_access_key = Secret::new("with\nline")));
}

#[test]
fn no_secret_is_printed() {
    let config = Config::S3(s3_config(([127, 0, 0, 1], 1).into()));
    let printed = format!("{config:?} {config:#?}");
    assert!(printed.contains(ACCESS_KEY_ID) && !printed.contains(SECRET_ACCESS_KEY), "{printed}");
}
