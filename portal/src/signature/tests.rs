use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;

use super::*;

const SECRET: &str = "a development secret, not for production";
const NONCE_WORD: &str = "0123456789abcdef0123456789abcdef";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).expect("in range")
}

fn now() -> DateTime<Utc> {
    at(1_795_000_000)
}

fn key() -> Key {
    Key::hmac_sha256("gaoxingban", SECRET)
}

const POST: Call<'static> = Call { method: "POST", path_and_query: "/cases", body: br#"{"orgbusno":"0198c0ffee"}"# };

fn map(stamp: &Stamp) -> HeaderMap {
    stamp.headers().into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

/// Computed with Python's `hmac` and with `openssl dgst -sha256 -mac HMAC`; the first stands in docs/PORTAL.md.
#[test]
fn vectors() {
    let long = "k".repeat(100);
    let get = Call { method: "GET", path_and_query: "/cases?cursor=42", body: b"" };
    let put = Call { method: "PUT", path_and_query: "/files/ab?rule=%E7%85%A7", body: "照片".as_bytes() };
    for (secret, call, nonce, expected) in [
        (SECRET, POST, NONCE_WORD, "88efc0710bea59102aba73dcb3edb3c8908b93b888dcd02deb5cbb2de8548f15"),
        (SECRET, get, NONCE_WORD, "4a0d22b34060c0a28a34ed87b6e1c8b83639fc4e197ebf58a37623ab79c63988"),
        (&long, put, "nnnnnnnnnnnnnnnn", "768c12a77c20b0a4f3ca037628cf3bf182b4cecddc44fea1014787bae1a2825c"),
    ] {
        let stamp = sign(&Key::hmac_sha256("gaoxingban", secret), &call, now(), nonce);
        assert_eq!(hex::encode(&stamp.signature), expected);
    }
}

#[test]
fn what_is_signed_is_what_is_believed() {
    let stamp = sign(&key(), &POST, now(), NONCE_WORD);
    assert_eq!(Stamp::read(&map(&stamp)), Ok(stamp.clone()));
    assert_eq!(verify(&key(), &POST, &stamp, now(), WINDOW), Ok(()));
    for call in [
        Call { method: "PUT", ..POST },
        Call { path_and_query: "/cases?", ..POST },
        Call { path_and_query: "/Cases", ..POST },
        Call { body: b"", ..POST },
    ] {
        assert_eq!(verify(&key(), &call, &stamp, now(), WINDOW), Err(Refusal::Wrong), "{}", call.path_and_query);
    }
    let changed = [
        Stamp { timestamp: stamp.timestamp + 1, ..stamp.clone() },
        Stamp { nonce: NONCE_WORD.replace('0', "1"), ..stamp.clone() },
        Stamp { signature: stamp.signature.iter().map(|b| b ^ 1).collect(), ..stamp.clone() },
        Stamp { signature: stamp.signature[..31].to_vec(), ..stamp.clone() },
        Stamp { signature: Vec::new(), ..stamp.clone() },
        Stamp { app: "somebody".into(), ..stamp.clone() },
    ];
    for stamp in changed {
        assert_eq!(verify(&key(), &POST, &stamp, now(), WINDOW), Err(Refusal::Wrong));
    }
    let other = Key::hmac_sha256("gaoxingban", "another secret");
    assert_eq!(verify(&other, &POST, &stamp, now(), WINDOW), Err(Refusal::Wrong));
}

#[test]
fn the_window_has_two_edges() {
    let stamp = sign(&key(), &POST, now(), NONCE_WORD);
    for (seconds, expected) in [(-300, Ok(())), (300, Ok(())), (-301, Err(Refusal::Stale)), (301, Err(Refusal::Stale))]
    {
        let then = now() + TimeDelta::seconds(seconds);
        assert_eq!(verify(&key(), &POST, &stamp, then, WINDOW), expected, "{seconds}");
    }
    let absurd = Stamp { timestamp: i64::MIN, ..stamp };
    assert_eq!(verify(&key(), &POST, &absurd, now(), WINDOW), Err(Refusal::Stale));
}

#[test]
fn headers_that_cannot_be_read() {
    let good = map(&sign(&key(), &POST, now(), NONCE_WORD));
    for name in [APP, TIMESTAMP, NONCE, SIGNATURE] {
        let mut headers = good.clone();
        headers.remove(name);
        assert_eq!(Stamp::read(&headers), Err(Refusal::Missing(name)));
        let mut headers = good.clone();
        headers.append(name, good[name].clone());
        assert_eq!(Stamp::read(&headers), Err(Refusal::Malformed(name)), "twice");
    }
    for (name, value, refusal) in [
        (APP, "", Refusal::Malformed(APP)),
        (APP, "a b", Refusal::Malformed(APP)),
        (TIMESTAMP, "1.5", Refusal::Malformed(TIMESTAMP)),
        (TIMESTAMP, "99999999999999999999", Refusal::Malformed(TIMESTAMP)),
        (NONCE, "short", Refusal::Malformed(NONCE)),
        (SIGNATURE, "alg=md5;sig=00", Refusal::Algorithm),
        (SIGNATURE, "alg=hmac-sha256", Refusal::Malformed(SIGNATURE)),
        (SIGNATURE, "sig=00", Refusal::Malformed(SIGNATURE)),
        (SIGNATURE, "alg=hmac-sha256;sig=xyz", Refusal::Malformed(SIGNATURE)),
        (SIGNATURE, "alg=hmac-sha256;sig=00;more=1", Refusal::Malformed(SIGNATURE)),
    ] {
        let mut headers = good.clone();
        headers.insert(name, value.parse().unwrap());
        assert_eq!(Stamp::read(&headers), Err(refusal), "{name}: {value}");
    }
    let mut headers = good;
    headers.insert(NONCE, "n".repeat(65).parse().unwrap());
    assert_eq!(Stamp::read(&headers), Err(Refusal::Malformed(NONCE)));
}

#[tokio::test]
async fn a_nonce_is_good_once_and_only_a_right_signature_uses_it_up() {
    let nonces = MemoryNonces::new(2);
    let keys = [key()];
    let forged = map(&sign(&Key::hmac_sha256("gaoxingban", "guess"), &POST, now(), NONCE_WORD));
    assert_eq!(admit(&keys, &forged, &POST, &nonces, now()).await.err(), Some(Refusal::Wrong));
    let headers = map(&sign(&keys[0], &POST, now(), NONCE_WORD));
    assert_eq!(admit(&keys, &headers, &POST, &nonces, now()).await.map(Key::app), Ok("gaoxingban"));
    assert_eq!(admit(&keys, &headers, &POST, &nonces, now()).await.err(), Some(Refusal::Repeated));
    let stranger = map(&sign(&Key::hmac_sha256("stranger", SECRET), &POST, now(), NONCE_WORD));
    assert_eq!(admit(&keys, &stranger, &POST, &nonces, now()).await.err(), Some(Refusal::Wrong));
}

#[tokio::test]
async fn the_memory_forgets_late_and_fails_when_full() {
    let nonces = MemoryNonces::new(2);
    let later = |duration: Duration| now() + duration;
    assert_eq!(nonces.remember("a", "one", now()).await, Ok(true));
    assert_eq!(nonces.remember("b", "one", now()).await, Ok(true), "another application's");
    assert_eq!(nonces.remember("a", "two", later(REMEMBER)).await, Err(NonceMemoryFailed));
    assert_eq!(nonces.remember("a", "one", later(REMEMBER)).await, Ok(false));
    let past = REMEMBER + Duration::from_secs(1);
    assert_eq!(nonces.remember("a", "two", later(past)).await, Ok(true));
    assert_eq!(nonces.remember("a", "one", later(past)).await, Ok(true));
}

#[test]
fn a_secret_cannot_be_printed() {
    assert!(!format!("{:?}", key()).contains(SECRET));
}
