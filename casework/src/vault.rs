//! Personal data at rest: sealed with AES-256-GCM, found again by a keyed hash.
//!
//! Sealed text is `key id:base64(nonce ‖ ciphertext)`. The key id lets keys rotate: new text is sealed with the first key,
//! old text is opened with the key it names. The column's name is bound into the seal, so that a value moved to another
//! column does not open.

use std::fmt;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use entity::Sealed;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use crate::world::{NoRandomness, World};

const NONCE_BYTES: usize = 12;

/// What a sealed text is for. Bound into the seal and into the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A WeChat openid.
    Openid,
    /// A mobile number.
    Phone,
    /// The answers of a form.
    Form,
    /// A stored first answer.
    Answer,
    /// A report as it came.
    Report,
    /// What an applicant must put right.
    Correction,
    /// The document a decision yielded.
    Licence,
    /// The words of a line in the timeline.
    Note,
    /// The text of a notice.
    Notice,
    /// What the other side answered to an attempt.
    Reply,
    /// What the province is told of a step.
    Step,
    /// What a machine's signatures are checked with.
    MachineKey,
    /// Why somebody drove a promise by hand, or ended it.
    Intervention,
    /// What calls to an endpoint are signed with.
    EndpointKey,
    /// A link by which a file may be read for a while.
    Link,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Openid => b"account.openid",
            Self::Phone => b"account.phone",
            Self::Form => b"cases.form",
            Self::Answer => b"idempotency.answer",
            Self::Report => b"report.raw",
            Self::Correction => b"cases.correction",
            Self::Licence => b"cases.licence",
            Self::Note => b"case_event.note",
            Self::Notice => b"notice.body",
            Self::Reply => b"attempt.reply",
            Self::Step => b"case_step.data",
            Self::MachineKey => b"machine_key.key",
            Self::Intervention => b"intervention.words",
            Self::EndpointKey => b"endpoint_key.key",
            Self::Link => b"link",
        }
    }
}

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The text was sealed with a key that is not configured.
    #[error("sealed with the unknown data key {0:?}")]
    UnknownKey(String),
    /// The text was altered, or belongs to another column.
    #[error("sealed text does not open")]
    Altered,
    /// There is no key to seal with.
    #[error("there is no data key")]
    NoKey,
    /// No nonce could be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// The data keys of one deployment. Cannot be printed.
pub struct Vault {
    keys: Vec<(String, Aes256Gcm)>,
    hash: Hmac<Sha256>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(***)")
    }
}

impl Vault {
    /// A vault that seals with the first of `keys` (key id, 32 bytes) and opens with any of them.
    pub fn new(keys: &[(String, [u8; 32])], hash_key: &[u8; 32]) -> Self {
        Self {
            keys: keys.iter().map(|(id, key)| (id.clone(), Aes256Gcm::new(key.into()))).collect(),
            hash: Hmac::new(&padded(hash_key)),
        }
    }

    /// Encrypts `text`.
    ///
    /// # Errors
    /// [`VaultError`] when there is no key or no randomness.
    pub fn seal(&self, world: &World, purpose: Purpose, text: &str) -> Result<Sealed, VaultError> {
        let (id, key) = self.keys.first().ok_or(VaultError::NoKey)?;
        let nonce: [u8; NONCE_BYTES] = world.bytes()?;
        let payload = Payload { msg: text.as_bytes(), aad: purpose.label() };
        let ciphertext = key.encrypt(&Nonce::from(nonce), payload).map_err(|_| VaultError::Altered)?;
        let mut whole = nonce.to_vec();
        whole.extend(ciphertext);
        Ok(Sealed(format!("{id}:{}", BASE64.encode(whole))))
    }

    /// Decrypts what [`Vault::seal`] made.
    ///
    /// # Errors
    /// [`VaultError`] when the key is unknown or the text was altered.
    pub fn open(&self, purpose: Purpose, sealed: &Sealed) -> Result<String, VaultError> {
        let (id, body) = sealed.0.split_once(':').ok_or(VaultError::Altered)?;
        let (_, key) = self.keys.iter().find(|(k, _)| k == id).ok_or_else(|| VaultError::UnknownKey(id.to_owned()))?;
        let whole = BASE64.decode(body).map_err(|_| VaultError::Altered)?;
        let (nonce, ciphertext) = whole.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::Altered)?;
        let payload = Payload { msg: ciphertext, aad: purpose.label() };
        let text = key.decrypt(&Nonce::from(*nonce), payload).map_err(|_| VaultError::Altered)?;
        String::from_utf8(text).map_err(|_| VaultError::Altered)
    }

    /// The keyed hash under which `text` can be found again, 64 hex digits.
    pub fn digest(&self, purpose: Purpose, text: &str) -> String {
        hex::encode(self.mac(purpose, text).finalize().into_bytes())
    }

    /// Whether this is the text's [`Vault::digest`]; takes as long whatever is wrong.
    pub fn is_digest(&self, purpose: Purpose, text: &str, digest: &str) -> bool {
        hex::decode(digest).is_ok_and(|digest| self.mac(purpose, text).verify_slice(&digest).is_ok())
    }

    fn mac(&self, purpose: Purpose, text: &str) -> Hmac<Sha256> {
        let mut mac = self.hash.clone();
        mac.update(purpose.label());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac
    }
}

/// HMAC pads a key shorter than its block with zeros (RFC 2104): done here, no key is too long or too short.
fn padded(key: &[u8; 32]) -> hmac::digest::Key<Hmac<Sha256>> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(ids: &[&str]) -> Vault {
        let keys: Vec<_> = ids.iter().map(|id| ((*id).to_owned(), [*id.as_bytes().last().unwrap(); 32])).collect();
        Vault::new(&keys, &[9; 32])
    }

    #[test]
    fn opens_what_it_sealed_even_after_the_key_rotated() {
        let world = World::real();
        let sealed = vault(&["k1"]).seal(&world, Purpose::Phone, "13800003210").unwrap();
        assert!(!sealed.0.contains("138"));
        assert_eq!(vault(&["new", "k1"]).open(Purpose::Phone, &sealed).unwrap(), "13800003210");
    }

    #[test]
    fn refuses_another_column_another_key_and_altered_text() {
        let world = World::real();
        let (vault, other) = (vault(&["k1"]), vault(&["other"]));
        let sealed = vault.seal(&world, Purpose::Phone, "13800003210").unwrap();
        assert!(matches!(vault.open(Purpose::Form, &sealed), Err(VaultError::Altered)));
        assert!(matches!(other.open(Purpose::Phone, &sealed), Err(VaultError::UnknownKey(id)) if id == "k1"));
        for cut in 0..sealed.0.len() {
            assert!(vault.open(Purpose::Phone, &Sealed(sealed.0[..cut].to_owned())).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn seals_the_same_text_differently_and_hashes_it_alike() {
        let world = World::real();
        let vault = vault(&["k1"]);
        let seal = || vault.seal(&world, Purpose::Openid, "o1").unwrap();
        assert_ne!(seal(), seal());
        assert_eq!(vault.digest(Purpose::Openid, "o1"), vault.digest(Purpose::Openid, "o1"));
        assert_ne!(vault.digest(Purpose::Openid, "o1"), vault.digest(Purpose::Phone, "o1"));
        assert!(vault.is_digest(Purpose::Openid, "o1", &vault.digest(Purpose::Openid, "o1")));
        assert!(!vault.is_digest(Purpose::Openid, "o1", &vault.digest(Purpose::Openid, "o2")));
        assert!(!vault.is_digest(Purpose::Openid, "o1", ""));
    }
}
