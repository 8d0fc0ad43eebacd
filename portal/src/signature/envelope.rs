//! A signed text that lies somewhere until it is read: one JSON object, so that text and signature are there together or not
//! at all.
//!
//! It is signed like a call: the method is `FILE`, the path is where it lies, the body is the text. So it cannot be moved to
//! another place and be believed there. It has no time window: what is read twice must do no harm.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::{APP, Call, Key, NONCE, Refusal, SIGNATURE, Stamp, TIMESTAMP, TrustedKey, sign, verify};

/// The method in what is signed.
const METHOD: &str = "FILE";

/// A signed text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Who signed.
    pub app: String,
    /// When, in Unix seconds.
    pub timestamp: i64,
    /// The word that is used once.
    pub nonce: String,
    /// `alg=…;sig=…`.
    pub signature: String,
    /// The text, as it was signed.
    pub content: String,
}

impl Envelope {
    /// Signs `content`, which is to lie at `path`.
    pub fn seal(key: &Key, path: &str, content: String, now: DateTime<Utc>, nonce: &str) -> Self {
        let call = Call { method: METHOD, path_and_query: path, body: content.as_bytes() };
        let stamp = sign(key, &call, now, nonce);
        let [.., (_, signature)] = stamp.headers();
        Self { app: stamp.app, timestamp: stamp.timestamp, nonce: stamp.nonce, signature, content }
    }

    /// The text of an envelope that lay at `path`, when one of `keys` signed it for there.
    ///
    /// # Errors
    /// [`Refusal`], as for a call; [`Refusal::Malformed`] for what is no envelope.
    pub fn open(keys: &[TrustedKey], path: &str, bytes: &[u8], now: DateTime<Utc>) -> Result<String, Refusal> {
        let envelope: Self = serde_json::from_slice(bytes).map_err(|_| Refusal::Malformed(SIGNATURE))?;
        let stamp = envelope.stamp()?;
        let call = Call { method: METHOD, path_and_query: path, body: envelope.content.as_bytes() };
        verify(keys, &call, &stamp, now, Duration::MAX)?;
        Ok(envelope.content)
    }

    fn stamp(&self) -> Result<Stamp, Refusal> {
        let timestamp = self.timestamp.to_string();
        let mut headers = HeaderMap::new();
        for (name, value) in
            [(APP, &self.app), (TIMESTAMP, &timestamp), (NONCE, &self.nonce), (SIGNATURE, &self.signature)]
        {
            headers.insert(name, HeaderValue::from_str(value).map_err(|_| Refusal::Malformed(name))?);
        }
        Stamp::read(&headers).map_err(Refusal::first)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::signature::{Algorithm, Seal};

    const PLACE: &str = "inbox/reports/1.json";

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    #[test]
    fn it_is_believed_where_it_was_put_and_nowhere_else() {
        for algorithm in Algorithm::ALL {
            let key = Key::new("gaoxingban", Seal::of_random(algorithm, [7; 32]).unwrap());
            let sealed = Envelope::seal(&key, PLACE, "{\"a\":\"办\"}".to_owned(), now(), "0123456789abcdef");
            let open = |envelope: &Envelope, path, days| {
                let bytes = serde_json::to_vec(envelope).unwrap();
                Envelope::open(&[key.trusted()], path, &bytes, now() + TimeDelta::days(days))
            };
            for days in [-30, 0, 30] {
                assert_eq!(open(&sealed, PLACE, days).as_deref(), Ok("{\"a\":\"办\"}"), "{algorithm} {days}");
            }
            assert_eq!(open(&sealed, "inbox/reports/2.json", 0), Err(Refusal::Wrong));
            let other = Envelope { content: "{\"a\":\"否\"}".to_owned(), ..sealed.clone() };
            assert_eq!(open(&other, PLACE, 0), Err(Refusal::Wrong));
            let later = Envelope { timestamp: sealed.timestamp + 1, ..sealed.clone() };
            assert_eq!(open(&later, PLACE, 0), Err(Refusal::Wrong));
            let stranger = Envelope { app: "stranger".to_owned(), ..sealed };
            assert_eq!(open(&stranger, PLACE, 0), Err(Refusal::Wrong));
        }
    }

    /// The file that docs/PORTAL.md shows, to the byte.
    #[test]
    fn the_worked_example_is_what_we_write_and_believe() {
        let document = include_str!("../../../docs/PORTAL.md");
        let shown = document.split_once("### A signed file").unwrap().1.split_once("```json\n").unwrap().1;
        let shown = shown.split_once("\n```").unwrap().0;
        let key = Key::hmac_sha256("gaoxingban", "a development secret, not for production");
        let (path, nonce) = ("inbox/reports/by-hand-1.json", "0123456789abcdef0123456789abcdef");
        let content = Envelope::open(&[key.trusted()], path, shown.as_bytes(), now()).unwrap();
        let sealed = Envelope::seal(&key, path, content, now(), nonce);
        assert_eq!(serde_json::to_string_pretty(&sealed).unwrap(), shown);
    }

    #[test]
    fn half_an_envelope_is_none() {
        let key = Key::hmac_sha256("gaoxingban", "a secret for tests");
        let whole = serde_json::to_vec(&Envelope::seal(&key, PLACE, "{}".into(), now(), "0123456789abcdef")).unwrap();
        for end in 0..whole.len() {
            let half = &whole[..end];
            assert_eq!(
                Envelope::open(&[key.trusted()], PLACE, half, now()),
                Err(Refusal::Malformed(SIGNATURE)),
                "{end}"
            );
        }
    }

    #[test]
    fn a_key_that_is_over_opens_nothing() {
        let key = Key::hmac_sha256("gaoxingban", "a secret for tests");
        let old = TrustedKey::new("gaoxingban", "old", Seal::hmac_sha256("a secret for tests").check(), now());
        let whole = serde_json::to_vec(&Envelope::seal(&key, PLACE, "{}".into(), now(), "0123456789abcdef")).unwrap();
        assert_eq!(Envelope::open(&[old], PLACE, &whole, now()), Err(Refusal::Expired));
    }
}
