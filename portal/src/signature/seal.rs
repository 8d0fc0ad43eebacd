//! What signs and what checks, without saying whose it is. Each is for one algorithm.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::Mac as _;

use super::{Algorithm, mac, sm2};

/// The example key of GM/T 0003.5-2012: everybody has it.
const PUBLISHED_SM2: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
/// What is signed with in development where no key is set, and in the worked examples of docs/PORTAL.md: everybody has it.
pub const DEVELOPMENT_SECRET: &str = "a development secret, not for production";
/// A shared secret shorter than this can be guessed.
const SHORTEST_SECRET: usize = 16;

/// What signs. Cannot be printed.
#[derive(Clone)]
pub struct Seal(Sealing);

#[derive(Clone)]
enum Sealing {
    HmacSha256(Vec<u8>),
    HmacSm3(Vec<u8>),
    Sm2(sm2::Pair),
}

/// What a signature is checked with: the same secret, or the public key. Cannot be printed.
#[derive(Clone)]
pub struct Check(Checking);

#[derive(Clone)]
enum Checking {
    HmacSha256(Vec<u8>),
    HmacSm3(Vec<u8>),
    Sm2(sm2::Public),
}

/// Why a text is no key. Does not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// No algorithm in front, or one we do not speak.
    #[error("must begin with hmac-sha256:, hmac-sm3: or sm2:")]
    Algorithm,
    /// The secret is no base64, or nothing.
    #[error("must hold the secret in base64 after hmac-…:")]
    Secret,
    /// Not a private key of the curve.
    #[error("must hold the private key in 64 hex digits after sm2:")]
    Private,
    /// Not a point of the curve.
    #[error("must hold the public key in hex after sm2: 04 and 128 digits, or 02 or 03 and 64")]
    Public,
}

impl Seal {
    /// HMAC-SHA-256 with this secret.
    pub fn hmac_sha256(secret: impl Into<Vec<u8>>) -> Self {
        Self(Sealing::HmacSha256(secret.into()))
    }

    /// HMAC-SM3 with this secret.
    pub fn hmac_sm3(secret: impl Into<Vec<u8>>) -> Self {
        Self(Sealing::HmacSm3(secret.into()))
    }

    /// SM2 with this private key; `None` when it is none (nothing, or beyond the curve's order).
    pub fn sm2(private: &[u8]) -> Option<Self> {
        sm2::Pair::from_bytes(private).map(|pair| Self(Sealing::Sm2(pair)))
    }

    /// A key of 32 random bytes; `None`, for SM2, when they are no private key: draw others.
    pub fn of_random(algorithm: Algorithm, bytes: [u8; 32]) -> Option<Self> {
        match algorithm {
            Algorithm::HmacSha256 => Some(Self::hmac_sha256(bytes)),
            Algorithm::HmacSm3 => Some(Self::hmac_sm3(bytes)),
            Algorithm::Sm2 => Self::sm2(&bytes),
        }
    }

    /// Reads `hmac-sha256:BASE64`, `hmac-sm3:BASE64` or `sm2:HEX` with the private key.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let (algorithm, material) = taken_apart(text)?;
        Ok(Self(match algorithm {
            Algorithm::HmacSha256 => Sealing::HmacSha256(secret(material)?),
            Algorithm::HmacSm3 => Sealing::HmacSm3(secret(material)?),
            Algorithm::Sm2 => {
                let bytes = hex::decode(material).map_err(|_| BadKey::Private)?;
                Sealing::Sm2(sm2::Pair::from_bytes(&bytes).ok_or(BadKey::Private)?)
            }
        }))
    }

    /// The text [`Seal::parse`] reads. Call it where a key is handed over and nowhere else.
    pub fn expose(&self) -> String {
        let material = match &self.0 {
            Sealing::HmacSha256(secret) | Sealing::HmacSm3(secret) => BASE64.encode(secret),
            Sealing::Sm2(pair) => hex::encode(pair.to_bytes()),
        };
        format!("{}:{material}", self.algorithm())
    }

    /// The algorithm it is for.
    pub fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Sealing::HmacSha256(_) => Algorithm::HmacSha256,
            Sealing::HmacSm3(_) => Algorithm::HmacSm3,
            Sealing::Sm2(_) => Algorithm::Sm2,
        }
    }

    /// What its signatures are checked with.
    pub fn check(&self) -> Check {
        Check(match &self.0 {
            Sealing::HmacSha256(secret) => Checking::HmacSha256(secret.clone()),
            Sealing::HmacSm3(secret) => Checking::HmacSm3(secret.clone()),
            Sealing::Sm2(pair) => Checking::Sm2(pair.public()),
        })
    }

    pub(super) fn seal(&self, text: &[u8]) -> Vec<u8> {
        match &self.0 {
            Sealing::HmacSha256(secret) => mac::sha256(secret, text).finalize().into_bytes().to_vec(),
            Sealing::HmacSm3(secret) => mac::sm3(secret, text).finalize().into_bytes().to_vec(),
            Sealing::Sm2(pair) => pair.seal(text),
        }
    }
}

