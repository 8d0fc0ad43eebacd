//! The algorithms a call can be signed with.

use std::fmt;

use sha2::{Digest as _, Sha256};
use sm3::Sm3;

/// How a call is signed. A key belongs to exactly one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256 over a shared secret.
    HmacSha256,
    /// HMAC with SM3 (GB/T 32905) over a shared secret.
    HmacSm3,
    /// SM2 (GB/T 32918.2) with SM3: a key pair on each side.
    Sm2,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::HmacSha256, Self::HmacSm3, Self::Sm2];

    /// Its name after `alg=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "hmac-sha256",
            Self::HmacSm3 => "hmac-sm3",
            Self::Sm2 => "sm2",
        }
    }

    /// The algorithm of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// How many bytes a signature has.
    pub(super) fn signature_bytes(self) -> usize {
        match self {
            Self::HmacSha256 | Self::HmacSm3 => 32,
            Self::Sm2 => 64,
        }
    }

    /// The hash a body goes into the signed text with: whoever must use the national algorithms needs no other.
    pub(super) fn hash(self, body: &[u8]) -> [u8; 32] {
        match self {
            Self::HmacSha256 => Sha256::digest(body).into(),
            Self::HmacSm3 | Self::Sm2 => Sm3::digest(body).into(),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
