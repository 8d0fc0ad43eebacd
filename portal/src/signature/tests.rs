use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use proptest::prelude::*;

use super::*;

mod keys;
mod openssl;
mod rotation;
mod vectors;

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

/// One key for each algorithm.
fn keys() -> [Key; 3] {
    let seals = [Seal::hmac_sha256(SECRET), Seal::hmac_sm3(SECRET), Seal::sm2(&[7; 32]).unwrap()];
    seals.map(|seal| Key::new("gaoxingban", seal))
}

fn checked(key: &Key, call: &Call<'_>, stamp: &Stamp, now: DateTime<Utc>) -> Result<(), Refusal> {
    verify(&[key.trusted()], call, stamp, now, WINDOW).map(|_| ())
}

#[test]
fn what_is_signed_is_what_is_believed() {
    for key in keys() {
        let stamp = sign(&key, &POST, now(), NONCE_WORD);
        assert_eq!(Stamp::read(&map(&stamp)), Ok(stamp.clone()));
        assert_eq!(checked(&key, &POST, &stamp, now()), Ok(()), "{key:?}");
        for call in [
            Call { method: "PUT", ..POST },
            Call { path_and_query: "/cases?", ..POST },
            Call { path_and_query: "/Cases", ..POST },
            Call { body: b"", ..POST },
        ] {
            assert_eq!(checked(&key, &call, &stamp, now()), Err(Refusal::Wrong), "{}", call.path_and_query);
        }
        let short = stamp.signature.len() - 1;
        let changed = [
            Stamp { timestamp: stamp.timestamp + 1, ..stamp.clone() },
            Stamp { nonce: NONCE_WORD.replace('0', "1"), ..stamp.clone() },
            Stamp { signature: stamp.signature[..short].to_vec(), ..stamp.clone() },
            Stamp { signature: [&stamp.signature[..], &[0]].concat(), ..stamp.clone() },
            Stamp { signature: vec![0; short + 1], ..stamp.clone() },
            Stamp { signature: vec![0xff; short + 1], ..stamp.clone() },
            Stamp { signature: Vec::new(), ..stamp.clone() },
            Stamp { app: "somebody".into(), ..stamp.clone() },
        ];
        for stamp in changed {
            assert_eq!(checked(&key, &POST, &stamp, now()), Err(Refusal::Wrong), "{stamp:?}");
        }
    }
    let stamp = sign(&key(), &POST, now(), NONCE_WORD);
    let other = Key::hmac_sha256("gaoxingban", "another secret");
    assert_eq!(checked(&other, &POST, &stamp, now()), Err(Refusal::Wrong));
}

/// Bodies and paths that end where the next line begins must not be taken for one another.
fn path() -> impl Strategy<Value = String> {
    "/[a-z0-9/%]{0,20}(\\?[a-z=&0-9]{0,10})?"
}

proptest! {
    #[test]
    fn any_change_of_any_part_is_refused(
        which in 0_usize..3,
        path in path(),
        body in proptest::collection::vec(any::<u8>(), 0..200),
        part in 0_usize..7,
        at in any::<proptest::sample::Index>(),
        bit in 0_u32..8,
    ) {
        let key = &keys()[which];
        let call = Call { method: "POST", path_and_query: &path, body: &body };
        let stamp = sign(key, &call, now(), NONCE_WORD);
        prop_assert_eq!(checked(key, &call, &stamp, now()), Ok(()));
        let flipped = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            if bytes.is_empty() { bytes.push(0) } else { let at = at.index(bytes.len()); bytes[at] ^= 1 << bit; }
            bytes
        };
        let text = |text: &str| String::from_utf8_lossy(&flipped(text.as_bytes())).into_owned();
        let (method, other_path, other_body) = (text("POST"), text(&path), flipped(&body));
        let (mut call, mut changed) = (call, stamp.clone());
        match part {
            0 => call.method = &method,
            1 => call.path_and_query = &other_path,
            2 => call.body = &other_body,
            3 => changed.timestamp ^= 1 << bit,
            4 => changed.nonce = text(&changed.nonce),
            5 => changed.app = text(&changed.app),
            _ => changed.signature = flipped(&changed.signature),
        }
        prop_assert!(checked(key, &call, &changed, now()).is_err(), "part {}", part);
    }
}

