//! Why a call is not believed.

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
    /// The signature fits, but its key's time is over.
    #[error("the key is no longer valid")]
    Expired,
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
            Self::Expired => "signature.expired",
            Self::Repeated => "signature.repeated",
            Self::Unchecked => "signature.unchecked",
        }
    }
}
