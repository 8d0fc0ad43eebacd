//! What must never be shown: texts and keys that no `Debug` and no log line can print.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

pub use store::Secret;

use super::value::Value;

impl Value for Secret {
    const KIND: &'static str = "secret text";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::new(text))
    }

    fn show(&self) -> String {
        "***".to_owned()
    }
}

/// A 32-byte secret key, written in base64.
#[derive(Clone, PartialEq, Eq)]
pub struct Key32([u8; 32]);

impl Key32 {
    /// Wraps the bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves. Call it where the key is used and nowhere else.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The text a setting holds.
    pub fn to_base64(&self) -> String {
        BASE64.encode(self.0)
    }

    /// Whether somebody typed the key instead of drawing it: every byte the same.
    pub fn is_trivial(&self) -> bool {
        self.0.iter().all(|byte| Some(byte) == self.0.first())
    }
}

impl fmt::Debug for Key32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Value for Key32 {
    const KIND: &'static str = "base64 of 32 bytes";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let bytes = BASE64.decode(text).map_err(|_| "must be base64 of 32 bytes".to_owned())?;
        let length = bytes.len();
        bytes.try_into().map(Self).map_err(|_| format!("must be base64 of 32 bytes, and holds {length}"))
    }

    fn show(&self) -> String {
        "***".to_owned()
    }
}

/// A key with the id that is written beside everything it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedKey {
    /// The key's id: 1 to 16 letters, digits, `-` or `_`.
    pub kid: String,
    /// The key.
    pub key: Key32,
}

impl Value for NamedKey {
    const KIND: &'static str = "`id:base64-of-32-bytes`";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let (kid, key) = text.split_once(':').ok_or("must be written id:base64-of-32-bytes")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if kid.is_empty() || kid.len() > 16 || !kid.chars().all(plain) {
            return Err("has a key id that is not 1 to 16 letters, digits, - or _".to_owned());
        }
        Ok(Self { kid: kid.to_owned(), key: Key32::parse(key)? })
    }

    fn show(&self) -> String {
        format!("{}:***", self.kid)
    }
}
