//! The key that signs, and those that are still believed.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Keys believed at once, the signing one included.
const MAX_KEYS: usize = 16;

/// One signing key, and any number of others whose tokens are believed.
///
/// To change the key without signing anybody out: give every process the new one among the others; then make it the
/// signing key and put the old one among the others; drop the old one a token's life later.
#[derive(Clone)]
pub struct Keys {
    pub(super) kid: String,
    pub(super) signing: EncodingKey,
    believed: BTreeMap<String, Believed>,
}

#[derive(Clone)]
struct Believed {
    key: DecodingKey,
    /// The public half, base64url without padding: `x` in the JWKS document.
    x: String,
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// More keys than anybody needs.
    #[error("at most {MAX_KEYS} token keys can be in use at once")]
    TooMany,
}

impl Keys {
    /// Keys from their 32-byte Ed25519 seeds. Of the others only the public half is kept.
    ///
    /// # Errors
    /// [`KeyError::TooMany`] when there are more than 16.
    pub fn new<'a>(seed: &[u8; 32], others: impl IntoIterator<Item = &'a [u8; 32]>) -> Result<Self, KeyError> {
        super::provider::install();
        let (kid, own) = believe(seed);
        let mut believed = BTreeMap::from([(kid.clone(), own)]);
        for other in others {
            let (kid, key) = believe(other);
            believed.insert(kid, key);
            if believed.len() > MAX_KEYS {
                return Err(KeyError::TooMany);
            }
        }
        Ok(Self { kid, signing: EncodingKey::from_ed_der(seed), believed })
    }

    /// The body of `/.well-known/jwks.json` (RFC 7517, RFC 8037): the public halves of all keys.
    pub fn jwks(&self) -> Value {
        let keys: Vec<_> = self
            .believed
            .iter()
            .map(|(kid, key)| {
                json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": key.x })
            })
            .collect();
        json!({ "keys": keys })
    }

    pub(super) fn believed(&self, kid: &str) -> Option<&DecodingKey> {
        self.believed.get(kid).map(|believed| &believed.key)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// The public half, under its thumbprint (RFC 7638) as key id: the same key has the same id in every process.
fn believe(seed: &[u8; 32]) -> (String, Believed) {
    let public = SigningKey::from_bytes(seed).verifying_key();
    let x = URL_SAFE_NO_PAD.encode(public.as_bytes());
    let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)));
    (kid, Believed { key: DecodingKey::from_ed_der(public.as_bytes()), x })
}
