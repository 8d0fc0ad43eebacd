//! Who is calling: the four `X-Gxb-*` headers that sign a call between us and a province, in either direction.
//!
//! What is signed are five lines joined by `\n`, without one at the end: the method, the path with its query as it
//! stands on the request line, the timestamp (Unix seconds), the nonce, and the body's SHA-256 in lower-case hex.
//! A worked example is in `docs/PORTAL.md`.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::{Digest as _, Sha256};

mod nonce;

pub use nonce::{MemoryNonces, NonceMemory, NonceMemoryFailed};

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

/// How a call is signed. The national algorithms (HMAC-SM3, SM2) get a variant, a name and a line in
/// `Algorithm::seal` and `Algorithm::fits` each; nothing else knows how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 over a shared secret.
    HmacSha256,
}

impl Algorithm {
    /// Its name after `alg=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::HmacSha256].into_iter().find(|algorithm| algorithm.name() == name)
    }

    fn seal(self, secret: &[u8], text: &[u8]) -> Vec<u8> {
        match self {
            Self::HmacSha256 => hmac_sha256(secret, text).finalize().into_bytes().to_vec(),
        }
    }

    /// Whether `seal` belongs to `text`, in a time that does not depend on where they differ.
    fn fits(self, secret: &[u8], text: &[u8], seal: &[u8]) -> bool {
        match self {
            Self::HmacSha256 => hmac_sha256(secret, text).verify_slice(seal).is_ok(),
        }
    }
}

/// HMAC pads a short key with zeros and hashes a long one; doing that here leaves nothing that could fail.
fn hmac_sha256(secret: &[u8], text: &[u8]) -> Hmac<Sha256> {
    let mut block = [0_u8; 64];
    let digest = Sha256::digest(secret);
    let key: &[u8] = if secret.len() > block.len() { digest.as_slice() } else { secret };
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(text);
    mac
}

/// An application's name and its secret. The secret cannot be printed.
#[derive(Clone)]
pub struct Key {
    app: String,
    algorithm: Algorithm,
    secret: Vec<u8>,
}

impl Key {
    /// The key of `app` for HMAC-SHA-256.
    pub fn hmac_sha256(app: impl Into<String>, secret: impl Into<Vec<u8>>) -> Self {
        Self { app: app.into(), algorithm: Algorithm::HmacSha256, secret: secret.into() }
    }

    /// The application this key belongs to.
    pub fn app(&self) -> &str {
        &self.app
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("app", &self.app).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

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
    fn text(&self, timestamp: i64, nonce: &str) -> String {
        let body = hex::encode(Sha256::digest(self.body));
        format!("{}\n{}\n{timestamp}\n{nonce}\n{body}", self.method, self.path_and_query)
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
    /// [`Refusal::Missing`], [`Refusal::Malformed`] or [`Refusal::Algorithm`].
    pub fn read(headers: &HeaderMap) -> Result<Self, Refusal> {
        let app = word(headers, APP, 1)?.to_owned();
        let timestamp = one(headers, TIMESTAMP)?.parse().map_err(|_| Refusal::Malformed(TIMESTAMP))?;
        let nonce = word(headers, NONCE, 16)?.to_owned();
        let (mut algorithm, mut signature) = (None, None);
        for part in one(headers, SIGNATURE)?.split(';').take(8) {
            match part.trim().split_once('=') {
                Some(("alg", name)) => algorithm = Some(Algorithm::named(name).ok_or(Refusal::Algorithm)?),
                Some(("sig", text)) if text.len() <= 1024 => signature = hex::decode(text).ok(),
                _ => return Err(Refusal::Malformed(SIGNATURE)),
            }
        }
        let algorithm = algorithm.ok_or(Refusal::Malformed(SIGNATURE))?;
        let signature = signature.ok_or(Refusal::Malformed(SIGNATURE))?;
        Ok(Self { app, timestamp, nonce, algorithm, signature })
    }
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

/// Why a call is not believed. Its text is fit for the caller's eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A header is not there.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// A header is there twice or cannot be read.
    #[error("the header {0} cannot be read")]
    Malformed(&'static str),
    /// An algorithm we do not speak.
    #[error("the signature's algorithm is not known here")]
    Algorithm,
    /// The timestamp is too old or too far ahead.
    #[error("the timestamp is more than five minutes from the present")]
    Stale,
    /// Unknown application or wrong signature: a caller need not learn which.
    #[error("the signature does not fit the call")]
    Wrong,
    /// The nonce was used before.
    #[error("the nonce was used before")]
    Repeated,
    /// Whether the nonce is new could not be found out: ours to fix, and worth another try.
    #[error("nonces cannot be checked at present")]
    Unchecked,
}

impl Refusal {
    /// The stable code, `signature.…`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing(_) => "signature.missing",
            Self::Malformed(_) => "signature.malformed",
            Self::Algorithm => "signature.algorithm",
            Self::Stale => "signature.stale",
            Self::Wrong => "signature.wrong",
            Self::Repeated => "signature.repeated",
            Self::Unchecked => "signature.unchecked",
        }
    }
}

/// Signs a call. `nonce` is 16 to 64 letters, digits, `-`, `_` or `.`, and never used again.
pub fn sign(key: &Key, call: &Call<'_>, now: DateTime<Utc>, nonce: &str) -> Stamp {
    let timestamp = now.timestamp();
    let signature = key.algorithm.seal(&key.secret, call.text(timestamp, nonce).as_bytes());
    Stamp { app: key.app.clone(), timestamp, nonce: nonce.to_owned(), algorithm: key.algorithm, signature }
}

/// Checks a call's stamp against the key of the application it names. The nonce is not looked at: see [`admit`].
///
/// # Errors
/// [`Refusal::Stale`], [`Refusal::Wrong`], or [`Refusal::Algorithm`] when the key is for another algorithm.
pub fn verify(key: &Key, call: &Call<'_>, stamp: &Stamp, now: DateTime<Utc>, window: Duration) -> Result<(), Refusal> {
    if stamp.algorithm != key.algorithm {
        return Err(Refusal::Algorithm);
    }
    if now.timestamp().abs_diff(stamp.timestamp) > window.as_secs() {
        return Err(Refusal::Stale);
    }
    let text = call.text(stamp.timestamp, &stamp.nonce);
    let fits = stamp.app == key.app && key.algorithm.fits(&key.secret, text.as_bytes(), &stamp.signature);
    if fits { Ok(()) } else { Err(Refusal::Wrong) }
}

/// Lets a call in, or says why not: reads the headers, finds the key among `keys` (the one answered for), checks the
/// signature within [`WINDOW`], and only then remembers the nonce, so that strangers cannot fill the memory.
///
/// # Errors
/// [`Refusal`]; all but [`Refusal::Unchecked`] mean 401.
pub async fn admit<'k>(
    keys: &'k [Key],
    headers: &HeaderMap,
    call: &Call<'_>,
    nonces: &dyn NonceMemory,
    now: DateTime<Utc>,
) -> Result<&'k Key, Refusal> {
    let stamp = Stamp::read(headers)?;
    let key = keys.iter().find(|key| key.app == stamp.app).ok_or(Refusal::Wrong)?;
    verify(key, call, &stamp, now, WINDOW)?;
    match nonces.remember(&stamp.app, &stamp.nonce, now).await {
        Ok(true) => Ok(key),
        Ok(false) => Err(Refusal::Repeated),
        Err(NonceMemoryFailed) => Err(Refusal::Unchecked),
    }
}

#[cfg(test)]
mod tests;