impl Check {
    /// Reads `hmac-sha256:BASE64`, `hmac-sm3:BASE64` or `sm2:HEX` with the public key.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let (algorithm, material) = taken_apart(text)?;
        Ok(Self(match algorithm {
            Algorithm::HmacSha256 => Checking::HmacSha256(secret(material)?),
            Algorithm::HmacSm3 => Checking::HmacSm3(secret(material)?),
            Algorithm::Sm2 => {
                let bytes = hex::decode(material).map_err(|_| BadKey::Public)?;
                Checking::Sm2(sm2::Public::from_bytes(&bytes).ok_or(BadKey::Public)?)
            }
        }))
    }

    /// The text [`Check::parse`] reads. Call it where a key is handed over and nowhere else.
    pub fn expose(&self) -> String {
        let material = match &self.0 {
            Checking::HmacSha256(secret) | Checking::HmacSm3(secret) => BASE64.encode(secret),
            Checking::Sm2(public) => hex::encode(public.to_bytes()),
        };
        format!("{}:{material}", self.algorithm())
    }

    /// The algorithm it is for.
    pub fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Checking::HmacSha256(_) => Algorithm::HmacSha256,
            Checking::HmacSm3(_) => Algorithm::HmacSm3,
            Checking::Sm2(_) => Algorithm::Sm2,
        }
    }

    /// Why it must not be used where it counts: everybody has it, or it can be guessed.
    pub fn weakness(&self) -> Option<&'static str> {
        match &self.0 {
            Checking::HmacSha256(secret) | Checking::HmacSm3(secret) => {
                if secret == DEVELOPMENT_SECRET.as_bytes() {
                    Some("is the development secret")
                } else {
                    (secret.len() < SHORTEST_SECRET).then_some("must have at least 16 characters")
                }
            }
            Checking::Sm2(public) => {
                let example = hex::decode(PUBLISHED_SM2).ok().and_then(|bytes| sm2::Pair::from_bytes(&bytes));
                let published = example.is_some_and(|pair| pair.public().to_bytes() == public.to_bytes());
                published.then_some("is the example key of the standard")
            }
        }
    }

    /// Whether `seal` belongs to `text`, in a time that does not depend on where they differ.
    pub(super) fn fits(&self, text: &[u8], seal: &[u8]) -> bool {
        match &self.0 {
            Checking::HmacSha256(secret) => mac::sha256(secret, text).verify_slice(seal).is_ok(),
            Checking::HmacSm3(secret) => mac::sm3(secret, text).verify_slice(seal).is_ok(),
            Checking::Sm2(public) => public.fits(text, seal),
        }
    }
}

fn taken_apart(text: &str) -> Result<(Algorithm, &str), BadKey> {
    let (name, material) = text.split_once(':').ok_or(BadKey::Algorithm)?;
    Ok((Algorithm::named(name).ok_or(BadKey::Algorithm)?, material))
}

fn secret(material: &str) -> Result<Vec<u8>, BadKey> {
    BASE64.decode(material).ok().filter(|bytes| !bytes.is_empty()).ok_or(BadKey::Secret)
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.algorithm())
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.algorithm())
    }
}