#[test]
fn the_window_has_two_edges() {
    for key in keys() {
        let stamp = sign(&key, &POST, now(), NONCE_WORD);
        let stale = Err(Refusal::Stale);
        for (seconds, expected) in [(-300, Ok(())), (300, Ok(())), (-301, stale), (301, stale)] {
            let then = now() + TimeDelta::seconds(seconds);
            assert_eq!(checked(&key, &POST, &stamp, then), expected, "{seconds}");
        }
        let absurd = Stamp { timestamp: i64::MIN, ..stamp };
        assert_eq!(checked(&key, &POST, &absurd, now()), stale);
    }
}

#[test]
fn headers_that_cannot_be_read() {
    let good = map(&sign(&key(), &POST, now(), NONCE_WORD));
    for name in [APP, TIMESTAMP, NONCE, SIGNATURE] {
        let mut headers = good.clone();
        headers.remove(name);
        assert_eq!(Stamp::read(&headers), Err(vec![Refusal::Missing(name)]));
        let mut headers = good.clone();
        headers.append(name, good[name].clone());
        assert_eq!(Stamp::read(&headers), Err(vec![Refusal::Malformed(name)]), "twice");
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
        (SIGNATURE, "alg=hmac-sha256;sig=00", Refusal::Malformed(SIGNATURE)),
        (SIGNATURE, "alg=sm2;sig=00", Refusal::Malformed(SIGNATURE)),
    ] {
        let mut headers = good.clone();
        headers.insert(name, value.parse().unwrap());
        assert_eq!(Stamp::read(&headers), Err(vec![refusal]), "{name}: {value}");
    }
    let mut headers = good;
    headers.insert(NONCE, "n".repeat(65).parse().unwrap());
    assert_eq!(Stamp::read(&headers), Err(vec![Refusal::Malformed(NONCE)]));
    headers.remove(APP);
    headers.insert(TIMESTAMP, "soon".parse().unwrap());
    headers.insert(SIGNATURE, "alg=md5;sig=00".parse().unwrap());
    let all = [Refusal::Missing(APP), Refusal::Malformed(TIMESTAMP), Refusal::Malformed(NONCE), Refusal::Algorithm];
    assert_eq!(Stamp::read(&headers), Err(all.to_vec()));
}

/// An SM2 signature in DER, as OpenSSL gives it, is not of its one length; nor is any in base64.
#[test]
fn a_signature_in_another_form_is_malformed() {
    for key in keys() {
        let mut stamp = sign(&key, &POST, now(), NONCE_WORD);
        stamp.signature.splice(0..0, [0x30, 0x44, 0x02, 0x20]);
        assert_eq!(Stamp::read(&map(&stamp)), Err(vec![Refusal::Malformed(SIGNATURE)]), "{key:?}");
    }
}

#[test]
fn every_refusal_says_what_it_means() {
    let all = [
        Refusal::Missing(APP),
        Refusal::Malformed(NONCE),
        Refusal::Algorithm,
        Refusal::Stale,
        Refusal::Wrong,
        Refusal::Expired,
        Refusal::Repeated,
        Refusal::Unchecked,
    ];
    assert_eq!(all.map(|refusal| refusal.meaning().map(|of| of.code)), all.map(|refusal| Some(refusal.code())));
    assert_eq!(MEANINGS.len(), all.len());
}

#[tokio::test]
async fn a_nonce_is_good_once_and_only_a_right_signature_uses_it_up() {
    let nonces = MemoryNonces::new(2);
    let (key, keys) = (key(), [key().trusted()]);
    let forged = sign(&Key::hmac_sha256("gaoxingban", "guess"), &POST, now(), NONCE_WORD);
    assert_eq!(admit(&keys, &forged, &POST, &nonces, now()).await.err(), Some(Refusal::Wrong));
    let stamp = sign(&key, &POST, now(), NONCE_WORD);
    assert_eq!(admit(&keys, &stamp, &POST, &nonces, now()).await.map(TrustedKey::name), Ok("own"));
    assert_eq!(admit(&keys, &stamp, &POST, &nonces, now()).await.err(), Some(Refusal::Repeated));
    let stranger = sign(&Key::hmac_sha256("stranger", SECRET), &POST, now(), NONCE_WORD);
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
