//! Keys: one signs, any of several is believed. Each belongs to one application and one algorithm.

use chrono::{DateTime, Utc};

use super::seal::{Check, Seal};
use super::Algorithm;

/// What an application signs with: its name, and the one seal it uses.
#[derive(Clone, Debug)]
pub struct Key {
    app: String,
    seal: Seal,
}

impl Key {
    /// The key of `app`.
    pub fn new(app: impl Into<String>, seal: Seal) -> Self {
        Self { app: app.into(), seal }
    }

    /// The key of `app` for HMAC-SHA-256.
    pub fn hmac_sha256(app: impl Into<String>, secret: impl Into<Vec<u8>>) -> Self {
        Self::new(app, Seal::hmac_sha256(secret))
    }

    /// The application this key belongs to.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// The algorithm it is for.
    pub fn algorithm(&self) -> Algorithm {
        self.seal.algorithm()
    }

    /// The other side of it: what believes its signatures, for ever.
    pub fn trusted(&self) -> TrustedKey {
        TrustedKey::new(self.app.clone(), "own", self.seal.check(), None)
    }

    pub(super) fn seal(&self, text: &[u8]) -> Vec<u8> {
        self.seal.seal(text)
    }
}

/// A key that is believed when an application signs with it.
#[derive(Clone, Debug)]
pub struct TrustedKey {
    app: String,
    name: String,
    check: Check,
    until: Option<DateTime<Utc>>,
}

impl TrustedKey {
    /// Believes what `app` signs, until then.
    pub fn new(
        app: impl Into<String>,
        name: impl Into<String>,
        check: Check,
        until: impl Into<Option<DateTime<Utc>>>,
    ) -> Self {
        Self { app: app.into(), name: name.into(), check, until: until.into() }
    }

    /// The application this key belongs to.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// What the operator calls it. For log lines: it is never on the wire.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The algorithm it is for.
    pub fn algorithm(&self) -> Algorithm {
        self.check.algorithm()
    }

    /// When it stops being believed.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.until
    }

    pub(super) fn check(&self) -> &Check {
        &self.check
    }

    pub(super) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}
