//! Who is calling: the four `X-Gxb-*` headers that sign a call between us and a province, in either direction.
//!
//! What is signed are five lines joined by `\n`, without one at the end: the method, the path with its query as it
//! stands on the request line, the timestamp (Unix seconds), the nonce, and the body's hash in lower-case hex.
//! Worked examples for each algorithm are in `docs/PORTAL.md`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::HeaderMap;

mod algorithm;
mod envelope;
mod key;
mod mac;
mod nonce;
mod refusal;
mod seal;
mod sm2;

pub use algorithm::Algorithm;
pub use envelope::Envelope;
pub use key::{Key, TrustedKey};
pub use nonce::{MemoryNonces, NonceMemory, NonceMemoryFailed};
pub use refusal::{MEANINGS, Refusal};
pub use seal::{BadKey, Check, DEVELOPMENT_SECRET, Seal};

/// HMAC-SHA-256 that has taken `text` in.
pub(crate) use mac::sha256 as sha256_mac;

/// The header that names the calling application.
pub const APP: &str = "x-gxb-app";
/// The header with the moment of signing, in Unix seconds.
pub const TIMESTAMP: &str = "x-gxb-timestamp";
/// The header with the word that is used once.
pub const NONCE: &str = "x-gxb-nonce";
/// The header with `alg=…;sig=…`.
pub const SIGNATURE: &str = "x-gxb-signature";
/// How far a timestamp may lie from the present, either way.
pub const WINDOW: Duration = Duration::from_mins(5);
/// How long a nonce must be remembered: a timestamp may lie one window ahead and stays good for one more.
pub const REMEMBER: Duration = Duration::from_mins(10);
/// How many keys are believed at once: each is tried, and a stranger's call may cost no more than that.
pub const MAX_TRUSTED_KEYS: usize = 8;

/// What is signed of a call.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// `GET`, `POST`, `PUT` …
    pub method: &'a str,
    /// As on the request line: `/cases?cursor=42`.
    pub path_and_query: &'a str,
    /// The whole body; empty when there is none.
    pub body: &'a [u8],
}

impl Call<'_> {
    fn text(&self, algorithm: Algorithm, timestamp: i64, nonce: &str) -> String {
        let body = hex::encode(algorithm.hash(self.body));
        format!("{}\n{body}", self.head(timestamp, nonce))
    }

    /// All of it but the body: the first four lines.
    fn head(&self, timestamp: i64, nonce: &str) -> String {
        format!("{}\n{}\n{timestamp}\n{nonce}", self.method, self.path_and_query)
    }

    /// The SHA-256, in hex, of the first four of the lines that are signed, joined by line feeds: made of what came and of
    /// nothing else, for a caller whose signature does not fit to compare. The fifth line is the body's.
    pub fn head_hash(&self, stamp: &Stamp) -> String {
        hex::encode(Algorithm::HmacSha256.hash(self.head(stamp.timestamp, &stamp.nonce).as_bytes()))
    }
}

/// The four headers, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Who signed.
    pub app: String,
    /// When, in Unix seconds.
    pub timestamp: i64,
    /// The word that is used once.
    pub nonce: String,
    /// How it was signed.
    pub algorithm: Algorithm,
    /// The signature's bytes.
    pub signature: Vec<u8>,
}

impl Stamp {
    /// The headers as they go on the wire.
    pub fn headers(&self) -> [(&'static str, String); 4] {
        let signature = format!("alg={};sig={}", self.algorithm.name(), hex::encode(&self.signature));
        [
            (APP, self.app.clone()),
            (TIMESTAMP, self.timestamp.to_string()),
            (NONCE, self.nonce.clone()),
            (SIGNATURE, signature),
        ]
    }

    /// Takes the headers of a call apart, each of which must be there exactly once.
    ///
    /// # Errors
    /// Everything that is wrong with them: [`Refusal::Missing`], [`Refusal::Malformed`], [`Refusal::Algorithm`].
    pub fn read(headers: &HeaderMap) -> Result<Self, Vec<Refusal>> {
        let app = word(headers, APP, 1);
        let timestamp =
            one(headers, TIMESTAMP).and_then(|text| text.parse().map_err(|_| Refusal::Malformed(TIMESTAMP)));
        let nonce = word(headers, NONCE, 16);
        let signature = one(headers, SIGNATURE).and_then(taken_apart);
        match (app, timestamp, nonce, signature) {
            (Ok(app), Ok(timestamp), Ok(nonce), Ok((algorithm, signature))) => {
                Ok(Self { app: app.to_owned(), timestamp, nonce: nonce.to_owned(), algorithm, signature })
            }
            (app, timestamp, nonce, signature) => {
                Err([app.err(), timestamp.err(), nonce.err(), signature.err()].into_iter().flatten().collect())
            }
        }
    }

    /// Whether it was made longer ago, or is for later, than `window` allows.
    pub fn is_stale(&self, now: DateTime<Utc>, window: Duration) -> bool {
        now.timestamp().abs_diff(self.timestamp) > window.as_secs()
    }
}

/// The algorithm and the signature of `alg=…;sig=…`. A signature of another length than the algorithm's was written in another
/// form, such as DER or base64.
fn taken_apart(text: &str) -> Result<(Algorithm, Vec<u8>), Refusal> {
    let (mut algorithm, mut signature) = (None, None);
    for part in text.split(';').take(8) {
        match part.trim().split_once('=') {
            Some(("alg", name)) => algorithm = Some(Algorithm::named(name).ok_or(Refusal::Algorithm)?),
            Some(("sig", text)) if text.len() <= 1024 => signature = hex::decode(text).ok(),
            _ => return Err(Refusal::Malformed(SIGNATURE)),
        }
    }
    let both = algorithm.zip(signature).filter(|(algorithm, bytes)| bytes.len() == algorithm.signature_bytes());
    both.ok_or(Refusal::Malformed(SIGNATURE))
}

fn one<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Err(Refusal::Missing(name)),
        (Some(value), None) => value.to_str().map_err(|_| Refusal::Malformed(name)),
        (Some(_), Some(_)) => Err(Refusal::Malformed(name)),
    }
}

