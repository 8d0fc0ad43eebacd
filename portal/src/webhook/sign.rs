//! Signatures by the Standard Webhooks specification: `v1` by HMAC-SHA-256, `v1a` by Ed25519, several side by side.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use casework::webhook::Key;
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer as _, SigningKey};
use entity::endpoint_key::Kind;
use hmac::Mac as _;

use crate::signature::sha256_mac;

/// The header that names the message: the same however often it is sent.
pub const ID: &str = "webhook-id";
/// The header with the moment of sending, in Unix seconds.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// One signature for each key that is not over; nothing when there is none.
pub fn signatures(keys: &[Key], id: &str, now: DateTime<Utc>, body: &str) -> String {
    let text = format!("{id}.{}.{body}", now.timestamp());
    let good = keys.iter().filter(|key| key.until.is_none_or(|until| until > now));
    good.filter_map(|key| signature(key, text.as_bytes())).collect::<Vec<_>>().join(" ")
}

fn signature(key: &Key, text: &[u8]) -> Option<String> {
    Some(match key.kind {
        Kind::Hmac => {
            let mac = sha256_mac(&key.bytes, text);
            format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
        }
        Kind::Ed25519 => format!("v1a,{}", BASE64.encode(pair(key)?.sign(text).to_bytes())),
    })
}

fn pair(key: &Key) -> Option<SigningKey> {
    Some(SigningKey::from_bytes(&<[u8; 32]>::try_from(key.bytes.as_slice()).ok()?))
}

/// What the receiver checks with, as the specification writes it: `whsec_` and the shared secret, or `whpk_` and the public
/// key.
pub fn shown(key: &Key) -> String {
    match key.kind {
        Kind::Hmac => format!("whsec_{}", BASE64.encode(&key.bytes)),
        Kind::Ed25519 => {
            format!("whpk_{}", pair(key).map(|pair| BASE64.encode(pair.verifying_key().to_bytes())).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn key(kind: Kind, bytes: Vec<u8>, until: Option<DateTime<Utc>>) -> Key {
        Key { name: "a".to_owned(), kind, bytes, until }
    }

    /// The example of the specification's own libraries.
    #[test]
    fn signs_the_example_of_the_specification() {
        let secret = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let signed =
            signatures(&[key(Kind::Hmac, secret, None)], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn every_key_signs_until_its_end() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let keys = [
            key(Kind::Hmac, vec![1; 32], Some(now)),
            key(Kind::Hmac, vec![2; 32], Some(now + TimeDelta::seconds(1))),
            key(Kind::Ed25519, vec![3; 32], None),
        ];
        let kinds: Vec<_> = signatures(&keys, "msg_1", now, "{}").split(' ').map(|one| one[..3].to_owned()).collect();
        assert_eq!(kinds, ["v1,", "v1a"]);
        assert_eq!(signatures(&[], "msg_1", now, "{}"), "");
    }
}