fn word<'a>(headers: &'a HeaderMap, name: &'static str, min_length: usize) -> Result<&'a str, Refusal> {
    let value = one(headers, name)?;
    let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if plain && (min_length..=64).contains(&value.len()) { Ok(value) } else { Err(Refusal::Malformed(name)) }
}

/// Signs a call. `nonce` is 16 to 64 letters, digits, `-`, `_` or `.`, and never used again.
pub fn sign(key: &Key, call: &Call<'_>, now: DateTime<Utc>, nonce: &str) -> Stamp {
    let (timestamp, algorithm) = (now.timestamp(), key.algorithm());
    let signature = key.seal(call.text(algorithm, timestamp, nonce).as_bytes());
    Stamp { app: key.app().to_owned(), timestamp, nonce: nonce.to_owned(), algorithm, signature }
}

/// Checks a call's stamp against the keys of the application it names: any of them may have made it, so that an old and
/// a new key overlap. Answers the one that did. The nonce is not looked at: see [`admit`].
///
/// # Errors
/// [`Refusal::Stale`], [`Refusal::Wrong`], [`Refusal::Expired`], or [`Refusal::Algorithm`] when the application has no
/// key for the stamp's algorithm: a key is never used for another one, whatever the caller says.
pub fn verify<'k>(
    keys: &'k [TrustedKey],
    call: &Call<'_>,
    stamp: &Stamp,
    now: DateTime<Utc>,
    window: Duration,
) -> Result<&'k TrustedKey, Refusal> {
    // Before anything that depends on who calls: a caller need not learn whom we know.
    if stamp.is_stale(now, window) {
        return Err(Refusal::Stale);
    }
    let own = || keys.iter().take(MAX_TRUSTED_KEYS).filter(|key| key.app() == stamp.app);
    if own().next().is_none() {
        return Err(Refusal::Wrong);
    }
    if !own().any(|key| key.algorithm() == stamp.algorithm) {
        return Err(Refusal::Algorithm);
    }
    let text = call.text(stamp.algorithm, stamp.timestamp, &stamp.nonce);
    let fits =
        |key: &&TrustedKey| key.algorithm() == stamp.algorithm && key.check().fits(text.as_bytes(), &stamp.signature);
    if let Some(key) = own().filter(|key| !key.is_over(now)).find(fits) {
        return Ok(key);
    }
    // Only whoever holds the old key learns that its time is over.
    let late = own().filter(|key| key.is_over(now)).any(|key| fits(&key));
    Err(if late { Refusal::Expired } else { Refusal::Wrong })
}

/// Lets a call in, or says why not: finds the key among `keys` (the one answered for), checks the signature within
/// [`WINDOW`], and only then remembers the nonce, so that strangers cannot fill the memory.
///
/// # Errors
/// [`Refusal`]; all but [`Refusal::Unchecked`] mean 401.
pub async fn admit<'k>(
    keys: &'k [TrustedKey],
    stamp: &Stamp,
    call: &Call<'_>,
    nonces: &dyn NonceMemory,
    now: DateTime<Utc>,
) -> Result<&'k TrustedKey, Refusal> {
    let key = verify(keys, call, stamp, now, WINDOW)?;
    match nonces.remember(&stamp.app, &stamp.nonce, now).await {
        Ok(true) => Ok(key),
        Ok(false) => Err(Refusal::Repeated),
        Err(NonceMemoryFailed) => Err(Refusal::Unchecked),
    }
}

#[cfg(test)]
mod tests;
